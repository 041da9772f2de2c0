"""`ajar doctor`: what is wrong here, and how to mend it."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rich.console import Console

from ajar import migrating
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import reached
from ajar.config import Settings
from ajar.database import UNREACHED, asked
from ajar.jobs import WORKERS
from ajar.postgres import ServerError
from ajar.providers import smtp

NEEDED = 1_000_000_000  # bytes
APART = 5.0  # seconds that two clocks may be
MARKS = {True: "[green]ok[/]  ", False: "[red]bad[/] "}
STALLED = """
select count(*) from procrastinate_jobs job left join procrastinate_workers worker
on worker.id = job.worker_id where job.status = 'doing' and (
    worker.id is null or worker.last_heartbeat < now() - interval '1 minute')"""
LATE = """
select count(*) from procrastinate_jobs job where status = 'todo'
and coalesce(scheduled_at, (select min(at) from procrastinate_events where job_id = job.id))
    < now() - interval '5 minutes'"""
CLOCK = "select extract(epoch from clock_timestamp() - $1::timestamptz)::float"
FAILED = "select count(*) from procrastinate_jobs where status = 'failed'"


class Finding(NamedTuple):
    """One thing that was looked at. Good, or else what to do."""

    good: bool
    about: str
    remedy: str = ""


def doctor(data: Data = None) -> None:
    """Look at everything that Ajar needs, and say what is wrong and how to mend it."""
    console, good = Console(highlight=False, soft_wrap=True), True
    for finding in findings(data):
        good = good and finding.good
        console.print(MARKS[finding.good] + finding.about)
        if not finding.good:
            console.print(f"     {finding.remedy}")
    if not good:
        raise SystemExit(1)


def findings(data) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version}", "Ajar needs 3.11 or later.")
    try:
        here = settings(AJAR_DATA=data)
    except Trouble as error:
        yield Finding(False, f"settings: {error}", "Correct the variable, or do not set it.")
        return
    yield Finding(True, "settings")
    yield from of_disk(here)
    yield of_mail(here)
    try:
        with reached(here) as url:
            yield from of_database(url)
    except (ServerError, Trouble, *UNREACHED) as error:
        about = f"database: {str(error).splitlines()[0]}"
        log = here.data / "postgres" / "postgresql.log"
        remedy = "Is DATABASE_URL right, and that server up?" if here.database_url else f"See {log}"
        yield Finding(False, about, remedy)


def of_disk(here: Settings) -> Iterator[Finding]:
    place = here.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    about = f"data directory {here.data}, {free / 1e9:.1f} GB free"
    yield Finding(free > NEEDED, about, f"Make room: less than {NEEDED / 1e9:.0f} GB is left.")


def of_mail(here: Settings) -> Finding:
    if not here.smtp_url:
        return Finding(True, "mail, none is sent: AJAR_SMTP_URL is not set")
    server = urlsplit(here.smtp_url).hostname
    try:
        asyncio.run(smtp.reach(here.smtp_url, here.address))
    except smtp.Failed as error:
        return Finding(False, f"mail server {server}: {error}", "Is AJAR_SMTP_URL right?")
    return Finding(True, f"mail server {server}")


def of_database(url: str) -> Iterator[Finding]:
    yield Finding(True, f"PostgreSQL {value(url, 'show server_version')}")
    remedy = f"Who looks for é does not find É: ajar restore, into one by: {migrating.ANOTHER}"
    yield Finding(value(url, migrating.LETTERS), "letters, large and small", remedy)
    apart = abs(value(url, CLOCK, Clock()()))
    remedy = "Let both machines follow a time server."
    yield Finding(apart < APART, f"clocks, {apart:.1f} seconds apart", remedy)
    with migrating.connected(url) as connection:
        missing = len(migrating.pending(connection))
    about = f"tables, {missing} revisions behind" if missing else "tables, up to date"
    yield Finding(not missing, about, "Run: ajar migrate")
    if not missing:
        yield from of_jobs(url)


def of_jobs(url: str) -> Iterator[Finding]:
    workers, stalled, late, failed = (value(url, text) for text in (WORKERS, STALLED, LATE, FAILED))
    remedy = "Run: ajar serve, or ajar worker"
    yield Finding(workers > 0, f"workers, {workers} alive", remedy)
    yield Finding(not stalled, f"jobs that lost their worker, {stalled}", "A worker takes them up.")
    yield Finding(not late, f"jobs that wait for long, {late}", "Run more workers: ajar worker")
    remedy = "The log says why; they are kept for a month, and then forgotten."
    yield Finding(not failed, f"jobs that were given up, {failed}", remedy)


def value(url: str, text: str, *values: Any) -> Any:
    ((found,),) = asked(url, text, *values)
    return found
