"""What became of the emails that were sent."""

from ajar.kernel import operation
from ajar.reports import sent_emails
from ajar.reports.form import Form, own
from ajar.reports.ranges import Range

PARAMETERS = ("date_start", "date_end", "user_id")


@operation("report.sent_emails.get", "GET", "/report/sent_emails/{org_id}/", parameters=PARAMETERS)
async def report(ctx, params, body):
    """How many emails were sent from each template, were opened, and got a reply."""
    own(ctx, params)
    form = Form(ctx, {name: params.get(name) for name in PARAMETERS})
    within, people = form.dates() or Range(), await form.people("user_id")
    form.check()
    return await sent_emails.report(ctx, within, people)
