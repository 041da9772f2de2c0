"""The custom report: a number of objects, or of one of their fields, along any field of any
objects that have to do with them."""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.errors import ApiError
from ajar.kernel import query
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.reports import ranges
from ajar.reports.axes import Axis
from ajar.reports.ranges import Range
from ajar.reports.scope import numeric, type_named
from ajar.search import catalogue, page, tree

MOST_POINTS = 10_000
HOW = {"sum": func.sum, "avg": func.avg, "min": func.min, "max": func.max}
NICE = (1, 2, 5, 10)
BARS = 20  # about so many are drawn


@dataclass(frozen=True)
class Drawing:
    """What is drawn, but for the values in it. `unit` divides times; `bars` says that numbers
    are put together."""

    x: Axis
    y: Axis
    group: Axis | None
    how: str
    unit: str
    bars: bool
    node: tree.Node

    @property
    def same(self) -> bool:
        return self.x.type == self.y.type

    @property
    def per_object(self) -> bool:
        """Whether the objects of x are compared by how many of y they have."""
        return self.y.counts and not self.same and self.how != "sum"

    @property
    def adds(self) -> bool:
        return self.how == "sum" or (self.y.counts and self.same)


def check(drawing: Drawing) -> None:
    """Whether these have to do with each other."""
    x, y, group = drawing.x, drawing.y, drawing.group
    if not drawing.same and not path(x.type, y.type):
        raise ValueError(f"{x.type} and {y.type} have nothing to do with each other.")
    of_other = group and group.type not in (x.type, y.type) and not referred(x.type, group.type)
    if group and (of_other or (drawing.per_object and group.type == y.type)):
        raise ValueError(f"Must be a field of {x.type}, or of what it refers to.")
    if group and group.several and group.type not in (x.type, y.type):
        raise ValueError(f"Must have one value, or be a field of {x.type}.")


def path(this: str, other: str) -> list | None:
    return catalogue.path(type_named(this), type_named(other))


def referred(this: str, other: str) -> bool:
    there = type_named(other).resource.about.name
    return catalogue.reference(type_named(this).resource.about, there) is not None


async def points(ctx: Any, drawing: Drawing, values: dict[str, Any], within: Range) -> list[dict]:
    """The series: one, or one of each group; all times of the range have a point."""
    statement = await drawn(drawing)
    rows = await page.planned(ctx, statement, **values, limit=MOST_POINTS + 1)
    if len(rows) > MOST_POINTS:
        raise ApiError(f"These are more than {MOST_POINTS} points: choose a larger interval.")
    series: dict[Any, dict] = {} if drawing.group else {drawing.y.name: {}}
    for row in rows:
        name = row["series"] if drawing.group else drawing.y.name
        series.setdefault(name, {})[row["place"]] = numeric(row["number"])
    places = times(ctx, drawing, within) if drawing.unit else None
    zero = 0 if drawing.adds else None
    found = []
    for name, known in series.items():
        pairs = [(at, known.get(at, zero)) for at in places] if places else known.items()
        found.append({"name": name, "points": [[shown(ctx, at), n] for at, n in pairs]})
    return found


def times(ctx: Any, drawing: Drawing, within: Range) -> list[datetime]:
    first, last = (ranges.wall(at, ctx.zone) for at in (within.start, within.end))
    found = []
    for at in ranges.places(first, last, drawing.unit):
        if at == last and at != first:
            break  # where the range ends, nothing of it is left
        found.append(at)
        if len(found) > MOST_POINTS:
            raise ApiError(f"These are more than {MOST_POINTS} points: choose a larger interval.")
    return found


def shown(ctx: Any, place: Any) -> Any:
    if isinstance(place, datetime):
        return place.replace(tzinfo=ctx.zone).isoformat()
    return numeric(place) if isinstance(place, int | float | Decimal) else place


@shapes(200)
def drawn(drawing: Drawing) -> Statement:
    found = (counted(drawing) if drawing.per_object else listed(drawing)).subquery("found")
    if drawing.y.counts and not drawing.per_object:
        number = func.count()
    else:
        number = HOW[drawing.how](found.c.value)
    keys = [found.c.place, found.c.series]
    if drawing.x.several:
        keys[0] = each(keys[0])
    if drawing.group and drawing.group.several:  # who has no value makes a series, too
        keys[1] = each(func.coalesce(keys[1], sa.text("'[null]'::jsonb")))
    return Statement(
        sa.select(keys[0].label("place"), keys[1].label("series"), number.label("number"))
        .select_from(found)  # before what is of each of its rows
        .where(keys[0].is_not(None))
        .group_by(*keys)
        .order_by(keys[1].nulls_first(), keys[0])
        .limit(parameter("limit", sa.BigInteger))
    )


def each(values: Any) -> Any:
    """An object is counted at each of its values."""
    return func.jsonb_array_elements_text(values).column_valued()


def listed(drawing: Drawing) -> sa.Select:
    """Each object of y at each place once, though it may have to do with many there."""
    type_, y = type_named(drawing.x.type), drawing.y
    rows = query.rows(type_.resource)
    there, conditions = (rows, []) if drawing.same else reached(rows, type_, type_named(y.type))
    value = sa.null() if y.counts else y.value(there)
    columns = (
        place(drawing, rows).label("place"),
        series(drawing, rows, there).label("series"),
        there.c.id.label("id"),
        value.label("value"),
    )
    found = page.matching(type_, drawing.node, rows, *columns)
    found = found.where(*bounds(drawing, rows), *conditions)
    return found if drawing.same else found.distinct()


def counted(drawing: Drawing) -> sa.Select:
    """Each object of x, and how many of y have to do with it."""
    type_ = type_named(drawing.x.type)
    rows = query.rows(type_.resource)
    there, conditions = reached(rows, type_, type_named(drawing.y.type))
    count = sa.select(func.count(there.c.id.distinct())).where(*conditions).correlate(rows)
    columns = (
        place(drawing, rows).label("place"),
        series(drawing, rows, rows).label("series"),
        count.scalar_subquery().label("value"),
    )
    found = page.matching(type_, drawing.node, rows, *columns)
    return found.where(*bounds(drawing, rows))


def reached(rows: Any, this: Any, other: Any) -> tuple[Any, list[Any]]:
    """Rows of another type that the caller may see, and what joins them to these."""
    here, conditions = rows, []
    for kind, join in catalogue.path(this, other) or ():
        assert join
        there = query.rows(kind.resource)
        conditions += [query.owned(kind.resource, there).whereclause, join(here, there)]
        conditions += kind.meant(there)
        here = there
    return here, conditions


def series(drawing: Drawing, rows: Any, there: Any) -> Any:
    group = drawing.group
    if group is None:
        return sa.cast(sa.null(), sa.Text)
    if group.type in (drawing.x.type, drawing.y.type):
        value = group.value(rows if group.type == drawing.x.type else there)
        return value if group.several else sa.cast(value, sa.Text)
    type_ = type_named(group.type)
    other, conditions = reached(rows, type_named(drawing.x.type), type_)
    value = sa.select(group.value(other)).where(*conditions).correlate(rows).limit(1)
    return sa.cast(value.scalar_subquery(), sa.Text)


def place(drawing: Drawing, rows: Any) -> Any:
    if drawing.unit:
        return func.date_trunc(drawing.unit, drawing.x.moment(rows), type_=sa.DateTime)
    value = drawing.x.value(rows)
    if not drawing.bars:
        return value if drawing.x.several else sa.cast(value, sa.Text)
    width = parameter("width", sa.Numeric)
    return func.floor(sa.cast(value, sa.Numeric) / width) * width


def bounds(drawing: Drawing, rows: Any) -> list[Any]:
    if drawing.unit and drawing.x.kind == "moment":
        at = drawing.x.value(rows)
        return [at >= parameter("start", TIME), at < parameter("end", TIME)]
    if drawing.unit:
        at = drawing.x.moment(rows)
        first, last = (parameter(name, sa.DateTime) for name in ("wall_start", "wall_end"))
        return [at >= first, at < last]
    if not drawing.bars:
        return []
    value = drawing.x.value(rows)
    low, high = (parameter(name, sa.Numeric) for name in ("low", "high"))
    return [low.is_(None) | (value >= low), high.is_(None) | (value <= high)]


@shapes(100)
def extent(drawing: Drawing) -> Statement:
    """The least and the largest number on the x axis."""
    type_ = type_named(drawing.x.type)
    rows = query.rows(type_.resource)
    value = drawing.x.value(rows)
    found = page.matching(type_, drawing.node, rows, func.min(value), func.max(value))
    return Statement(found.where(*bounds(drawing, rows)))


def width(least: Any, most: Any) -> int:
    """So that there are about as many bars as fit, each of a length that is easy to read."""
    length = max(float((most or 0) - (least or 0)) / BARS, 1)
    power = 10 ** int(math.log10(length))
    return next(int(nice * power) for nice in NICE if nice * power >= length)
