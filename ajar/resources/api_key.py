"""API keys, without what is secret about them."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar import paging
from ajar.accounts import api_key
from ajar.kernel import operation, query
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.kernel.times import ISO


@operation("api_key.list", "GET", "/api_key/", parameters=("_limit", "_skip"))
async def list_(ctx, params, body):
    """The caller's own: a client finds out here for whom it works."""
    limits = paging.window(params)
    return await ctx.value(await listed(), user_id=ctx.user_id, **limits)


@shapes(1)
def listed() -> Statement:
    mine = sa.select(api_key).where(
        api_key.c.organization_id == parameter("organization_id"),
        api_key.c.user_id == parameter("user_id"),
    )
    return query.listed(mine, [api_key.c.date_created, api_key.c.id], shown)


def shown(row: sa.FromClause) -> sa.ColumnElement:
    created = func.to_char(func.timezone("UTC", row.c.date_created), ISO)
    names = ("id", "organization_id", "user_id", "name")
    columns = [row.c[name] for name in names]
    one = sa.select(*columns, created.label("date_created")).correlate(row).subquery()
    json = sa.select(func.row_to_json(one.table_valued())).correlate(row).scalar_subquery()
    return sa.cast(json, sa.Text)
