"""The latest calls with a lead, or with one of its contacts."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query, render
from ajar.kernel.fields import Derived
from ajar.kernel.registry import resources
from ajar.kernel.times import ISO

MOST = 10


class RecentCalls(Derived):
    """Those of the row that `by` points to, the newest first: for those who name them in
    `_fields`."""

    lazy = True
    json = {"type": "array", "items": {"type": "object"}}

    def __init__(self, by: str):
        self.by = by

    def shown(self, row):
        call = resources["activity.call"]
        rows = query.rows(call)
        found = query.related(call, rows, *rows.c).where(rows.c[self.by] == row.c.id)
        latest = found.order_by(*newest(rows)).limit(MOST).subquery()
        array = render.array(sa.cast(summary(latest.c), sa.Text), newest(latest))
        return sa.select(array).scalar_subquery()


def newest(calls) -> list:
    return [calls.c.activity_at.desc(), calls.c.id.desc()]


def summary(call):
    seconds = func.coalesce(call.duration, 0)
    finished = call.activity_at + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    values = {
        "id": call.id,
        "dialer_id": call.dialer_id,
        "duration": seconds,
        "finish_timestamp": func.to_char(func.timezone("UTC", finished), ISO),
        "status": call.status,
    }
    return func.json_build_object(*(part for pair in values.items() for part in pair))
