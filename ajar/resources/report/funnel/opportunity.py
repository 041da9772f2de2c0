"""How opportunities move through the stages of a pipeline."""

from dataclasses import replace

from ajar.formats.table import Table
from ajar.kernel import operation, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.reports import funnel, ranges
from ajar.reports.form import REQUIRED, Form
from ajar.reports.funnel import ACTIVE, CREATED, Question
from ajar.reports.ranges import Range

PATH = "/report/funnel/opportunity"
COMPARED = ("compared_relative_range", "compared_datetime_range", "compared_custom_range")


@operation("report.funnel.opportunity.totals.get", "POST", f"{PATH}/totals/", alone=True)
async def totals(ctx, params, body):
    """How many opportunities of a cohort were closed and won, of everybody and of each user. As
    CSV, by user, for who accepts `text/csv`."""
    question = await asked(ctx, body)
    found = await funnel.totals(ctx, question)
    rows = [named(question, one) for one in found["data"]]
    return Table(found, ("user_id", "user_name", *funnel.SHOWN), rows)


@operation("report.funnel.opportunity.stages.get", "POST", f"{PATH}/stages/", alone=True)
async def stages(ctx, params, body):
    """How many opportunities of a cohort were in each stage, and went on or were lost from there.
    As CSV, by user, for who accepts `text/csv`."""
    question = await asked(ctx, body)
    found = await funnel.stages(ctx, question)
    rows = [
        named(question, {"user_id": user["user_id"]} | flat(stage))
        for user in found["data"]
        for stage in user["stages"]
    ]
    empty = flat(funnel.stage(dict.fromkeys(("id", "label", "type"), ""), None))
    return Table(found, ("user_id", "user_name", *empty), rows)


def named(question: Question, row: dict) -> dict:
    return row | {"user_name": question.people.names[row["user_id"]]}


def flat(stage: dict) -> dict:
    status = {f"status_{name}": value for name, value in stage["status"].items()}
    return status | {name: value for name, value in stage.items() if name != "status"}


async def asked(ctx, body: dict) -> Question:
    form = Form(ctx, body)
    by_creation = form.choice("type", CREATED, ACTIVE) == CREATED
    if not form.has("pipeline"):
        form.wrong("pipeline", REQUIRED)
    elif not await ctx.value(await pipeline(), id=str(body["pipeline"])):
        form.wrong("pipeline", "Object does not exist.")
    looked = form.range("report_", required=not by_creation)
    cohort = form.range("cohort_") if by_creation else None
    people, leads = await form.people(), await form.leads()
    compared = comparison(form, by_creation)
    form.check()
    question = Question(
        str(body["pipeline"]),
        by_creation,
        looked or Range(end=ctx.now),
        cohort or Range(),
        leads,
        people,
    )
    return question if compared is None else moved(question, compared, looked is not None)


def comparison(form: Form, by_creation: bool) -> Range | None:
    """Another period, which takes the place of the first one."""
    given = [name for name in COMPARED if form.has(name)]
    if not given:
        return None
    if len(given) > 1:
        form.wrong(given[1], f"Send one of {', '.join(given)}, not all of them.")
    (name, base) = given[0], "cohort_" if by_creation else "report_"
    if name == "compared_custom_range":
        return custom(form, name)
    kind = name.removeprefix("compared_")
    if not form.has(f"{base}{kind}"):
        form.wrong(name, f"Can only be used together with {base}{kind}.")
        return None
    if kind == "relative_range":
        return form.take(name, ranges.relative, form.ctx.now, form.ctx.zone)
    first = form.range(base)
    return form.take(name, lambda how: ranges.back(first or Range(), how))


def custom(form: Form, name: str) -> Range | None:
    if isinstance(form.said[name], str):
        return form.take(name, ranges.relative, form.ctx.now, form.ctx.zone)
    return form.take(name, ranges.absolute, form.ctx.zone)


def moved(question: Question, to: Range, looked: bool) -> Question:
    """The same for another period. What a cohort is looked at for moves along with it, so that
    both had as much time."""
    if not question.by_creation:
        return replace(question, range=to)
    away = question.cohort.moved(to)
    return replace(question, cohort=to, range=away(question.range) if looked else question.range)


@shapes(1)
def pipeline() -> Statement:
    rows = query.rows(resources["pipeline"])
    found = query.owned(resources["pipeline"], rows, rows.c.id)
    return Statement(found.where(rows.c.id == parameter("id")))
