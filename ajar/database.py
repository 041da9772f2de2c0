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
    # Searches want it otherwise, see `Connection.plan_for_values`.
    "plan_cache_mode": "force_generic_plan",
    # What others work on beside the connection is begun anew for each statement, which takes some
    # 10 ms: worth it for what takes long, not for the first page of a search.
    "parallel_setup_cost": "10000",
    # Our statements are wide and touch few rows: compiling one takes seconds, and running it never
    # does. While it is compiled it cannot be interrupted either.
    "jit": "off",
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


class Connection(asyncpg.Connection):
    """One that knows how its statements are planned."""

    for_values = False  # each time for its own values, or once for all

    async def plan_for_values(self, wanted: bool) -> None:
        """From now on; or until the transaction ends, if there is one."""
        mode = f"plan_cache_mode = force_{'custom' if wanted else 'generic'}_plan"
        if self.is_in_transaction():
            await self.execute(f"set local {mode}")
        elif wanted != self.for_values:
            self.for_values = True  # who gives up here leaves it to the pool to put that right
            await self.execute(f"set session {mode}")
            self.for_values = wanted


async def connect(url: str) -> Connection:
    """A connection by itself that is like those of a pool."""
    db = await asyncpg.connect(url, connection_class=Connection, server_settings=SETTINGS)
    await prepare(db)
    return db


class Pool(asyncpg.Pool):
    """asyncpg's, but quicker at lending: there, a task gives each connection back, with a time-out,
    which was a sixth of what Python does to read a lead. Here a connection stays lent, for
    whoever asks next; asyncpg gets back what has ended, or was left in a transaction.

    Who searches gets one that was searched with before, if there is one."""

    def __init__(self, database: str, size: int, **options: Any):
        super().__init__(
            database,
            min_size=min(size, 2),
            max_size=size,
            max_queries=2**62,
            max_inactive_connection_lifetime=0,
            loop=None,
            connection_class=Connection,
            record_class=asyncpg.Record,
            **options,
        )
        self.turns = asyncio.Semaphore(size)  # who waits longest is next
        self.free, self.ending = {False: [], True: []}, False  # by how they plan

    def acquire(self, *, searching: bool = False) -> "Loan":  # type: ignore[override]
        return Loan(self, searching)

    async def take(self, searching: bool) -> Any:
        for free in (self.free[searching], self.free[not searching]):
            while free:
                if alive(db := free.pop()):
                    return db
                await self.release(db)
            if super().get_idle_size():  # opened, and not lent so far
                break
        return await super().acquire()

    def get_idle_size(self) -> int:
        return super().get_idle_size() + sum(map(len, self.free.values()))

    async def give_back(self, db: Any) -> None:
        if alive(db) and not db.is_in_transaction() and not self.ending:
            self.free[db.for_values].append(db)
        else:
            await self.release(db)

    async def close(self) -> None:
        self.ending = True  # asyncpg waits for what is lent
        for free in self.free.values():
            while free:
                await self.release(free.pop())
        await super().close()


class Loan:
    """A connection for the time of a block."""

    def __init__(self, pool: Pool, searching: bool):
        self.pool, self.searching = pool, searching

    async def __aenter__(self) -> Any:
        await self.pool.turns.acquire()
        try:
            self.db = await self.pool.take(self.searching)
        except BaseException:
            self.pool.turns.release()
            raise
        if self.db.for_values and not self.searching:
            try:
                await self.db.plan_for_values(False)
            except BaseException:
                await self.__aexit__()
                raise
        return self.db

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.pool.give_back(self.db)
        finally:
            self.pool.turns.release()


def alive(db: Any) -> bool:
    try:
        return not db.is_closed()
    except asyncpg.InterfaceError:  # the pool knows already, and has taken it back
        return False


def pool(database: str, size: int, seconds: int = 30) -> Pool:
    """A statement that takes longer than so many seconds is given up."""
    return Pool(
        database,
        size,
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
