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
from ajar.resources.event import EVERY, WITHHELD, written
from ajar.resources.role import MEMBERS, permissions
from ajar.resources.webhook.delivery import PATIENCE
from ajar.resources.webhook.kinds import logged_as

Kind = tuple[str, str]
MAKER = MEMBERS + " and member.user_id = $2"


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

    def wants(self, row: Any, said: Any) -> bool:
        alternatives = self.wanted.get(kind_of(row), ())
        return any(all(test(said) for test in tests) for tests in alternatives)


class Wanted(NamedTuple):
    """An event that a webhook is told of; with `withheld`, only that something changed."""

    subscription: Subscription
    row: Any
    withheld: bool


def filtered(subscriptions: list[Subscription]) -> bool:
    """Whether any of them must see what an event says."""
    alternatives = [tests for one in subscriptions for tests in one.wanted.values()]
    return any(any(tests) for tests in alternatives)


def kind_of(row: Any) -> Kind:
    return row["object_type"], row["action"]


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


async def wanted(
    db: Any, organization_id: str, rows: list[Any], subscriptions: list[Subscription]
) -> list[Wanted]:
    """Of these events what each wants, as far as whoever made it may read that. Only few kinds
    are not for everybody, so that it is asked one by one."""
    found = []
    for row in rows:
        whole = msgspec.json.decode(row["json"]) if row["json"] else None
        hidden = private.kind(row["object_type"])
        for one in subscriptions:
            if row["position"] <= one.since or kind_of(row) not in one.wanted:
                continue
            told = await told_to(db, organization_id, one, row) if hidden else True
            if told is not None and one.wants(row, whole if told else short(whole)):
                found.append(Wanted(one, row, not told))
    return found


def short(said: Any) -> Any:
    return said and {name: value for name, value in said.items() if name not in WITHHELD}


async def told_to(
    db: Any, organization_id: str, subscription: Subscription, row: Any
) -> bool | None:
    """Whether whoever made the webhook is told all; None if they may not read it. Where they have
    left, it tells what everybody may read."""
    member = await db.fetchrow(MAKER, organization_id, subscription.user_id)
    statement = await reading()
    given = {
        "organization_id": organization_id,
        "user_id": member["user_id"] if member else "",
        "permissions": list(permissions(member)) if member else [],
        "id": row["id"],
    }
    return await db.fetchval(statement.text, *(given[name] for name in statement.names))


@shapes(1)
def reading() -> Statement:
    mine = sa.select(sa.case((private.readable(), private.told())))
    same = event.c.organization_id == parameter("organization_id")
    return Statement(mine.where(same, event.c.id == parameter("id")))


ENQUEUE = """
insert into webhook_delivery (organization_id, status, attempt, next_attempt, date_created,
    expires, id, webhook_id, event_id, event_date, object_type, action, withheld)
select $1, 'waiting', 0, $2, $2, $3, given.* from jsonb_to_recordset($4::jsonb) as given(id text,
    webhook_id text, event_id text, event_date timestamptz, object_type text, action text,
    withheld boolean)
on conflict (organization_id, webhook_id, event_id, event_date) do """
AGAIN = """update set status = 'waiting', attempt = 0, next_attempt = excluded.next_attempt,
    expires = excluded.expires, withheld = excluded.withheld
    where not $5 or webhook_delivery.status <> 'delivered'"""


async def enqueue(db: Any, organization_id: str, wanted: list[Wanted], now: datetime) -> None:
    """Deliveries; none of what is in the queue, or was, already."""
    rows = msgspec.json.encode([delivery(*one) for one in wanted]).decode()
    await db.execute(ENQUEUE + "nothing", organization_id, now, now + PATIENCE, rows)


async def enqueue_again(
    db: Any, organization_id: str, wanted: list[Wanted], now: datetime, undelivered: bool
) -> None:
    """The same; what was there already is sent once more, or only if it did not arrive."""
    rows = msgspec.json.encode([delivery(*one) for one in wanted]).decode()
    await db.execute(ENQUEUE + AGAIN, organization_id, now, now + PATIENCE, rows, undelivered)


def delivery(subscription: Subscription, row: Any, withheld: bool) -> dict[str, Any]:
    return {
        "id": ids.new("whdel"),
        "webhook_id": subscription.webhook_id,
        "event_id": row["id"],
        "event_date": row["date_updated"],
        "object_type": row["object_type"],
        "action": row["action"],
        "withheld": withheld,
    }
