"""Who may send mail as somebody else."""

from ajar.errors import ApiError, Invalid
from ajar.kernel import EXACT, List, Ref, Resource, operation, ops, query, render
from ajar.kernel.fields import cleaned
from ajar.kernel.sql import parameter

PEOPLE = ("allowing_user_id", "allowed_user_id")


def takes_part(row):
    caller = parameter("user_id")
    return (row.allowing_user_id == caller) | (row.allowed_user_id == caller)


class SendAs(
    Resource,
    path="send_as",
    prefix="sdas",
    verbs=("list", "get", "delete"),
    created=201,
    deleted=204,
    logged=False,
    usual=1000,
    most=1000,
    seen_if=takes_part,
):
    """One user lets another send mail in their name. Only these two know."""

    allowing_user_id = Ref("user", required=True, fixed=True, on_delete="cascade", filter=EXACT)
    allowed_user_id = Ref("user", required=True, fixed=True, on_delete="cascade", filter=EXACT)


@operation("send_as.list", "GET", "/send_as/", of=SendAs, parameters=PEOPLE)
def list_(ctx, params, body):
    """Whom the caller allows, or by whom the caller is allowed."""
    people = {name: params[name] for name in PEOPLE if params.get(name)}
    if people and ctx.user_id not in people.values():
        raise ApiError("allowing_user_id or allowed_user_id must be your own id.")
    return query.page(ctx, SendAs, params | (people or {"allowing_user_id": ctx.user_id}))


@operation("send_as.create", "POST", "/send_as/", status=201, of=SendAs)
async def create(ctx, params, body):
    """Only one's own name can be lent. Whoever is allowed already stays so."""
    new = await ops.check(ctx, SendAs, body)
    if new["allowing_user_id"] != ctx.user_id:
        raise Invalid(fields={"allowing_user_id": "Must be your own id."})
    if new["allowed_user_id"] == ctx.user_id:
        raise Invalid(fields={"allowed_user_id": "You may send as yourself anyway."})
    row = await allow(ctx, new)
    ctx.headers["location"] = f"/api/v1/send_as/{row['id']}/"
    return row.json


async def allow(ctx, new: dict) -> ops.Row:
    if ids := await found(ctx, new["allowed_user_id"]):
        return await ops.get(ctx, SendAs, ids[0])
    return await ops.write(ctx, SendAs, {}, new)


async def found(ctx, allowed_user_id: str) -> list[str]:
    same = {"allowing_user_id": ctx.user_id, "allowed_user_id": allowed_user_id}
    return await query.matching(ctx, SendAs, same, 1)


@operation("send_as.delete_by_user", "DELETE", "/send_as/", status=204, parameters=PEOPLE)
async def delete_by_user(ctx, params, body):
    """The same, by who allowed whom."""
    missing = [name for name in PEOPLE if not params.get(name)]
    if missing:
        raise Invalid(fields=dict.fromkeys(missing, "This field is required."))
    if params["allowing_user_id"] != ctx.user_id:
        raise Invalid(fields={"allowing_user_id": "Must be your own id."})
    ids = await found(ctx, params["allowed_user_id"])
    if not ids:
        raise render.missing(SendAs)
    await ops.delete(ctx, SendAs, ids[0])


BULK = {"allowed_user_ids": List(), "disallowed_user_ids": List()}


@operation("send_as.bulk_edit", "POST", "/send_as/bulk/", of=SendAs, takes=BULK)
async def bulk_edit(ctx, params, body):
    """Allow some and no longer allow others; answers all whom the caller allows."""
    sent = cleaned(BULK, body)
    for id in sent["disallowed_user_ids"]:
        for known in await found(ctx, id):
            await ops.delete(ctx, SendAs, known)
    for id in sent["allowed_user_ids"]:
        await create(ctx, params, {"allowing_user_id": ctx.user_id, "allowed_user_id": id})
    ctx.headers.pop("location", None)
    return await query.page(ctx, SendAs, {"allowing_user_id": ctx.user_id})
