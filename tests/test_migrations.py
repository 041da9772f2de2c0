"""The migrations make what the declarations say; and the partitions of the event log."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources as files
from urllib.parse import urlsplit

import asyncpg
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ajar import migrating, partitions
from ajar import resources as declarations
from ajar.config import Settings
from ajar.kernel.sql import metadata
from ajar.migrations import QUEUE, differs, ours

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)
INSERT = """
insert into event (organization_id, id, date_created, date_updated, object_type, object_id,
    action, changed_fields, meta)
values ('orga_1', $1, $2, $2, 'lead', 'lead_1', 'updated', '{}', '{}')"""


@contextmanager
def another(postgres, how=""):
    """The URL of a database beside the one that the others use, made as `how` says."""
    parts = urlsplit(postgres)
    name = f"{parts.path[1:]}_migrated"
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"drop database if exists {name} with (force)")
        db.execute(f"create database {name} template template0 {how}")
    yield parts._replace(netloc=parts.netloc or "", path=f"/{name}").geturl()
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"drop database {name} with (force)")


@pytest.fixture
def empty(postgres):
    with another(postgres) as url:
        yield url


@pytest.fixture
def migrated(empty):
    migrating.upgrade(empty)
    return empty


def tables(url):
    with psycopg.connect(url) as db:
        text = "select relname from pg_class where relkind in ('r', 'p') and oid > 16384"
        return sorted(name for (name,) in db.execute(text) if not name.startswith("sql_"))


def test_the_migrations_make_what_is_declared(migrated):
    """Where this fails: python -m ajar.migrations "what you changed" """
    declarations.load()
    options = {"include_name": ours, "include_object": differs}
    options |= {"compare_type": True, "compare_server_default": True}
    with migrating.connected(migrated) as db:
        differences = compare_metadata(MigrationContext.configure(db, opts=options), metadata)

    assert differences == []


def test_migrating_again_changes_nothing(migrated):
    before = tables(migrated)

    assert migrating.upgrade(migrated) == 0
    assert tables(migrated) == before


def test_two_processes_may_migrate_at_once(empty):
    program = "import sys; from ajar import migrating; print(migrating.upgrade(sys.argv[1]))"
    command = [sys.executable, "-c", program, empty]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    applied = sorted(int(process.communicate(timeout=60)[0]) for process in both)

    assert applied[0] == 0
    assert applied[1] > 0


def test_a_database_of_a_later_version_is_refused(migrated):
    with psycopg.connect(migrated) as db:
        db.execute("update alembic_version set version_num = '9999'")

    with pytest.raises(migrating.NewerDatabase):
        migrating.upgrade(migrated)


def test_a_database_that_cannot_keep_every_text_is_refused(postgres):
    with another(postgres, "encoding 'SQL_ASCII' locale_provider libc locale 'C'") as url:
        with pytest.raises(
            migrating.Unfit, match="as SQL_ASCII, not as UTF8; make another: create database"
        ):
            migrating.upgrade(url)

        assert tables(url) == []


def test_the_queue_is_the_one_that_procrastinate_expects():
    """A new version may bring migrations of its own, for which a revision of ours is needed."""
    theirs = files.files("procrastinate.sql") / "schema.sql"

    assert theirs.read_text() == QUEUE.read_text()


def test_no_name_is_longer_than_postgresql_allows():
    declarations.load()
    names = [i.name for t in metadata.tables.values() for i in (*t.indexes, *t.constraints)]

    assert [name for name in names if name and len(name) > 63] == []


async def on(url, act):
    db = await asyncpg.connect(url)
    try:
        async with db.transaction():
            return await act(db)
    finally:
        await db.close()


@pytest.fixture
def partitioned(migrated):
    """Run `act(db)` in a transaction on a database that has the weeks around NOW."""
    import asyncio

    def run(act):
        return asyncio.run(on(migrated, act))

    run(lambda db: partitions.make(db, NOW))
    return run


def where(run):
    """The table each event is in, by its id."""
    text = "select id, tableoid::regclass::text as place from event order by id"
    return {row["id"]: row["place"] for row in run(lambda db: db.fetch(text))}


def test_events_go_into_the_table_of_their_week(partitioned):
    partitioned(lambda db: db.execute(INSERT, "ev_1", NOW))
    partitioned(lambda db: db.execute(INSERT, "ev_2", NOW + 4 * WEEK))

    assert where(partitioned) == {"ev_1": "event_20261116", "ev_2": "event_20261214"}


def test_an_event_of_no_week_is_kept_and_moves_when_its_week_is_made(partitioned):
    later = NOW + 6 * WEEK
    partitioned(lambda db: db.execute(INSERT, "ev_1", later))
    assert where(partitioned) == {"ev_1": "event_default"}

    partitioned(lambda db: partitions.make(db, NOW + 2 * WEEK))

    assert where(partitioned) == {"ev_1": "event_20261228"}


def test_a_week_is_dropped_when_all_of_it_is_too_old(partitioned):
    old = NOW - 100 * WEEK
    partitioned(lambda db: db.execute(INSERT, "ev_1", NOW))
    partitioned(lambda db: db.execute(INSERT, "ev_2", NOW + WEEK))
    partitioned(lambda db: db.execute(INSERT, "ev_3", old))

    monday_after = datetime(2026, 11, 23, tzinfo=UTC)
    partitioned(lambda db: partitions.drop(db, monday_after - timedelta(seconds=1)))
    assert sorted(where(partitioned)) == ["ev_1", "ev_2"]

    partitioned(lambda db: partitions.drop(db, monday_after))
    assert sorted(where(partitioned)) == ["ev_2"]


def test_events_are_kept_for_thirty_days(partitioned):
    for days in (1, 29, 31):
        at = NOW - timedelta(days=days)
        partitioned(lambda db, id=f"ev_{days}", at=at: db.execute(INSERT, id, at))

    partitioned(lambda db: partitions.keep(db, Settings(time=NOW)))

    assert {"ev_1", "ev_29"} <= where(partitioned).keys()
    assert "ev_31" not in where(partitioned)


def test_making_partitions_again_makes_none(partitioned):
    before = partitioned(partitions.weeks)
    partitioned(lambda db: partitions.make(db, NOW))

    assert partitioned(partitions.weeks) == before
    assert len(before) == partitions.AHEAD + 1


def test_a_lookup_by_time_reads_few_partitions(partitioned):
    """The fold of events looks at the last seconds: at one week, not at all."""
    text = "explain select * from event where date_created >= $1 and date_created < $2"
    plan = partitioned(lambda db: db.fetch(text, NOW, NOW + timedelta(hours=1)))

    assert "event_20261116" in str(plan)
    assert "event_20261123" not in str(plan)
