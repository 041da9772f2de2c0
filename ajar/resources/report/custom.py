"""The custom report, which the product calls Explorer, and the fields that it can draw."""

from dataclasses import replace

from ajar.errors import Invalid
from ajar.kernel import operation, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes
from ajar.reports import axes, explorer, ranges
from ajar.reports.axes import Axis
from ajar.reports.explorer import Drawing
from ajar.reports.form import REQUIRED, Form, own
from ajar.reports.ranges import Range
from ajar.search import lines, page, tree

AUTO = "auto"
LARGEST = 10**15
SEARCHES = ("query", "saved_search_id", "smart_view_id")
PARAMETERS = (*SEARCHES, "x", "y", "interval", "group_by", "transform_y", "start", "end")


@operation("report.custom.get", "GET", "/report/custom/{org_id}/", parameters=PARAMETERS)
async def report(ctx, params, body):
    """A number along a field: how many objects there are, or a field of theirs, added up or as an
    average. `/report/custom/fields/` has what `x`, `y` and `group_by` can be."""
    own(ctx, params)
    form = Form(ctx, {name: params.get(name) for name in PARAMETERS})
    reader = Reader(form, await axes.definitions(ctx))
    drawing = reader.drawing()
    values = reader.values | await searched(form, drawing.x.type if drawing else "lead", reader)
    form.check()
    assert drawing
    drawing = replace(drawing, node=reader.node)
    within = Range()
    if drawing.unit:
        within = await reader.times(drawing)
        drawing = replace(drawing, unit=unit(form, within))
    elif drawing.bars:
        values |= await reader.numbers(drawing, values)
    form.check()
    values |= within.parameters | {"offset": ctx.zone.utcoffset(ctx.now)}
    values |= {
        "wall_start": ranges.wall(within.start, ctx.zone),
        "wall_end": ranges.wall(within.end, ctx.zone),
    }
    series = await explorer.points(ctx, drawing, values, within)
    interval = drawing.unit or values.get("width")
    return {"series": series, "interval": interval, "x": drawing.x.name, "y": drawing.y.name}


class Reader:
    """Reads what is to be drawn."""

    def __init__(self, form: Form, definitions: list[dict]):
        self.form, self.definitions = form, definitions
        self.values: dict = {}
        self.node: tree.Node = tree.Everything()

    def axis(self, name: str) -> Axis | None:
        found = self.form.take(name, axes.find, f"{name}_key", self.definitions)
        if not found:
            return None
        axis, values = found
        self.values |= values
        return axis

    def drawing(self) -> Drawing | None:
        form = self.form
        form.said["y"] = form.said.get("y") or "lead.count"
        if not form.has("x"):
            form.wrong("x", REQUIRED)
        x = self.axis("x") if form.has("x") else None
        y = self.axis("y")
        group = self.axis("group_by") if form.has("group_by") else None
        how = form.choice("transform_y", *explorer.HOW, default="sum")
        for name, axis in (("x", x), ("group_by", group)):
            if axis and axis.counts:
                form.wrong(name, "A number of objects can only be y.")
        if y and y.kind not in ("", "number"):
            form.wrong("y", "Must be a number: a field, or a count.")
        if form.errors or not (x and y):
            return None
        unit = AUTO if x.is_time else ""
        drawing = Drawing(x, y, group, how, unit, x.kind == "number", tree.Everything())
        self.fits(drawing)
        return drawing

    def fits(self, drawing: Drawing) -> None:
        try:
            explorer.check(replace(drawing, group=None))
        except ValueError as error:
            self.form.wrong("y", str(error))
            return
        try:
            explorer.check(drawing)
        except ValueError as error:
            self.form.wrong("group_by", str(error))

    async def times(self, drawing: Drawing) -> Range:
        """From when the organization was founded until now, unless somebody says otherwise."""
        form, ctx = self.form, self.form.ctx
        end = form.take("end", ranges.bound, True, ctx.zone) if form.has("end") else ctx.now
        if not form.has("start"):
            return Range(min(await ctx.value(await founded()), end or ctx.now), end or ctx.now)
        start = form.take("start", ranges.bound, False, ctx.zone)
        if start and end and start > end:
            form.wrong("end", "The end comes before the start.")
        return Range(start or ranges.BEGINNING, end or ranges.END)

    async def numbers(self, drawing: Drawing, values: dict) -> dict:
        """From which number to which, and how many are put together."""
        form = self.form
        limits = {
            "low": form.take("start", whole) if form.has("start") else None,
            "high": form.take("end", whole) if form.has("end") else None,
        }
        said = form.said.get("interval") or AUTO
        if said != AUTO:
            width = form.take("interval", whole)
            if width is not None and width < 1:
                form.wrong("interval", "Must be a whole number above zero, or auto.")
            return limits | {"width": width or 1}
        form.check()
        statement = await explorer.extent(drawing)
        ((least, most),) = await page.planned(form.ctx, statement, **values, **limits)
        return limits | {"width": explorer.width(least, most)}


def unit(form: Form, within: Range) -> str:
    said = form.choice("interval", AUTO, *ranges.UNITS, default=AUTO)
    return ranges.unit_of(within) if said == AUTO else said


def whole(text: str) -> int:
    try:
        number = int(text[:20])
    except ValueError:
        raise ValueError("Must be a whole number.") from None
    if abs(number) > LARGEST:
        raise ValueError("This number is too large.")
    return number


async def searched(form: Form, type_: str, reader: Reader) -> dict:
    """What the objects of x must be like: in a line of text about them, or of the leads that a
    Smart View finds."""
    text = form.said.get("query")
    if not text:
        leads = await form.leads()
        reader.node = leads.of(type_)
        return leads.values
    if given := [name for name in SEARCHES[1:] if form.has(name)]:
        raise Invalid(errors=[f"Send one of query, {', '.join(given)}, not all of them."])
    found = await form.found(lines.understood(form.ctx, text, type_))
    if not found:
        return {}
    reader.node = found[0].query.tree
    return found[0].query.values


@operation("report.custom.fields.list", "GET", "/report/custom/fields/")
async def fields(ctx, params, body):
    """Every field that the custom report can draw, and on which axes."""
    return {"data": await axes.listed(ctx)}


@shapes(1)
def founded() -> Statement:
    organization = resources["organization"]
    rows = query.rows(organization)
    return Statement(query.related(organization, rows, rows.c.date_created))
