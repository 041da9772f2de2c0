"""Who is in a group."""

from ajar.kernel import EXACT, Ref, Resource, operation, ops, query
from ajar.resources.group import Group


class GroupMember(Resource, path="group/member", prefix="gmem", verbs=(), logged=False):
    """A user in a group."""

    group_id = Ref("group", required=True, on_delete="cascade", filter=EXACT)
    user_id = Ref("user", required=True, on_delete="cascade", filter=EXACT)

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()


@operation(
    "group.member.add",
    "POST",
    "/group/{group_id}/member/",
    status=201,
    of=GroupMember,
    takes={"user_id": GroupMember.about.stored["user_id"]},
)
async def add(ctx, params, body):
    """Whoever is in it already stays in it."""
    group = await ops.get(ctx, Group, params["group_id"])
    member = await ops.check(ctx, GroupMember, body | {"group_id": group["id"]})
    if not await found(ctx, group["id"], member["user_id"]):
        await ops.write(ctx, GroupMember, {}, member)
        await ops.write(ctx, Group, group, dict(group))  # its members are part of its JSON
    ctx.headers["location"] = f"/api/v1/group/{group['id']}/member/{member['user_id']}/"
    return {"user_id": member["user_id"]}


@operation(
    "group.member.remove",
    "DELETE",
    "/group/{group_id}/member/{user_id}/",
    status=204,
    of=GroupMember,
)
async def remove(ctx, params, body):
    """Whoever is not in it stays out."""
    group = await ops.get(ctx, Group, params["group_id"])
    for id in await found(ctx, group["id"], params["user_id"]):
        await ops.delete(ctx, GroupMember, id)
        await ops.write(ctx, Group, group, dict(group))


async def found(ctx, group_id: str, user_id: str) -> list[str]:
    same = {"group_id": group_id, "user_id": user_id}
    return await query.matching(ctx, GroupMember, same, 1)
