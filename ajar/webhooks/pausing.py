"""When a webhook is given up: its queue is too long, or nothing has arrived for days. Admins and
whoever made it are told by mail, and are warned before."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from ajar import letters
from ajar.resources.role import MEMBERS, permissions
from ajar.resources.webhook import DROP, UNHEALTHY
from ajar.rights import MANAGE

MOST_HOURS = 72  # in a row, in which there were attempts and all of them failed
MOST_QUEUED, MANY_QUEUED = 100_000, 80_000
AGAIN = timedelta(days=1)  # from one warning to the next of the same kind
QUEUES = """
select webhook.organization_id, webhook.id, queue.length from webhook cross join lateral (
    select count(*) as length from (select from webhook_delivery delivery
        where delivery.organization_id = webhook.organization_id
        and delivery.webhook_id = webhook.id and delivery.next_attempt is not null
        limit $1) waiting) queue
where webhook.status = 'active' and queue.length >= $2"""
PAUSE = """
update webhook set status = 'paused', pause_reason = $3, warned = null
where organization_id = $1 and id = $2 and status = 'active'
returning url, latest_error, created_by"""
WARN = """
update webhook set warned = coalesce(warned, '{}') || jsonb_build_object($5::text, $3::timestamptz)
where organization_id = $1 and id = $2 and status = 'active'
and coalesce((warned->>$5)::timestamptz <= $4, true) returning url, latest_error, created_by"""
log = structlog.get_logger()


async def watch(pool: Any, now: datetime) -> None:
    """Pause who has too much waiting."""
    for row in await pool.fetch(QUEUES, MOST_QUEUED, MANY_QUEUED):
        webhook, length = (row["organization_id"], row["id"]), row["length"]
        log.warning("many deliveries wait", webhook=row["id"], waiting=length)
        if length >= MOST_QUEUED:
            await pause(pool, *webhook, "too_many_queued", waiting=length)
        else:
            said = {"waiting": length, "most": MOST_QUEUED}
            await warn(pool, *webhook, now, "webhook_queued", **said)


async def failing(pool: Any, organization_id: str, id: str, hours: int, now: datetime) -> None:
    """So many hours in a row nothing has arrived."""
    webhook = organization_id, id
    if hours >= MOST_HOURS:
        await pause(pool, *webhook, "too_many_failures", hours=hours)
    elif hours >= UNHEALTHY:
        await warn(pool, *webhook, now, "webhook_failing", hours=hours, most=MOST_HOURS)


async def pause(pool: Any, organization_id: str, id: str, reason: str, **why: int) -> None:
    """Deliver nothing more until somebody makes it active; what waits is dropped."""
    async with pool.acquire() as db, db.transaction():
        if webhook := await db.fetchrow(PAUSE, organization_id, id, reason):
            await db.execute(DROP, organization_id, id)
            log.warning("a webhook was paused", webhook=id, reason=reason)
            await tell(db, organization_id, id, webhook, "webhook_paused", reason=reason, **why)


async def warn(
    pool: Any, organization_id: str, id: str, now: datetime, letter: str, **why: int
) -> None:
    """Of one thing not more than once a day, however many processes watch."""
    async with pool.acquire() as db, db.transaction():
        if webhook := await db.fetchrow(WARN, organization_id, id, now, now - AGAIN, letter):
            await tell(db, organization_id, id, webhook, letter, **why)


async def tell(
    db: Any, organization_id: str, id: str, webhook: Any, letter: str, **why: Any
) -> None:
    """Everybody who may manage it. Of its address they read where it is: the rest may be a key."""
    where = urlsplit(webhook["url"])
    url = f"{where.scheme}://{where.netloc.rpartition('@')[2]}"
    about = {"id": id, "url": url, "error": webhook["latest_error"], **why}
    for member in await db.fetch(MEMBERS, organization_id):
        if MANAGE in permissions(member) or member["user_id"] == webhook["created_by"]:
            await letters.later(db, organization_id, member["user_id"], letter, **about)
