"""Brings a database up to date: its tables, the job queue's, and the partitions of events."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa

from ajar import database, partitions, resources
from ajar.clock import Clock
from ajar.http import repeating  # noqa: F401 (it has a table)
from ajar.kernel.sql import metadata
from ajar.migrations import HERE, differs, ours

# Whoever changes the schema holds this lock of PostgreSQL's.
LOCK = int.from_bytes(b"ajar")
# What a database was made with, which cannot be changed later.
ENCODING = "select getdatabaseencoding() as name"
LETTERS = "select lower(chr(201)) = chr(233)"  # so that who looks for "émile" finds "Émile"
ANOTHER = "create database NAME template template0 encoding 'UTF8' locale 'C.UTF-8'"


class NewerDatabase(Exception):
    """The database is of a later Ajar, which this one cannot read."""


class Unfit(Exception):
    """The database cannot keep every text."""


class Incomplete(Exception):
    """The tables are not what they should be: nothing was changed."""


def upgrade(url: str, check: Callable[[sa.Connection], None] | None = None) -> int:
    """Apply what is missing; how many revisions that was. Of several processes one does it, and
    the others wait. With a `check` all is one transaction, which ends well only if that does not
    raise."""
    if is_current(url):
        asyncio.run(partition(url))
        return 0
    if not is_made(url):
        must_fit(url)
    from alembic import command  # 17 MB, which a server that is up to date can do without

    with connected(url) as db:
        db.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        missing = pending(db)
        db.commit()  # the lock stays; Alembic begins transactions of its own
        if missing:
            command.upgrade(configuration(db, check=check), "head")
        asyncio.run(partition(url))
        return len(missing)


def is_current(url: str) -> bool:
    """Whether the newest revision is applied, as far as its number tells."""
    newest = revisions()[-1]
    if not is_made(url):
        return False
    rows = database.asked(url, "select version_num from alembic_version")
    return [row["version_num"] for row in rows] == [newest]


def is_made(url: str) -> bool:
    """Whether there is anything yet."""
    return bool(database.asked(url, "select 1 where to_regclass('alembic_version') is not null"))


def must_fit(url: str) -> None:
    encoding = database.asked(url, ENCODING)[0]["name"]
    if encoding != "UTF8":
        raise Unfit(f"the database keeps text as {encoding}, not as UTF8; make another: {ANOTHER}")


def looks_right(db: sa.Connection) -> None:
    """Whether the tables are those that are declared."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    resources.load()
    options = {
        "include_name": ours,
        "include_object": differs,
        "compare_type": True,
        "compare_server_default": True,
    }
    found = MigrationContext.configure(db, opts=options)
    if differences := compare_metadata(found, metadata):
        raise Incomplete(f"the tables would not be what they should be: {differences[0]}")


def revisions() -> list[str]:
    """Of the schema, the oldest first."""
    return sorted(file.name[:4] for file in (HERE / "versions").glob("[0-9]*.py"))


async def partition(url: str) -> None:
    db = await asyncpg.connect(url)
    try:
        async with db.transaction():
            await partitions.make(db, Clock()())
    finally:
        await db.close()


def pending(db: sa.Connection) -> list[str]:
    """The revisions that are still to be applied, the last one first."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(HERE))
    applied = MigrationContext.configure(db).get_current_revision()
    if applied and applied not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerDatabase("the database was made by a later version of Ajar: install that one")
    return [script.revision for script in scripts.iterate_revisions("head", applied or "base")]


def configuration(db: sa.Connection, **attributes: Any) -> Any:
    from alembic.config import Config

    config = Config(attributes={"connection": db, **attributes})
    config.set_main_option("script_location", str(HERE))
    return config


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    import psycopg

    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sa.NullPool
    )
    with engine.connect() as db:
        yield db
