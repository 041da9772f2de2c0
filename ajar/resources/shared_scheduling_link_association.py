"""What stands behind a shared scheduling link, for each user."""

from ajar.errors import Invalid
from ajar.kernel import EXACT, Ref, Resource, Text, operation, ops, query
from ajar.resources.scheduling_link import Address
from ajar.rights import CUSTOMIZE, need

ONE = "Send either url or user_scheduling_link_id."


class SharedSchedulingLinkAssociation(
    Resource,
    path="shared_scheduling_link_association",
    prefix="schlnkassoc",
    verbs=(),
    logged=False,
):
    """A shared link means this link, or this page, of a user."""

    id = Text(readonly=True, hidden=True)
    shared_scheduling_link_id = Ref(
        "shared_scheduling_link", required=True, on_delete="cascade", filter=EXACT
    )
    user_id = Ref("user", required=True, on_delete="cascade", filter=EXACT)
    user_scheduling_link_id = Ref("scheduling_link", on_delete="cascade")
    url = Address(most=2000)

    @staticmethod
    async def prepare(ctx, old, new):
        if bool(new["url"]) == bool(new["user_scheduling_link_id"]):
            raise Invalid(errors=[ONE])


@operation(
    "shared_scheduling_link_association.map",
    "POST",
    "/shared_scheduling_link_association/",
    status=201,
    of=SharedSchedulingLinkAssociation,
    takes=SharedSchedulingLinkAssociation.about.stored,
)
async def map_(ctx, params, body):
    """What stood behind it for the user before is replaced."""
    new = await checked(ctx, body)
    for id in await found(ctx, new):
        await ops.delete(ctx, SharedSchedulingLinkAssociation, id)
    return (await ops.write(ctx, SharedSchedulingLinkAssociation, {}, new)).json


UNMAP = ("shared_scheduling_link_id", "user_id")


@operation(
    "shared_scheduling_link_association.unmap",
    "POST",
    "/shared_scheduling_link_association/unmap/",
    takes={name: SharedSchedulingLinkAssociation.about.stored[name] for name in UNMAP},
)
async def unmap(ctx, params, body):
    """Nothing stands behind it for the user any more."""
    for id in await found(ctx, await checked(ctx, body)):
        await ops.delete(ctx, SharedSchedulingLinkAssociation, id)
    return {}


async def checked(ctx, body: dict) -> dict:
    new = await ops.check(ctx, SharedSchedulingLinkAssociation, body)
    if new["user_id"] != ctx.user_id:
        need(ctx, CUSTOMIZE)
    return new


async def found(ctx, row: dict) -> list[str]:
    same = {name: row[name] for name in UNMAP}
    return await query.matching(ctx, SharedSchedulingLinkAssociation, same, 1)
