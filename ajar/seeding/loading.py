"""Many rows at once, in the way that is quickest for PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ajar.kernel.sql import Statement, metadata, parameter, shapes
from ajar.resources.lead import SHARDS, tally

TABLES = ("lead", "contact", "opportunity", "task", "activity")


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


async def store(db: Any, organization_id: str, rows: dict[str, list[tuple]]) -> None:
    """Rows by table, leads among them: all or none."""
    async with db.transaction():
        for name in TABLES:
            columns = [column.name for column in metadata.tables[name].c]
            await db.copy_records_to_table(name, columns=columns, records=rows[name])
        await db.execute((await counted()).text, *(organization_id, len(rows["lead"])))


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


async def settle(db: Any) -> None:
    """Tell the planner what is there now."""
    for name in TABLES:
        await db.execute(f"vacuum (analyze) {name}")
