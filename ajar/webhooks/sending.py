"""From the queue of deliveries to their receivers.

Each webhook that has something due is served by a task of its own, so that a receiver that is slow
or gone makes nobody else wait. Whoever takes deliveries has them for a minute: if the process is
killed they are due again, and so everything arrives at least once.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import msgspec
import sqlalchemy as sa
import structlog

from ajar.clock import Clock
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.providers import web
from ajar.resources.webhook.delivery import TABLE as delivery
from ajar.resources.webhook.delivery import body_of
from ajar.vault import Locked, Vault
from ajar.webhooks.pausing import failing
from ajar.webhooks.signature import signed

AT_ONCE = 8  # to one receiver
PROBES = 200  # to receivers of which the last request failed, one each
NAMES = 64  # looked up at once: a name server that does not answer holds a thread for long
TIMEOUT = 10.0
LEASE = timedelta(seconds=60)
FIRST_GAP, LONGEST_GAP = timedelta(seconds=10), timedelta(minutes=20)
KEPT = 1000  # characters of an answer
DUE = """
select organization_id, id, verify_ssl, recent_consecutive_fail_buckets_cnt > 0 as failing
from webhook where status = 'active' and exists (select from webhook_delivery delivery
    where delivery.organization_id = webhook.organization_id and delivery.webhook_id = webhook.id
    and delivery.next_attempt <= $1)"""
NOTE = """
with result as (select * from jsonb_to_recordset($3::jsonb) as result(id text, attempt bigint,
    status text, next_attempt timestamptz, last_attempt timestamptz, url text,
    response_status bigint, response_body text, error text, milliseconds bigint)),
noted as (update webhook_delivery delivery set status = result.status,
    next_attempt = result.next_attempt, last_attempt = result.last_attempt, url = result.url,
    response_status = result.response_status, response_body = result.response_body,
    error = result.error, milliseconds = result.milliseconds
    from result where delivery.organization_id = $1 and delivery.id = result.id
    and delivery.attempt = result.attempt and delivery.next_attempt is not null)
update webhook set delivered = delivered + $4, failed = failed + $5,
    latest_error = coalesce($6, latest_error),
    recent_consecutive_fail_buckets_cnt = case when $4 > 0 then 0
        when failed_hour is distinct from $7 then recent_consecutive_fail_buckets_cnt + 1
        else recent_consecutive_fail_buckets_cnt end,
    failed_hour = case when $4 = 0 then $7::timestamptz end
where organization_id = $1 and id = $2 returning recent_consecutive_fail_buckets_cnt"""
log = structlog.get_logger()


class Outcome(NamedTuple):
    """What came of one attempt."""

    id: str
    attempt: int
    status: str
    next_attempt: datetime | None
    last_attempt: datetime
    url: str
    response_status: int | None
    response_body: str | None
    error: str | None
    milliseconds: int


class Sender:
    """Serves the webhooks that have something due."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, vault: Vault, allow_private: bool):
        self.pool, self.clock, self.vault = pool, clock, vault
        self.allow_private = allow_private
        self.lanes: dict[tuple[str, str], asyncio.Task] = {}
        self.probes = asyncio.Semaphore(PROBES)
        self.ending = False
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(NAMES))

    async def send(self) -> None:
        """Begin to serve whoever has something due, and is not being served."""
        for row in await self.pool.fetch(DUE, self.clock()):
            key = row["organization_id"], row["id"]
            if key not in self.lanes:
                serving = self.serve(*key, row["verify_ssl"], row["failing"])
                self.lanes[key] = asyncio.create_task(serving)
                self.lanes[key].add_done_callback(lambda lane, key=key: self.ended(key, lane))

    def ended(self, key: tuple[str, str], lane: asyncio.Task) -> None:
        del self.lanes[key]
        if not lane.cancelled() and (error := lane.exception()):
            log.error("serving a webhook failed", webhook=key[1], exc_info=error)

    async def end(self) -> None:
        """Let what is under way come to an end, and begin nothing."""
        self.ending = True
        if self.lanes:
            await asyncio.wait(self.lanes.values(), timeout=TIMEOUT + 5)

    async def serve(self, organization_id: str, id: str, verify: bool, failing: bool) -> None:
        """Deliver what is due, until nothing is. A receiver that fails gets one at a time."""
        door = web.Web(self.allow_private, verify)
        try:
            while not self.ending:
                if failing:
                    async with self.probes:
                        arrived = await self.serve_some(door, organization_id, id, verify, 1)
                else:
                    arrived = await self.serve_some(door, organization_id, id, verify, AT_ONCE)
                if arrived is None:
                    return
                failing = not arrived
        finally:
            await door.close()

    async def serve_some(
        self, door: web.Web, organization_id: str, id: str, verify: bool, most: int
    ) -> int | None:
        """How many arrived; None if none was due, or the webhook is no longer served like this."""
        taken = await self.take(organization_id, id, verify, most)
        if not taken:
            return None
        outcomes = await asyncio.gather(*(self.attempt(door, row) for row in taken))
        return await self.note(organization_id, id, outcomes)

    async def take(self, organization_id: str, id: str, verify: bool, most: int) -> list[Any]:
        now, statement = self.clock(), await claim()
        given = {
            "organization_id": organization_id,
            "id": id,
            "verify": verify,
            "now": now,
            "until": now + LEASE,
            "most": most,
        }
        return await self.pool.fetch(statement.text, *(given[name] for name in statement.names))

    async def attempt(self, door: web.Web, row: Any) -> Outcome:
        began, status, answer, error = self.clock(), None, None, None
        loop = asyncio.get_running_loop()
        started = loop.time()
        if row["body"] is None:
            return self.outcome(row, began, 0, None, None, "The event is no longer kept.")
        body = row["body"].encode()
        try:
            headers = {"content-type": "application/json"} | signed(self.keys(row), body, began)
            response = await door.request(
                "POST", row["url"], headers=headers, content=body, timeout=TIMEOUT
            )
            status, answer = response.status, legible(response.body)
            if not 200 <= status < 300:
                error = f"The receiver answered {status}."
        except (web.Refused, web.Failed, Locked) as failure:
            error = legible(str(failure).encode())
        milliseconds = round((loop.time() - started) * 1000)
        return self.outcome(row, began, milliseconds, status, answer, error)

    def keys(self, row: Any) -> dict[str, Any]:
        """What to sign with, in the clear."""
        sealed = {name: row[name] for name in ("signature_key", "older_key")}
        keys = {name: key and self.vault.open(key.encode()) for name, key in sealed.items()}
        return keys | {"older_key_until": row["older_key_until"]}

    def outcome(
        self,
        row: Any,
        began: datetime,
        milliseconds: int,
        status: int | None,
        answer: str | None,
        error: str | None,
    ) -> Outcome:
        again = self.clock() + gap(row["attempt"])
        if not error:
            state, again = "delivered", None
        elif row["body"] is None or again > row["expires"]:
            state, again = "failed", None
        else:
            state = "waiting"
        tried = row["id"], row["attempt"], state, again, began, row["url"]
        return Outcome(*tried, status, answer, error, milliseconds)

    async def note(self, organization_id: str, id: str, outcomes: list[Outcome]) -> int:
        results = msgspec.json.encode([outcome._asdict() for outcome in outcomes]).decode()
        errors = [outcome.error for outcome in outcomes if outcome.error]
        arrived, hour = (
            len(outcomes) - len(errors),
            self.clock().replace(minute=0, second=0, microsecond=0),
        )
        counts = arrived, len(errors), errors[-1] if errors else None
        hours = await self.pool.fetchval(NOTE, organization_id, id, results, *counts, hour)
        if hours:
            await failing(self.pool, organization_id, id, hours, self.clock())
        return arrived


def gap(attempts: int) -> timedelta:
    """From one attempt to the next: each time twice as long."""
    return min(FIRST_GAP * 2 ** min(attempts - 1, 10), LONGEST_GAP)


def legible(body: bytes) -> str:
    """What can be kept and shown of an answer."""
    return body[: KEPT * 4].decode("utf-8", "replace").replace("\0", "")[:KEPT]


@shapes(1)
def claim() -> Statement:
    """Take what is due of a webhook that is active, for as long as a request may last; with what
    is to be sent, and to whom."""
    webhook = resources["webhook"].about.table
    mine = delivery.c.organization_id == parameter("organization_id")
    due = sa.select(delivery.c.id).where(
        mine,
        delivery.c.webhook_id == parameter("id"),
        delivery.c.next_attempt <= parameter("now", TIME),
    )
    due = due.order_by(delivery.c.next_attempt).limit(parameter("most", sa.BigInteger))
    due = due.with_for_update(skip_locked=True).cte("due")
    to = sa.and_(
        webhook.c.organization_id == parameter("organization_id"),
        webhook.c.id == parameter("id"),
        webhook.c.status == "active",
        webhook.c.verify_ssl == parameter("verify", sa.Boolean),
    )
    taken = sa.update(delivery).where(mine, delivery.c.id == due.c.id, to)
    taken = taken.values(next_attempt=parameter("until", TIME), attempt=delivery.c.attempt + 1)
    keys = ("url", "signature_key", "older_key", "older_key_until")
    taken = taken.returning(*delivery.c, *(webhook.c[name].label(f"to_{name}") for name in keys))
    row = taken.cte("taken")
    shown = (row.c.id, row.c.attempt, row.c.expires, *(row.c[f"to_{n}"].label(n) for n in keys))
    body = body_of(row.c.webhook_id, row.c.sample, row.c, sa.true())
    return Statement(sa.select(*shown, body.label("body")))
