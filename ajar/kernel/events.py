"""The event log: one row for each change, written by the statement that makes the change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, aggregate_order_by

from ajar import ids
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.kernel.tables import event

NO_NAMES = sa.literal_column("'{}'::text[]", ARRAY(sa.Text))
TEXTS = ("organization_id", "user_id", "request_id", "api_key_id", "oauth_client_id")
GIVEN: dict[str, Any] = dict.fromkeys((*TEXTS, "object_type", "lead_id"), sa.Text)


def insert(action: str, json: sa.FromClause) -> list[sa.CTE]:
    """Log a change, as part of its statement: `json.new` is the row as it is now."""
    old = parameter("old", JSONB)
    if action != "updated":
        found = sa.select(*columns(action, NO_NAMES, json.c.new, old)).select_from(json)
        return [logged(found)]
    changed = difference(old, json.c.new).select_from(json)
    changed = changed.cte("changed").prefix_with("MATERIALIZED")
    folded = fold(changed, json)
    source = sa.join(json, changed, sa.true())
    found = sa.select(*columns(action, changed.c.names, json.c.new, changed.c.old))
    unfolded = ~sa.exists(sa.select(folded.c.id))
    return [folded, logged(found.select_from(source).where(changed.c.names != NO_NAMES, unfolded))]


def columns(action: Any, names: Any, data: Any, previous: Any) -> list:
    values = {name: parameter(name, type_) for name, type_ in GIVEN.items()} | {
        "id": parameter("event_id"),
        "object_id": parameter("id"),
        "date_created": parameter("now", TIME),
        "date_updated": parameter("now", TIME),
        "action": sa.literal(action) if isinstance(action, str) else action,
        "changed_fields": names,
        "data": sa.cast(data, JSON),
        "previous_data": previous,
        "meta": parameter("meta", JSONB),
        "steps": parameter("steps", JSONB),
    }
    return [value.label(name) for name, value in values.items()]


def logged(found: sa.Select) -> sa.CTE:
    return sa.insert(event).from_select(found.selected_columns.keys(), found).cte("logged")


def difference(old: Any, new: Any) -> sa.Select:
    """The names of the top-level keys that differ, and the old values under them. The custom
    values are keys of their own; their older dictionary would only say it again. A change
    of nothing that is shown is no event."""
    key = func.jsonb_object_keys(old.op("||")(new)).column_valued("key")
    names = func.coalesce(func.array_agg(aggregate_order_by(key, key)), NO_NAMES).label("names")
    values = func.jsonb_object_agg(key, old.op("->")(key)).label("old")
    differs = old.op("->")(key).is_distinct_from(new.op("->")(key)) & (key != "custom")
    return sa.select(names, values).where(differs)


def fold(changed: sa.CTE, json: sa.FromClause) -> sa.CTE:
    """Changes of one object by one caller in quick succession are one event, which tells what
    was before the first of them."""
    last = event.alias("last")
    caller = ("user_id", "api_key_id", "oauth_client_id")
    newest = sa.select(*(last.c[n] for n in ("id", "date_created", "action", *caller))).where(
        last.c.organization_id == parameter("organization_id"),
        last.c.object_id == parameter("id"),
        last.c.date_created > parameter("since", TIME),
    )
    newest = newest.order_by(last.c.date_updated.desc(), last.c.id.desc()).limit(1).cte("newest")
    name = func.unnest(event.c.changed_fields.op("||")(changed.c.names)).column_valued("name")
    union = sa.select(func.array_agg(aggregate_order_by(name.distinct(), name))).scalar_subquery()
    values = {
        "date_updated": parameter("now", TIME),
        "position": sa.literal_column("default"),
        "request_id": parameter("request_id"),
        "changed_fields": union,
        "data": sa.cast(json.c.new, JSON),
        "previous_data": changed.c.old.op("||")(event.c.previous_data),
        "steps": event.c.steps.op("||")(parameter("steps", JSONB)),
    }
    same = [
        event.c.organization_id == parameter("organization_id"),
        event.c.id == newest.c.id,
        event.c.date_created == newest.c.date_created,
        newest.c.action == "updated",
        changed.c.names != NO_NAMES,
        *(newest.c[name].is_not_distinct_from(parameter(name)) for name in caller),
    ]
    return sa.update(event).where(*same).values(values).returning(event.c.id).cte("folded")


def values(ctx, resource, old: Any, new: dict) -> dict[str, Any]:
    """The parameters of `insert`."""
    row, about, id = new or old, resource.about, ids.new("ev")
    lost = {name: value for name, value in old.items() if not new or new[name] != value}
    return {
        "old": old.json if old else None,
        "steps": [{"id": id, "request_id": ctx.request_id, "old": lost}] if old else [],
        "event_id": id,
        "since": ctx.now - ctx.fold,
        "request_id": ctx.request_id,
        "api_key_id": ctx.caller.api_key_id,
        "oauth_client_id": ctx.caller.oauth_client_id,
        "object_type": k(row) if callable(k := about.object_type) else k,
        "id": row["id"],
        "lead_id": row[about.of_a_lead] if about.of_a_lead else None,
        "meta": ctx.meta,
    }


async def log(ctx, resource, row: Any, action: str) -> None:
    """What happened beyond created, updated and deleted: a task was completed, a lead merged."""
    given = values(ctx, resource, {}, row)
    await ctx.rows(await noted(), **given, action=action, data=row.json)


@shapes(1)
def noted() -> Statement:
    data, empty = parameter("data", JSON), sa.literal_column("'{}'::jsonb", JSONB)
    found = sa.select(*columns(parameter("action"), NO_NAMES, data, empty))
    return Statement(sa.insert(event).from_select(found.selected_columns.keys(), found))
