"""What a search found when somebody asked, kept in its order until all of it is worked off. It
stays the same whatever happens to the objects meanwhile: none comes twice, and none is left out."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, metadata, parameter, shapes
from ajar.search import catalogue, order, page, tree

found = sa.Table(
    "search_found",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("of_id", sa.Text, primary_key=True),  # of the action or export that it is for
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("is_first", sa.Boolean, nullable=False),  # of all that is found on its lead
    sa.Column("reason", sa.Text),  # why nothing was done about it
)
UNHURRIED = "set local statement_timeout = 0"  # there may be very many
NAMES = ("organization_id", "of_id", "position", "object_id", "is_first")


async def keep(ctx: Any, of_id: str, search: page.Search, below: str = "") -> tuple[int, int]:
    """How many objects were found, and on how many leads. `below`: not the leads that are found
    are meant, but their rows of this resource."""
    shape = search.query.type.name, search.query.tree, search.keys, below
    values = search.query.values | {"limit": search.most, "of_id": of_id}
    await ctx.db.execute(UNHURRIED)
    ((objects, leads),) = await page.planned(ctx, await kept(*shape), **values)
    return objects, leads


async def keep_listed(ctx: Any, of_id: str, resource: Any, params: dict[str, str]) -> int:
    """What the filters of a list match, in the order of the list; and how many these are."""
    shape, values = query.filtered(ctx, resource, params)
    statement = await listed(resource, shape, query.ordered(resource, params))
    await ctx.db.execute(UNHURRIED)
    ((objects, _),) = await ctx.rows(statement, **values, of_id=of_id)
    return objects


@shapes(50)
def listed(resource: Any, shape: tuple, order: str) -> Statement:
    rows = query.rows(resource)
    by = query.ordering(resource, rows, order)
    matching = query.owned(resource, rows, *columns(resource, rows, by))
    return inserted(matching.where(*query.conditions(resource, rows, shape)).cte("matching"))


@shapes(100)
def kept(name: str, node: tree.Node, keys: tuple[order.Key, ...], below: str) -> Statement:
    type_ = catalogue.types()[name]
    rows = query.rows(type_.resource)
    by = list(order.by(keys, [key.value(type_, rows) for key in keys]))
    matching = page.matching(type_, node, rows, *columns(type_.resource, rows, by))
    matching = matching.order_by(*by).limit(parameter("limit", sa.BigInteger)).cte("matching")
    return inserted(of_leads(resources[below], matching) if below else matching)


def columns(resource: Any, rows: Any, by: list) -> list:
    number = func.row_number().over(order_by=by).label("position")
    lead = rows.c[resource.about.of_a_lead].label("lead_id")
    return [rows.c.id.label("object_id"), lead, number]


def of_leads(resource: Any, leads: Any) -> Any:
    """The rows of these leads, one lead after the other, the oldest row of each first."""
    rows = query.rows(resource)
    by = [leads.c.position, rows.c.date_created, rows.c.id]
    found = query.owned(resource, rows, *columns(resource, rows, by))
    return found.select_from(rows.join(leads, leads.c.lead_id == rows.c.lead_id)).cte("rows")


def inserted(matching: Any) -> Statement:
    """`matching` has object_id, lead_id and position."""
    place = func.row_number().over(partition_by=matching.c.lead_id, order_by=matching.c.position)
    given = parameter("organization_id"), parameter("of_id")
    new = sa.select(*given, matching.c.position, matching.c.object_id, place == 1)
    made = sa.insert(found).from_select(NAMES, new).returning(found.c.is_first).cte("made")
    leads = func.count().filter(made.c.is_first)
    return Statement(sa.select(func.count(), leads).select_from(made))


def mine(*conditions: Any) -> list:
    organization_id = found.c.organization_id == parameter("organization_id")
    return [organization_id, found.c.of_id == parameter("of_id"), *conditions]


@shapes(1)
def piece() -> Statement:
    """The next ones."""
    columns = (found.c.position, found.c.object_id, found.c.is_first)
    after = found.c.position > parameter("after", sa.BigInteger)
    some = sa.select(*columns).where(*mine(after)).order_by(found.c.position)
    return Statement(some.limit(parameter("limit", sa.BigInteger)))


@shapes(1)
def noted() -> Statement:
    """Why nothing was done: `reasons` by position."""
    reason = func.jsonb_each_text(parameter("reasons", JSONB)).table_valued("key", "value")
    place = found.c.position == sa.cast(reason.c.key, sa.BigInteger)
    return Statement(sa.update(found).values(reason=reason.c.value).where(*mine(place)))


async def forget(ctx: Any, of_id: str, *, whole: bool) -> None:
    """What was done; or all."""
    await ctx.db.execute(UNHURRIED)
    await ctx.rows(await forgotten(whole), of_id=of_id)


@shapes(2)
def forgotten(whole: bool) -> Statement:
    done = () if whole else (found.c.reason.is_(None),)
    return Statement(sa.delete(found).where(*mine(*done)))
