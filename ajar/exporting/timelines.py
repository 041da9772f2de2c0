"""The activities of the leads of an export. One lead may have more than fit into memory."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ajar.kernel import query
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.resources.activity import Timeline, shown
from ajar.search import kept

AT_ONCE = 500  # activities that are read at a time
LONG_AGO = datetime.min.replace(tzinfo=UTC)


async def added(ctx, of_id: str, leads: list[tuple[int, str]], last: int) -> AsyncIterator[str]:
    """Each of these leads, of which the place and the JSON are known, with its `activities`; in
    pieces, but none of them begins before the last one has ended."""
    feed = activities(ctx, of_id, leads[0][0] - 1, last) if leads else None
    next_ = await anext(feed, None) if feed else None
    for place, text in leads:
        yield f'{text[:-1]},"activities":['
        comma = ""
        while feed and next_ and next_[0] <= place:
            if next_[0] == place:
                yield comma + next_[1]
                comma = ","
            next_ = await anext(feed, None)
        yield "]}"


async def activities(ctx, of_id: str, after: int, last: int) -> AsyncIterator[tuple[int, str]]:
    """With the place of its lead: one lead after the other, the newest activity of each first."""
    at: dict[str, Any] = {"after": after, "before": LONG_AGO, "id": ""}
    while True:
        rows = await ctx.rows(await feed(), of_id=of_id, last=last, limit=AT_ONCE, **at)
        for row in rows:
            yield row["position"], row["shown"]
        if len(rows) < AT_ONCE:
            return
        end = rows[-1]
        at = {"after": end["position"], "before": end["date_created"], "id": end["id"]}


@shapes(1)
def feed() -> Statement:
    rows, found = query.rows(Timeline), kept.found
    columns = (found.c.position, rows.c.date_created, rows.c.id)
    wanted = query.owned(Timeline, rows, *columns, shown(rows, None, bodies=True).label("shown"))
    after = parameter("after", sa.BigInteger)
    older = sa.tuple_(rows.c.date_created, rows.c.id) < sa.tuple_(
        parameter("before", TIME), parameter("id")
    )
    following = (found.c.position > after) | ((found.c.position == after) & older)
    places = following & (found.c.position <= parameter("last", sa.BigInteger))
    wanted = wanted.select_from(rows.join(found, found.c.object_id == rows.c.lead_id))
    by = found.c.position, rows.c.date_created.desc(), rows.c.id.desc()
    wanted = wanted.where(*kept.mine(places, found.c.position >= after)).order_by(*by)
    return Statement(wanted.limit(parameter("limit", sa.BigInteger)))
