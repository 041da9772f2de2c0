"""What opportunities are worth, one by one and together; and their list, whole or in groups.

Amounts are whole minor units. Half a unit is rounded away from zero; what several are
expected to bring is the sum of what each is, so that a client that adds them up agrees.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ajar import paging
from ajar.errors import ApiError
from ajar.kernel import query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, concat, parameter, shapes

PERIODS = ("one_time", "monthly", "annual")
MOST = 10**15  # so that no sum or product leaves the range of whole numbers
NOTHING = "none"  # the key of what has no date


def annualized(opportunity: Any) -> Any:
    return sa.case(
        (opportunity.value_period == "monthly", opportunity.value * 12), else_=opportunity.value
    )


def expected(amount: Any, opportunity: Any) -> Any:
    half = sa.case((amount < 0, -50), else_=50)
    return (amount * opportunity.confidence + half) // 100  # which cuts off in SQL


def of_organization(name: str) -> Any:
    """A setting of the caller's organization: the same for every row, so it is read once."""
    rows = query.rows(resources["organization"])
    return query.related(resources["organization"], rows, rows.c[name]).scalar_subquery()


def formatted(value: Any, period: Any) -> Any:
    """An amount to read: "$1,000", "$1,000.50", "$50 monthly", "-$5"."""
    rows = query.rows(resources["organization"])
    digits = sa.cast(rows.c.currency_digits, sa.Integer)
    scale = sa.cast(func.power(10, digits), sa.BigInteger)
    whole = func.to_char(func.div(func.abs(value), scale), "FM999,999,999,999,999,999,990")
    rest = func.mod(func.abs(value), scale)
    cents = concat(".", func.lpad(sa.cast(rest, sa.Text), digits, "0"))
    text = concat(
        sa.case((value < 0, "-"), else_=""),
        rows.c.currency_symbol,
        whole,
        sa.case((rest == 0, ""), else_=cents),
        sa.case((period == "one_time", ""), else_=concat(" ", period)),
    )
    return query.related(resources["organization"], rows, text).scalar_subquery()


def sums(opportunity: Any) -> Iterator[Any]:
    """How many there are, and what they are worth, by period and in a year."""
    by_period = {period: opportunity.value_period == period for period in PERIODS}
    yield func.count().label("total_results")
    counts = ((period, func.count().filter(of)) for period, of in by_period.items())
    yield func.json_build_object(*(part for pair in counts for part in pair)).label(
        "count_by_value_period"
    )
    for period, of in by_period.items():
        yield total(opportunity.value, of).label(f"total_value_{period}")
        amount = expected(opportunity.value, opportunity)
        yield total(amount, of).label(f"expected_value_{period}")
    in_a_year = annualized(opportunity)
    yield total(in_a_year).label("total_value_annualized")
    yield total(expected(in_a_year, opportunity)).label("expected_value_annualized")


def total(amount: Any, condition: Any = None) -> Any:
    added = func.sum(amount)
    return func.coalesce(added if condition is None else added.filter(condition), 0)


@dataclass(frozen=True)
class Group:
    """A way to group: what tells the groups apart, and what each shows beside that."""

    key: Callable[[Any], Any]
    members: Callable[[Any], dict[str, Any]]
    order: Callable[[Any], Any]


def by_date(form: str, **parts: int) -> Group:
    """Groups of `date_won`: `form` writes the key, `parts` are the numbers that begin there."""

    def key(opportunity: Any) -> Any:
        return func.coalesce(func.to_char(opportunity.date_won, form), NOTHING)

    def members(key: Any) -> dict[str, Any]:
        text = func.nullif(key, NOTHING)
        length = {"weekyear": 4, "year": 4}
        return {
            name: sa.cast(func.substr(text, at, length.get(name, 2)), sa.Integer)
            for name, at in parts.items()
        }

    return Group(key, members, key)


def user_name(user_id: Any) -> Any:
    return query.first(resources["user"], "name", id=user_id)


def place_of_user(user_id: Any) -> Any:
    """Where the user comes when all are in the order of their names. These are put in order
    once, not looked up for every opportunity."""
    user = resources["user"]
    rows = query.rows(user)
    ids = func.array_agg(aggregate_order_by(rows.c.id, query.column(user, rows, "name"), rows.c.id))
    return func.array_position(query.related(user, rows, ids).scalar_subquery(), user_id)


GROUPS = {
    "user_id": Group(
        key=lambda opportunity: func.coalesce(opportunity.user_id, NOTHING),
        members=lambda key: {"user_id": func.nullif(key, NOTHING), "user_name": user_name(key)},
        order=lambda opportunity: place_of_user(opportunity.user_id),
    ),
    "date_won__week": by_date('IYYY-"W"IW', weekyear=1, week=7),
    "date_won__month": by_date("YYYY-MM", year=1, month=6),
    "date_won__quarter": by_date('YYYY-"Q"Q', year=1, quarter=7),
    "date_won__year": by_date("YYYY", year=1),
}


async def page(ctx, resource, params: dict[str, str]) -> str:
    """A page of the list, and the sums of all that matches. One statement."""
    check_order(resource, params)
    by = params.get("_group_by")
    if not by:
        return await query.page(ctx, resource, params, all_sums)
    if by.removeprefix("-") not in GROUPS:
        raise ApiError(f'_group_by must be one of {", ".join(GROUPS)} (got "{by}" instead).')
    shape, values = query.filtered(ctx, resource, params)
    names, keys = render.wanted(resource, params.get("_fields"))
    statement = await grouped(resource, names, shape, query.ordered(resource, params), by)
    return await ctx.value(statement, **values, **paging.window(params), custom_keys=keys)


def check_order(resource, params: dict[str, str]) -> None:
    names = (params.get("_order_by") or "").split(",")
    for name in filter(None, names):
        if name.removeprefix("-") not in resource.about.sorts:
            words = ", ".join(resource.about.sorts)
            raise ApiError(f'_order_by must be one of {words} (got "{name}" instead).')


def all_sums(resource, shape: tuple) -> Any:
    """The sums of all that matches, as JSON members."""
    rows = query.rows(resource)
    found = query.owned(resource, rows, *sums(rows.c))
    found = found.where(*query.conditions(resource, rows, shape)).subquery()
    json = sa.cast(func.row_to_json(found.table_valued()), sa.Text)
    return sa.select(func.substr(json, 2, func.length(json) - 2)).scalar_subquery()


@shapes(200)
def grouped(resource, names: tuple | None, shape: tuple, order: str, by: str) -> Statement:
    """A page of objects, in their groups. The page counts objects: the first and the last group
    may lack some, but each has the sums of all of its own."""
    group, limit = GROUPS[by.removeprefix("-")], parameter("limit", sa.BigInteger)
    page = numbered(resource, shape, order, by).cte("page")
    objects = render.joined(render.text(resource, names, page), [page.c.number])
    first = func.min(page.c.number).label("first")
    groups = sa.select(page.c.group_key, first, objects.label("objects"))
    groups = groups.where(page.c.number <= limit).group_by(page.c.group_key).cte("groups")
    worth = group_sums(resource, shape, group).cte("worth")
    head = sa.select(
        worth.c.key,
        *(part.label(name) for name, part in group.members(worth.c.key).items()),
        *(column for column in worth.c if column.name != "key"),
    )
    head = head.correlate(worth).subquery()
    written = sa.select(func.row_to_json(head.table_valued())).correlate(worth).scalar_subquery()
    one = func.left(sa.cast(written, sa.Text), -1)
    one = concat(one, ',"objects":[', groups.c.objects, "]}")
    data = func.coalesce(render.joined(one, [groups.c.first]), "")
    has_more = sa.select(sa.cast(func.count() > limit, sa.Text)).select_from(page)
    text = concat('{"data":[', data, '],"has_more":', has_more.scalar_subquery(), ",")
    text = concat(text, all_sums(resource, shape), "}")
    both = groups.join(worth, worth.c.key == groups.c.group_key)
    return Statement(sa.select(text).select_from(both))


def numbered(resource, shape: tuple, order: str, by: str) -> sa.Select:
    """The objects of a page, and one more, in the order of groups and then their own. They are
    numbered once they are few."""
    group, rows = GROUPS[by.removeprefix("-")], query.rows(resource)
    limit, skip = parameter("limit", sa.BigInteger), parameter("skip", sa.BigInteger)
    found = query.owned(resource, rows, *rows.c).where(*query.conditions(resource, rows, shape))
    found = found.order_by(*grouping(resource, rows, order, by)).limit(limit + 1).offset(skip)
    found = found.subquery()
    number = func.row_number().over(order_by=grouping(resource, found, order, by))
    return sa.select(*found.c, group.key(found.c).label("group_key"), number.label("number"))


def grouping(resource, rows: Any, order: str, by: str) -> list:
    group = GROUPS[by.removeprefix("-")]
    first = [group.order(rows.c), group.key(rows.c)]
    if by.startswith("-"):
        first = [part.desc() for part in first]
    return [*first, *query.ordering(resource, rows, order)]


def group_sums(resource, shape: tuple, group: Group) -> sa.Select:
    rows = query.rows(resource)
    key = group.key(rows.c).label("key")
    found = query.owned(resource, rows, key, rows.c.value, rows.c.value_period, rows.c.confidence)
    found = found.where(*query.conditions(resource, rows, shape)).subquery()
    return sa.select(found.c.key, *sums(found.c)).group_by(found.c.key)
