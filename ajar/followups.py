"""Reminders of mails that nobody answered."""

from ajar import conversations, jobs
from ajar.formats.time import moment
from ajar.kernel import ops, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes

AWAITED = ("scheduled", "outbox", "sent")  # a draft may never leave


async def plan(ctx, old: dict, new: dict) -> None:
    """See at the date of a mail whether it was answered."""
    date = new.get("followup_date")
    if not date or new["status"] not in AWAITED:
        return
    if old and old["status"] in AWAITED and old["followup_date"] == date:
        return
    given = {"id": new["id"], "lead_id": new["lead_id"], "date": date.isoformat()}
    await ctx.defer("email.follow_up", at=date, **given)


@jobs.task("email.follow_up")
async def follow_up(ctx, id: str, lead_id: str, date: str) -> None:
    """Remind the user, unless there is an answer, the plan has changed, the mail never left, or
    its conversation has such a reminder already."""
    await conversations.take_turn(ctx, lead_id)
    if not await ctx.rows(await unanswered(), id=id, date=moment(date)):
        return
    email = await ops.get(ctx, resources["activity.email"], id)
    await ops.add(
        ctx,
        resources["task"],
        _type="email_followup",
        lead_id=email["lead_id"],
        contact_id=email["contact_id"],
        assigned_to=email["user_id"],
        date=moment(date).isoformat(timespec="microseconds"),
        priority="medium",
        object_type="emailthread",
        object_id=email["thread_id"],
        email_id=email["id"],
        subject=email["subject"],
        body_preview=email["body_preview"],
    )


@shapes(1)
def unanswered() -> Statement:
    """The mail, if it still waits for an answer by this date and nobody is told to see to it."""
    email, task = resources["activity.email"], resources["task"]
    rows, known = query.rows(email), query.rows(task)
    reminder = query.related(task, known, known.c.id).where(
        known.c.lead_id == rows.c.lead_id,
        known.c._type == "email_followup",
        known.c.object_id == rows.c.thread_id,
        ~known.c.is_complete,
    )
    found = query.owned(email, rows, rows.c.id).where(
        rows.c.id == parameter("id"),
        rows.c.followup_date == parameter("date", TIME),
        rows.c.status == "sent",
        ~rows.c.has_reply,
        ~reminder.exists(),
    )
    return Statement(found)
