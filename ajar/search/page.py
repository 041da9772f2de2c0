"""A search: what is asked for, and a page of what is found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func

from ajar.errors import Invalid
from ajar.kernel import query, render
from ajar.kernel.sql import Statement, concat, parameter, shapes
from ajar.search import catalogue, known, order, parse, tree
from ajar.search.catalogue import Type
from ajar.search.sql import At, condition, narrow

MOST = 200
USUAL = 100


@dataclass
class Search:
    """What is asked for, understood."""

    query: parse.Query
    keys: tuple[order.Key, ...]
    digest: str = ""
    now: datetime | None = None
    names: tuple[str, ...] | None = None
    custom_keys: Sequence[str] = ()
    limit: int = USUAL
    most: int | None = None
    counted: bool = False
    cursor: order.Cursor | None = None


async def understood(ctx: Any, said: Any, where: str = "", now: Any = None) -> Search:
    """A query and its order, as a smart view keeps them; or everything that is wrong with them."""
    if not isinstance(said, dict):
        raise Invalid(fields={where.rstrip(".") or "query": "Value must be of dict type."})
    found = await known.of(ctx, said)
    reader = parse.Reader(ctx, now or ctx.now, found)
    meant = parse.query(reader, said.get("query"), f"{where}query")
    keys = order.read(reader, said.get("sort"), meant.type, f"{where}sort")
    most = number(reader, said, "results_limit", where, 10**12)
    if reader.errors:
        raise Invalid(fields=dict(reader.errors))
    return Search(meant, keys, order.digest(said.get("query"), said.get("sort")), now, most=most)


def number(reader: Any, said: dict, name: str, where: str, most: int) -> int | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        reader.wrong(f"{where}{name}", f"Must be a whole number from 0 to {most}.")
        return None
    return value


async def asked(ctx: Any, said: dict) -> Search:
    """The body of a search."""
    digest = order.digest(said.get("query"), said.get("sort"))
    cursor = order.cursor(said.get("cursor"), digest)
    now = datetime.fromisoformat(cursor.now) if cursor else ctx.now
    found = await understood(ctx, said, now=now)
    reader = parse.Reader(ctx, now, known.Known())
    limit = number(reader, said, "_limit", "", MOST)
    counted = said.get("include_counts") or False
    if not isinstance(counted, bool):
        reader.wrong("include_counts", "Value must be of bool type.")
    names, keys = shown(reader, said.get("_fields"), found.query.type)
    if reader.errors:
        raise Invalid(fields=dict(reader.errors))
    limit = USUAL if limit is None else limit
    return replace(
        found, names=names, custom_keys=keys, limit=limit, counted=counted, cursor=cursor
    )


def shown(reader: Any, said: Any, of: Type) -> tuple[tuple[str, ...] | None, list[str]]:
    """The names of fields, by type; a list of them, or a text with commas."""
    wrong = "Must say for a type of objects which fields to show."
    if said is not None and not isinstance(said, dict):
        reader.wrong("_fields", wrong)
        return None, []
    names: list[str] = ["id"]
    for word, fields in (said or {}).items():
        fields = fields.split(",") if isinstance(fields, str) else fields
        if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
            reader.wrong(f"_fields.{word}", "Must be a list of names.")
        elif catalogue.find(word) is None:
            reader.wrong(f"_fields.{word}", "There is no such type of objects.")
        elif catalogue.find(word) == of:
            names += fields
    return render.wanted(of.resource, ",".join(names))


async def run(ctx: Any, search: Search) -> str:
    """A page as JSON text."""
    cursor, before = search.cursor, search.cursor.shown if search.cursor else 0
    limit = search.limit if search.most is None else min(search.limit, search.most - before)
    limit = max(limit, 0)
    values = order.values(search.keys, cursor) if cursor else {}
    empty = tuple(value is None for value in values.values()) if cursor else None
    shape = search.query.type.name, search.query.tree, search.keys, empty
    statement = await page(*shape, search.names, search.counted)
    values |= search.query.values
    values |= {"limit": limit, "custom_keys": search.custom_keys}
    # These statements differ in what they find more than in what they say: each is planned for its
    # own values, which is worth more here than the time it takes: but for those that are narrow.
    await ctx.db.plan_for_values(not narrow(search.query.tree))
    found = await ctx.rows(statement, **values)
    data, ended_at, more, total = found[0]
    ended = search.most is not None and before + limit >= search.most
    following = None
    if more and limit and not ended:
        now = (search.now or ctx.now).isoformat()
        following = order.Cursor(ended_at[0], now, before + limit, search.digest).written()
    text = f'{{"data":[{data}],"cursor":{msgspec.json.encode(following).decode()}'
    if search.counted:
        limited = total if search.most is None else min(total, search.most)
        text += f',"count":{{"limited":{limited},"total":{total}}}'
    return text + "}"


async def planned(ctx: Any, statement: Statement, **values: Any) -> list:
    """What a search finds among other statements, which are not planned for their values."""
    await ctx.db.plan_for_values(True)
    rows = await ctx.rows(statement, **values)
    await ctx.db.plan_for_values(False)
    return rows


def matching(
    type_: Type, node: tree.Node, rows: Any, *columns: Any, few: bool = False
) -> sa.Select:
    """Those that the caller may see, and that meet the conditions; `few`: only the first ones."""
    found = query.owned(type_.resource, rows, *columns)
    return found.where(*type_.meant(rows), condition(node, At(type_, rows, few)))


@shapes(300)
def page(
    name: str,
    node: tree.Node,
    keys: tuple[order.Key, ...],
    empty: tuple[bool, ...] | None,
    names: tuple[str, ...] | None,
    counted: bool,
) -> Statement:
    """First what is found, in its order; then what is shown of it; one row more than a page
    tells whether there is another one."""
    type_ = catalogue.types()[name]
    rows, limit = query.rows(type_.resource), parameter("limit", sa.BigInteger)
    columns = [key.value(type_, rows) for key in keys]
    labelled = [column.label(f"key{number}") for number, column in enumerate(columns)]
    found = matching(type_, node, rows, rows.c.id.label("found_id"), *labelled, few=True)
    if empty is not None:
        found = found.where(order.after(keys, columns, empty))
    found = found.order_by(*order.by(keys, columns)).limit(limit + 1).subquery("found")
    places = [found.c[f"key{number}"] for number in range(len(keys))]
    number = func.row_number().over(order_by=list(order.by(keys, places))).label("number")
    every = sa.select(*found.c, number).subquery("page")
    total = matching(type_, node, other := query.rows(type_.resource), func.count())
    total = total.select_from(other).scalar_subquery() if counted else sa.null()
    shown = query.rows(type_.resource)
    data = render.joined(written(type_, shown, names), [every.c.number])
    data = func.coalesce(data.filter(every.c.number <= limit), "")
    last = func.json_build_array(*(sa.cast(every.c[place.name], sa.Text) for place in places))
    ended = func.json_agg(last, type_=sa.JSON).filter(every.c.number == limit)
    answer = query.related(type_.resource, shown, data, ended, func.count() > limit, total)
    return Statement(answer.select_from(every).where(shown.c.id == every.c.found_id))


def written(type_: Type, rows: Any, names: tuple[str, ...] | None) -> Any:
    text = render.text(type_.resource, names, rows)
    return concat(f'{{"__object_type":"{type_.name}",', func.substr(text, 2))


async def matches(ctx: Any, meant: parse.Query, id: str) -> bool:
    """Whether one object is among what a query finds."""
    statement = await one(meant.type.name, meant.tree)
    return bool(await ctx.value(statement, **meant.values, id=id))


@shapes(300)
def one(name: str, node: tree.Node) -> Statement:
    type_ = catalogue.types()[name]
    rows = query.rows(type_.resource)
    found = matching(type_, node, rows, sa.literal_column("1"))
    return Statement(sa.select(found.where(rows.c.id == parameter("id")).exists()))


async def ids(ctx: Any, search: Search) -> list[str]:
    """Of all that is found, in its order."""
    statement = await every(search.query.type.name, search.query.tree, search.keys)
    rows = await planned(ctx, statement, **search.query.values, limit=search.most)
    return [row["id"] for row in rows]


@shapes(100)
def every(name: str, node: tree.Node, keys: tuple[order.Key, ...]) -> Statement:
    type_ = catalogue.types()[name]
    rows = query.rows(type_.resource)
    by = order.by(keys, [key.value(type_, rows) for key in keys])
    found = matching(type_, node, rows, rows.c.id).order_by(*by)
    return Statement(found.limit(parameter("limit", sa.BigInteger)))
