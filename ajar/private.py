"""What is not for everybody, in the event log: templates, views, exports. Who may not read one
does not read its events, and who may today learns nothing of when they could not."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import parameter
from ajar.kernel.tables import event

NOTHING = sa.literal_column("'{}'::jsonb", JSONB)


def readable() -> Any:
    """Whether the object of an event is for the caller: as it is now, or as it went."""
    return each(as_it_is)


def told() -> Any:
    """Whether it was for the caller when the event came, and before that."""
    return each(lambda one: seen(one, after(event)) & seen(one, before(event)))


def each(condition: Any) -> Any:
    """Of the kinds that not everybody sees all of; who runs the server is nobody, and reads all."""
    cases = [(of_kind(one), condition(one)) for one in kinds()]
    return parameter("user_id").is_(None) | sa.case(*cases, else_=sa.true())


@cache
def kinds() -> list[Any]:
    return [one for one in resources.values() if one.about.seen_if and one.about.logged]


def named(resource: Any) -> str:
    """How the log calls it; with a dot at the end, how that begins."""
    about = resource.about
    return f"{about.name}." if callable(about.object_type) else about.object_type


def of_kind(resource: Any) -> Any:
    name = named(resource)
    begins = name.endswith(".")
    return event.c.object_type.startswith(name) if begins else event.c.object_type == name


def kind(object_type: str) -> bool:
    """Whether not everybody may read all events of this type."""
    names = map(named, kinds())
    return any(object_type == n or (n.endswith(".") and object_type.startswith(n)) for n in names)


def as_it_is(resource: Any) -> Any:
    rows, last = query.rows(resource), event.alias()
    mine = func.coalesce(resource.about.seen_if(rows.c), sa.false())
    there = query.related(resource, rows, mine).where(rows.c.id == event.c.object_id)
    went = sa.select(seen(resource, after(last))).where(
        last.c.organization_id == event.c.organization_id, last.c.object_id == event.c.object_id
    )
    went = went.order_by(last.c.date_updated.desc(), last.c.id.desc()).limit(1)
    return func.coalesce(there.scalar_subquery(), went.correlate(event).scalar_subquery())


def seen(resource: Any, json: Any) -> Any:
    return func.coalesce(resource.about.seen_if(Shown(resource, json)), sa.false())


def after(log: Any) -> Any:
    return func.coalesce(sa.cast(log.c.data, JSONB), log.c.previous_data)


def before(log: Any) -> Any:
    old = func.coalesce(log.c.previous_data, NOTHING)
    return func.coalesce(sa.cast(log.c.data, JSONB), NOTHING).op("||")(old)


class Shown:
    """A row as an event shows it: its columns, out of JSON."""

    def __init__(self, resource: Any, json: Any):
        self.columns, self.json = resource.about.table.c, json

    def __getattr__(self, name: str) -> Any:
        kind = self.columns[name].type
        if isinstance(kind, JSONB):
            return sa.type_coerce(self.json.op("->")(name), JSONB)
        return sa.cast(self.json.op("->>")(name), kind)
