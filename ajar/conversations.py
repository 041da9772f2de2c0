"""Mails that answer each other are one conversation: which one a new mail joins, and how its
thread keeps in step with its mails."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from ajar import ids
from ajar.errors import NotFound
from ajar.formats import mail
from ajar.formats.time import moment
from ajar.kernel import ops, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, TIME, Statement, parameter, shapes

SHOWN = ("thread_id", "envelope", "activity_at", "contact_id", "user_id")


async def join(ctx, old: dict, email: dict) -> None:
    """Put a mail into the conversation it belongs to, or into one that begins with it: the one
    of the mail it answers, or else one on the same lead with the same subject in which
    somebody takes part whom it comes from or goes to."""
    await take_turn(ctx, email["lead_id"])
    references = [] if old else email["references"]
    (found,) = await ctx.rows(
        await belongs(),
        lead_id=email["lead_id"],
        in_reply_to_id=email["in_reply_to_id"],
        references=references,
        subject=mail.normalized(email["subject"]),
        others=others(email),
        at=email["activity_at"] or email["date_created"] or ctx.now,
    )
    email["thread_id"] = found["thread_id"] or ids.new("acti")
    email["references"] = references or found["references"] or []
    if waits(email):
        email["has_reply"] = bool(found["has_reply"])


def waits(email: dict) -> bool:
    """Whether somebody might answer it."""
    return email["direction"] == "outgoing" and email["status"] == "sent"


def others(email: dict) -> list[str]:
    """The addresses of the other side. Our own is in mails of every subject."""
    names = ("from",) if email["direction"] == "incoming" else ("to", "cc", "bcc")
    return [one["email"].lower() for name in names for one in email["envelope"][name]]


async def follow(ctx, old: dict, new: dict) -> None:
    """What a change of a mail means for its thread, or for both if it moved."""
    if old and new and all(old[name] == new[name] for name in SHOWN):
        return
    if old:
        await take_turn(ctx, old["lead_id"])
    for id in dict.fromkeys(row["thread_id"] for row in (old, new) if row):
        await renew(ctx, id, new)


async def renew(ctx, id: str, email: Any) -> None:
    """Make, change or delete a thread so that it tells of its mails."""
    thread = resources["activity.emailthread"]
    try:
        row = await ops.get(ctx, thread, id)
    except NotFound:
        if email:  # otherwise the thread is being deleted, and its mails with it
            await begin(ctx, thread, email)
        return
    mails = msgspec.json.decode(row.json)["emails"]
    if not mails:
        await ops.delete(ctx, thread, id)
        return
    new = row | summary(mails)
    if new != row:
        await ops.write(ctx, thread, row, new)
    await note_replies(ctx, mails)


async def begin(ctx, thread: Any, email: Any) -> None:
    told = {name: email[name] for name in ("lead_id", "date_created")}
    told |= summary([msgspec.json.decode(email.json)])
    await ops.add(ctx, thread, id=email["thread_id"], **told)


def summary(mails: list[dict]) -> dict[str, Any]:
    """What a thread shows beside its mails; these come oldest first."""
    last = mails[-1]
    contacts = [one["contact_id"] for one in reversed(mails) if one["contact_id"]]
    return {
        "n_emails": len(mails),
        "participants": mail.participants([one["envelope"] for one in mails]),
        "latest_normalized_subject": mail.normalized(last["subject"]),
        "activity_at": moment(last["activity_at"]),
        "contact_id": next(iter(contacts), None),
        "user_id": last["user_id"],
    }


async def note_replies(ctx, mails: list[dict]) -> None:
    """A mail was answered when a later one came in."""
    answers = [one["activity_at"] for one in mails if one["direction"] == "incoming"]
    email = resources["activity.email"]
    for one in mails:
        if waits(one) and not one["has_reply"] and one["activity_at"] < max(answers, default=""):
            row = await ops.get(ctx, email, one["id"])
            await ops.write(ctx, email, row, row | {"has_reply": True})


async def take_turn(ctx, lead_id: str) -> None:
    """Until this transaction ends, no other looks after the conversations of the lead: two
    mails that begin the same one at once would begin it twice."""
    await ctx.rows(await turn(), lead_id=lead_id)


@shapes(1)
def turn() -> Statement:
    key = func.hashtextextended(parameter("lead_id"), 0)
    return Statement(sa.select(func.pg_advisory_xact_lock(key)))


async def take_turn_of(ctx, resource: Any, id: str) -> None:
    """The same, before a mail or a thread of the lead is locked: whoever has the turn may lock
    any of them."""
    await ctx.rows(await turn_of(resource), id=id)


@shapes(2)
def turn_of(resource: Any) -> Statement:
    rows = query.rows(resource)
    turn = func.pg_advisory_xact_lock(func.hashtextextended(rows.c.lead_id, 0))
    return Statement(query.related(resource, rows, turn).where(rows.c.id == parameter("id")))


@shapes(1)
def belongs() -> Statement:
    """The thread that a mail belongs to, which messages it refers to, and whether it has been
    answered there already."""
    email, thread = resources["activity.email"], resources["activity.emailthread"]
    parent, referred, reply = (query.rows(email) for _ in range(3))
    lead_id, id = parameter("lead_id"), parameter("in_reply_to_id")
    answered = query.related(email, parent, parent.c.thread_id)
    answered = answered.where(parent.c.lead_id == lead_id, parent.c.id == id).scalar_subquery()
    named = query.related(email, referred, latest(referred, referred.c.thread_id)).where(
        referred.c.lead_id == lead_id,
        referred.c.message_ids.bool_op("?|")(parameter("references", TEXTS)),
    )
    alike = same_subject(thread, lead_id)
    thread_id = func.coalesce(answered, named.scalar_subquery(), alike).label("thread_id")
    found = sa.select(thread_id).cte("found").prefix_with("MATERIALIZED")  # it is asked twice
    messages = parent.c.references.op("||")(parent.c.message_ids).label("references")
    references = query.related(email, parent, messages).where(parent.c.id == id)
    later = query.related(email, reply, reply.c.id).where(
        reply.c.thread_id == found.c.thread_id,
        reply.c.direction == "incoming",
        reply.c.activity_at > parameter("at", TIME),
    )
    has_reply = later.exists().label("has_reply")
    return Statement(
        sa.select(found.c.thread_id, references.scalar_subquery().label("references"), has_reply)
    )


def same_subject(thread: Any, lead_id: Any) -> Any:
    rows = query.rows(thread)
    emails = func.jsonb_path_query_array(rows.c.participants, sa.literal_column("'$[*].email'"))
    emails = sa.cast(func.lower(sa.cast(emails, sa.Text)), JSONB)
    found = query.related(thread, rows, latest(rows, rows.c.id)).where(
        rows.c.lead_id == lead_id,
        rows.c.latest_normalized_subject == parameter("subject"),
        emails.bool_op("?|")(parameter("others", TEXTS)),
    )
    return found.scalar_subquery()


def latest(rows: Any, column: Any) -> Any:
    """Of the latest of few. A limit would make PostgreSQL look through all of the lead for it."""
    order = rows.c.activity_at.desc(), rows.c.id.desc()
    return func.array_agg(aggregate_order_by(column, *order), type_=TEXTS)[1]
