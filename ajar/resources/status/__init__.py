"""Stages that leads and opportunities go through; an organization arranges its own."""

from sqlalchemy import func

from ajar.errors import Invalid
from ajar.kernel import Int, query
from ajar.kernel.sql import Statement, shapes


class Position(Int):
    """Where a row stands among its like: a new one comes last. Clients say the order of all of
    them, never one number."""

    asked_type = Int.column_type

    def __init__(self):
        super().__init__(hidden=True)

    def __set_name__(self, owner, name):
        super().__set_name__(owner, name)
        self.owner = owner

    def sent(self, data):
        return False

    def asked(self, value):
        return 0  # the position of the first

    def question(self, asked):
        rows = query.rows(self.owner)
        last = query.related(self.owner, rows, func.max(rows.c.position) + 1)
        return func.coalesce(last.scalar_subquery(), asked)

    def clean(self, value, answer=None):
        return answer

    def schema(self):
        return super().schema() | {"readOnly": True}


async def keep_one(ctx, resource, id: str) -> None:
    """Refuse to delete the last one. All are locked, so that two requests at once do not each
    rely on the one that the other deletes."""
    rows = await ctx.rows(await locked(resource))
    if [row["id"] for row in rows] == [id]:
        raise Invalid(errors=[f"This is the last {resource.__name__}: it cannot be deleted."])


@shapes(10)
def locked(resource) -> Statement:
    rows = query.rows(resource)
    return Statement(query.owned(resource, rows, rows.c.id).order_by(rows.c.id).with_for_update())
