"""What changes of status leave on the timelines of leads."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from ajar import many
from ajar.kernel import ops, query
from ajar.kernel.sql import TEXTS, TIME, Statement, parameter, shapes

QUICK = timedelta(minutes=5)


async def note_changes(ctx, kind, key: str, changes: list) -> None:
    """Of each (old, new) tell that the status went from that of `old` to that of `new`. Who
    changes it again at once meant the last one; who takes it back, nothing. `key` is where `kind`
    refers to what has changed."""
    if not changes:
        return
    subjects = {"subjects": [new["id"] for _, new in changes]}
    found = await ctx.rows(
        await latest(kind, key), **subjects, user=ctx.user_id, since=ctx.now - QUICK
    )
    told = await many.get(ctx, kind, [row["id"] for row in found])
    last = {change[key]: change for change in told.values()}
    made, meant, taken_back = [], [], []
    for old, new in changes:
        change = last.get(new["id"])
        if not change:
            made.append(change_of(ctx, kind, key, old, new))
        elif change["old_status_id"] == new["status_id"]:
            taken_back.append(change["id"])
        else:
            meant.append((change, change | {"new_status_id": new["status_id"]}))
    await many.create(ctx, kind, made)
    await many.update(ctx, kind, meant)
    await many.delete(ctx, kind, taken_back)


def differ(old: dict, new: dict) -> bool:
    """Whether a row went from one status to another."""
    return bool(old and new) and old["status_id"] != new["status_id"]


def change_of(ctx, kind, key: str, old: dict, new: dict) -> dict:
    told = {"old_status_id": old["status_id"], "new_status_id": new["status_id"]}
    whose = {"lead_id": new.get("lead_id"), key: new["id"], "user_id": ctx.user_id}
    return ops.fresh(ctx, kind) | whose | told


@shapes(10)
def latest(kind, key: str) -> Statement:
    """The last change of each lead or opportunity, if it is recent and by the same user."""
    rows = query.rows(kind)
    found = (
        query.related(kind, rows, rows.c.id)
        .ext(distinct_on(rows.c[key]))
        .where(
            rows.c[key] == sa.any_(parameter("subjects", TEXTS)),
            rows.c.user_id.is_not_distinct_from(parameter("user")),
            rows.c.date_created >= parameter("since", TIME),
        )
    )
    return Statement(found.order_by(rows.c[key], rows.c.date_created.desc(), rows.c.id.desc()))
