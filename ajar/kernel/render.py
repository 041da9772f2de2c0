"""A declaration and `_fields` -> the SQL expression whose value is the JSON answer.

All JSON is text until PostgreSQL hands it over: `row_to_json` writes an object,
`string_agg` a list. Merging custom values as jsonb instead makes a page slower."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from ajar.errors import NotFound
from ajar.kernel import query, relations
from ajar.kernel.sql import Statement, concat, parameter, shapes


async def one(ctx, resource, id: str, fields: str | None = None) -> str:
    """One row as JSON text. One statement."""
    names, keys = wanted(resource, fields)
    text = await ctx.value(await by_id(resource, names), id=id, custom_keys=keys)
    if text is None:
        raise missing(resource)
    return text


def missing(resource) -> NotFound:
    return NotFound(f"Empty query: {resource.__name__} matching query does not exist.")


@shapes(500)
def by_id(resource, names: tuple | None) -> Statement:
    rows = query.rows(resource)
    found = query.owned(resource, rows, text(resource, names, rows))
    return Statement(found.where(rows.c.id == parameter("id")))


def wanted(resource, fields: str | None) -> tuple[tuple | None, list[str]]:
    """The names of a `_fields` that are known, and the single custom values in it."""
    if not fields:
        return None, []
    about = resource.about
    asked = set(fields.split(","))
    keys = sorted(name for name in asked if name.startswith("custom."))
    if keys and "custom" not in asked:
        asked.add("custom.")
    shown = {name for name, f in about.stored.items() if not f.hidden} | about.derived.keys()
    known = (*(name for name in about.members if name in shown), "custom.")
    if "_all" in asked:
        return known, keys
    return tuple(name for name in known if name in asked), keys


def text(resource, names: tuple | None, row: sa.FromClause) -> Any:
    """One row of `row` as JSON text: an SQL expression."""
    about = resource.about
    fields = about.visible if names is None else {n: about.members.get(n) for n in names}
    fields = {n: f for n, f in fields.items() if f and f is not about.custom}
    found = relations.selected(fields, row)
    custom = about.custom if about.custom and about.custom.wanted(names) else None
    if custom:
        found = found.add_columns(*custom.columns(names, row))
    if not found.selected_columns:
        return sa.literal("{}")
    written = sa.select(func.row_to_json(found.subquery().table_valued())).correlate(row)
    json = sa.cast(written.scalar_subquery(), sa.Text)
    return custom.spliced(json, names, row) if custom else json


def array(one: Any, order: list) -> Any:
    """The rows of a group as a JSON list."""
    return sa.cast(concat("[", func.coalesce(joined(one, order), ""), "]"), JSON)


def joined(one: Any, order: list) -> Any:
    return func.string_agg(one, aggregate_order_by(sa.literal(","), *order))
