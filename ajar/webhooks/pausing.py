"""When a webhook is given up: its queue is too long, or nothing has arrived for days."""

from typing import Any

import structlog

from ajar.resources.webhook import DROP

MOST_HOURS = 72  # in a row, in which there were attempts and all of them failed
MOST_QUEUED, MANY_QUEUED = 100_000, 80_000
QUEUES = """
select webhook.organization_id, webhook.id, queue.length from webhook cross join lateral (
    select count(*) as length from (select from webhook_delivery delivery
        where delivery.organization_id = webhook.organization_id
        and delivery.webhook_id = webhook.id and delivery.next_attempt is not null
        limit $1) waiting) queue
where webhook.status = 'active' and queue.length >= $2"""
PAUSE = """
update webhook set status = 'paused', pause_reason = $3
where organization_id = $1 and id = $2 and status = 'active' returning id"""
log = structlog.get_logger()


async def watch(pool: Any) -> None:
    """Pause who has too much waiting."""
    for row in await pool.fetch(QUEUES, MOST_QUEUED, MANY_QUEUED):
        log.warning("many deliveries wait", webhook=row["id"], waiting=row["length"])
        if row["length"] >= MOST_QUEUED:
            await pause(pool, row["organization_id"], row["id"], "too_many_queued")


async def pause(pool: Any, organization_id: str, id: str, reason: str) -> None:
    """Deliver nothing more until somebody makes it active; what waits is dropped."""
    async with pool.acquire() as db, db.transaction():
        if await db.fetchval(PAUSE, organization_id, id, reason):
            await db.execute(DROP, organization_id, id)
            log.warning("a webhook was paused", webhook=id, reason=reason)
