"""What sends mail: a mailbox, and who looks after its outbox."""

import pytest

from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources


@pytest.fixture
def mailbox():
    """Connects a mailbox of the user; its id."""

    def mailbox(api, email="bruce@wayne.example", features=("email_sending",), identities=()):
        return api.add(
            "connected_account",
            _type="custom_email",
            user_id=api.user_id,
            email=email,
            identities=[{"name": "x", "email": one} for one in identities],
            enabled_features=list(features),
        )

    return mailbox


@pytest.fixture
def serve(world):
    """Changes a mail as a mailer does; what it is then."""

    def serve(api, email, **values):
        async def written(db):
            async with db.transaction():
                ctx = Context(db, Caller(api.organization_id, api.user_id), world.clock())
                ctx.request_id = "req_mailer"
                row = await ops.get(ctx, resources["activity.email"], email["id"])
                await ops.write(ctx, resources["activity.email"], row, row | values)

        world.call(written)
        return api.ok("get", f"/activity/email/{email['id']}/")

    return serve
