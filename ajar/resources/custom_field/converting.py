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
from ajar.resources.custom_field.kinds import WORDS, Kind
from ajar.resources.custom_field.values import fits

CAUSES = ("type", "converting_to_type", "choices", "accepts_multiple_values")
BATCH = 1000
WRITTEN = ("text", "textarea")
OF_THE_LEAD = ("contact", "custom_object")  # a value that was good stays good


def redone(old: dict, new: dict) -> bool:
    """Whether stored values, until they are converted, are not what the new definition says."""
    fewer = old["accepts_multiple_values"] and not new["accepts_multiple_values"]
    return fewer or new["type"] != old["type"]


def places(definition: Any, field: dict) -> list[tuple[Kind, str | None]]:
    """The kinds of object, and the type where there are types, that may have values in it."""
    if definition.kind:
        return [(definition.kind, field.get(definition.kind.owner))]
    kinds = [(WORDS[one["object_type"]], one) for one in field["associations"]]
    return [(kind, one.get(kind.owner)) for kind, one in kinds]


async def needed(ctx, definition: Any, field: dict) -> bool:
    """Whether any row has a value of this field."""
    key = PREFIX + field["id"]
    for kind, type_id in places(definition, field):
        if await ctx.rows(await having(kind), key=key, type_id=type_id, after="", limit=1):
            return True
    return False


async def begin(ctx, definition: Any, field: dict) -> None:
    name, id = definition.about.name, field["id"]
    for kind, type_id in places(definition, field):
        place = {"kind": kind.name, "type_id": type_id}
        await ctx.defer("custom_field.convert", definition=name, id=id, after="", **place)


@task("custom_field.convert")
async def convert(
    ctx, definition: str, id: str, after: str, kind: str, type_id: str | None
) -> None:
    """One batch; the rest is another job, which begins when this one is committed."""
    defining, held, key = resources[definition], WORDS[kind], PREFIX + id
    if not await query.matching(ctx, defining, {"id__in": id}, 1):
        return  # deleted meanwhile, and its values with it
    field = await ops.get(ctx, defining, id)
    wanted = dict(field) | {"type": field["converting_to_type"] or field["type"]}
    given = {"key": key, "type_id": type_id}
    rows = await ctx.rows(await having(held), after=after, limit=BATCH, **given)
    known = {"users": await users(ctx), "contacts": {}, "objects": {}, "lead_id": None}
    changes = {row["id"]: converted(field, wanted, row["value"], known) for row in rows}
    await ctx.rows(await put(held), changes=changes, **given)
    if len(rows) == BATCH:
        rest = {"kind": kind, "type_id": type_id, "after": rows[-1]["id"]}
        await ctx.defer("custom_field.convert", definition=definition, id=id, **rest)
    elif field["converting_to_type"]:
        await ops.write(ctx, defining, field, wanted | {"converting_to_type": None})


def converted(old: dict, definition: dict, value: Any, known: dict) -> Any:
    """The value as the field has it now, or None where it cannot."""
    kept, same = [], definition["type"] == old["type"]
    for item in as_list(value):
        if same and definition["type"] in OF_THE_LEAD:
            kept.append(item)
            continue
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


def of_type(kind: Kind, rows: Any) -> Any:
    return rows.c[kind.owner] == parameter("type_id") if kind.owner else sa.true()


@shapes(20)
def having(kind: Kind) -> Statement:
    """The next rows that have a value, with it."""
    resource, key = resources[kind.holder], parameter("key")
    rows = query.rows(resource)
    values = rows.c[resource.about.custom.name]
    found = query.related(resource, rows, rows.c.id, values.op("->")(key).label("value"))
    found = found.where(values.has_key(key), rows.c.id > parameter("after"), of_type(kind, rows))
    return Statement(found.order_by(rows.c.id).limit(parameter("limit", sa.BigInteger)))


@shapes(20)
def put(kind: Kind) -> Statement:
    """Write the values of a batch: `changes` is an object of row id to value; null takes it out."""
    resource, key = resources[kind.holder], parameter("key")
    table = resource.about.table
    column = table.c[resource.about.custom.name]
    pair = func.jsonb_each(parameter("changes", JSONB)).table_valued(
        "key", sa.column("value", JSONB), name="pair"
    )
    gone = pair.c.value == sa.literal_column("'null'::jsonb")
    put = column.op("||")(func.jsonb_build_object(key, pair.c.value))
    mine = table.c.organization_id == parameter("organization_id"), table.c.id == pair.c.key
    values = {column: sa.case((gone, column.op("-")(key)), else_=put)}
    return Statement(sa.update(table).where(*mine).values(values))


async def strip(ctx, definition: Any, field: dict) -> None:
    """A field is gone, and its values with it."""
    for kind, type_id in places(definition, field):
        await strip_from(ctx, kind, type_id, field["id"])


async def strip_from(ctx, kind: Kind, type_id: str | None, id: str) -> None:
    """Take a value out of every row that has it. No answer may show it again; the rows
    themselves have not changed, so there are no events."""
    await ctx.db.execute("set local statement_timeout = 0")
    await ctx.rows(await stripped(kind), key=PREFIX + id, type_id=type_id)


@shapes(20)
def stripped(kind: Kind) -> Statement:
    resource, key = resources[kind.holder], parameter("key")
    table = resource.about.table
    column = table.c[resource.about.custom.name]
    mine = table.c.organization_id == parameter("organization_id"), of_type(kind, table)
    return Statement(
        sa.update(table).where(*mine, column.has_key(key)).values({column: column.op("-")(key)})
    )
