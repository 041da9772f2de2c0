"""Comments."""

from ajar.errors import ApiError
from ajar.formats import rich_text
from ajar.kernel import (
    EXACT,
    CreatedAt,
    CreatedBy,
    DateTime,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    operation,
    ops,
    query,
)
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.comment_thread import COMMENTED, CommentThread, ObjectRef, join
from ajar.resources.file import uses_files


class RichText(Text):
    """Rich text in which there is something to see."""

    def clean(self, value, answer=None):
        value = rich_text.clean(super().clean(value))
        if not rich_text.to_text(value) and "<img" not in value:
            raise ValueError("This field is required.")
        return value


class Comment(
    Resource,
    path="comment",
    prefix="comm",
    created=201,
    deleted=204,
    order="created_at",
    indexes=("object_id,created_at", "thread_id,created_at"),
):
    """What a user says about an object. Of one that is removed, only that it was there stays."""

    thread_id = Ref("comment_thread", readonly=True, on_delete="cascade", filter=EXACT)
    object_id = ObjectRef(required=True, fixed=True, hidden=True, on_delete="keep", filter=EXACT)
    lead_id = Ref("lead", readonly=True, on_delete="cascade")
    body = RichText(required=True, most=200_000, example="<body><p>Well done!</p></body>")
    mentions = List(readonly=True)
    created_at = CreatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    updated_at = UpdatedAt(readonly=True)
    updated_by = UpdatedBy("user", readonly=True)
    removed_at = DateTime(readonly=True)
    removed_by = Ref("user", readonly=True, on_delete="keep")

    uses_files = uses_files

    @staticmethod
    async def prepare(ctx, old, new):
        new["mentions"] = rich_text.mentions(new["body"])


@operation(
    "comment.list",
    "GET",
    "/comment/",
    of=Comment,
    parameters=tuple(list_parameters(Comment)),
)
async def list_(ctx, params, body):
    """Those of one object, or of one thread, oldest first."""
    if bool(params.get("object_id")) == bool(params.get("thread_id")):
        raise ApiError("Exactly one of object_id and thread_id is required.")
    return await query.page(ctx, Comment, params)


@operation("comment.create", "POST", "/comment/", status=201, of=Comment, parameters=("_fields",))
async def create(ctx, params, body):
    """The first comment on an object begins its thread."""
    new = await ops.check(ctx, Comment, body)
    thread = await join(ctx, new["object_id"])
    new |= {"thread_id": thread["id"], "lead_id": thread["lead_id"]}
    comment = await ops.write(ctx, Comment, {}, new)
    ctx.headers["location"] = f"/api/v1/comment/{comment['id']}/"
    return await show(ctx, Comment, comment, params)


@operation("comment.update", "PUT", "/comment/{id}/", of=Comment, parameters=("_fields",))
async def update(ctx, params, body):
    """Nobody speaks for another."""
    comment = await ops.get(ctx, Comment, params["id"])
    if comment["removed_at"]:
        raise ApiError("This comment was removed.")
    return await show(ctx, Comment, await ops.update(ctx, Comment, params["id"], body), params)


@operation("comment.delete", "DELETE", "/comment/{id}/", status=204, of=Comment)
async def delete(ctx, params, body):
    """A comment among others leaves its place; the last one takes the thread with it."""
    await hold(ctx, params["id"])
    comment = await ops.get(ctx, Comment, params["id"])
    if comment["removed_at"]:
        return
    thread = await ops.get(ctx, CommentThread, comment["thread_id"])
    if thread["num_comments"] == 1:
        await ops.delete(ctx, CommentThread, thread["id"])
        return
    removed = {"body": "", "removed_at": ctx.now, "removed_by": ctx.user_id}
    await ops.write(ctx, Comment, comment, comment | removed)
    fewer = {"num_comments": thread["num_comments"] - 1}
    await ops.write(ctx, CommentThread, thread, thread | fewer)


async def hold(ctx, id: str) -> None:
    """Lock what is commented on before its thread and its comments, as everybody does: two that
    took them in different orders would wait for each other."""
    for record in await ctx.rows(await object_of(), id=id):
        name = COMMENTED[record["object_id"].partition("_")[0]]
        await ops.get(ctx, resources[name], record["object_id"])


@shapes(1)
def object_of() -> Statement:
    rows = query.rows(Comment)
    found = query.owned(Comment, rows, rows.c.object_id)
    return Statement(found.where(rows.c.id == parameter("id"), rows.c.removed_at.is_(None)))
