"""The objects of an export as JSON text, some at a time, in the order in which they were found."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import sqlalchemy as sa

from ajar.exporting import cells, timelines
from ajar.kernel import query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, concat, parameter, shapes
from ajar.resources.export import columns
from ajar.resources.export.columns import Column
from ajar.search import kept

BEGIN, BETWEEN, END = "[\n", ",\n", "\n]\n"  # of a file of JSON


@shapes(100)
def texts(
    name: str, fields: tuple | None, of_lead: tuple | None, more: tuple[str, ...]
) -> Statement:
    """Of each object its JSON, and that of its lead; those that are gone are left out."""
    resource = resources[name]
    rows, found = query.rows(resource), kept.found
    shown = render.text(resource, fields, rows)
    for key in more:
        shown = concat(
            sa.func.left(shown, -1), f',"{key}":', sa.cast(MORE[key](rows), sa.Text), "}"
        )
    lead = beside(rows, of_lead) if of_lead else sa.null()
    wanted = query.owned(resource, rows, found.c.position, shown.label("shown"), lead.label("lead"))
    places = found.c.position > parameter("after", sa.BigInteger)
    places &= found.c.position <= parameter("last", sa.BigInteger)
    wanted = wanted.select_from(rows.join(found, found.c.object_id == rows.c.id))
    return Statement(wanted.where(*kept.mine(places)).order_by(found.c.position))


def beside(rows: Any, fields: tuple) -> Any:
    """The lead that a row is on."""
    lead = query.rows(resources["lead"])
    found = query.related(resources["lead"], lead, render.text(resources["lead"], fields, lead))
    return found.where(lead.c.id == rows.c.lead_id).scalar_subquery()


def custom_objects(lead: Any) -> Any:
    kind = resources["custom_object"]
    rows = query.rows(kind)
    array = render.array(render.text(kind, None, rows), [rows.c.date_created, rows.c.id])
    return query.related(kind, rows, array).where(rows.c.lead_id == lead.c.id).scalar_subquery()


MORE = {"custom_objects": custom_objects}


class Json:
    """A list of the objects, as the API shows them."""

    def __init__(self, export: dict):
        self.export = export
        self.empty = export["size"] <= len(BEGIN)  # nothing is written yet
        self.more = tuple(name for name in MORE if export[f"include_{name}"])

    async def some(self, ctx, after: int, last: int) -> AsyncIterator[str]:
        resource = columns.resource_of(self.export)
        fields, keys = render.wanted(resource, ",".join(columns.wanted(self.export)))
        statement = await texts(resource.about.name, fields, None, self.more)
        given = {"of_id": self.export["id"], "after": after, "last": last, "custom_keys": keys}
        found = [
            (row["position"], BETWEEN + row["shown"]) for row in await ctx.rows(statement, **given)
        ]
        if found and self.empty:
            found[0] = found[0][0], found[0][1].removeprefix(BETWEEN)
        self.empty = self.empty and not found
        if not self.export["include_activities"]:
            yield "".join(text for _, text in found)
            return
        async for text in timelines.added(ctx, self.export["id"], found, last):
            yield text

    def begin(self) -> str:
        return BEGIN

    def end(self) -> str:
        return END


class Csv:
    """A line for each object."""

    def __init__(self, export: dict):
        self.export, self.columns = export, [Column(*one) for one in export["columns"]]

    async def some(self, ctx, after: int, last: int) -> AsyncIterator[str]:
        resource, lead = columns.resource_of(self.export), resources["lead"]
        mine, of_lead = columns.needed(self.columns)
        fields, keys = render.wanted(resource, ",".join(mine))
        beside = render.wanted(lead, ",".join(of_lead))[0] if of_lead else None
        statement = await texts(resource.about.name, fields, beside, ())
        given = {"of_id": self.export["id"], "after": after, "last": last, "custom_keys": keys}
        rows = await ctx.rows(statement, **given)
        found = [(parsed(row["shown"]), parsed(row["lead"])) for row in rows]
        yield cells.lines(self.columns, found, self.export["date_format"])

    def begin(self) -> str:
        return cells.header(self.columns)

    def end(self) -> str:
        return ""


def parsed(text: str | None) -> dict:
    return msgspec.json.decode(text) if text else {}


FORMS = {"json": Json, "csv": Csv}


async def pieces(ctx, export: dict, last: int, step: int) -> AsyncIterator[str]:
    """The text of a part: of what is not written yet, up to this place."""
    form = FORMS[export["format"]](export)
    if not export["parts"]:
        yield form.begin()
    for after in range(export["n_docs_processed"], last, step):
        async for text in form.some(ctx, after, min(after + step, last)):
            yield text
    if last >= export["n_docs"]:
        yield form.end()
