"""What `ops` does to one row, done to many of a kind by one statement: with the hooks, the events
and the rest that belongs to them."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ajar.errors import Invalid
from ajar.kernel import Resource, events, ops, query, render
from ajar.kernel.events import NO_NAMES
from ajar.kernel.relations import referrers
from ajar.kernel.sql import Statement, parameter, shapes

IDS = ARRAY(sa.Text)
LOGGED = ("event_id", "object_type", "id", "lead_id")  # what differs from event to event


async def get(ctx, resource, ids: Iterable[str]) -> dict[str, ops.Row]:
    """Those of the rows that there are, by id, locked until the transaction ends."""
    rows = {}
    for record in await ctx.rows(await locked(resource), ids=sorted(ids)):
        row = rows[record["id"]] = ops.Row(record)
        row.json = row.pop("json")
        if (written_at := row.get("date_updated")) and written_at > ctx.now:
            ctx.now = written_at
    return rows


async def create(ctx, resource, rows: list[dict]) -> None:
    """Create rows that were checked."""
    if not rows:
        return
    stored = resource.about.stored
    for row in rows:
        await resource.prepare(ctx, {}, row)
        for field in stored.values():
            field.stamp(ctx, {}, row)
    told = [events.values(ctx, resource, {}, row) for row in rows]
    given = told[0] | {"rows": rows, "logs": [part(log) for log in told]}
    written = await ctx.rows(await created(resource), **given)
    if resource.changed is Resource.changed:
        return  # nothing follows from it
    texts = dict(map(tuple, written))
    for new in rows:
        row = ops.Row(new)
        row.json = texts[row["id"]]
        await resource.changed(ctx, {}, row)


async def delete(ctx, resource, ids: Iterable[str]) -> None:
    """Delete those of the rows that there are, and let go of them everywhere first."""
    old = await get(ctx, resource, ids)
    if not old:
        return
    for other, field in referrers(resource):
        found = await ctx.rows(await referring(other, field.name), targets=list(old))
        await release(ctx, resource, other, field, [record["id"] for record in found])
    told = [events.values(ctx, resource, row, {}) for row in old.values()]
    parts = [
        part(log) | {"old": msgspec.Raw(log["old"].encode()), "steps": log["steps"]} for log in told
    ]
    await ctx.rows(await deleted(resource), **told[0] | {"ids": list(old), "logs": parts})
    for row in old.values():
        await resource.changed(ctx, row, {})


async def release(ctx, resource, other, field, ids: list[str]) -> None:
    """Let go of rows that are about to be deleted, the way their referrer declares."""
    if ids and field.on_delete == "restrict":
        raise Invalid(errors=[f"This {resource.__name__} is still in use."])
    if field.on_delete == "cascade":
        return await delete(ctx, other, ids) if ids else None
    for id in ids:
        row = await ops.get(ctx, other, id)
        await ops.write(ctx, other, row, row | {field.name: None})


def part(log: dict) -> dict:
    return {name: log[name] for name in LOGGED}


def recordset(name: str, columns: Iterable[Any]) -> Any:
    """The objects of a JSON list as rows."""
    typed = [sa.column(column.name, column.type) for column in columns]
    found = sa.func.jsonb_to_recordset(parameter(name, JSONB)).table_valued(*typed)
    return found.render_derived(f"given_{name}", with_types=True)


def logs(*more: Any) -> Any:
    return recordset("logs", (*(sa.column(name, sa.Text) for name in LOGGED), *more))


def noted(action: str, log: Any, source: Any, data: Any, previous: Any) -> sa.CTE:
    """The events, each as `ajar.kernel.events` writes one."""
    found = {c.name: c for c in events.columns(action, NO_NAMES, data, previous)}
    own = ("object_type", "lead_id", "steps")  # a new row has taken nothing away
    found |= {name: log.c[name].label(name) for name in own if name in log.c}
    found |= {"id": log.c.event_id.label("id"), "object_id": log.c.id.label("object_id")}
    return events.logged(sa.select(*found.values()).select_from(source))


@shapes(100)
def locked(resource) -> Statement:
    rows, about = query.rows(resource), resource.about
    found = query.owned(resource, rows, *(rows.c[name] for name in about.stored))
    found = found.where(rows.c.id == sa.any_(parameter("ids", IDS))).order_by(rows.c.id)
    found = found.with_for_update(of=rows).cte("found")
    return Statement(sa.select(*found.c, render.text(resource, None, found).label("json")))


@shapes(100)
def referring(resource, name: str) -> Statement:
    rows = query.rows(resource)
    found = query.related(resource, rows, rows.c.id)
    found = found.where(rows.c[name] == sa.any_(parameter("targets", IDS)))
    return Statement(found.order_by(rows.c.id))


@shapes(100)
def created(resource) -> Statement:
    about = resource.about
    columns = [column for column in about.table.c if column.name in about.stored]
    given = recordset("rows", columns)
    made = sa.insert(about.table).from_select([c.name for c in columns], sa.select(*given.c))
    row = made.returning(*about.table.c).cte("written")
    json = sa.cast(render.text(resource, None, row), sa.Text)
    shown = sa.select(row.c.id, json.label("json")).select_from(row).cte("shown")
    statement = beside(sa.select(shown.c.id, shown.c.json), about, row, "created")
    if about.logged:
        log = logs()
        source = sa.join(shown, log, log.c.id == shown.c.id)
        none = sa.cast(sa.null(), JSONB)
        statement = statement.add_cte(noted("created", log, source, shown.c.json, none))
    return Statement(statement)


@shapes(100)
def deleted(resource) -> Statement:
    about = resource.about
    table, mine = about.table, about.table.c
    gone = sa.delete(table).where(
        mine.organization_id == parameter("organization_id"),
        mine.id == sa.any_(parameter("ids", IDS)),
    )
    row = gone.returning(*table.c).cte("written")
    statement = beside(sa.select(row.c.id), about, row, "deleted")
    if about.logged:
        log = logs(sa.column("old", JSONB), sa.column("steps", JSONB))
        source = sa.join(row, log, log.c.id == row.c.id)
        statement = statement.add_cte(noted("deleted", log, source, sa.null(), log.c.old))
    return Statement(statement)


def beside(statement: Any, about: Any, row: sa.CTE, action: str) -> Any:
    for also in about.alongside:
        if action in also.actions:
            statement = statement.add_cte(also.write(row, action).cte(also.write.__name__))
    return statement
