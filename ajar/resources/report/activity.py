"""The activity report, and the metrics that it can show."""

from sqlalchemy import func

from ajar.kernel import operation, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes
from ajar.reports import activity
from ajar.reports.activity import Question
from ajar.reports.form import REQUIRED, Form
from ajar.reports.metrics import METRICS, Metric, of_type
from ajar.reports.ranges import Range


@operation("report.activity.get", "POST", "/report/activity/", alone=True)
async def report(ctx, params, body):
    """What users did: by periods of time (`type` is `overview`) or by users (`comparison`). As
    CSV for who accepts `text/csv`."""
    form = Form(ctx, body)
    by_user = form.choice("type", "overview", "comparison") == "comparison"
    within = form.range() or Range()
    people, leads = await form.people(), await form.leads()
    metrics = chosen(form, body.get("metrics"), await catalogue(ctx))
    form.check()
    return await activity.report(ctx, Question(metrics, by_user, within, leads, people))


def chosen(form: Form, said, known: dict[str, Metric]) -> tuple[Metric, ...]:
    if not isinstance(said, list) or not said:
        reason = REQUIRED if said in (None, []) else "Must be a list of the keys of metrics."
        form.wrong("metrics", reason)
        return ()
    names = list(dict.fromkeys(map(str, said)))
    if unknown := [name for name in names if name not in known]:
        form.wrong("metrics", f"There is no such metric: {', '.join(unknown)[:500]}.")
    return tuple(known[name] for name in names if name in known)


@operation("report.activity.metrics.list", "GET", "/report/activity/metrics/")
async def metrics(ctx, params, body):
    """Every metric, by the key under which a report shows it."""
    found = (await catalogue(ctx)).values()
    return {
        "metrics": [
            {"key": one.key, "name": one.name, "description": one.description} for one in found
        ]
    }


async def catalogue(ctx) -> dict[str, Metric]:
    """With one for each type of custom activities."""
    types = await ctx.rows(await custom_types())
    added = (of_type(row["id"], f"Custom activities: {row['name']}") for row in types)
    return METRICS | {metric.key: metric for metric in added}


@shapes(1)
def custom_types() -> Statement:
    resource = resources["custom_activity"]
    rows = query.rows(resource)
    found = query.owned(resource, rows, rows.c.id, rows.c.name)
    return Statement(found.order_by(func.lower(rows.c.name), rows.c.id))
