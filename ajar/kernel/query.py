"""From query parameters to SQL. Reads start in `owned`; what they show of others in `related`."""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar import paging
from ajar.errors import ApiError
from ajar.kernel import render
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, concat, parameter, shapes

BY = "by_"  # begins the names of what filters are given: no other parameter has such a name


def rows(resource) -> Any:
    return resource.about.source.alias()


def related(resource, rows: Any, *columns: Any) -> sa.Select:
    """Rows of the caller's organization, reached from one that the caller may see."""
    found = sa.select(*columns).where(rows.c.organization_id == parameter("organization_id"))
    found = found.select_from(rows).correlate_except(rows)
    return found.where(rows.c._type == resource.about.type) if resource.about.type else found


def owned(resource, rows: Any, *columns: Any) -> sa.Select:
    """The one place where a read is limited to what the caller may see: rows of the
    organization, and of these those on leads that the role shows. It is always part of the
    statement, switched by parameters, so that one statement serves every role."""
    found = related(resource, rows, *columns)
    if seen := resource.about.seen_if:
        found = found.where(seen(rows.c))
    if resource.about.name == "lead":
        return found.where(sees_everything() | assigned(rows.c.custom))
    return found.where(may_see(rows.c.lead_id)) if resource.about.of_a_lead else found


def may_see(lead_id: Any) -> Any:
    """Whether the caller, or a group, is named on it. (EXISTS and IN would read every lead.)"""
    lead = rows(resources["lead"])
    mine = related(resources["lead"], lead, assigned(lead.c.custom)).where(lead.c.id == lead_id)
    return sees_everything() | lead_id.is_(None) | mine.scalar_subquery()


def sees_everything() -> Any:
    return parameter("visible_to", TEXTS).is_(None)


def assigned(custom: Any) -> Any:
    keys, people = parameter("visible_keys", TEXTS), parameter("visible_to", TEXTS)
    key = func.unnest(keys).column_valued("key")
    named = sa.exists().where(custom.op("->")(key).bool_op("?|")(people))
    nobody = parameter("visible_unassigned", sa.Boolean) & ~custom.bool_op("?|")(keys)
    return named | nobody


def first(resource, name: str, order: str = "", /, **where: Any) -> Any:
    """A shown field of the first row that has these values: an SQL expression."""
    source = rows(resource)
    shown = resource.about.members[name].shown(source)
    found = related(resource, source, shown).where(*equal(source, where))
    if "id" not in where:
        found = found.order_by(*ordering(resource, source, order)).limit(1)
    return found.scalar_subquery()


def equal(rows: Any, values: dict[str, Any]) -> Iterator[Any]:
    return (rows.c[name] == value for name, value in values.items())


def ordering(resource, rows: Any, order: str = "") -> list:
    """`-date_created` as columns. The id comes last, in the same direction: one index for both."""
    names = (order or resource.about.order).split(",")
    down = names[-1].startswith("-")
    by = [column(resource, rows, name.removeprefix("-")) for name in names if name != "id"]
    by = [c.desc() if n.startswith("-") else c for c, n in zip(by, names, strict=False)]
    return [*by, rows.c.id.desc() if down else rows.c.id]


def column(resource, rows: Any, name: str) -> Any:
    """What a list is filtered or ordered by: a column, or the expression that derives it."""
    derived = resource.about.derived.get(name)
    return derived.shown(rows) if derived else rows.c[name]


async def page(ctx, resource, params: dict[str, str], total: Callable | None = None) -> str:
    """One page as JSON text, and whether more follow. One statement. `total` writes more
    about all that matches: (resource, rows, conditions) -> JSON members as SQL text."""
    shape, values = filtered(ctx, resource, params)
    names, keys = render.wanted(resource, params.get("_fields"))
    statement = await paged(resource, names, shape, ordered(resource, params), total)
    about = resource.about
    limits = paging.window(params, about.usual, about.most, about.deepest)
    return await ctx.value(statement, **values, **limits, custom_keys=keys)


@shapes(500)
def paged(
    resource, names: tuple | None, shape: tuple, order: str, total: Callable | None = None
) -> Statement:
    source = rows(resource)
    found = owned(resource, source, *source.c).where(*conditions(resource, source, shape))
    by = ordering(resource, source, order)
    more = total and total(resource, shape)
    return listed(found, by, lambda found: render.text(resource, names, found), more)


async def matching(ctx, resource, params: dict[str, str], most: int) -> list[str]:
    """The ids of what a list's filters match, oldest first; no more than `most`."""
    shape, values = filtered(ctx, resource, params)
    rows = await ctx.rows(await matched(resource, shape), **values, limit=most)
    return [row["id"] for row in rows]


@shapes(200)
def matched(resource, shape: tuple) -> Statement:
    source = rows(resource)
    found = owned(resource, source, source.c.id).where(*conditions(resource, source, shape))
    return Statement(found.order_by(source.c.id).limit(parameter("limit", sa.BigInteger)))


def conditions(resource, source: Any, shape: tuple) -> Iterator[Any]:
    for key, comparison in shape:
        name = key.removeprefix(BY).partition("__")[0]
        field = resource.about.members[name]
        yield field.compare(column(resource, source, name), comparison, key)


def listed(found: sa.Select, by: list, show: Callable[[Any], Any], more: Any = None) -> Statement:
    """A page of what is found. One row more than asked for is read, and not shown."""
    limit, skip = parameter("limit", sa.BigInteger), parameter("skip", sa.BigInteger)
    number = func.row_number().over(order_by=by).label("_number")
    rows = found.add_columns(number).order_by(*by).limit(limit + 1).offset(skip).cte("found")
    data = render.joined(show(rows), [rows.c._number]).filter(rows.c._number <= skip + limit)
    has_more = sa.cast(func.count() > limit, sa.Text)
    text = concat('{"data":[', func.coalesce(data, ""), '],"has_more":', has_more)
    text = concat(text, ",", more, "}") if more is not None else concat(text, "}")
    return Statement(sa.select(text).select_from(rows))


def filters(resource) -> Iterator[str]:
    """The parameters by which a list can be narrowed."""
    for name, field in resource.about.members.items():
        for suffix in sorted(getattr(field, "filter", ())):
            yield f"{name}__{suffix}" if suffix else name


def filtered(ctx, resource, params: dict[str, str]) -> tuple[tuple, dict[str, Any]]:
    """How the parameters that the declaration allows compare, which is the shape of a statement,
    and with what; the rest are ignored."""
    shape, values = [], {}
    for key, text in params.items():
        name, _, suffix = key.partition("__")
        field = resource.about.members.get(name)
        if suffix not in getattr(field, "filter", ()):
            continue
        try:
            comparison, values[BY + key] = field.read(ctx, suffix, text)
        except ValueError as error:
            raise ApiError(f"{key}: {error}") from None
        shape.append((BY + key, comparison))
    return tuple(shape), values


def ordered(resource, params: dict[str, str]) -> str:
    """The allowed part of `_order_by`: fields that can be filtered can be ordered by."""
    about, names = resource.about, params.get("_order_by", "").split(",")
    allowed = {*about.sorts, *(name for name, field in about.stored.items() if field.filter)}
    return ",".join(name for name in names if name.removeprefix("-") in allowed)


@shapes(500)
def referring(resource, name: str) -> Statement:
    """The ids of the rows whose reference `name` is one of the parameter `targets`."""
    source, targets = rows(resource), parameter("targets", TEXTS)
    found = related(resource, source, source.c.id).where(source.c[name] == sa.any_(targets))
    return Statement(found.order_by(source.c.id))
