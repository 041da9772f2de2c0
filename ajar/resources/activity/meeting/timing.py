"""What happens to a meeting as time goes by: it is scheduled, begins, and is over; or it is
called off. Each is told once in the event log."""

from datetime import datetime, timedelta

from ajar import sequencing
from ajar.jobs import task
from ajar.kernel import events, ops, query
from ajar.kernel.registry import resources

TOLD = ("scheduled", "started", "completed")
MOMENTS = {"started": "starts_at", "completed": "ends_at"}
INSTANT = timedelta(milliseconds=1)


def moved(old: dict, new: dict) -> bool:
    return any(old.get(name) != new[name] for name in MOMENTS.values())


def schedule(ctx, old: dict, new: dict) -> None:
    """What has passed when a calendar tells of it is history, and needs no telling."""
    if moved(old, new):
        passed = [what for what, moment in MOMENTS.items() if new[moment] <= ctx.now]
        new["told"] = ("scheduled", *passed)[-1]


async def follow(ctx, meeting, old: dict, new: dict) -> None:
    """Say what became of the meeting, and come back when it begins and when it ends."""
    if old and new["called_off"] == "canceled" != old["called_off"]:
        await events.log(ctx, meeting, new, "canceled")
    back = bool(old.get("called_off"))
    again = back or old.get("starts_at") != new["starts_at"]
    if again and not new["called_off"] and new["starts_at"] > ctx.now:
        await events.log(ctx, meeting, new, "scheduled")
        for contact_id in sorted({one["contact_id"] for one in new["attendees"]} - {None}):
            await sequencing.heard_from(ctx, contact_id, "meeting-booked")
    if not moved(old, new):
        return
    for what, name in MOMENTS.items():
        if new[name] > ctx.now:
            moment = new[name].isoformat()
            await ctx.defer("meeting.tell", at=new[name], id=new["id"], what=what, moment=moment)


@task("meeting.tell")
async def tell(ctx, id: str, what: str, moment: str) -> None:
    """Its time has come, unless it was moved or called off meanwhile."""
    meeting, now, due = resources["activity.meeting"], ctx.now, datetime.fromisoformat(moment)
    if not await query.matching(ctx, meeting, {"id__in": id}, 1):
        return
    ctx.now = due - INSTANT  # so that its event can say what it was until now
    old = await ops.get(ctx, meeting, id)
    ctx.now = max(ctx.now, now, due)
    news = TOLD[TOLD.index(old["told"]) + 1 : TOLD.index(what) + 1]
    if not news or old["called_off"] or old[MOMENTS[what]] != due:
        return
    new = await ops.write(ctx, meeting, old, old | {"told": what})
    for action in news:
        await events.log(ctx, meeting, new, action)
