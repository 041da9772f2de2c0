"""How the statuses of leads changed."""

from ajar.kernel import operation
from ajar.reports import statuses
from ajar.reports.form import Form, own
from ajar.reports.scope import People

PARAMETERS = ("date_start", "date_end", "query", "smart_view_id")


@operation(
    "report.statuses.lead.get", "GET", "/report/statuses/lead/{org_id}/", parameters=PARAMETERS
)
async def report(ctx, params, body):
    """How many leads were in each status when the period began and when it ended, and how they
    went from one to another. Without dates: since ever."""
    own(ctx, params)
    form = Form(ctx, {name: params.get(name) for name in PARAMETERS})
    within, leads = form.dates(), await form.leads()
    form.check()
    return await statuses.report(ctx, "lead", within, leads, People({}, frozenset(), False))
