"""What the event log knows of a change: which row, in which request, and what it was before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ajar import private
from ajar.kernel import Children, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, TIME, Statement, parameter, shapes
from ajar.kernel.tables import FOLDED, event

ACTIONS = ("created", "updated", "deleted")
COPIED = ("object_id", "object_type", "lead_id", "action", "meta")
SHOWN = ("id", "request_id", "date_updated", "steps", *COPIED)

# Activities that a change leaves on the timeline, and the reference to what was changed.
TELLING = {
    "lead": ("activity.status_change.lead", "lead_id"),
    "opportunity": ("activity.status_change.opportunity", "opportunity_id"),
    "task": ("activity.task_completed", "task_id"),
}


@dataclass(frozen=True)
class Change:
    """What one request did to one row. Ids sort by time, so changes do."""

    id: str
    event_id: str
    request_id: str | None
    date: datetime
    resource: Any
    object_id: str
    object_type: str
    lead_id: str | None
    action: str
    old: dict  # the columns that it took away, as they were; all of them, if it deleted the row
    meta: dict
    shown: dict  # how clients see the row, or saw it before it was deleted


def changes(rows: Iterable, request_id: str | None = None) -> list[Change]:
    """Of these events, or of them only what one request did; the newest first."""
    found = [change for row in rows for change in told(row)]
    chosen = [one for one in found if not request_id or one.request_id == request_id]
    return sorted(chosen, key=lambda one: one.id, reverse=True)


def told(row: Any) -> list[Change]:
    """The changes that one event tells of. Of some resources it tells that something happened
    and no more."""
    resource = kind_of(row["object_type"])
    if not resource:
        return []
    columns = resource.about.table.c
    steps = row["steps"] or [{"id": row["id"], "request_id": row["request_id"], "old": {}}]
    return [
        Change(
            id=step["id"],
            event_id=row["id"],
            request_id=step["request_id"],
            date=row["date_updated"],
            resource=resource,
            **{name: row[name] for name in COPIED},
            old={n: typed(columns[n], v) for n, v in step["old"].items() if n in columns},
            shown=row["shown"] or {},
        )
        for step in steps
    ]


def kind_of(object_type: str) -> Any:
    """The resource whose rows the log calls this."""
    for resource in resources.values():
        about, called = resource.about, resource.about.object_type
        one_of_its = callable(called) and object_type.startswith(f"{about.name}.")
        if about.logged and (one_of_its or object_type == called):
            return resource
    return None


def typed(column: sa.Column, value: Any) -> Any:
    """A value out of JSON, as the column has it."""
    if value is None or isinstance(column.type, JSONB | ARRAY | sa.Text):
        return value
    return msgspec.convert(value, column.type.python_type)


async def of_event(ctx, id: str) -> list[Change]:
    """What an event tells of, with the activities that only tell of the same."""
    found = changes(await ctx.rows(await events("id"), id=id))
    if not found or found[0].resource.about.name not in TELLING:
        return found
    kind, name = TELLING[found[0].resource.about.name]
    for request_id in {one.request_id for one in found if one.request_id}:
        for one in await of_request(ctx, request_id):
            if one.resource.about.name == kind and one.shown.get(name) == found[0].object_id:
                found.append(one)
    return sorted(found, key=lambda one: one.id, reverse=True)


async def of_request(ctx, request_id: str) -> list[Change]:
    """All that a request changed. Where a later one joined it in an event, that names the later;
    the steps name both."""
    step = [{"request_id": request_id}]
    rows = await ctx.rows(await events("request_id"), request_id=request_id)
    rows += await ctx.rows(await events("steps"), steps=step)
    return changes({row["id"]: row for row in rows}.values(), request_id)


async def deletion(ctx, id: str) -> Change | None:
    """The last deletion of an object of which it is known what it was."""
    rows = await ctx.rows(await events("object_id"), ids=[id], since=None)
    found = [one for one in changes(rows) if one.action == "deleted" and one.old]
    return found[0] if found else None


def leads(known: list[Change]) -> set[str]:
    """The ids of leads that these changes deleted."""
    gone = (one for one in known if one.action == "deleted")
    return {one.object_id for one in gone if one.resource.about.name == "lead"}


async def could_see(ctx, deletion: Change) -> bool:
    """Whether the caller would see the lead, had it not been deleted."""
    return await ctx.value(await seen(), custom=deletion.old["custom"] or {})


@shapes(1)
def seen() -> Statement:
    return Statement(
        sa.select(query.sees_everything() | query.assigned(parameter("custom", JSONB)))
    )


async def later(ctx, known: list[Change]) -> dict[str, list[Change]]:
    """By object: its updates since the first of these, the oldest first. They are compared, and
    shown to nobody: so also those that the caller may not read, or these would be overwritten."""
    given = {"ids": list({one.object_id for one in known}), "since": min(one.date for one in known)}
    by_object: dict[str, list[Change]] = {}
    with ctx.unlimited():
        rows = await ctx.rows(await events("object_id", False), **given)
    for one in reversed(changes(rows)):
        if one.action == "updated":
            by_object.setdefault(one.object_id, []).append(one)
    return by_object


@shapes(10)
def events(by: str, readable: bool = True) -> Statement:
    """The events about rows that the caller may see; or only those that they may read, too."""
    shown = func.coalesce(sa.cast(event.c.data, JSONB), event.c.previous_data)
    shown = sa.case((event.c.object_type.in_(looked_at()), shown)).label("shown")
    columns = (*(event.c[name] for name in SHOWN), shown)
    found = sa.select(*columns).where(
        event.c.organization_id == parameter("organization_id"),
        query.may_see(event.c.lead_id),
        event.c.action.in_(ACTIONS),
    )
    if readable:
        found = found.where(private.readable(), private.told())
    return Statement(found.where(*CONDITIONS[by]()))


def looked_at() -> list[str]:
    """The kinds of which more must be known than the columns that changed."""
    telling = [resources[name] for name, _ in TELLING.values()]
    losing = [one for one in resources.values() if one.about.logged and list(untold(one))]
    return [one.about.object_type for one in (*telling, *losing)]


def untold(resource: Any) -> Iterator[tuple[str, Children]]:
    """What a row shows of rows below it that the log does not tell of."""
    for name, field in resource.about.derived.items():
        if isinstance(field, Children) and not resources[field.of].about.logged:
            yield name, field


def since() -> Any:
    return func.coalesce(parameter("since", TIME), sa.literal_column("'-infinity'::timestamptz"))


CONDITIONS: dict[str, Any] = {
    "id": lambda: [event.c.id == parameter("id")],
    "request_id": lambda: [event.c.request_id == parameter("request_id")],
    "steps": lambda: [sa.text(FOLDED), event.c.steps.contains(parameter("steps", JSONB))],
    "object_id": lambda: [
        event.c.object_id == sa.any_(parameter("ids", TEXTS)),
        event.c.date_updated >= since(),
    ],
}
