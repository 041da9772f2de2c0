"""Demo data: leads with contacts, deals, tasks and a history, as many as wanted."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

import asyncpg

from ajar import database
from ajar.kernel.context import Caller, Context
from ajar.resources.role import ADMIN
from ajar.seeding import loading
from ajar.seeding.story import Writer, first_lead
from ajar.seeding.team import assemble

CHAPTER = 500  # leads that are written at once
MOST = 10_000_000  # leads
LOADERS = 2  # while one is written, another is stored
KNOWN = "select exists (select from lead where organization_id = $1 and id = $2)"


class AlreadySeeded(Exception):
    """The organization has the data of this seed."""


async def seed(
    url: str,
    organization_id: str,
    user_id: str,
    *,
    leads: int,
    seed: int,
    now: datetime,
    told: Callable[[int], None],
) -> None:
    """Add so many leads to an organization, in the name of one of its admins; `told` hears how
    many were added each time."""
    caller = Caller(organization_id, user_id, permissions=frozenset(ADMIN))
    db = await asyncpg.connect(url)
    await database.prepare(db)
    try:
        if await db.fetchval(KNOWN, organization_id, first_lead(seed)):
            raise AlreadySeeded(
                f"seed {seed} was used here before: another number adds other leads"
            )
        async with db.transaction():
            team = await assemble(Context(db, caller, now))
        today = datetime.combine(now.date(), time.min, UTC)
        writer = Writer(team, seed, leads, today)
        chapters = iter(range(0, leads, CHAPTER))
        async with asyncio.TaskGroup() as group:
            for _ in range(LOADERS):
                group.create_task(load(url, writer, chapters, told))
        await loading.settle(db)
    finally:
        await db.close()


async def load(
    url: str, writer: Writer, chapters: Iterator[int], told: Callable[[int], None]
) -> None:
    async with loading.connected(url) as db:
        for first in chapters:
            rows = writer.chapter(first, CHAPTER)
            await loading.store(db, writer.team.organization_id, rows)
            told(len(rows["lead"]))
