"""All custom fields of an object, its own and shared ones, in the order in which they are shown."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSON, insert

from ajar.errors import Invalid
from ajar.kernel import operation, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.resources.custom_field.kinds import Kind, applies, in_order, listed, order, path
from ajar.resources.custom_field.subject import of_path

ONE = "/custom_field_schema/{object_type}/"
ONE_OF_TYPE = ONE + "{type_id}/"


async def get(ctx, params, body):
    """The fields of an object."""
    kind, type_id = await of_path(ctx, params)
    return await ctx.value(await schema(kind), type_id=type_id)


async def update(ctx, params, body):
    """Put fields in another order. Those that are left out follow; none is lost."""
    kind, type_id = await of_path(ctx, params)
    await arrange(ctx, kind, type_id, body.get("fields") or [])
    return await ctx.value(await schema(kind), type_id=type_id)


for suffix, url in (("", ONE), (".of_type", ONE_OF_TYPE)):
    operation(f"custom_field_schema{suffix}.get", "GET", url)(get)
    operation(f"custom_field_schema{suffix}.update", "PUT", url)(update)


async def arrange(ctx, kind: Kind, type_id: str | None, sent: Any) -> bool:
    """Put these fields first, in this order. Whether that changes anything."""
    old = [row["id"] for row in await ctx.rows(await current(kind), type_id=type_id)]
    new = list(dict.fromkeys([*ids(sent, old), *old]))
    if new != old:
        await ctx.rows(await said(kind), type_id=type_id, fields=new)
    return new != old


def ids(sent: Any, known: list[str]) -> list[str]:
    if not isinstance(sent, list):
        raise Invalid(fields={"fields": "Value must be of list type."})
    found = [one.get("id") if isinstance(one, dict) else None for one in sent]
    errors = {
        str(index): Invalid(fields={"id": "Object does not exist."}).body
        for index, id in enumerate(found)
        if id not in known
    }
    if errors:
        raise Invalid(fields={"fields": {"errors": errors}})
    return found


@shapes(5)
def schema(kind: Kind) -> Statement:
    type_id = parameter("type_id")
    named = query.first(resources[kind.types], "name", id=type_id) if kind.owner else None
    shown = {
        "organization_id": parameter("organization_id"),
        "object_type": path(kind, type_id),
        "name": kind.word.title() if named is None else named,
        "fields": listed(kind, type_id),
    }
    pairs = [part for pair in shown.items() for part in pair]
    return Statement(sa.select(sa.cast(func.json_build_object(*pairs, type_=JSON), sa.Text)))


@shapes(5)
def current(kind: Kind) -> Statement:
    """The ids of the fields, in order."""
    every, type_id = resources["custom_field"], parameter("type_id")
    rows = query.rows(every)
    found = query.related(every, rows, rows.c.id).where(applies(kind, rows, type_id))
    return Statement(found.order_by(*in_order(kind, rows, type_id)))


@shapes(5)
def said(kind: Kind) -> Statement:
    fields = parameter("fields", TEXTS)
    key = path(kind, parameter("type_id"))
    values = {"organization_id": parameter("organization_id"), "object_type": key}
    made = insert(order).values(values | {"fields": fields})
    keys = list(values)
    return Statement(made.on_conflict_do_update(index_elements=keys, set_={"fields": fields}))
