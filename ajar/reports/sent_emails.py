"""The sent emails report: what became of the emails of each template."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes
from ajar.reports import drill
from ajar.reports.activity import conditions, within
from ajar.reports.metrics import OPENED, REPLY, SENT
from ajar.reports.ranges import Range
from ajar.reports.scope import People, mine, type_named

ALL = "All emails"
SIDES = {"total": {}, "opened": OPENED, "responded": REPLY}


async def report(ctx: Any, range: Range, people: People) -> dict[str, Any]:
    """The first row is of all emails, those without a template among them."""
    values = range.parameters | people.parameters
    rows = await ctx.rows(await counted(people.chosen), **values)
    stats = [written(ctx, row, range, people) for row in rows]
    return {"sent_email_stats": stats}


def written(ctx: Any, row: Any, range: Range, people: People) -> dict[str, Any]:
    template = {} if row["whole"] else {"template_id": row["template_id"]}
    total = row["total"]

    def line(side: str) -> str:
        where = template | SIDES[side]
        return drill.objects(ctx, SENT, where, range, people)

    return {
        "template_id": row["template_id"],
        "name": ALL if row["whole"] else row["name"],
        "is_shared": None if row["whole"] else row["is_shared"],
        "total": total,
        "opened": row["opened"],
        "percentage_opened": percentage(row["opened"], total),
        "responded": row["responded"],
        "percentage_responded": percentage(row["responded"], total),
        "_queries": {side: line(side) for side in SIDES},
    }


def percentage(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


@shapes(2)
def counted(limited: bool) -> Statement:
    type_ = type_named(SENT.type)
    rows = query.rows(type_.resource)
    meets = {side: sa.and_(sa.true(), *conditions(type_, rows, w)) for side, w in SIDES.items()}
    columns = (one.label(side) for side, one in meets.items())
    found = query.owned(type_.resource, rows, rows.c.template_id, *columns)
    found = found.where(*conditions(type_, rows, SENT.where), *within("moment", rows.c[SENT.at]))
    found = (found.where(mine(rows.c.user_id, rows)) if limited else found).subquery("found")
    whole = (func.grouping(found.c.template_id) == 1).label("whole")
    counts = [func.count().filter(found.c[side]).label(side) for side in SIDES]
    sums = sa.select(found.c.template_id, whole, *counts).group_by(func.rollup(found.c.template_id))
    sums = sums.subquery("sums")
    named = [named_by(name, sums.c.template_id).label(name) for name in ("name", "is_shared")]
    kept = sums.c.whole | sums.c.template_id.is_not(None)
    by = (sums.c.whole.desc(), sums.c.total.desc(), sums.c.template_id)
    return Statement(sa.select(*sums.c, *named).where(kept).order_by(*by))


def named_by(name: str, id: Any) -> Any:
    """What is known of a template; nothing of one that is gone, or that somebody keeps to
    themselves."""
    template = resources["email_template"]
    rows = query.rows(template)
    return query.owned(template, rows, rows.c[name]).where(rows.c.id == id).scalar_subquery()
