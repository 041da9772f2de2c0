"""Threads of comments: each object has one at most, and none without comments."""

from typing import Any

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
    computed,
    operation,
    ops,
    query,
)
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.activity import Activity, Timeline

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
        kind = resources[name]
        return name in COMMENTED.values() or issubclass(kind, Activity)


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
    object_id = ObjectRef(readonly=True, unique=True, on_delete="cascade", filter=IN)
    object_type = Text(readonly=True)
    lead_id = Ref("lead", readonly=True, on_delete="cascade")
    num_comments = Int(readonly=True)
    participating = List(readonly=True)
    created_at = CreatedAt(readonly=True)
    updated_at = UpdatedAt(readonly=True)


@operation(
    "comment_thread.list",
    "GET",
    "/comment_thread/",
    of=CommentThread,
    parameters=("ids", "object_ids", "_fields", "_limit", "_order_by", "_skip"),
)
def list_(ctx, params, body):
    """All threads, or those that are named."""
    names = {"ids": "id__in", "object_ids": "object_id__in"}
    named = {names[name]: value for name, value in params.items() if name in names and value}
    return query.page(ctx, CommentThread, params | named)
