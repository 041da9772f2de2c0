"""What holds for all calls that come in."""

import sqlalchemy as sa

from ajar import worth
from ajar.kernel import Bool, operation, ops
from ajar.kernel.fields import cleaned
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes

NAME = "reject_anonymous_inbound_calls"


class Flag(Bool):
    """One that must be said."""

    def clean(self, value, answer=None):
        if value is None:
            raise ValueError("This field is required.")
        return super().clean(value)


SETTINGS = {NAME: Flag(required=True)}


@operation("blocked_phone_number.settings.get", "GET", "/blocked_phone_number/settings/")
async def get(ctx, params, body):
    """Whether calls from numbers that are not told are refused."""
    return {NAME: await ctx.value(await kept())}


@shapes(1)
def kept() -> Statement:
    return Statement(sa.select(worth.of_organization(NAME)))


@operation(
    "blocked_phone_number.settings.update",
    "PUT",
    "/blocked_phone_number/settings/",
    takes=SETTINGS,
)
async def update(ctx, params, body):
    """They are kept with the organization."""
    sent = cleaned(SETTINGS, body)
    resource = resources["organization"]
    organization = await ops.get(ctx, resource, ctx.organization_id)
    if organization[NAME] != sent[NAME]:
        await ops.write(ctx, resource, organization, organization | sent)
    return sent
