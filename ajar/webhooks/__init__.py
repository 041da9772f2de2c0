"""Tells receivers what happens: follows the event log, and delivers. A part of every worker."""

import asyncio
from datetime import timedelta
from typing import Any

from ajar import database
from ajar.clock import Clock
from ajar.config import Settings
from ajar.jobs import periodic
from ajar.vault import Vault
from ajar.webhooks import again  # noqa: F401 (it has a task)
from ajar.webhooks.following import Follower
from ajar.webhooks.pausing import watch
from ajar.webhooks.sending import Sender

CONNECTIONS = 3
POLL = 1.0
WATCH = 60.0
FORGET = "delete from webhook_delivery where next_attempt is null and date_created < $1"


async def run(url: str, settings: Settings, clock: Clock) -> None:
    """Until cancelled; what is on its way then gets its time to arrive."""
    async with database.pool(url, CONNECTIONS) as pool:
        follower, sender = parts(pool, settings, clock)
        watching = asyncio.create_task(keep_watch(pool, clock))
        try:
            while not watching.done():
                found = await follower.follow()
                await sender.send()
                await asyncio.sleep(0 if found else POLL)
            watching.result()
        finally:
            watching.cancel()
            await sender.end()


def parts(pool: Any, settings: Settings, clock: Clock) -> tuple[Follower, Sender]:
    fold = timedelta(seconds=settings.event_consolidation_seconds)
    sender = Sender(pool, clock, Vault(settings), settings.allow_private_addresses)
    return Follower(pool, clock, fold), sender


async def keep_watch(pool: Any, clock: Clock) -> None:
    while True:
        await watch(pool, clock())
        await asyncio.sleep(WATCH)


@periodic("37 3 * * *", "webhook.forget")
async def forget(db: Any, settings: Settings) -> None:
    """The log of deliveries is kept for some days."""
    await db.execute("set local statement_timeout = '10min'")
    oldest = Clock(settings.time)() - timedelta(days=settings.webhook_log_days)
    await db.execute(FORGET, oldest)
