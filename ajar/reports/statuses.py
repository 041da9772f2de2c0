"""The status change reports: how many leads, or opportunities, were in each status when a period
began and when it ended, and how they went from one to another meanwhile."""

from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, shapes
from ajar.reports import drill, visits
from ajar.reports.ranges import Range
from ajar.reports.scope import Leads, People
from ajar.search import page, tree

SIDES = ("started", "ended", "gained", "lost", "entered", "left")
ALWAYS = ("ended", "entered", "left")  # what can be said without a period
LISTED = drill.MOST_IDS + 1


async def report(ctx: Any, name: str, range: Range | None, leads: Leads, people: People) -> dict:
    statement = await asked(name, leads.node, people.chosen)
    within = range or Range(end=ctx.now)
    values = within.parameters | leads.values | people.parameters
    ((known, overview, direct, whole),) = await page.planned(ctx, statement, **values)
    labels = {one["id"]: one["label"] for one in known}
    there = {one["status_id"]: one for one in overview}
    ids = [*labels, *(id for id in there if id not in labels)]
    sides = SIDES if range else ALWAYS
    writer = Writer(ctx, name, labels)
    return {
        "status_overview": [writer.of_status(id, there.get(id, {}), sides) for id in ids],
        "status_transitions": [writer.transition(one) for one in direct],
        "status_transitions_summary": [writer.transition(one) for one in whole],
    }


class Writer:
    """Writes what was counted as it is shown."""

    def __init__(self, ctx: Any, name: str, labels: dict[str, str]):
        self.ctx, self.name, self.labels = ctx, name, labels

    def of_status(self, id: str, found: dict, sides: tuple[str, ...]) -> dict[str, Any]:
        counts = {side: found.get(side, 0) for side in sides}
        lines = {side: self.line(found.get(f"{side}_ids")) for side in sides}
        if "started" in counts:
            change = counts["ended"] - counts["started"]
            counts["change"] = change
            counts["change_percent"] = (
                round(100 * change / counts["started"], 2) if counts["started"] else None
            )
        pages = {name: self.pages(lines, path) for name, path in self.paths().items()}
        return self.status("status", id) | counts | {"_queries": lines} | pages

    def transition(self, found: dict) -> dict[str, Any]:
        line = self.line(found["ids"])
        shown = self.status("from_status", found["last_id"])
        shown |= self.status("to_status", found["status_id"])
        pages = {name.removesuffix("s"): self.page(line, p) for name, p in self.paths().items()}
        return shown | {"count": found["count"], "_query": line} | pages

    def status(self, key: str, id: str | None) -> dict[str, Any]:
        """None is what was not there yet. A status that is gone has no label any more."""
        deleted = id not in self.labels if id else None
        label = self.labels.get(id) if id else None
        return {f"{key}_id": id, f"{key}_label": label, f"{key}_is_deleted": deleted}

    def line(self, ids: list[str] | None) -> str | None:
        return drill.by_ids(ids or [], "" if self.name == "lead" else "opportunity")

    def paths(self) -> dict[str, str]:
        own = {"_opportunities_page_urls": "opportunities"} if self.name != "lead" else {}
        return {"_leads_page_urls": "leads"} | own

    def pages(self, lines: dict[str, str | None], path: str) -> dict[str, str | None]:
        return {side: self.page(line, path) for side, line in lines.items()}

    def page(self, line: str | None, path: str) -> str | None:
        if line is None:
            return None
        if path == "opportunities":
            line = line.removeprefix("opportunity(").removesuffix(")")
        return f"{self.ctx.origin}/{path}/?query={quote(line)}"


@shapes(50)
def asked(name: str, node: tree.Node | None, limited: bool) -> Statement:
    """The statuses there are; of each what is counted; every change, and what all changes of one
    lead or opportunity come to."""
    subjects = visits.subjects(name, node, limited)
    every = located(visits.visits(name, subjects)).cte("located")
    status = resources[f"status.{name}"]
    rows = query.rows(status)
    ordered = query.ordering(status, rows)
    one = func.json_build_object("id", rows.c.id, "label", rows.c.label)
    known = query.related(status, rows, one.label("one")).order_by(*ordered).subquery()
    statuses = sa.select(coalesced(func.json_agg(known.c.one))).scalar_subquery()
    return Statement(
        sa.select(
            statuses,
            listed(overview(every)),
            listed(transitions(every, visits.within(every.c.at), every.c.last_id)),
            listed(transitions(every, went(every), every.c.was)),
        )
    )


def coalesced(json: Any) -> Any:
    return func.coalesce(json, sa.literal_column("'[]'::json"), type_=sa.JSON)


def listed(found: sa.Select) -> Any:
    rows = found.subquery()
    return sa.select(
        coalesced(func.json_agg(func.row_to_json(rows.table_valued())))
    ).scalar_subquery()


def located(every: Any) -> sa.Select:
    """Visits, each with the status in which its subject began and ended the period."""
    began, ended = (visits.lasts(every.c, at) for at in (visits.start(), visits.end()))
    by: Any = {"partition_by": every.c.subject}
    return sa.select(
        *every.c,
        began.label("began"),
        ended.label("ended"),
        func.max(every.c.status_id).filter(began).over(**by).label("was"),
        func.max(every.c.status_id).filter(ended).over(**by).label("is"),
    )


def overview(every: Any) -> sa.Select:
    status = every.c.status_id
    sides = {
        "started": every.c.began,
        "ended": every.c.ended,
        "gained": every.c.ended & every.c.was.is_distinct_from(status),
        "lost": every.c.began & every.c["is"].is_distinct_from(status),
        "entered": visits.within(every.c.at),
        "left": visits.within(every.c.left_at),
    }
    subject = every.c.subject.distinct()
    columns = [func.count(subject).filter(meets).label(side) for side, meets in sides.items()]
    columns += [some(subject).filter(meets).label(f"{s}_ids") for s, meets in sides.items()]
    cut = sa.select(status, *columns).group_by(status).subquery()
    ids = [cut.c[f"{side}_ids"] for side in sides]
    counts = (cut.c[side] for side in sides)
    return sa.select(cut.c.status_id, *counts, *(first(one).label(one.name) for one in ids))


def went(every: Any) -> Any:
    """Whether it is where its subject ended, which began the period elsewhere."""
    moved = every.c.was.is_distinct_from(every.c.status_id)
    return every.c.ended & moved & (every.c.at >= visits.start())


def transitions(every: Any, meets: Any, last: Any) -> sa.Select:
    count = func.count().label("count")
    ids = some(every.c.subject.distinct()).label("ids")
    found = sa.select(last.label("last_id"), every.c.status_id, count, ids).where(meets)
    found = found.group_by(last, every.c.status_id).subquery()
    shown = (found.c.last_id, found.c.status_id, found.c.count, first(found.c.ids).label("ids"))
    by = (found.c.count.desc(), found.c.last_id, found.c.status_id)
    return sa.select(*shown).order_by(*by)


def some(ids: Any) -> Any:
    return func.array_agg(ids, type_=TEXTS)


def first(ids: Any) -> Any:
    """One more than a line may name, if there are that many."""
    return ids[1:LISTED]
