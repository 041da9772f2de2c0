"""Webhooks: subscriptions to the event log. `ajar.webhooks` follows it and delivers."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from ajar.errors import Forbidden, Invalid
from ajar.formats import event_filter
from ajar.kernel import (
    Bool,
    Choice,
    CreatedAt,
    DateTime,
    Field,
    Int,
    Items,
    Signed,
    Text,
    UpdatedAt,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.fields import cleaned
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, metadata, parameter, shapes
from ajar.kernel.tables import TRANSACTION
from ajar.providers import web
from ajar.resources.role import lock
from ajar.resources.webhook.key import made, told
from ajar.resources.webhook.kinds import ACTIONS, OLDER

MOST = 40  # an organization
UNHEALTHY = 24  # hours in a row in which nothing arrived
OVERLAP = {"overlap_hours": Int(least=0, most=168, default=24)}

# How far an organization's event log was read: once for what is told at once, once for what may
# still be folded. There is no row where nobody has a subscription that is active.
feed = sa.Table(
    "webhook_feed",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("settled", sa.Boolean, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("date_read", sa.DateTime(timezone=True), nullable=False),
)


class Address(Text):
    """Where to deliver. Whether it may be reached is seen when it is: names change."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        try:
            web.checked(value)
        except web.Refused as error:
            raise ValueError(str(error)) from None
        return value


class Filter(Field):
    """Which events are meant, beside their type and action."""

    column_type, python_type = JSONB, dict
    json = {"type": "object", "description": "A filter, see docs/webhooks.md."}

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value is None:
            return None
        if wrong := list(event_filter.problems(value)):
            raise ValueError(" ".join(wrong[:10]))
        if event_filter.nodes(value) > event_filter.MOST:
            raise ValueError(f"A filter must have no more than {event_filter.MOST} parts.")
        return value


class ObjectType(Text):
    def clean(self, value, answer=None):
        value = super().clean(value)
        if value not in ACTIONS and value not in OLDER:
            raise ValueError(f"Must be one of {', '.join(sorted(ACTIONS))}.")
        return value


class Subscribed(Items):
    """What happens to what: pairs that the event log has."""

    def items(self, value):
        items, errors = super().items(value), {}
        for index, item in enumerate(items):
            known = ACTIONS[OLDER.get(item["object_type"], item["object_type"])]
            if item["action"] not in known:
                reason = f"Must be one of {', '.join(known)}."
                errors[str(index)] = {"field-errors": {"action": reason}, "errors": []}
        if errors:
            raise Invalid(fields={self.name: {"errors": errors}})
        return items


class Warned(Field):
    """When a letter of a name was last sent about it."""

    column_type = JSONB


class Yes(Bool):
    blank = True


def mine_or_managed(row):
    """Admins manage all of them, others their own."""
    is_admin = sa.literal("manage_organization") == sa.any_(
        parameter("permissions", ARRAY(sa.Text))
    )
    return is_admin | (row.created_by == parameter("user_id"))


class Webhook(
    Signed,
    path="webhook",
    prefix="whsub",
    created=201,
    order="-date_created",
    usual=1000,
    most=1000,
    logged=False,
    seen_if=mine_or_managed,
):
    """A URL that is told what happens, and about what."""

    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)
    url = Address(required=True, most=2000, example="https://bluth.example/hook")
    events = Subscribed(
        {
            "object_type": ObjectType(required=True),
            "action": Text(required=True),
            "extra_filter": Filter(),
        },
        required=True,
        example=[{"object_type": "lead", "action": "created"}],
    )
    event_filter = Filter()
    verify_ssl = Yes()
    status = Choice("active", "paused", required=True, default="active")
    pause_reason = Text(readonly=True)
    signature_key = Text(readonly=True)  # encrypted, as rows have it: see `told`
    older_key = Text(readonly=True, hidden=True)
    older_key_until = DateTime(readonly=True, hidden=True)
    api_key_id = Text(readonly=True)
    latest_error = Text(readonly=True)
    recent_consecutive_fail_buckets_cnt = Int(readonly=True)  # hours in which nothing arrived
    failed_hour = DateTime(readonly=True, hidden=True)  # the last of them
    warned = Warned(readonly=True, hidden=True)
    delivered = Int(readonly=True, hidden=True)
    failed = Int(readonly=True, hidden=True)
    since = Int(readonly=True, hidden=True)  # the transaction that made it active

    @computed(json={"type": "object"})
    def counters(webhook):
        delivery = resources["webhook.delivery"]
        rows = query.rows(delivery)
        waiting = query.related(delivery, rows, func.count())
        waiting = waiting.where(rows.c.webhook_id == webhook.id, rows.c.next_attempt.is_not(None))
        counted = {
            "delivered": webhook.delivered,
            "failed": webhook.failed,
            "queued": waiting.scalar_subquery(),
        }
        return func.json_build_object(*(part for pair in counted.items() for part in pair))

    @computed(json={"type": "string", "enum": ["healthy", "failing", "unhealthy"]})
    def health_status(webhook):
        hours = webhook.recent_consecutive_fail_buckets_cnt
        return sa.case((hours == 0, "healthy"), (hours < UNHEALTHY, "failing"), else_="unhealthy")

    @computed(json={"type": "string"})
    def created_by_id(webhook):
        return webhook.created_by

    @computed(json={"type": "string"})
    def updated_by_id(webhook):
        return webhook.updated_by

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            new |= {"signature_key": made(ctx), "api_key_id": ctx.caller.api_key_id}
            new |= {"delivered": 0, "failed": 0, "recent_consecutive_fail_buckets_cnt": 0}
        if new["status"] == old.get("status"):
            return
        new["pause_reason"] = "api" if new["status"] == "paused" else None
        if new["status"] == "active":
            if ctx.caller.visible_to is not None:
                raise Forbidden("A webhook tells of every lead, and your role does not see all.")
            new["since"] = await ctx.value(await followed())
            new |= {"recent_consecutive_fail_buckets_cnt": 0, "failed_hour": None}

    @staticmethod
    async def changed(ctx, old, new):
        if new.get("status") == "paused" and old:
            await ctx.db.execute(DROP, ctx.organization_id, new["id"])


DROP = """
update webhook_delivery set status = 'dropped', next_attempt = null
where organization_id = $1 and webhook_id = $2 and next_attempt is not null"""


@shapes(1)
def followed() -> Statement:
    """The number of this transaction: what comes after it is told. From there on the log is
    followed, if it was not; else whoever follows it must not stop now."""
    here = sa.literal_column(TRANSACTION.text)
    begun = {"position": here, "event_id": "", "date_read": parameter("now", feed.c.date_read.type)}
    rows = [
        {"organization_id": parameter("organization_id"), "settled": settled} | begun
        for settled in (False, True)
    ]
    same = {"set_": {"position": feed.c.position}}
    made = insert(feed).values(rows).on_conflict_do_update(index_elements=feed.primary_key, **same)
    return Statement(sa.select(here).add_cte(made.cte("begun")))


@operation("webhook.create", "POST", "/webhook/", status=201, of=Webhook, parameters=("_fields",))
async def create(ctx, params, body):
    """The key in the answer signs every delivery."""
    new = await ops.check(ctx, Webhook, body)
    await lock(ctx)
    if await ctx.value(await counted()) >= MOST:
        raise Invalid(errors=[f"An organization may have no more than {MOST} webhooks."])
    row = await ops.write(ctx, Webhook, {}, new)
    ctx.headers["location"] = f"/api/v1/webhook/{row['id']}/"
    return told(ctx, await show(ctx, Webhook, row, params))


LISTED = tuple(list_parameters(Webhook))


@operation("webhook.list", "GET", "/webhook/", of=Webhook, parameters=LISTED)
async def list_(ctx, params, body):
    """The newest first, with their keys."""
    return told(ctx, await query.page(ctx, Webhook, params))


@operation("webhook.get", "GET", "/webhook/{id}/", of=Webhook, parameters=("_fields",))
async def get(ctx, params, body):
    return told(ctx, await render.one(ctx, Webhook, params["id"], params.get("_fields")))


@operation("webhook.update", "PUT", "/webhook/{id}/", of=Webhook, parameters=("_fields",))
async def update(ctx, params, body):
    """What is sent changes; its key stays."""
    row = await ops.update(ctx, Webhook, params["id"], body)
    return told(ctx, await show(ctx, Webhook, row, params))


@shapes(1)
def counted() -> Statement:
    rows = query.rows(Webhook)
    return Statement(query.related(Webhook, rows, func.count()))


FORGET = "delete from webhook_delivery where organization_id = $1 and webhook_id = $2"


@operation("webhook.delete", "DELETE", "/webhook/{id}/", of=Webhook)
async def delete(ctx, params, body):
    """It is told nothing any more, and its deliveries are forgotten."""
    row = await ops.get(ctx, Webhook, params["id"])
    await ctx.db.execute(FORGET, ctx.organization_id, row["id"])
    await ops.delete(ctx, Webhook, row["id"])
    return {}


@operation("webhook.rotate_key", "POST", "/webhook/{id}/rotate_key/", of=Webhook, takes=OVERLAP)
async def rotate_key(ctx, params, body):
    """Sign with a new key. For some hours a second header is signed with the older one."""
    hours = cleaned(OVERLAP, body)["overlap_hours"]
    old = await ops.get(ctx, Webhook, params["id"])
    until = ctx.now + timedelta(hours=hours)
    keys = {"signature_key": made(ctx), "older_key": None, "older_key_until": None}
    if hours:
        keys |= {"older_key": old["signature_key"], "older_key_until": until}
    row = await ops.write(ctx, Webhook, old, old | keys)
    return told(ctx, row.json)
