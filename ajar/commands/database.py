"""Where the database is: at DATABASE_URL, or else in the data directory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ajar.commands import Trouble
from ajar.config import Settings
from ajar.database import UNREACHED, asked
from ajar.postgres import AlreadyRunning, Server
from ajar.postgres.binaries import OLDEST
from ajar.postgres.server import url_of

WITHIN = 60.0  # seconds for a server that somebody else is starting


@contextmanager
def owned(settings: Settings) -> Iterator[str]:
    """For as long as this process runs, and for nobody else to run as well."""
    if settings.database_url:
        yield checked(settings.database_url)
        return
    with Server.start(directory(settings), settings.postgres_bin) as server:
        yield server.url


@contextmanager
def reached(settings: Settings) -> Iterator[str]:
    """For a moment: that of the server that runs, or one of our own."""
    try:
        with owned(settings) as url:
            yield url
            return
    except AlreadyRunning:
        pass
    yield waited_for(directory(settings))


def directory(settings: Settings) -> Path:
    return settings.data / "postgres"


def checked(url: str) -> str:
    (row,) = asked(url, "select current_setting('server_version_num')::int / 10000 as version")
    if row["version"] < OLDEST:
        raise Trouble(f"PostgreSQL {row['version']} is too old: {OLDEST} or later is needed")
    return url


def waited_for(directory: Path) -> str:
    deadline = time.monotonic() + WITHIN
    while True:
        try:
            return checked(url_of(directory))
        except UNREACHED:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
