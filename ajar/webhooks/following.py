"""From the event log to the queue of deliveries.

Events are committed in another order than they are made in. Each row has the number of the
transaction that wrote it, and is read once every transaction with a smaller number has ended,
except those that work on another database of the server: so none is missed. Where the reading
stopped is committed together with what came of it.
What may still be folded into one event is read by itself, later than the rest.
"""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

import asyncpg
import structlog

from ajar.clock import Clock
from ajar.webhooks.matching import Subscription, enqueue, events, filtered, names, wanted

PAGE = 500
FOLDED = frozenset({"updated", "deleted"})
GRACE = timedelta(seconds=1)  # for requests that began before an event was settled
OVERLAP = timedelta(minutes=5)
NEWS = """
with moment as materialized (select pg_current_snapshot() as taken),
elsewhere as (
    select transactionid from pg_locks join pg_stat_activity using (pid)
    where locktype = 'transactionid' and mode = 'ExclusiveLock' and datid <> (
        select oid from pg_database where datname = current_database())),
here as (
    select pg_snapshot_xmax(taken)::text::bigint as newest, coalesce((
        select min(open::text::bigint) from pg_snapshot_xip(taken) open
        where open::xid not in (select transactionid from elsewhere)
    ), pg_snapshot_xmax(taken)::text::bigint) as horizon from moment
)
select feed.organization_id, feed.settled, horizon, feed.position > newest as moved
from webhook_feed feed cross join here left join lateral (
    select true as there from event where event.organization_id = feed.organization_id
    and (event.position, event.id) > (feed.position, feed.event_id) and event.position < horizon
    order by event.position, event.id limit 1) news on true
where feed.position > newest or there"""
TAKE = """
select position, event_id from webhook_feed
where organization_id = $1 and settled = $2 for update skip locked"""
ACTIVE = """
select id, events, event_filter, since, created_by from webhook
where organization_id = $1 and status = 'active' for share"""
STOP = "delete from webhook_feed where organization_id = $1 and settled = $2"
GO_ON = """
update webhook_feed set position = greatest(position, $3), date_read = $5,
    event_id = case when position > $3 then event_id else $4 end
where organization_id = $1 and settled = $2"""
RENUMBER = """
with feed as (select min(date_read) - $2::interval as told from webhook_feed
    where organization_id = $1),
here as (select pg_current_xact_id()::text::bigint as position),
restored as (
    update event set position = case when date_updated >= told then here.position else 0 end
    from feed, here where organization_id = $1
    and (event.position >= here.position or date_updated >= told))
update webhook_feed set position = here.position, event_id = ''
from here where organization_id = $1"""
SINCE = "update webhook set since = 0 where organization_id = $1 and since is not null"
log = structlog.get_logger()


class News(NamedTuple):
    """That an organization's log goes on, and up to where it can be read."""

    organization_id: str
    settled: bool
    horizon: int
    moved: bool


class Follower:
    """Reads on in the logs of all organizations that have webhooks. Any number of processes may:
    each takes what no other is reading."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, fold: timedelta):
        self.pool, self.clock = pool, clock
        self.delay = fold + GRACE if fold else fold
        self.resting: dict[str, datetime] = {}  # organizations whose next event is not settled

    async def follow(self) -> bool:
        """Read a page of each log that has news; whether any had what is wanted."""
        found, now = False, self.clock()
        for row in await self.pool.fetch(NEWS):
            news = News(**row)
            if not news.settled or self.resting.get(news.organization_id, now) <= now:
                found = await self.read(news) or found
        return found

    async def read(self, news: News) -> bool:
        async with self.pool.acquire() as db, db.transaction():
            if news.moved:
                await renumber(db, news.organization_id)
                return False
            feed = await db.fetchrow(TAKE, news.organization_id, news.settled)
            if not feed:
                return False
            subscriptions = [
                Subscription.of(row) for row in await db.fetch(ACTIVE, news.organization_id)
            ]
            if not subscriptions:
                await db.execute(STOP, news.organization_id, news.settled)
                return False
            return await self.read_on(db, news, feed, subscriptions)

    async def read_on(
        self, db: Any, news: News, feed: Any, subscriptions: list[Subscription]
    ) -> bool:
        kinds = {kind for one in subscriptions for kind in one.wanted}
        kinds = {kind for kind in kinds if (kind[1] in FOLDED) == news.settled}
        given = {
            "organization_id": news.organization_id,
            "after": feed["position"],
            "after_id": feed["event_id"],
            "before": news.horizon,
            "kinds": names(kinds),
            "limit": PAGE,
        }
        statement = await events(filtered(subscriptions), True)
        rows = await db.fetch(statement.text, *(given[name] for name in statement.names))
        ripe = self.settled(news, rows) if news.settled else rows
        if found := await wanted(db, news.organization_id, ripe, subscriptions):
            await enqueue(db, news.organization_id, found, self.clock())
        whole = len(ripe) == len(rows) < PAGE
        if whole or ripe:
            at = (news.horizon, "") if whole else (ripe[-1]["position"], ripe[-1]["id"])
            await db.execute(GO_ON, news.organization_id, news.settled, *at, self.clock())
        return bool(ripe)

    def settled(self, news: News, rows: list[Any]) -> list[Any]:
        """What can be folded no more, up to the first that can: after that one rests."""
        latest = self.clock() - self.delay
        ripe = list(takewhile(lambda row: row["date_created"] <= latest, rows))
        if len(ripe) < len(rows):
            self.resting[news.organization_id] = rows[len(ripe)]["date_created"] + self.delay
        else:
            self.resting.pop(news.organization_id, None)
        return ripe


async def renumber(db: Any, organization_id: str) -> None:
    """A database that was copied to another server counts its transactions anew. What may not
    have been told yet comes once more."""
    log.warning("the event log was moved to another server", organization=organization_id)
    await db.execute(RENUMBER, organization_id, OVERLAP)
    await db.execute(SINCE, organization_id)
