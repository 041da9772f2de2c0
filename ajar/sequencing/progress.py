"""Where the runs of sequences stand: the tables, and what is asked of them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, TIME, Statement, metadata, parameter, shapes

RUN = "sequence_subscription"
AT_ONCE = 100  # runs settled in one transaction

progress = sa.Table(
    "sequence_progress",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("subscription_id", sa.Text, primary_key=True),
    sa.Column("sequence_id", sa.Text, nullable=False),
    sa.Column("done_id", sa.Text),  # the step that was done last
    sa.Column("since", TIME, nullable=False),  # when that was; at first, when the run began
    sa.Column("call_id", sa.Text),  # the step whose call is waited for
    sa.Column("task_id", sa.Text),  # its task
    sa.Column("due_at", TIME),  # when to look at it again
    sa.Column("gone_at", TIME),  # when the run was deleted, which may be undone
    sa.Index("ix__sequence_progress__due_at", "organization_id", "due_at"),
    sa.Index("ix__sequence_progress__sequence_id", "organization_id", "sequence_id"),
    sa.Index("ix__sequence_progress__task_id", "organization_id", "task_id"),
)

# Whose turn it is: how many calls of a sequence were given to somebody.
turn = sa.Table(
    "sequence_turn",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("sequence_id", sa.Text, primary_key=True),
    sa.Column("calls", sa.BigInteger, nullable=False),
)


def mine(table: sa.Table) -> Any:
    return table.c.organization_id == parameter("organization_id")


@shapes(1)
def state() -> Statement:
    """All about one run: its own row, where it stands, its sequence, the call it waits for. It
    is locked until the transaction ends; its lead before it, as by whoever changes the lead."""
    names = ("lead", RUN, "sequence", "task")
    lead, run, sequence, task = (query.rows(resources[name]) for name in names)
    of_lead = (lead.c.organization_id == run.c.organization_id) & (lead.c.id == run.c.lead_id)
    of_run = (progress.c.organization_id == run.c.organization_id) & (
        progress.c.subscription_id == run.c.id
    )
    of_sequence = (sequence.c.organization_id == run.c.organization_id) & (
        sequence.c.id == run.c.sequence_id
    )
    of_task = (task.c.organization_id == run.c.organization_id) & (task.c.id == progress.c.task_id)
    joined = run.join(lead, of_lead).join(progress, of_run)
    joined = joined.outerjoin(sequence, of_sequence).outerjoin(task, of_task)
    shown = ("status", "lead_id", "contact_id", "contact_email", "calls_assigned_to")
    found = sa.select(
        *progress.c,
        *(run.c[name] for name in (*shown, "from_phone_number_id")),
        *(sequence.c[name] for name in ("steps", "schedule", "timezone")),
        sequence.c.name.label("sequence_name"),
        sequence.c.status.label("sequence_status"),
        task.c.is_complete.label("called"),
    )
    found = found.select_from(joined).where(mine(run), run.c.id == parameter("id"))
    return Statement(found.with_for_update(of=[lead, run, progress], key_share=True))


@shapes(20)
def placed(names: tuple) -> Statement:
    """Change these columns of where a run stands."""
    values = {name: parameter(f"new_{name}", progress.c[name].type) for name in names}
    changed = sa.update(progress).values(values)
    return Statement(changed.where(mine(progress), progress.c.subscription_id == parameter("id")))


@shapes(1)
def begun() -> Statement:
    values = {
        "organization_id": parameter("organization_id"),
        "subscription_id": parameter("id"),
        "sequence_id": parameter("sequence_id"),
        "since": parameter("since", TIME),
        "due_at": parameter("due_at", TIME),
    }
    made = insert(progress).values(values)
    since = func.greatest(progress.c.since, made.excluded.since)
    known = {"due_at": made.excluded.due_at, "since": since, "gone_at": sa.null()}
    keys = ["organization_id", "subscription_id"]
    return Statement(made.on_conflict_do_update(index_elements=keys, set_=known))


def left(run: Any) -> Any:
    """Where a run stood that is deleted by the same statement is kept: should it come back, it
    must not begin anew."""
    at_rest = {"due_at": sa.null(), "gone_at": parameter("now", TIME)}
    its = progress.c.subscription_id == run.c.id
    return sa.update(progress).values(at_rest).where(mine(progress), its)


@shapes(1)
def waiting() -> Statement:
    """Whoever waits for a task is due."""
    due = sa.update(progress).values(due_at=parameter("now", TIME))
    its = progress.c.task_id == parameter("task_id")
    return Statement(due.where(mine(progress), its, progress.c.gone_at.is_(None)))


@shapes(10)
def under_way(name: str, at_status: bool = False) -> Statement:
    """The runs of contacts or leads that have not ended; `at_status`: only those whose sequence
    ends when a lead gets this status. They are locked, as another may just end them."""
    run, sequence = query.rows(resources[RUN]), query.rows(resources["sequence"])
    found = query.related(resources[RUN], run, run.c.id).where(
        run.c[name] == sa.any_(parameter("ids", TEXTS)),
        run.c.status.in_(("active", "paused")),
    )
    if at_status:
        ends = query.related(resources["sequence"], sequence, sequence.c.id).where(
            sequence.c.id == run.c.sequence_id,
            sequence.c.ends_on_lead_status_ids.has_key(parameter("status_id")),
        )
        found = found.where(ends.exists())
    return Statement(found.order_by(run.c.id).with_for_update(of=run))


@shapes(1)
def status_of() -> Statement:
    rows = query.rows(resources["sequence"])
    found = query.related(resources["sequence"], rows, rows.c.status)
    return Statement(found.where(rows.c.id == parameter("id")))


@shapes(4)
def unsettled(status: str | None) -> Statement:
    """Runs that do not fit a sequence of this status; one that is gone has none."""
    rows = query.rows(resources[RUN])
    found = query.related(resources[RUN], rows, rows.c.id)
    found = found.where(rows.c.sequence_id == parameter("id"))
    rests = (rows.c.status == "paused") & (rows.c.status_reason == "workflow-paused")
    if status == "active":
        found = found.where(rests)
    elif status:
        found = found.where(rows.c.status == "active")
    else:
        found = found.where(rows.c.status.in_(("active", "paused")))
    return Statement(found.order_by(rows.c.id).limit(AT_ONCE + 1).with_for_update(of=rows))


@shapes(1)
def stepped_back() -> Statement:
    of_sequence = progress.c.sequence_id == parameter("id")
    gone = progress.c.done_id == parameter("gone")
    back = sa.update(progress).values(done_id=parameter("done_id"))
    return Statement(back.where(mine(progress), of_sequence, gone))


@shapes(1)
def look_again() -> Statement:
    """At every run of a sequence that waits, for its time or for a call."""
    waits = progress.c.due_at.is_not(None) | progress.c.call_id.is_not(None)
    due = sa.update(progress).values(due_at=parameter("now", TIME))
    of_sequence = progress.c.sequence_id == parameter("id")
    return Statement(due.where(mine(progress), of_sequence, waits, progress.c.gone_at.is_(None)))


@shapes(1)
def callers() -> Statement:
    """The members among these users and groups, in an order that stays."""
    member, of_group = query.rows(resources["membership"]), query.rows(resources["group.member"])
    ids = parameter("ids", JSONB)
    grouped = query.related(resources["group.member"], of_group, of_group.c.user_id)
    grouped = grouped.where(ids.has_key(of_group.c.group_id))
    user_id = member.c.user_id
    found = query.related(
        resources["membership"],
        member,
        func.array_agg(aggregate_order_by(user_id, user_id)),
    )
    return Statement(found.where(member.c.is_active, ids.has_key(user_id) | user_id.in_(grouped)))


@shapes(1)
def next_turn() -> Statement:
    keys = ("organization_id", "sequence_id")
    made = insert(turn).values({name: parameter(name) for name in keys} | {"calls": 1})
    more = {"calls": turn.c.calls + 1}
    counted = made.on_conflict_do_update(index_elements=list(keys), set_=more)
    return Statement(counted.returning(turn.c.calls))


@shapes(1)
def forgotten() -> Statement:
    """Whose turn it was in a sequence that is gone."""
    gone = sa.delete(turn).where(mine(turn), turn.c.sequence_id == parameter("id"))
    return Statement(gone)


@shapes(1)
def unsubscribed() -> Statement:
    kind = resources["unsubscribe.email"]
    rows = query.rows(kind)
    found = query.related(kind, rows, rows.c.id)
    found = found.where(func.lower(rows.c.email) == func.lower(parameter("email")))
    return Statement(sa.select(found.exists()))
