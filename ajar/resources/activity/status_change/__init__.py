"""What a change of status leaves on a lead's timeline."""

from datetime import timedelta

from ajar.kernel import ops, query
from ajar.kernel.sql import TIME, Statement, parameter, shapes

QUICK = timedelta(minutes=5)


async def note_change(ctx, kind, subject: dict, old: dict, new: dict, **more) -> None:
    """Tell that the status went from that of `old` to that of `new`. Who changes it again at
    once meant the last one; who takes it back, nothing."""
    ((key, id),) = list(subject.items())[-1:]
    last = await ctx.value(
        await latest(kind, key), subject=id, user=ctx.user_id, since=ctx.now - QUICK
    )
    if not last:
        told = {"old_status_id": old["status_id"], "new_status_id": new["status_id"]}
        await ops.add(ctx, kind, **subject, **told, **more, user_id=ctx.user_id)
        return
    change = await ops.get(ctx, kind, last)
    if change["old_status_id"] == new["status_id"]:
        await ops.delete(ctx, kind, last)
        return
    await ops.write(ctx, kind, change, change | {"new_status_id": new["status_id"]} | more)


@shapes(10)
def latest(kind, key: str) -> Statement:
    """The last change of one lead or opportunity, if it is recent and by the same user."""
    rows = query.rows(kind)
    found = query.related(kind, rows, rows.c.id).where(
        rows.c[key] == parameter("subject"),
        rows.c.user_id.is_not_distinct_from(parameter("user")),
        rows.c.date_created >= parameter("since", TIME),
    )
    return Statement(found.order_by(rows.c.date_created.desc(), rows.c.id.desc()).limit(1))
