"""Threads of comments: each object has one at most, and none without comments."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import (
    IN,
    CreatedAt,
    Int,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    operation,
    ops,
    query,
)
from ajar.kernel.registry import resources
from ajar.kernel.resource import alongside
from ajar.kernel.sql import Statement, metadata, parameter, shapes
from ajar.resources.activity import kinds

# Ids say what they are of; all activities are rows of one table.
COMMENTED = {
    "acti": "activity",
    "oppo": "opportunity",
    "task": "task",
    "noti": "task",
    "custobj": "custom_object",
}


class Commentable:
    """The names of the resources that may be commented on."""

    def __contains__(self, name: str) -> bool:
        return name in COMMENTED.values() or resources[name].about.table_name == "activity"


class ObjectRef(Ref):
    """What is commented on: an activity, an opportunity, a task or a custom object."""

    def __init__(self, **options):
        super().__init__("activity.note", **options)
        self.targets = Commentable()

    @property
    def enforced(self):
        return False

    def constrain(self, table):
        """No foreign key, as it refers to rows of several tables."""

    def question(self, asked):
        found = (one(resources[name], asked) for name in dict.fromkeys(COMMENTED.values()))
        return sa.union_all(*found).scalar_subquery()

    def schema(self):
        return {"type": "string", "description": "Id of what is commented on."}


def one(kind, id):
    rows = query.rows(kind)
    return query.owned(kind, rows, rows.c.id).where(rows.c.id == id)


def tell(table_name: str) -> alongside:
    """Keep the summaries of these objects true: a read of them asks nothing for it."""

    def told(row, action):
        table = metadata.tables[table_name]
        summary = func.jsonb_build_object(
            "thread_id", row.c.id, "comment_count", row.c.num_comments
        )
        return (
            sa.update(table)
            .values(comment_summary=sa.null() if action == "deleted" else summary)
            .where(
                table.c.organization_id == parameter("organization_id"),
                table.c.id == row.c.object_id,
            )
        )

    told.__name__ = f"told_{table_name}"
    return alongside("created", "updated", "deleted")(told)


class CommentThread(
    Resource,
    path="comment_thread",
    prefix="comthr",
    verbs=("list", "get"),
    order="-created_at",
    indexes=("created_at",),
):
    """The comments of one object. It is there as long as one of them has not been removed."""

    id = Text(readonly=True, filter=IN)
    object_id = ObjectRef(readonly=True, on_delete="cascade", filter=IN)
    object_type = Text(readonly=True)
    lead_id = Ref("lead", readonly=True, on_delete="cascade")
    num_comments = Int(readonly=True)
    participating = List(readonly=True)
    created_at = CreatedAt(readonly=True)
    updated_at = UpdatedAt(readonly=True)

    tell_activities = tell("activity")
    tell_opportunities = tell("opportunity")


@operation(
    "comment_thread.list",
    "GET",
    "/comment_thread/",
    of=CommentThread,
    parameters=("ids", "object_ids", "_fields", "_limit", "_skip"),
)
def list_(ctx, params, body):
    """All threads, or those that are named."""
    names = {"ids": "id__in", "object_ids": "object_id__in"}
    named = {names[name]: value for name, value in params.items() if name in names and value}
    return query.page(ctx, CommentThread, params | named)


async def join(ctx, object_id: str) -> ops.Row:
    """Take part in the thread of an object, as the author of one more comment. The object is
    locked, so that of two first comments one begins the thread."""
    name = COMMENTED[object_id.partition("_")[0]]
    found = await ops.get(ctx, resources[name], object_id)
    thread = await of_object(ctx, object_id)
    if not thread:
        return await ops.add(
            ctx,
            CommentThread,
            object_id=object_id,
            object_type=type_of(name, found),
            lead_id=found["lead_id"],
            num_comments=1,
            participating=[ctx.user_id],
        )
    people = list(dict.fromkeys([*thread["participating"], ctx.user_id]))
    more = {"num_comments": thread["num_comments"] + 1, "participating": people}
    return await ops.write(ctx, CommentThread, thread, thread | more)


def type_of(name: str, row: ops.Row) -> str:
    """What the event log calls this object."""
    of_its_type = (kind for kind in kinds() if kind.about.type == row["_type"])
    kind = next(of_its_type) if name == "activity" else resources[name]
    called = kind.about.object_type
    return called(row) if callable(called) else called


async def of_object(ctx, object_id: str) -> ops.Row | None:
    found = await ctx.rows(await thread_of(), object_id=object_id)
    return await ops.get(ctx, CommentThread, found[0]["id"]) if found else None


@shapes(1)
def thread_of() -> Statement:
    rows = query.rows(CommentThread)
    found = query.related(CommentThread, rows, rows.c.id)
    return Statement(found.where(rows.c.object_id == parameter("object_id")))
