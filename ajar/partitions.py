"""The event log in weeks: a table for each, made ahead, and dropped as a whole when it is too
old. What falls into no week's table is kept in `event_default`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from ajar.clock import Clock
from ajar.config import Settings
from ajar.jobs import periodic

WEEK = timedelta(weeks=1)
AHEAD = 4
NAME = "event_%Y%m%d"
EXISTING = """
select relname::text from pg_inherits join pg_class on pg_class.oid = inhrelid
where inhparent = 'event'::regclass and relname <> 'event_default'"""
log = structlog.get_logger()


@periodic("17 3 * * *", "event.partitions")
async def keep(db: Any, settings: Settings) -> None:
    now = Clock(settings.time)()
    await make(db, now)
    await drop(db, now - timedelta(days=settings.event_retention_days))


async def make(db: Any, now: datetime) -> None:
    """The tables of this week and the next few. In a transaction."""
    wanted = {monday(now) + number * WEEK for number in range(AHEAD + 1)}
    if wanted <= await weeks(db):
        return
    await db.execute("set local lock_timeout = '10s'; lock table event_default")
    for start in sorted(wanted - await weeks(db)):  # somebody may have had the lock before us
        await add(db, start)


async def add(db: Any, start: datetime) -> None:
    """A week's table, with the rows that came before it: PostgreSQL would refuse the one
    because of the others."""
    name, bounds = f"{start:{NAME}}", (start, start + WEEK)
    await db.execute(f"create table {name} (like event including all)")
    await db.execute(
        f"with moved as (delete from event_default where date_created >= $1 and date_created < $2"
        f" returning *) insert into {name} select * from moved",
        *bounds,
    )
    since, until = (bound.isoformat() for bound in bounds)
    await db.execute(
        f"alter table event attach partition {name} for values from ('{since}') to ('{until}')"
    )


async def drop(db: Any, oldest: datetime) -> None:
    """Everything before a time: whole weeks, and what never had a week's table."""
    await db.execute("set local lock_timeout = '10s'")
    for start in await weeks(db):
        if start + WEEK <= oldest:
            await db.execute(f"drop table {start:{NAME}}")
            log.info("events dropped", week=f"{start:%Y-%m-%d}")
    await db.execute("delete from event_default where date_created < $1", oldest)


async def weeks(db: Any) -> set[datetime]:
    """The beginnings of the weeks that have a table."""
    names = [row["relname"] for row in await db.fetch(EXISTING)]
    return {datetime.strptime(name, NAME).replace(tzinfo=UTC) for name in names}


def monday(now: datetime) -> datetime:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
