"""The opportunity funnel: how far the opportunities of a cohort came in a pipeline, as seen within
a period. Amounts are those of a year, so that those of all periods can be added."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.reports import visits
from ajar.reports.ranges import Range
from ajar.reports.scope import Leads, People, numeric
from ajar.search import page, tree

CREATED, ACTIVE = "created-cohort", "active-stage-cohort"
DAY = 86_400
VALUES = ("annualized_value", "annualized_expected_value")


@dataclass(frozen=True)
class Question:
    """What is asked for. Of an active-stage cohort the range is all that matters."""

    pipeline: str
    by_creation: bool
    range: Range
    cohort: Range
    leads: Leads
    people: People

    @property
    def parameters(self) -> dict[str, Any]:
        cohort = {"cohort_start": self.cohort.start, "cohort_end": self.cohort.end}
        known = self.range.parameters | self.people.parameters | self.leads.values
        return known | cohort | {"pipeline": self.pipeline}


async def counted(ctx: Any, asked: Question, statement: Any) -> tuple[list, dict[str, list]]:
    """The rows of everybody together, and those of each user."""
    shape = asked.leads.node, asked.people.chosen, asked.by_creation
    rows = await page.planned(ctx, await statement(*shape), **asked.parameters)
    found: dict[str, list] = {}
    for row in rows:
        if not row["whole"] and row["user_id"]:
            found.setdefault(row["user_id"], []).append(row)
    shown = found if not asked.people.chosen else asked.people.names
    known = {id: found.get(id, []) for id in asked.people.names if id in shown}
    return [row for row in rows if row["whole"]], known


async def stages(ctx: Any, asked: Question) -> dict[str, Any]:
    known = await ctx.value(await statuses(), pipeline=asked.pipeline) or []
    whole, users = await counted(ctx, asked, reached)
    return {
        "aggregations": {"stages": in_order(known, whole)},
        "data": [{"user_id": id, "stages": in_order(known, rows)} for id, rows in users.items()],
    }


def in_order(known: list[dict], rows: list) -> list[dict[str, Any]]:
    found = {row["status_id"]: row for row in rows}
    return [stage(one, found.get(one["id"])) for one in known]


def stage(status: dict, row: Any) -> dict[str, Any]:
    """Only from an active stage can there be any way to go on."""
    found = numbers(row, STAGE)
    active = status["type"] == "active"

    def share(part: str, whole: str) -> float | None:
        return ratio(found[part], found[whole]) if active else None

    return {
        "status": status,
        "count": found["count"],
        "count_lost": found["count_lost"],
        "count_lost_ratio": share("count_lost", "count"),
        "count_conversion_rate": share("count_advanced", "count"),
        "value": found["value"],
        "value_lost": found["value_lost"],
        "value_lost_ratio": share("value_lost", "value"),
        "value_conversion_rate": share("value_advanced", "value"),
        "weighted_value": found["weighted_value"],
        "weighted_value_conversion_rate": share("weighted_value_advanced", "weighted_value"),
        "average_time_to_advance": numeric(row["time_to_advance"]) if row else None,
    }


def numbers(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Nothing counted is zero."""
    return {name: (numeric(row[name]) or 0) if row else 0 for name in names}


def ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None


async def totals(ctx: Any, asked: Question) -> dict[str, Any]:
    whole, users = await counted(ctx, asked, closed)
    return {
        "aggregations": total(whole),
        "data": [{"user_id": id} | total(rows) for id, rows in users.items()],
    }


def total(rows: list) -> dict[str, Any]:
    row = rows[0] if rows else None
    found = numbers(row, TOTAL)
    won, count = found["count_total_won"], found["count"]
    rate = ratio(won, found["count_total_complete"])
    average = found["value_total_won"] / won if won else None
    days = float(row["time_to_win"]) / DAY if row and row["time_to_win"] else 0
    velocity = count * rate * average / days if rate and average is not None and days else None
    return found | {
        "count_win_rate": rate,
        "value_win_rate": ratio(found["value_total_won"], found["value_total_complete"]),
        "average_time_to_win": numeric(row["time_to_win"]) if row else None,
        "sales_velocity": numeric(velocity),
        "average_value_annualized_per_won_opportunity": numeric(average),
    }


STAGE = ("count", "count_lost", "count_advanced", "value", "value_lost", "value_advanced")
STAGE = (*STAGE, "weighted_value", "weighted_value_advanced")
TOTAL = ("count", "count_total_complete", "count_total_won")
TOTAL = (*TOTAL, "value_total_complete", "value_total_won")
SHOWN = (*TOTAL, "count_win_rate", "value_win_rate", "average_time_to_win", "sales_velocity")
SHOWN = (*SHOWN, "average_value_annualized_per_won_opportunity")


@shapes(1)
def statuses() -> Statement:
    """Of the pipeline, in their order; nothing if there is no such pipeline."""
    status = resources["status.opportunity"]
    rows = query.rows(status)
    one = func.json_build_object("id", rows.c.id, "label", rows.c.label, "type", rows.c.type)
    found = query.related(status, rows, one.label("one"), rows.c.position, rows.c.id)
    found = found.where(rows.c.pipeline_id == parameter("pipeline")).subquery()
    return Statement(sa.select(in_list(found.c.one, found.c.position, found.c.id)))


def in_list(one: Any, *by: Any) -> Any:
    return func.json_agg(aggregate_order_by(one, *by), type_=sa.JSON)


def seen(node: tree.Node | None, limited: bool, by_creation: bool) -> tuple[Any, Any]:
    """The opportunities of the cohort, and their visits in the pipeline until the period ends."""
    made = created if by_creation else None
    subjects = visits.subjects("opportunity", node, limited, "user_id", *VALUES, where=made)
    every = visits.visits("opportunity", subjects)
    status = resources["status.opportunity"]
    here, there = query.rows(status), query.rows(status)
    mine = query.related(status, here, here.c.id, here.c.type, here.c.position)
    mine = mine.where(here.c.pipeline_id == parameter("pipeline")).cte("stage")
    after = query.related(status, there, there.c.id).where(there.c.type == "lost").cte("lost")
    went = every.c.next_id.in_(sa.select(after.c.id)) & visits.within(every.c.left_at)
    passed = sa.select(
        *every.c,
        mine.c.type,
        mine.c.position,
        visits.during(every.c).label("during"),
        func.coalesce(went, False).label("lost"),
    ).select_from(every.join(mine, mine.c.id == every.c.status_id))
    passed = passed.where(every.c.at < visits.end()).cte("passed")
    member = passed.c.during if by_creation else passed.c.during & (passed.c.type == "active")
    cohort = sa.select(passed.c.subject).where(member).distinct().cte("cohort")
    members = sa.select(*subjects.c).where(subjects.c.subject.in_(sa.select(cohort.c.subject)))
    return members.cte("members"), passed


def created(opportunity: Any) -> Any:
    first, last = parameter("cohort_start", TIME), parameter("cohort_end", TIME)
    return (opportunity.date_created >= first) & (opportunity.date_created < last)


@shapes(50)
def reached(node: tree.Node | None, limited: bool, by_creation: bool) -> Statement:
    """Of each stage, and each user: who was there in the period, was lost from it, came further."""
    members, passed = seen(node, limited, by_creation)
    key = (passed.c.subject, passed.c.status_id, passed.c.type, passed.c.position)
    been = sa.select(
        *key,
        func.min(passed.c.number).label("number"),
        func.min(passed.c.at).label("at"),
        func.bool_or(passed.c.lost).label("lost"),
    )
    been = been.where(passed.c.during).group_by(*key).cte("been")
    later = passed.alias("later")
    further = (later.c.type == "active") & (later.c.position > been.c.position)
    beyond = (later.c.subject == been.c.subject) & (later.c.number > been.c.number)
    beyond &= (been.c.type == "active") & (further | (later.c.type == "won"))
    advanced = func.min(later.c.at).label("advanced_at")
    own = (been.c.subject, been.c.status_id, been.c.at, been.c.lost)
    ways = sa.select(*own, advanced).select_from(been.outerjoin(later, beyond)).group_by(*own)
    ways = ways.cte("ways")
    each = members.join(ways, ways.c.subject == members.c.subject)
    value, weighted = (members.c[name] for name in VALUES)
    on = ways.c.advanced_at.is_not(None)
    columns = {
        "count": func.count(),
        "count_lost": func.count().filter(ways.c.lost),
        "count_advanced": func.count().filter(on),
        "value": func.sum(value),
        "value_lost": func.sum(value).filter(ways.c.lost),
        "value_advanced": func.sum(value).filter(on),
        "weighted_value": func.sum(weighted),
        "weighted_value_advanced": func.sum(weighted).filter(on),
        "time_to_advance": func.avg(seconds(ways.c.advanced_at - ways.c.at)),
    }
    return grouped(each, (ways.c.status_id,), members.c.user_id, columns)


@shapes(50)
def closed(node: tree.Node | None, limited: bool, by_creation: bool) -> Statement:
    """Of each user: how many there are, and how they stood when the period ended."""
    members, passed = seen(node, limited, by_creation)
    last = visits.lasts(passed.c, visits.end())
    final = sa.select(passed.c.subject, passed.c.type, passed.c.at).where(last).cte("final")
    each = members.outerjoin(final, final.c.subject == members.c.subject)
    value = members.c[VALUES[0]]
    complete, won = final.c.type.in_(("won", "lost")), final.c.type == "won"
    columns = {
        "count": func.count(),
        "count_total_complete": func.count().filter(complete),
        "count_total_won": func.count().filter(won),
        "value_total_complete": func.sum(value).filter(complete),
        "value_total_won": func.sum(value).filter(won),
        "time_to_win": func.avg(seconds(final.c.at - members.c.date_created)).filter(won),
    }
    return grouped(each, (), members.c.user_id, columns)


def grouped(rows: Any, keys: tuple, user_id: Any, columns: dict[str, Any]) -> Statement:
    """By the keys and by the user, and by the keys alone."""
    whole = (func.grouping(user_id) == 1).label("whole")
    shown = (column.label(name) for name, column in columns.items())
    sets = func.grouping_sets(sa.tuple_(*keys, user_id), sa.tuple_(*keys))
    return Statement(sa.select(*keys, user_id, whole, *shown).select_from(rows).group_by(sets))


def seconds(passed: Any) -> Any:
    return func.extract("epoch", passed)
