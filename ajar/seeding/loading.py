"""Many rows at once, in the way that is quickest for PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ajar import jobs
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.lead import SHARDS, tally
from ajar.seeding.sheet import Sheet


@dataclass
class Batch:
    """What is stored together: rows by the sheet that they are of, and work for later."""

    leads: int
    rows: dict[Sheet, list[tuple]] = field(default_factory=dict)
    progress: list[tuple] = field(default_factory=list)  # where runs of sequences stand
    jobs: list[tuple] = field(default_factory=list)  # name, user, arguments, when


PROGRESS = (
    *("organization_id", "subscription_id", "sequence_id"),
    *("done_id", "since", "call_id", "task_id", "due_at"),
)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A connection that copies jsonb, whose binary form begins with a version: 1."""
    db = await asyncpg.connect(url)
    await db.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
    )
    # References are right by construction, and to look up each takes most of the time; an
    # account that may not say so has them looked up.
    if await db.fetchval("select current_setting('is_superuser')") == "on":
        await db.execute("set session_replication_role = replica")
    try:
        yield db
    finally:
        await db.close()


async def store(db: Any, organization_id: str, batch: Batch) -> None:
    """All or nothing. The sheets are in an order in which each refers to earlier ones only."""
    async with db.transaction():
        for sheet, rows in batch.rows.items():
            await db.copy_records_to_table(sheet.table, columns=sheet.columns, records=rows)
        await db.copy_records_to_table(
            "sequence_progress", columns=PROGRESS, records=batch.progress
        )
        for name, user_id, args, at in batch.jobs:
            await jobs.enqueue(db, name, organization_id, user_id, args, at)
        await db.execute((await counted()).text, *(organization_id, batch.leads))


@shapes(1)
def counted() -> Statement:
    """So many more leads: what `Lead.counted` does for one."""
    number = parameter("number", sa.BigInteger)
    shard = sa.func.mod(sa.func.pg_backend_pid(), SHARDS)
    new = {"organization_id": parameter("organization_id"), "shard": shard, "leads": number}
    made = insert(tally).values(new)
    more = {"leads": tally.c.leads + made.excluded.leads}
    return Statement(
        made.on_conflict_do_update(index_elements=["organization_id", "shard"], set_=more)
    )


async def settle(db: Any, tables: set[str]) -> None:
    """Tell the planner what is there now."""
    for name in sorted(tables):
        await db.execute(f"vacuum (analyze) {name}")
