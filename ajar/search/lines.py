"""The lists of leads and opportunities, narrowed by a line of text in the older language."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar import paging
from ajar.errors import ApiError, Invalid
from ajar.kernel import query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, concat, parameter, shapes
from ajar.search import catalogue, language, order, page, tree


async def understood(ctx: Any, text: str, of: str) -> tuple[page.Search, language.Said]:
    """What a line asks for. Custom fields are known by their names and their ids."""
    names: dict[str, dict] = {}
    for one in await ctx.value(await named()) or []:
        names |= {one["name"].lower(): one, one["id"].lower(): one}
    line = language.read(text, of, names)
    return await checked(ctx, line), line


async def checked(ctx: Any, line: language.Said) -> page.Search:
    try:
        return await page.understood(ctx, {"query": line.query, "sort": line.sort})
    except Invalid as error:
        reasons = "; ".join(dict.fromkeys(map(str, error.body["field-errors"].values())))
        raise ApiError(f"query: {reasons}") from None


@shapes(1)
def named() -> Statement:
    resource = resources["custom_field"]
    rows = query.rows(resource)
    one = func.json_build_object("id", rows.c.id, "name", rows.c.name, "type", rows.c.type)
    return Statement(query.owned(resource, rows, func.json_agg(one, type_=sa.JSON)))


async def listed(ctx: Any, resource: Any, params: dict[str, str]) -> str:
    """A page of a list, and how many there are."""
    search, line = await understood(ctx, params["query"], resource.about.name)
    names, keys = render.wanted(resource, params.get("_fields"))
    about = resource.about
    limits = paging.window(params, about.usual, about.most, about.deepest)
    shape = about.name, search.query.tree, search.keys, names, line.slice is not None
    part, parts = line.slice or (0, 1)
    values = search.query.values | limits | {"part": part, "parts": parts}
    await ctx.db.plan_for_values(True)
    found = await ctx.rows(await window(*shape), **values, custom_keys=keys)
    return found[0][0]


@shapes(200)
def window(
    name: str, node: tree.Node, keys: tuple[order.Key, ...], names: tuple | None, sliced: bool
) -> Statement:
    type_ = catalogue.types()[name]

    def matching(rows: Any, *columns: Any) -> sa.Select:
        found = page.matching(type_, node, rows, *columns)
        if not sliced:
            return found
        number = func.abs(sa.cast(func.hashtext(rows.c.id), sa.BigInteger))
        part, parts = (parameter(name, sa.BigInteger) for name in ("part", "parts"))
        return found.where(func.mod(number, parts) == part)

    rows, other = query.rows(type_.resource), query.rows(type_.resource)
    by = list(order.by(keys, [key.value(type_, rows) for key in keys]))
    total = matching(other, func.count()).select_from(other).scalar_subquery()
    more = concat('"total_results":', sa.cast(total, sa.Text))
    return query.listed(
        matching(rows, *rows.c), by, lambda one: render.text(type_.resource, names, one), more
    )


async def opportunities(ctx: Any, params: dict[str, str]) -> dict[str, str]:
    """The filters of a list of opportunities with those that search said as filters, too."""
    parts: list[dict] = []
    if text := params.get("query"):
        parts.append((await line_of(ctx, text, "opportunity")).query)
    if text := params.get("lead_query"):
        parts.append(of_lead((await line_of(ctx, text, "lead")).query))
    if id := params.get("lead_saved_search_id"):
        parts.append(of_lead({"type": "saved_search", "saved_search_id": id}))
    if not parts:
        return params
    kind = {"type": "object_type", "object_type": "opportunity"}
    search = await checked(ctx, language.Said({"type": "and", "queries": [kind, *parts]}))
    ids = await page.ids(ctx, search)
    rest = {name: v for name, v in params.items() if not re.match("(lead_)?query|lead_saved", name)}
    return rest | {"id__in": ",".join(ids) or "none"}


async def line_of(ctx: Any, text: str, of: str) -> language.Said:
    return (await understood(ctx, text, of))[1]


def of_lead(said: dict) -> dict:
    names = {"this_object_type": "opportunity", "related_object_type": "lead"}
    return {"type": "has_related", "related_query": said} | names
