"""What can be done to a resource. HTTP, jobs and the MCP server all come through here. A resource's
table changes through `write`, and for many rows at once through `ajar/many.py`."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB

from ajar import ids
from ajar.errors import Invalid
from ajar.kernel import events, query, render
from ajar.kernel.fields import Field, judged
from ajar.kernel.relations import Ref, referrers
from ajar.kernel.sql import Statement, parameter, shapes


class Row(dict):
    """The columns of a row, and `json`: what PostgreSQL wrote of it for clients."""

    json: str


async def get(ctx, resource, id: str) -> Row:
    """The row, locked until the transaction ends."""
    found = await ctx.rows(await locked(resource), id=id)
    if not found:
        raise render.missing(resource)
    row = Row(found[0])
    row.json = row.pop("json")
    if ctx.guard:
        ctx.guard(ctx, resource, row)
    # Whoever had the lock before may have started later: time goes on for a row.
    if (written_at := row.get("date_updated")) and written_at > ctx.now:
        ctx.now = written_at
    return row


async def create(ctx, resource, data: dict) -> Row:
    """Where the write is a transaction by itself, the foreign keys look whether references
    exist; only if one does not is the database asked which."""
    if ctx.db.is_in_transaction() or ctx.caller.visible_to is not None:
        return await write(ctx, resource, {}, await check(ctx, resource, data))
    try:
        return await write(ctx, resource, {}, await check(ctx, resource, data, believed=True))
    except (asyncpg.ForeignKeyViolationError, Invalid):
        await check(ctx, resource, data)
        raise


async def check(ctx, resource, data: dict, believed: bool = False) -> dict:
    """The row that a body asks for, or every reason why not. Nothing is written yet.
    `believed`: references that the database enforces are not looked up."""
    fields = {n: f for n, f in resource.about.stored.items() if not f.readonly}
    given = {n: f.default(ctx) if callable(f.default) else f.default for n, f in fields.items()}
    sent = {name: value for name, value in data.items() if value is not None}
    cleaned = await clean(ctx, resource, fields, {}, given | sent, believed)
    return fresh(ctx, resource) | cleaned


def fresh(ctx, resource) -> dict:
    """A row of which nothing is known but whose it is."""
    about = resource.about
    row = {name: field.blank for name, field in about.stored.items()}
    row |= {"id": ids.new(about.prefix), "organization_id": ctx.organization_id}
    return row | {"_type": about.type} if about.type else row


async def add(ctx, resource, **values: Any) -> Row:
    """Create a row of which the server itself decides everything."""
    return await write(ctx, resource, {}, fresh(ctx, resource) | values)


async def update(ctx, resource, id: str, data: dict) -> Row:
    old = await get(ctx, resource, id)
    fields = {n: f for n, f in resource.about.stored.items() if not (f.readonly or f.fixed)}
    sent = {n: f for n, f in fields.items() if f.sent(data)}
    new = old | await clean(ctx, resource, sent, old, data)
    return await write(ctx, resource, old, new) if new != old else old


async def touch(ctx, resource, id: str) -> Row:
    """Say that something about a row has changed, without changing it."""
    old = await get(ctx, resource, id)
    return await write(ctx, resource, old, dict(old))


async def delete(ctx, resource, id: str) -> Row:
    """Delete a row, and let go of it everywhere first. Answers what it was."""
    old = await get(ctx, resource, id)
    with ctx.unlimited():
        async for other, field, found in holding(ctx, resource, [id]):
            for each in found:
                if field.on_delete == "cascade":
                    await delete(ctx, other, each)
                else:
                    row = await get(ctx, other, each)
                    await write(ctx, other, row, row | {field.name: None})
        await write(ctx, resource, old, {})
    return old


async def holding(ctx, resource, gone: list[str]) -> AsyncIterator[tuple[Any, Ref, list[str]]]:
    """The rows that must let go of these, which are about to be deleted; and by which field."""
    for other, field in referrers(resource):
        found = await ctx.rows(await query.referring(other, field.name), targets=gone)
        if found and field.on_delete == "restrict":
            raise Invalid(errors=[f"This {resource.__name__} is still in use."])
        if found:
            yield other, field, [record["id"] for record in found]


async def write(ctx, resource, old: dict, new: dict) -> Row:
    """Change one row: from {} creates it, to {} deletes it. Its event is part of the statement.
    A row that is not {} as `old` comes from `get`: locked, and with its JSON."""
    if new:
        await resource.prepare(ctx, old, new)
        for field in resource.about.stored.values():
            field.stamp(ctx, old, new)
    values = {f"new_{name}": value for name, value in new.items()}
    values |= events.values(ctx, resource, old, new)
    action = "updated" if old and new else "created" if new else "deleted"
    row, beside = Row(new), resource.about.beside(action, new or old)
    row.json = await ctx.value(await written(resource, action, beside), **values)
    with ctx.unlimited():
        await resource.changed(ctx, old, row)
    return row


async def ask(ctx, resource, asked: dict[str, Any]) -> dict[str, Any]:
    fields, known = resource.about.stored, ctx.caller.known
    answers = {n: fields[n].recall(known, value) for n, value in asked.items()}
    if new := [name for name, answer in answers.items() if answer is None]:
        values = {f"asked_{name}": asked[name] for name in new}
        (found,) = await ctx.rows(await questions(resource, tuple(new)), **values)
        for name in new:
            fields[name].learn(known, asked[name], found[name])
        answers |= found
    return answers


async def clean(
    ctx, resource, fields: dict[str, Field], old: dict, data: dict, believed: bool = False, ask=ask
) -> dict:
    """Check every field; report every bad value at once. The database is asked once for all."""
    picked = {n: f.pick(old, data) for n, f in fields.items()}
    asked = {n: f.asked(picked[n]) for n, f in fields.items() if not (believed and f.enforced)}
    answers = await ask(ctx, resource, {n: v for n, v in asked.items() if v is not None})
    answers = {n: value for n, value in picked.items() if n not in asked} | answers
    mine = data.get("organization_id", ctx.organization_id) == ctx.organization_id
    errors = {} if mine else {"organization_id": "Object does not exist."}
    return judged(fields, picked, answers, errors)


@shapes(500)
def questions(resource, names: tuple) -> Statement:
    """What `clean` must know about other rows, for all these fields in one statement."""
    fields: list[Any] = [resource.about.stored[name] for name in names]
    asked = [parameter(f"asked_{f.name}", f.asked_type) for f in fields]
    answers = (f.question(a).label(f.name) for f, a in zip(fields, asked, strict=True))
    return Statement(sa.select(*answers))


@shapes(500)
def locked(resource) -> Statement:
    rows, about = query.rows(resource), resource.about
    found = query.owned(resource, rows, *(rows.c[name] for name in about.stored))
    found = found.where(rows.c.id == parameter("id")).with_for_update(of=rows).cte("found")
    return Statement(sa.select(*found.c, render.text(resource, None, found).label("json")))


@shapes(500)
def written(resource, action: str, beside: tuple) -> Statement:
    """INSERT, UPDATE or DELETE; the row's JSON; its event: one statement. The JSON is made from
    RETURNING. It sees other tables as they were before, so a derived field must not look for
    the row itself in its own table."""
    about = resource.about
    kept = (about.table.c[name] for name in about.stored)
    row = change(resource, action).returning(*kept).cte("written")
    json = render.text(resource, None, row) if action != "deleted" else sa.null()
    shown = sa.select(sa.cast(json, sa.Text).label("json")).select_from(row).cte("shown")
    kind = JSONB if action == "updated" else JSON
    parsed = sa.select(sa.cast(shown.c.json, kind).label("new")).cte("parsed")
    parsed = parsed.prefix_with("MATERIALIZED")  # or it would be parsed anew for every key
    statement = sa.select(shown.c.json).add_cte(*(also.cte(row, action) for also in beside))
    if about.logged:
        statement = statement.add_cte(*events.insert(action, parsed))
    return Statement(statement)


def change(resource, action: str) -> Any:
    table, stored = resource.about.table, resource.about.stored
    mine = table.c.organization_id == parameter("organization_id"), table.c.id == parameter("id")
    if action == "deleted":
        return sa.delete(table).where(*mine)
    values = {name: parameter(f"new_{name}", table.c[name].type) for name in stored}
    if action == "created":
        return sa.insert(table).values(values)
    keys = ("organization_id", "id")
    return sa.update(table).where(*mine).values({n: v for n, v in values.items() if n not in keys})
