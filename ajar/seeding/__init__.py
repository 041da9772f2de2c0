"""Demo data: leads with everything that can hang off one, as many as wanted."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time

import asyncpg

from ajar import database
from ajar.kernel.context import Caller, Context
from ajar.resources.role import ADMIN
from ajar.seeding import loading
from ajar.seeding.office import furnish
from ajar.seeding.story import chapter
from ajar.seeding.team import Team, assemble
from ajar.seeding.telling import Writer, first_lead

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
        team = await gathered(Context(db, caller, now))
        today = datetime.combine(now.date(), time.min, UTC)
        writer = Writer(team, seed, leads, today)
        chapters = iter(range(0, leads, CHAPTER))
        async with asyncio.TaskGroup() as group:
            for _ in range(LOADERS):
                group.create_task(load(url, writer, chapters, told))
        await loading.settle(db, writer.tables)
    finally:
        await db.close()


async def gathered(ctx: Context) -> Team:
    """All or nothing."""
    async with ctx.db.transaction():
        team = await assemble(ctx)
        await furnish(ctx, team)
    return team


async def load(
    url: str, writer: Writer, chapters: Iterator[int], told: Callable[[int], None]
) -> None:
    async with loading.connected(url) as db:
        for first in chapters:
            batch = chapter(writer, first, CHAPTER)
            await loading.store(db, writer.team.organization_id, batch)
            told(batch.leads)
