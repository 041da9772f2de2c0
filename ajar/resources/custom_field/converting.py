"""When the type of a custom field changes, or its choices, stored values follow: a batch at a
time, each in a transaction of its own, so that it goes on after a crash where it was. When it
is deleted they go with it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.jobs import task
from ajar.kernel import ops, query
from ajar.kernel.custom import PREFIX, as_list
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.custom_field.values import fits

CAUSES = ("type", "converting_to_type", "choices", "accepts_multiple_values")
BATCH = 1000
WRITTEN = ("text", "textarea")


async def needed(ctx, definition: Any, id: str) -> bool:
    """Whether any row has a value of this field."""
    holder = resources[definition.holder]
    return bool(await ctx.rows(await having(holder), key=PREFIX + id, after="", limit=1))


async def begin(ctx, definition: Any, id: str) -> None:
    name = definition.about.name
    await ctx.defer("custom_field.convert", definition=name, id=id, after="")


@task("custom_field.convert")
async def convert(ctx, definition: str, id: str, after: str) -> None:
    """One batch; the rest is another job, which begins when this one is committed."""
    kind, key = resources[definition], PREFIX + id
    if not await query.matching(ctx, kind, {"id__in": id}, 1):
        return  # deleted meanwhile, and its values with it
    field = await ops.get(ctx, kind, id)
    wanted = dict(field) | {"type": field["converting_to_type"] or field["type"]}
    holder = resources[kind.holder]
    rows = await ctx.rows(await having(holder), key=key, after=after, limit=BATCH)
    known = {"users": await users(ctx), "contacts": {}, "lead_id": None}
    changes = {row["id"]: converted(wanted, row["value"], known) for row in rows}
    await ctx.rows(await put(holder), key=key, changes=changes)
    if len(rows) == BATCH:
        await ctx.defer("custom_field.convert", definition=definition, id=id, after=rows[-1]["id"])
    elif field["converting_to_type"]:
        await ops.write(ctx, kind, field, wanted | {"converting_to_type": None})


def converted(definition: dict, value: Any, known: dict) -> Any:
    """The value as the field has it now, or None where it cannot."""
    kept = []
    for item in as_list(value):
        if definition["type"] in WRITTEN and not isinstance(item, str):
            item = str(item)
        try:
            kept += as_list(fits(definition, item, known))
        except ValueError:
            continue  # a value that does not fit is no longer shown
    if definition["accepts_multiple_values"]:
        return kept or None
    return kept[0] if kept else None


async def users(ctx) -> dict[str, str]:
    return {row["id"]: row["name"] for row in await ctx.rows(await named())}


@shapes(1)
def named() -> Statement:
    user = query.rows(resources["user"])
    name = resources["user"].about.members["name"].shown(user).label("name")
    return Statement(query.related(resources["user"], user, user.c.id, name))


@shapes(20)
def having(resource) -> Statement:
    """The next rows that have a value, with it."""
    rows, key = query.rows(resource), parameter("key")
    values = rows.c[resource.about.custom.name]
    found = query.related(resource, rows, rows.c.id, values.op("->")(key).label("value"))
    found = found.where(values.has_key(key), rows.c.id > parameter("after"))
    return Statement(found.order_by(rows.c.id).limit(parameter("limit", sa.BigInteger)))


@shapes(20)
def put(resource) -> Statement:
    """Write the values of a batch: `changes` is an object of row id to value; null takes it out."""
    table, key = resource.about.table, parameter("key")
    column = table.c[resource.about.custom.name]
    pair = func.jsonb_each(parameter("changes", JSONB)).table_valued(
        "key", sa.column("value", JSONB), name="pair"
    )
    gone = pair.c.value == sa.literal_column("'null'::jsonb")
    put = column.op("||")(func.jsonb_build_object(key, pair.c.value))
    mine = table.c.organization_id == parameter("organization_id"), table.c.id == pair.c.key
    values = {column: sa.case((gone, column.op("-")(key)), else_=put)}
    return Statement(sa.update(table).where(*mine).values(values))


async def strip(ctx, resource, key: str) -> None:
    """Take a value out of every row that has it. The definition is gone, and no answer may show
    it again; the rows themselves have not changed, so there are no events."""
    await ctx.db.execute("set local statement_timeout = 0")
    await ctx.rows(await stripped(resource), key=key)


@shapes(20)
def stripped(resource) -> Statement:
    table, key = resource.about.table, parameter("key")
    column = table.c[resource.about.custom.name]
    mine = table.c.organization_id == parameter("organization_id")
    return Statement(
        sa.update(table).where(mine, column.has_key(key)).values({column: column.op("-")(key)})
    )
