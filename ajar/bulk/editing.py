"""Changing many objects: all of a piece are locked and read by one statement."""

from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ajar.kernel import ops, query, render
from ajar.kernel.custom import PREFIX
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.search import catalogue


async def prepared(ctx, action: dict, ids: list[str]) -> Callable[[str], Awaitable[None]]:
    resource = catalogue.types()[action["object_type"]].resource
    rows = await locked(ctx, resource, ids)
    data = change(action)
    fields = {n: f for n, f in resource.about.stored.items() if f.sent(data)}

    async def edit(id: str) -> None:
        if id not in rows:
            raise render.missing(resource)
        old = rows[id]
        new = old | await ops.clean(ctx, resource, fields, old, data)
        if new != old:
            await ops.write(ctx, resource, old, new)

    return edit


def change(action: dict) -> dict[str, Any]:
    """As the body of an update has it."""
    if action["type"] == "set_lead_status":
        return {"status_id": action["lead_status_id"]}
    key, how = f"{PREFIX}{action['custom_field_id']}", action["custom_field_operation"]
    if action["type"].startswith("clear"):
        return {key: None}
    several = action["custom_field_values"]
    value = action["custom_field_value"][0] if several is None else several
    return {key if how == "replace" else f"{key}.{how}": value}


async def locked(ctx, resource, ids: list[str]) -> dict[str, ops.Row]:
    """What `ops.get` answers, of many; in the order of their ids, so that two pieces never wait
    for each other. What is not there any more, or is not seen any more, is left out."""
    found = {}
    for record in await ctx.rows(await of_many(resource), ids=ids):
        row = ops.Row(record)
        row.json = row.pop("json")
        found[row["id"]] = row
    ctx.now = max([ctx.now, *(row["date_updated"] for row in found.values())])
    return found


@shapes(10)
def of_many(resource) -> Statement:
    rows, about = query.rows(resource), resource.about
    every = query.owned(resource, rows, *(rows.c[name] for name in about.stored))
    every = every.where(rows.c.id == sa.any_(parameter("ids", ARRAY(sa.Text))))
    every = every.order_by(rows.c.id).with_for_update(of=rows).cte("found")
    return Statement(sa.select(*every.c, render.text(resource, None, every).label("json")))
