"""Deliveries: what was sent to a webhook, and what came back. They are the queue as well: one
that has a `next_attempt` waits for it."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSON

from ajar import ids, private
from ajar.errors import Invalid
from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    CreatedAt,
    DateTime,
    Field,
    Int,
    Ref,
    Resource,
    Text,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.fields import cleaned
from ajar.kernel.operations import list_parameters
from ajar.kernel.sql import concat
from ajar.kernel.tables import event
from ajar.resources.event import EVERY, WITHHELD, written
from ajar.resources.webhook import Webhook
from ajar.resources.webhook.kinds import logged_as

PATIENCE = timedelta(hours=72)  # so long a delivery is tried


def body_of(webhook_id, sample, row, told, *conditions):
    """SQL of what is posted: the event as the log has it now, or that of a test. Who is not `told`
    what it says learns that something changed."""
    every = [event.c[name] for name in EVERY]
    short = [column for column in every if column.name not in WITHHELD]
    told = told & row.withheld.is_not(True)
    logged = sa.select(sa.case((told, written(every)), else_=written(short))).where(
        event.c.organization_id == row.organization_id, event.c.id == row.event_id, *conditions
    )
    logged = logged.correlate_except(event)
    text = func.coalesce(sa.cast(sample, sa.Text), sa.cast(logged.scalar_subquery(), sa.Text))
    subscription = sa.cast(func.to_json(webhook_id), sa.Text)
    return concat('{"event":', text, ',"subscription_id":', subscription, "}")


class Sample(Field):
    """An event that never was."""

    column_type = JSON


class WebhookDelivery(
    Resource,
    path="webhook/delivery",
    prefix="whdel",
    verbs=(),
    order="-date_created",
    indexes=("webhook_id,date_created",),
    logged=False,
    seen_if=lambda row: query.sees_everything(),  # it tells of every lead
):
    """An event that is told to a webhook, and how that went the last time it was tried."""

    webhook_id = Ref("webhook", readonly=True, on_delete="cascade", filter=EXACT)
    event_id = Text(readonly=True, filter=EXACT)
    event_date = DateTime(readonly=True, hidden=True)  # of the change that it tells of
    object_type = Text(readonly=True, filter=EXACT)
    action = Text(readonly=True, filter=EXACT)
    sample = Sample(readonly=True, hidden=True)
    withheld = Bool(readonly=True, hidden=True)  # `data`, and what it was
    status = Choice("waiting", "delivered", "failed", "dropped", readonly=True, filter=EXACT | IN)
    attempt = Int(readonly=True)  # how many there were
    date_created = CreatedAt(readonly=True, offset=False, filter=RANGE)
    last_attempt = DateTime(readonly=True, offset=False)
    next_attempt = DateTime(readonly=True, offset=False)
    expires = DateTime(readonly=True, hidden=True)
    url = Text(readonly=True)
    response_status = Int(readonly=True)
    response_body = Text(readonly=True)  # the beginning of it
    error = Text(readonly=True)
    milliseconds = Int(readonly=True)

    @computed(json={"type": ["object", "null"]}, lazy=True)
    def request_body(delivery):
        """Null where the reader may not read what it tells of."""
        mine = private.told(), private.readable()
        return sa.cast(body_of(delivery.webhook_id, delivery.sample, delivery, *mine), JSON)


TABLE = WebhookDelivery.about.table
sa.Index(
    "ix__webhook_delivery__waiting",
    *(TABLE.c[name] for name in ("organization_id", "webhook_id", "next_attempt")),
    postgresql_where=TABLE.c.next_attempt.is_not(None),
)
ONCE = ("organization_id", "webhook_id", "event_id", "event_date")
sa.Index("uq__webhook_delivery__event", *(TABLE.c[name] for name in ONCE), unique=True)


@operation(
    "webhook.delivery.list",
    "GET",
    "/webhook/{id}/deliveries/",
    of=WebhookDelivery,
    parameters=tuple(list_parameters(WebhookDelivery)),
)
async def list_(ctx, params, body):
    """The log of deliveries, newest first."""
    await render.one(ctx, Webhook, params["id"], "id")
    return await query.page(ctx, WebhookDelivery, params | {"webhook_id": params["id"]})


@operation(
    "webhook.delivery.get",
    "GET",
    "/webhook/{id}/deliveries/{delivery_id}/",
    of=WebhookDelivery,
    parameters=("_fields",),
)
async def get(ctx, params, body):
    """One delivery, with what is sent."""
    row = await found(ctx, params)
    return await render.one(ctx, WebhookDelivery, row["id"], params.get("_fields") or "_all")


async def found(ctx, params) -> ops.Row:
    await render.one(ctx, Webhook, params["id"], "id")
    row = await ops.get(ctx, WebhookDelivery, params["delivery_id"])
    if row["webhook_id"] != params["id"]:
        raise render.missing(WebhookDelivery)
    return row


@operation(
    "webhook.delivery.redeliver",
    "POST",
    "/webhook/{id}/deliveries/{delivery_id}/redeliver/",
    of=WebhookDelivery,
)
async def redeliver(ctx, params, body):
    """Send it again, whatever became of it."""
    await active(ctx, params["id"])
    row = await found(ctx, params)
    return (await ops.write(ctx, WebhookDelivery, row, row | queued(ctx))).json


def queued(ctx) -> dict:
    return {
        "status": "waiting",
        "attempt": 0,
        "next_attempt": ctx.now,
        "expires": ctx.now + PATIENCE,
    }


async def active(ctx, id: str) -> ops.Row:
    webhook = await ops.get(ctx, Webhook, id)
    if webhook["status"] != "active":
        raise Invalid(errors=["This webhook is paused; make it active first."])
    return webhook


WANTED = {"date_from": DateTime(required=True), "date_to": DateTime(), "undelivered": Bool()}


@operation("webhook.redeliver", "POST", "/webhook/{id}/redeliver/", status=202, takes=WANTED)
async def redeliver_range(ctx, params, body):
    """Send every event of a time again that the webhook wants, also of times in which it was
    paused; with `undelivered`, those that have not arrived."""
    wanted = cleaned(WANTED, body)
    webhook = await active(ctx, params["id"])
    until = min(wanted["date_to"] or ctx.now, ctx.now)
    await ctx.defer(
        "webhook.redeliver",
        id=webhook["id"],
        date_from=wanted["date_from"].isoformat(),
        date_to=until.isoformat(),
        undelivered=wanted["undelivered"],
    )
    return {"status": "queued"}


@operation("webhook.test", "POST", "/webhook/{id}/test/", of=WebhookDelivery, status=202)
async def test(ctx, params, body):
    """Send an event that never was, of the first kind that the webhook wants."""
    webhook = await active(ctx, params["id"])
    sample = example(ctx, webhook)
    row = await ops.add(
        ctx,
        WebhookDelivery,
        webhook_id=webhook["id"],
        event_id=sample["id"],
        event_date=ctx.now,
        object_type=sample["object_type"],
        action=sample["action"],
        sample=sample,
        **queued(ctx),
    )
    return row.json


def example(ctx, webhook) -> dict:
    """It has every key of a real one, and a `meta` that says what it is."""
    object_type, action = logged_as(webhook["events"][0])
    now = ctx.now.replace(tzinfo=None).isoformat(timespec="microseconds")
    given = {
        "id": ids.new("ev"),
        "organization_id": ctx.organization_id,
        "date_created": now,
        "date_updated": now,
        "user_id": ctx.user_id,
        "request_id": ctx.request_id,
        "api_key_id": ctx.caller.api_key_id,
        "object_type": object_type,
        "object_id": "test",
        "action": action,
        "changed_fields": [],
        "data": None if action == "deleted" else {"id": "test"},
        "meta": ctx.meta | {"test": True},
    }
    return {name: given.get(name) for name in EVERY}
