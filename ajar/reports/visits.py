"""How leads and opportunities went through their statuses: a visit is the time that one of them
spent in a status. It begins when it was made, or with a change of status, and goes on until the
next change. What it was before its first change, that change remembers."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, parameter
from ajar.reports.scope import Leads, mine, type_named
from ajar.search import page, tree

CHANGES = {
    "lead": ("activity.status_change.lead", "lead_id"),
    "opportunity": ("activity.status_change.opportunity", "opportunity_id"),
}


def subjects(
    name: str, node: tree.Node | None, limited: bool, *columns: str, where: Any = None
) -> Any:
    """The leads, or the opportunities, that are looked at; those of some people, if `limited`.
    `columns` are fields of them."""
    type_ = type_named(name)
    rows = query.rows(type_.resource)
    shown = (type_.fields[one].value(rows).label(one) for one in columns)
    kept = (rows.c.id.label("subject"), rows.c.date_created, rows.c.status_id)
    found = page.matching(type_, Leads(node).of(name), rows, *kept, *shown)
    found = found.where(mine(rows.c.user_id, rows)) if limited else found
    found = found if where is None else found.where(where(rows.c))
    return found.cte("subjects")


def visits(name: str, subjects: Any) -> Any:
    """One row each: subject, status_id, at (when it began), left_at, next_id and last_id (the
    statuses after and before it), number (from 0)."""
    changed = changes(name, subjects).cte("changes")
    first = subjects.outerjoin(
        changed, (changed.c.subject == subjects.c.subject) & (changed.c.number == 1)
    )
    before = sa.case(
        (changed.c.subject.is_(None), subjects.c.status_id), else_=changed.c.old_status_id
    )
    began = func.least(subjects.c.date_created, changed.c.at)
    made = sa.select(
        subjects.c.subject,
        before.label("status_id"),
        began.label("at"),
        sa.literal_column("0", sa.BigInteger).label("number"),
    ).select_from(first)
    made = made.where(before.is_not(None))
    later = sa.select(
        changed.c.subject,
        changed.c.new_status_id.label("status_id"),
        changed.c.at,
        changed.c.number,
    )
    every = sa.union_all(made, later).subquery("every")
    over: Any = {"partition_by": every.c.subject, "order_by": every.c.number}
    return sa.select(
        *every.c,
        func.lead(every.c.at).over(**over).label("left_at"),
        func.lead(every.c.status_id).over(**over).label("next_id"),
        func.lag(every.c.status_id).over(**over).label("last_id"),
    ).cte("visits")


def changes(name: str, subjects: Any) -> sa.Select:
    """Every change of these subjects' statuses, numbered from 1."""
    kind, key = CHANGES[name]
    rows = query.rows(resources[kind])
    at = rows.c.activity_at
    number = func.row_number().over(partition_by=rows.c[key], order_by=(at, rows.c.id))
    found = query.related(
        resources[kind],
        rows,
        rows.c[key].label("subject"),
        rows.c.old_status_id,
        rows.c.new_status_id,
        at.label("at"),
        number.label("number"),
    )
    return found.where(rows.c[key].in_(sa.select(subjects.c.subject)))


def start() -> Any:
    return parameter("start", TIME)


def end() -> Any:
    return parameter("end", TIME)


def lasts(visit: Any, moment: Any) -> Any:
    """What begins at the moment itself has not begun before it."""
    return (visit.at < moment) & (visit.left_at.is_(None) | (visit.left_at >= moment))


def during(visit: Any) -> Any:
    """Whether any of it is within the period."""
    return (visit.at < end()) & (visit.left_at.is_(None) | (visit.left_at > start()))


def within(at: Any) -> Any:
    return (at >= start()) & (at < end())
