"""Send what happened in some time again."""

from ajar.formats.time import moment
from ajar.jobs import task
from ajar.webhooks.matching import Subscription, enqueue_again, events, filtered, names, wanted

PAGE = 500
# Also what came before it was made active.
ACTIVE = """
select id, events, event_filter, -1 as since, created_by from webhook
where organization_id = $1 and id = $2 and status = 'active' for share"""


@task("webhook.redeliver")
async def redeliver(ctx, id, date_from, date_to, undelivered, after_id=""):
    """A page of the event log, and the rest of it in another job."""
    webhook = await ctx.db.fetchrow(ACTIVE, ctx.organization_id, id)
    if not webhook:
        return
    subscription = Subscription.of(webhook)
    statement = await events(filtered([subscription]), False)
    given = {
        "after": moment(date_from),
        "after_id": after_id,
        "before": moment(date_to),
        "kinds": names(set(subscription.wanted)),
    }
    rows = await ctx.rows(statement, **given, limit=PAGE)
    if found := await wanted(ctx.db, ctx.organization_id, rows, [subscription]):
        await enqueue_again(ctx.db, ctx.organization_id, found, ctx.now, undelivered)
    if len(rows) == PAGE:
        last = {"date_from": rows[-1]["date_updated"].isoformat(), "after_id": rows[-1]["id"]}
        rest = {"id": id, "date_to": date_to, "undelivered": undelivered} | last
        await ctx.defer("webhook.redeliver", **rest)
