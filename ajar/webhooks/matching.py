"""Which of an organization's webhooks want an event."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ajar import ids, private
from ajar.formats import event_filter
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.kernel.tables import event
from ajar.resources.event import EVERY, written
from ajar.resources.role import BUILT_IN
from ajar.resources.webhook.delivery import PATIENCE
from ajar.resources.webhook.kinds import logged_as

Kind = tuple[str, str]


class Subscription(NamedTuple):
    """What one webhook wants: for each kind of event the filters of which one must match."""

    webhook_id: str
    user_id: str  # who made it
    since: int  # the transaction that made it active
    wanted: dict[Kind, list[list[event_filter.Test]]]

    @classmethod
    def of(cls, webhook: Any) -> "Subscription":
        wanted: dict[Kind, list[list[event_filter.Test]]] = {}
        for entry in webhook["events"]:
            filters = (webhook["event_filter"], entry["extra_filter"])
            tests = [event_filter.parse(filter) for filter in filters if filter]
            wanted.setdefault(logged_as(entry), []).append(tests)
        return cls(webhook["id"], webhook["created_by"] or "", webhook["since"], wanted)

    def wants(self, row: Any, told: Any) -> bool:
        alternatives = self.wanted.get((row["object_type"], row["action"]), ())
        return any(all(test(told) for test in tests) for tests in alternatives)


def filtered(subscriptions: list[Subscription]) -> bool:
    """Whether any of them must see what an event says."""
    alternatives = [tests for one in subscriptions for tests in one.wanted.values()]
    return any(any(tests) for tests in alternatives)


def told(row: Any) -> Any:
    return msgspec.json.decode(row["json"]) if row["json"] else None


def names(kinds: set[Kind]) -> list[str]:
    return sorted(f"{object_type} {action}" for object_type, action in kinds)


@shapes(4)
def events(whole: bool, by_position: bool) -> Statement:
    """A page of an organization's events of some kinds, by where they are in the log or by their
    date; `whole`, with all that they say."""
    place = event.c.position if by_position else event.c.date_updated
    type_ = place.type
    said = written([event.c[name] for name in EVERY]) if whole else sa.null()
    columns = ("id", "position", "date_created", "date_updated", "object_type", "action")
    found = sa.select(
        *(event.c[name] for name in columns), sa.cast(said, sa.Text).label("json")
    ).where(
        event.c.organization_id == parameter("organization_id"),
        sa.tuple_(place, event.c.id) > sa.tuple_(parameter("after", type_), parameter("after_id")),
        place < parameter("before", type_),
        (event.c.object_type + " " + event.c.action) == sa.any_(parameter("kinds", ARRAY(sa.Text))),
    )
    order = found.order_by(place, event.c.id)
    return Statement(order.limit(parameter("limit", sa.BigInteger)))


ROLE = """
select role_id, permissions from membership member left join role
on role.organization_id = member.organization_id and role.id = member.role_id
where member.organization_id = $1 and user_id = $2 and is_active"""


async def allowed(db: Any, organization_id: str, wanted: list[tuple]) -> list[tuple]:
    """Of these (subscription, event) what whoever made the webhook may read. Only few kinds are
    not for everybody, so that it is asked one by one."""
    return [pair for pair in wanted if await may_read(db, organization_id, *pair)]


async def may_read(db: Any, organization_id: str, subscription: Subscription, row: Any) -> bool:
    if not private.kind(row["object_type"]):
        return True
    maker = await db.fetchrow(ROLE, organization_id, subscription.user_id)
    if not maker:
        return False
    role = BUILT_IN.get(maker["role_id"])
    statement, given = (
        await one(),
        {
            "organization_id": organization_id,
            "user_id": subscription.user_id,
            "permissions": list(role.permissions if role else maker["permissions"] or ()),
            "id": row["id"],
        },
    )
    return await db.fetchval(statement.text, *(given[name] for name in statement.names))


@shapes(1)
def one() -> Statement:
    mine = sa.select(private.readable() & private.told())
    same = event.c.organization_id == parameter("organization_id")
    return Statement(mine.where(same, event.c.id == parameter("id")))


ENQUEUE = """
insert into webhook_delivery (organization_id, status, attempt, next_attempt, date_created,
    expires, id, webhook_id, event_id, event_date, object_type, action)
select $1, 'waiting', 0, $2, $2, $3, given.* from jsonb_to_recordset($4::jsonb) as given(id text,
    webhook_id text, event_id text, event_date timestamptz, object_type text, action text)
on conflict (organization_id, webhook_id, event_id, event_date) do """
AGAIN = """update set status = 'waiting', attempt = 0, next_attempt = excluded.next_attempt,
    expires = excluded.expires where not $5 or webhook_delivery.status <> 'delivered'"""


async def enqueue(db: Any, organization_id: str, wanted: list[tuple], now: datetime) -> None:
    """Deliveries of (subscription, event); none of what is in the queue, or was, already."""
    rows = msgspec.json.encode([delivery(*pair) for pair in wanted]).decode()
    await db.execute(ENQUEUE + "nothing", organization_id, now, now + PATIENCE, rows)


async def enqueue_again(
    db: Any, organization_id: str, wanted: list[tuple], now: datetime, undelivered: bool
) -> None:
    """The same; what was there already is sent once more, or only if it did not arrive."""
    rows = msgspec.json.encode([delivery(*pair) for pair in wanted]).decode()
    await db.execute(ENQUEUE + AGAIN, organization_id, now, now + PATIENCE, rows, undelivered)


def delivery(subscription: Subscription, row: Any) -> dict[str, Any]:
    return {
        "id": ids.new("whdel"),
        "webhook_id": subscription.webhook_id,
        "event_id": row["id"],
        "event_date": row["date_updated"],
        "object_type": row["object_type"],
        "action": row["action"],
    }
