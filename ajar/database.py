"""Connections to PostgreSQL, as every process opens them."""

import asyncio
from typing import Any

import asyncpg
import msgspec

# The server cannot be reached, or does not let us in.
UNREACHED = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

SETTINGS = {
    "application_name": "ajar",
    # A statement is planned once for each connection: planning a lead's takes five times as
    # long as running it, and what PostgreSQL would learn from the values does not pay for that.
    "plan_cache_mode": "force_generic_plan",
    # What others work on beside the connection is begun anew for each statement, which takes some
    # 10 ms: worth it for what takes long, not for the first page of a search.
    "parallel_setup_cost": "10000",
}


def encode(value: Any) -> str:
    """For jsonb parameters: JSON text is passed on as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def prepare(db: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await db.set_type_codec(
            kind, schema="pg_catalog", encoder=encode, decoder=msgspec.json.decode
        )


async def untouched(db: asyncpg.Connection) -> None:
    """No session state is ever left behind, so there is nothing to reset."""


def asked(url: str, text: str, *values: Any) -> list[asyncpg.Record]:
    """What a single statement answers, over a connection of its own: for commands, which are not
    coroutines. The server does without psycopg, which would take a tenth of its memory."""

    return asyncio.run(fetched(url, text, *values))


async def fetched(url: str, text: str, *values: Any) -> list[asyncpg.Record]:
    db = await asyncpg.connect(url)
    try:
        return await db.fetch(text, *values)
    finally:
        await db.close()


def pool(database: str, size: int, seconds: int = 30) -> asyncpg.Pool:
    """A statement that takes longer than so many seconds is given up."""
    return asyncpg.create_pool(
        database,
        min_size=min(size, 2),
        max_size=size,
        init=prepare,
        reset=untouched,
        statement_cache_size=200,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,  # no limit: a lead's are longer than its 15 KiB
        server_settings=SETTINGS | {"statement_timeout": f"{seconds}s"},
    )


async def alone(db: Any, what: str) -> None:
    """Until this transaction ends, whoever else wants to do this waits."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", what)
