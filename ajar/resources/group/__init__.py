"""Groups."""

from ajar.errors import Invalid
from ajar.kernel import Children, Resource, Text, operation, ops, query
from ajar.kernel.operations import list_parameters
from ajar.resources import saved_search

LISTED = ("id", "organization_id", "name")


class Group(
    Resource,
    path="group",
    prefix="group",
    created=201,
    deleted=204,
    order="name",
    usual=1000,
    most=1000,
):
    """A named set of users, usable wherever lists are filtered by a user."""

    name = Text(required=True, unique=True, most=255, example="Closers")

    members = Children("group.member", by="group_id", fields=("user_id",))


@operation("group.list", "GET", "/group/", of=Group, parameters=tuple(list_parameters(Group)))
async def list_(ctx, params, body):
    """Without the members: only a single group shows these."""
    asked = (params.get("_fields") or "_all").split(",")
    names = [name for name in LISTED if name in asked or "_all" in asked]
    return await query.page(ctx, Group, params | {"_fields": ",".join(names) or "none"})


@operation("group.delete", "DELETE", "/group/{id}/", status=204, of=Group)
async def delete(ctx, params, body):
    """The members stay in the organization. No Smart View may speak of it any more."""
    if await saved_search.named_in(ctx, params["id"]):
        raise Invalid(errors=["This Group is still in use by a Smart View."])
    await ops.delete(ctx, Group, params["id"])
