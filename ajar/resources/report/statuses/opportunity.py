"""How the statuses of opportunities changed."""

from ajar.kernel import operation
from ajar.reports import statuses
from ajar.reports.form import Form, own

PARAMETERS = ("date_start", "date_end", "query", "smart_view_id", "user_id")


@operation(
    "report.statuses.opportunity.get",
    "GET",
    "/report/statuses/opportunity/{org_id}/",
    parameters=PARAMETERS,
)
async def report(ctx, params, body):
    """How many opportunities were in each status when the period began and when it ended, and how
    they went from one to another: those of leads that a query finds, and of one user."""
    own(ctx, params)
    form = Form(ctx, {name: params.get(name) for name in PARAMETERS})
    within, leads = form.dates(), await form.leads()
    people = await form.people("user_id")
    form.check()
    return await statuses.report(ctx, "opportunity", within, leads, people)
