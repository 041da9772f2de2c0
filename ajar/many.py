"""What `ops` does to one row, done to many of a kind by one statement: with the hooks, the events
and the rest that belongs to them."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import Resource, events, ops, query, render
from ajar.kernel.events import NO_NAMES
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes

LOGGED = ("event_id", "object_type", "id", "lead_id")  # what differs from event to event
BEFORE = (sa.column("old", JSONB), sa.column("steps", JSONB))
AT_ONCE = 500  # of the rows that go with others, however many these have
LARGEST = 2**24  # characters of JSON in one statement; PostgreSQL takes 2**28


class together:
    """Decorator of a `changed` hook that does for many rows what it does for one: what it takes
    is a list of (old, new)."""

    def __init__(self, follow: Callable[[Any, list], Awaitable[None]]):
        self.follow = follow

    async def __call__(self, ctx, old: dict, new: dict) -> None:
        await self.follow(ctx, [(old, new)])


async def get(ctx, resource, ids: Iterable[str]) -> dict[str, ops.Row]:
    """Those of the rows that there are, by id, locked until the transaction ends: in the order of
    their ids, so that two who want many never wait for each other."""
    rows, wanted = {}, sorted(ids)
    for record in await ctx.rows(await locked(resource), ids=wanted) if wanted else ():
        row = rows[record["id"]] = ops.Row(record)
        row.json = row.pop("json")
        if ctx.guard:
            ctx.guard(ctx, resource, row)
        if (written_at := row.get("date_updated")) and written_at > ctx.now:
            ctx.now = written_at
    return rows


async def create(ctx, resource, rows: list[dict]) -> None:
    """Create rows that were checked."""
    if not rows:
        return
    changes = [({}, row) for row in rows]
    told = await completed(ctx, resource, changes)
    beside = resource.about.beside("created", *rows)
    given = told[0] | {"rows": rows, "logs": [part(log) for log in told]}
    await follow(ctx, resource, changes, await ctx.rows(await created(resource, beside), **given))


async def update(ctx, resource, changes: list[tuple[ops.Row, dict]]) -> None:
    """Write rows that come from `get` as they are to be. Each change is an event of its own; where
    quick ones are to be one event, each has to look for the one before it."""
    if ctx.fold:
        for old, new in changes:
            await ops.write(ctx, resource, old, new)
        return
    for some in portions(changes):
        told = await completed(ctx, resource, some)
        names = {n for old, new in some for n in new if new[n] != old[n]} or {"id"}
        rows = [{name: new[name] for name in {"id", *names}} for _, new in some]
        beside = resource.about.beside("updated", *(new for _, new in some))
        statement = await updated(resource, tuple(sorted(names)), beside)
        given = told[0] | {"rows": rows, "logs": [part(log) | before(log) for log in told]}
        await follow(ctx, resource, some, await ctx.rows(statement, **given))


async def delete(ctx, resource, ids: Iterable[str]) -> dict[str, ops.Row]:
    """Delete those of the rows that there are, and let go of them everywhere first. Answers what
    they were."""
    old = await get(ctx, resource, ids)
    if not old:
        return old
    with ctx.unlimited():
        async for other, field, found in ops.holding(ctx, resource, list(old)):
            for start in range(0, len(found), AT_ONCE):
                await release(ctx, other, field, found[start : start + AT_ONCE])
    for some in portions([(row, {}) for row in old.values()]):
        told = [events.values(ctx, resource, row, {}) for row, _ in some]
        beside = resource.about.beside("deleted", *(row for row, _ in some))
        gone = [row["id"] for row, _ in some]
        given = {"ids": gone, "logs": [part(log) | before(log) for log in told]}
        await ctx.rows(await deleted(resource, beside), **told[0] | given)
        await follow(ctx, resource, some, [])
    return old


def portions(changes: list) -> Iterator[list]:
    """So many at a time that what is sent stays small, however large the rows are."""
    some, size = [], 0
    for change in changes:
        some.append(change)
        size += len(change[0].json)
        if size > LARGEST:
            yield some
            some, size = [], 0
    if some:
        yield some


async def release(ctx, other, field, ids: list[str]) -> None:
    """Let these rows go of what is about to be deleted, the way they declare."""
    if field.on_delete == "cascade":
        await delete(ctx, other, ids)
    else:
        rows = await get(ctx, other, ids)
        await update(ctx, other, [(row, row | {field.name: None}) for row in rows.values()])


async def completed(ctx, resource, changes: list) -> list[dict]:
    """What is to be told of rows, which are complete then."""
    for old, new in changes:
        await resource.prepare(ctx, old, new)
        for field in resource.about.stored.values():
            field.stamp(ctx, old, new)
    return [events.values(ctx, resource, old, new) for old, new in changes]


async def follow(ctx, resource, changes: list, written: list) -> None:
    """What comes of it all. `written` has what clients see of each row now."""
    hook = resource.changed
    if hook is Resource.changed:
        return
    texts, pairs = dict(map(tuple, written)), []
    for old, new in changes:
        pairs.append((old, row := ops.Row(new)))
        row.json = texts.get(new.get("id"), "")
    with ctx.unlimited():
        if isinstance(hook, together):
            await hook.follow(ctx, pairs)
        else:
            for pair in pairs:
                await hook(ctx, *pair)


def part(log: dict) -> dict:
    return {name: log[name] for name in LOGGED}


def before(log: dict) -> dict:
    return {"old": msgspec.Raw(log["old"].encode()), "steps": log["steps"]}


def recordset(name: str, columns: Iterable[Any]) -> Any:
    """The objects of a JSON list as rows."""
    typed = [sa.column(column.name, column.type) for column in columns]
    found = sa.func.jsonb_to_recordset(parameter(name, JSONB)).table_valued(*typed)
    return found.render_derived(f"given_{name}", with_types=True)


def logs(*more: Any) -> Any:
    return recordset("logs", (*(sa.column(name, sa.Text) for name in LOGGED), *more))


def noted(action: str, log: Any, source: Any, names: Any, data: Any, previous: Any) -> sa.CTE:
    """The events, each as `ajar.kernel.events` writes one; but for those that tell nothing."""
    found = {c.name: c for c in events.columns(action, names, data, previous)}
    own = ("object_type", "lead_id", "steps")  # a new row has taken nothing away
    found |= {name: log.c[name].label(name) for name in own if name in log.c}
    found |= {"id": log.c.event_id.label("id"), "object_id": log.c.id.label("object_id")}
    told = sa.select(*found.values()).select_from(source).order_by(log.c.event_id)
    return events.logged(told.where(names != NO_NAMES) if action == "updated" else told)


@shapes(100)
def locked(resource) -> Statement:
    rows, about = query.rows(resource), resource.about
    found = query.owned(resource, rows, *(rows.c[name] for name in about.stored))
    found = found.where(rows.c.id == sa.any_(parameter("ids", TEXTS))).order_by(rows.c.id)
    found = found.with_for_update(of=rows).cte("found")
    return Statement(sa.select(*found.c, render.text(resource, None, found).label("json")))


@shapes(100)
def created(resource, beside: tuple) -> Statement:
    about = resource.about
    columns = [column for column in about.table.c if column.name in about.stored]
    given = recordset("rows", columns)
    made = sa.insert(about.table).from_select([c.name for c in columns], sa.select(*given.c))
    row = made.returning(*about.table.c).cte("written")
    shown = seen(resource, row)
    statement = sa.select(shown.c.id, shown.c.json)
    statement = statement.add_cte(*(also.cte(row, "created") for also in beside))
    if about.logged:
        log, none = logs(), sa.cast(sa.null(), JSONB)
        source = sa.join(shown, log, log.c.id == shown.c.id)
        statement = statement.add_cte(noted("created", log, source, NO_NAMES, shown.c.json, none))
    return Statement(statement)


@shapes(200)
def updated(resource, names: tuple, beside: tuple) -> Statement:
    """These columns of rows get what is given; what of it clients see is told."""
    about = resource.about
    table, mine = about.table, about.table.c
    given = recordset("rows", [mine[name] for name in sorted({"id", *names})])
    new = sa.update(table).values({name: given.c[name] for name in names})
    new = new.where(mine.organization_id == parameter("organization_id"), mine.id == given.c.id)
    row = new.returning(*mine).cte("written")
    shown = seen(resource, row)
    statement = sa.select(shown.c.id, shown.c.json)
    statement = statement.add_cte(*(also.cte(row, "updated") for also in beside))
    if about.logged:
        log = logs(*BEFORE)
        now = sa.select(shown.c.id, sa.cast(shown.c.json, JSONB).label("new")).cte("now")
        now = now.prefix_with("MATERIALIZED")  # or it would be read anew for every key
        changed = events.difference(log.c.old, now.c.new).correlate(log, now).lateral("changed")
        source = sa.join(now, log, log.c.id == now.c.id).join(changed, sa.true())
        told = changed.c.names, now.c.new, changed.c.old
        statement = statement.add_cte(noted("updated", log, source, *told))
    return Statement(statement)


@shapes(100)
def deleted(resource, beside: tuple) -> Statement:
    about = resource.about
    table, mine = about.table, about.table.c
    gone = sa.delete(table).where(
        mine.organization_id == parameter("organization_id"),
        mine.id == sa.any_(parameter("ids", TEXTS)),
    )
    row = gone.returning(*table.c).cte("written")
    statement = sa.select(row.c.id)
    statement = statement.add_cte(*(also.cte(row, "deleted") for also in beside))
    if about.logged:
        log = logs(*BEFORE)
        source = sa.join(row, log, log.c.id == row.c.id)
        told = NO_NAMES, sa.null(), log.c.old
        statement = statement.add_cte(noted("deleted", log, source, *told))
    return Statement(statement)


def seen(resource, row: sa.CTE) -> sa.CTE:
    """What clients see of rows that were written."""
    json = sa.cast(render.text(resource, None, row), sa.Text)
    return sa.select(row.c.id, json.label("json")).select_from(row).cte("shown")
