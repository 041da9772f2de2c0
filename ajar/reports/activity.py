"""The activity report: metrics by periods of time, or by users. One statement for all metrics of
the same rows, whatever number of periods and users there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.errors import Invalid
from ajar.formats.table import Table
from ajar.kernel import query
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.reports import drill, ranges
from ajar.reports.metrics import ANY, NONE, SOME, Metric, Source, Where
from ajar.reports.ranges import Range
from ajar.reports.scope import Leads, People, coalesced, mine, numeric, type_named
from ajar.search import page, tree

MOST_PERIODS = 10_000


@dataclass(frozen=True)
class Question:
    """What is asked for."""

    metrics: tuple[Metric, ...]
    by_user: bool
    range: Range
    leads: Leads
    people: People

    @property
    def unit(self) -> str:
        return "" if self.by_user else ranges.unit_of(self.range)


Found = dict[Any, dict[str, Any]]  # by period or user: by metric


async def report(ctx: Any, asked: Question) -> Table:
    found, totals = await answers(ctx, asked)
    body: dict[str, Any] = {"aggregations": {"totals": totals}}
    if asked.by_user:
        names = by_name(asked.people, found)
        body["data"] = [{"user_id": id} | row(asked, found, id) for id in names]
        body["lookup"] = {"user": {id: {"display": name} for id, name in names.items()}}
        named = [
            {"user_id": one["user_id"], "user_name": names[one["user_id"]]} for one in body["data"]
        ]
        shown = [who | one for who, one in zip(named, body["data"], strict=True)]
    else:
        body["data"] = shown = [
            {"datetime": at.replace(tzinfo=ctx.zone).isoformat()} | row(asked, found, at)
            for at in periods(ctx, asked, found)
        ]
    body["queries"] = {"leads": {one.key: drill.lines(ctx, one, asked) for one in asked.metrics}}
    head = ("user_id", "user_name") if asked.by_user else ("datetime",)
    return Table(body, (*head, *(one.key for one in asked.metrics)), shown)


def row(asked: Question, found: Found, place: Any) -> dict[str, Any]:
    """Zero where nothing was counted, nothing where there is no average."""
    known = found.get(place, {})
    return {m.key: known.get(m.key, 0 if m.measure.counts else None) for m in asked.metrics}


def by_name(people: People, found: Found) -> dict[str, str]:
    """Those who were asked for; or else whoever belongs to the organization, or did something."""
    return {
        id: name
        for id, name in people.names.items()
        if people.chosen or id in people.present or id in found
    }


def periods(ctx: Any, asked: Question, found: Found) -> list:
    """All of the range. One without a start or an end has those in which something happened, and
    those between them."""
    known = [at for at in found if at is not None]
    if not known and asked.range == Range():
        return []
    first = ranges.wall(asked.range.start, ctx.zone)
    last = ranges.wall(asked.range.end, ctx.zone) - timedelta.resolution
    if asked.range.start == ranges.BEGINNING:
        first = min(known, default=last)
    if asked.range.end == ranges.END:
        last = max(known, default=first)
    places = []
    for at in ranges.places(first, last, asked.unit):
        places.append(at)
        if len(places) > MOST_PERIODS:
            raise Invalid(fields={"datetime_range": f"Is more than {MOST_PERIODS} periods."})
    return places


async def answers(ctx: Any, asked: Question) -> tuple[Found, dict[str, Any]]:
    """By place, and of everything."""
    found: Found = {}
    totals = {one.key: None for one in asked.metrics}
    values = asked.range.parameters | asked.range.days(ctx.zone) | asked.people.parameters
    values |= {"offset": ctx.zone.utcoffset(ctx.now)} | asked.leads.values
    for sources, metrics in together(asked.metrics):
        statement = await counted(
            sources, metrics, asked.unit, asked.leads.node, asked.people.chosen
        )
        for one in await page.planned(ctx, statement, **values):
            shown = {metric.key: numeric(one[f"m{n}"]) for n, metric in enumerate(metrics)}
            if one["whole"]:
                totals |= shown
            else:
                found[one["place"]] = found.get(one["place"], {}) | shown
    return found, totals


def together(metrics: Iterable[Metric]) -> list[tuple[tuple[Source, ...], tuple[Metric, ...]]]:
    """Metrics of the same rows."""

    def source(metric: Metric) -> str:
        return repr(metric.sources)

    groups = groupby(sorted(metrics, key=source), key=source)
    found = [tuple(group) for _, group in groups]
    return [(group[0].sources, group) for group in found]


@shapes(300)
def counted(
    sources: tuple[Source, ...],
    metrics: tuple[Metric, ...],
    unit: str,
    node: tree.Node | None,
    limited: bool,
) -> Statement:
    """A row for each place, and one of everything."""
    parts = [rows_of(source, metrics, unit, node, limited) for source in sources]
    found = (sa.union_all(*parts) if len(parts) > 1 else parts[0]).subquery("found")
    columns = (number(metric, n, found).label(f"m{n}") for n, metric in enumerate(metrics))
    whole = (func.grouping(found.c.place) == 1).label("whole")
    return Statement(sa.select(found.c.place, whole, *columns).group_by(func.rollup(found.c.place)))


def rows_of(
    source: Source, metrics: tuple[Metric, ...], unit: str, node: tree.Node | None, limited: bool
) -> sa.Select:
    """What each row counts for, and whether it does."""
    type_ = type_named(source.type)
    rows = query.rows(type_.resource)
    who, at = type_.fields[source.who].value(rows), type_.fields[source.at]
    place = period(at.kind, rows.c[source.at], unit) if unit else who
    lead = rows.c.id if source.type == "lead" else rows.c.lead_id
    columns = [place.label("place"), lead.label("lead")]
    for number, metric in enumerate(metrics):
        meets = sa.and_(sa.true(), *conditions(type_, rows, metric.where))
        columns.append(meets.label(f"is{number}"))
        if metric.measure.of:
            columns.append(measured(type_, source, rows, metric.measure.of).label(f"of{number}"))
    found = page.matching(type_, Leads(node).of(source.type), rows, *columns)
    found = found.where(*within(at.kind, rows.c[source.at]))
    found = found.where(*conditions(type_, rows, source.where))
    return found.where(mine(who, rows)) if limited else found


def conditions(type_: Any, rows: Any, where: Where) -> list[Any]:
    found = []
    for name, wanted in where.items():
        value = type_.fields[name].value(rows)
        if wanted is ANY or wanted is NONE:
            found.append(value.is_not(None) if wanted is ANY else value.is_(None))
        elif wanted is SOME:
            found.append(value > 0)
        elif isinstance(wanted, bool):
            is_so = value.is_(sa.literal_column("true"))
            found.append(is_so if wanted else value.is_not(sa.literal_column("true")))
        else:
            found.append(value.in_(wanted) if isinstance(wanted, tuple) else value == wanted)
    return found


def measured(type_: Any, source: Source, rows: Any, name: str) -> Any:
    """The value of a field; or how long it took, from when it was made to when it counts."""
    if name != "time_to_close":
        return type_.fields[name].value(rows)
    at = sa.cast(rows.c[source.at], sa.DateTime)
    passed = func.extract("epoch", at - func.timezone("UTC", rows.c.date_created))
    return sa.case((rows.c[source.at].is_not(None), func.greatest(passed, 0)))


def within(kind: str, at: Any) -> list[Any]:
    if kind == "day":
        first, end = parameter("first_day", sa.Date), parameter("end_day", sa.Date)
    else:
        first, end = parameter("start", TIME), parameter("end", TIME)
    return [at >= first, at < end]


def period(kind: str, at: Any, unit: str) -> Any:
    """Where the period begins in which it is, as a clock on the wall shows it."""
    wall = sa.cast(at, sa.DateTime)
    if kind != "day":
        wall = func.timezone("UTC", at) + parameter("offset", sa.Interval)
    return func.date_trunc(unit, wall, type_=sa.DateTime)


def number(metric: Metric, index: int, found: Any) -> Any:
    counts = found.c[f"is{index}"]
    how, of = metric.measure.how, metric.measure.of and found.c[f"of{index}"]
    if how == "count":
        return func.count().filter(counts)
    if how == "leads":
        return func.count(found.c.lead.distinct()).filter(counts)
    if how == "sum":
        return coalesced(func.sum(of).filter(counts))
    return func.avg(of).filter(counts)
