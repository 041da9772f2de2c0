"""The database that is measured on: made once for each size, and used again."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.progress import Progress
from sqlalchemy.schema import CreateTable

from ajar import database, founding, migrating, resources, seeding
from ajar.kernel.sql import metadata
from ajar.seeding.telling import ids_of

READERS, WRITERS = "key-of-readers", "key-of-writers"
SEED = 7
CHANGED = ("event", "activity", "lead", "lead_tally")  # what creating leads and notes leaves
IDS = 20_000
READ = {"lead": "id", "contact": "lead_id", "opportunity": "lead_id", "task": "lead_id"}
LAST = ids_of(SEED)(62**8 - 1)


@dataclass
class Known:
    """What the requests need to know."""

    leads: list[str]  # ids of some seeded leads
    status: str
    fields: dict[str, str]  # the custom fields of the writers' organization: name -> id

    @property
    def keys(self) -> dict[str, str]:
        return {key: authorization(key) for key in (READERS, WRITERS)}


def directory(under: Path, leads: int) -> Path:
    """Another one for each size, and for each shape of the tables."""
    resources.load()
    made = sorted(str(CreateTable(table)) for table in metadata.tables.values())
    shape = hashlib.sha256("".join(made).encode()).hexdigest()[:8]
    return under / f"{leads}-{shape}"


def authorization(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


async def prepared(url: str, leads: int) -> Known:
    """Two organizations: a large one, of which is read, and one that fills with what is created,
    and begins empty each time."""
    db = await asyncpg.connect(url)
    await database.prepare(db)
    try:
        if not await db.fetchval("select to_regclass('organization')"):
            await asyncio.to_thread(migrating.upgrade, url)
        if not await db.fetchval("select count(*) from api_key"):
            await found(db, url, leads)
        await empty(db)
        return await known(db)
    finally:
        await db.close()


async def found(db: Any, url: str, leads: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    made = []
    for name, key in (("Readers", READERS), ("Writers", WRITERS)):
        email = f"{name.lower()}@bench.example"
        made.append(
            await founding.found(
                db, now, name=name, email=email, user_name="Ann Bench", password=None
            )
        )
        if name == "Writers":
            await seed(url, made[-1], 1, now)
            await founding.add_key(made[-1], "benchmarks", key)
            continue
        await seed(url, made[-1], leads, now)
        await founding.add_key(made[-1], "benchmarks", key)


async def seed(url: str, ctx: Any, leads: int, now: datetime) -> None:
    with Progress() as progress:
        bar = progress.add_task(f"seeding {leads:,} leads", total=leads)
        caller = ctx.organization_id, ctx.user_id
        options = {"leads": leads, "seed": SEED, "now": now}
        await seeding.seed(url, *caller, **options, told=lambda done: progress.advance(bar, done))


async def empty(db: Any) -> None:
    """Take away what earlier runs have written: ids of demo data come before all others. And the
    links of the demo data, which few organizations have."""
    await db.execute("truncate event")
    await db.execute("delete from integration_link")
    for name, prefix in (("activity", "acti"), ("lead", "lead")):
        await db.execute(f"delete from {name} where id > '{prefix}_{LAST}'")
    writers = await writers_of(db)
    await db.execute("delete from lead_tally where organization_id = $1", writers)
    await db.execute("insert into lead_tally values ($1, 0, 1)", writers)
    for name in CHANGED:
        await db.execute(f"vacuum (analyze) {name}")
    await db.execute("checkpoint")


async def writers_of(db: Any) -> str:
    return await db.fetchval("select organization_id from api_key order by id desc limit 1")


async def known(db: Any) -> Known:
    writers = await writers_of(db)
    leads = await db.fetch(
        "select id from lead where organization_id <> $1 and"
        " random() < $2::float8 / (select sum(leads) from lead_tally) limit $2::int",
        *(writers, IDS),
    )
    for table, column in READ.items():  # once, so that all is measured from memory
        wanted = (
            f"select count(t) from {table} t where organization_id <> $1 and {column} = any($2)"
        )
        await db.fetchval(wanted, writers, [row["id"] for row in leads])
    status = "select id from status_lead where organization_id = $1 order by position limit 1"
    fields = "select name, id from custom_field where organization_id = $1 and _type = 'lead'"
    return Known(
        [row["id"] for row in leads],
        await db.fetchval(status, writers),
        {row["name"]: row["id"] for row in await db.fetch(fields, writers)},
    )
