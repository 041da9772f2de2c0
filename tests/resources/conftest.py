"""People other than the admin of the test's organization."""

import base64

import pytest

from ajar import founding, ids
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources


@pytest.fixture
def join(world, api):
    """Makes somebody a member with this role; a client signed in as them. `api.member` is
    their membership."""

    def join(role_id="user", email=None, into=api):
        email = email or f"{ids.new('member')}@team.example"
        member = into.ok("post", "/membership/", json={"email": email, "role_id": role_id})
        return client(world, into, member)

    return join


def client(world, api, member):
    """A copy of the client that signs in as this member."""

    def key(db):
        caller = Caller(member["organization_id"], member["user_id"])
        return founding.add_key(Context(db, caller, world.clock()), "tests")

    signed = base64.b64encode(f"{world.call(key)}:".encode()).decode()
    other = object.__new__(type(api))
    other.__dict__ |= api.__dict__ | {
        "member": member,
        "user_id": member["user_id"],
        "headers": {"authorization": f"Basic {signed}"},
    }
    return other


@pytest.fixture
def changed_by_server(world, api):
    """Changes a row as only the server does: (name, id, values)."""

    def change(name, id, **values):
        async def changed(db):
            caller = Caller(api.organization_id, api.user_id)
            ctx = Context(db, caller, world.clock(), request_id=ids.new("req"))
            async with db.transaction():
                row = await ops.get(ctx, resources[name], id)
                await ops.write(ctx, resources[name], row, row | values)

        world.call(changed)

    return change
