"""`ajar backup` and `ajar restore`: everything in one file, and back; `ajar upgrade` begins with
the one, so that the other is possible."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ajar import __version__, backup, logs, migrating, sealing
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import reached

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def write(file: File, data: Data = None) -> None:
    """Write everything into one file; while the server runs or not."""
    here = settings(AJAR_DATA=data)
    logs.configure(here)
    if file.exists():
        raise Trouble(f"{file} exists already")
    with reached(here) as url:
        told(file, asyncio.run(backup.write(url, here, file)))


def restore(file: File, data: Data = None) -> None:
    """Fill an empty data directory, or database, from a backup."""
    here = settings(AJAR_DATA=data)
    logs.configure(here)
    with backup.checked(file):
        pass  # before a database is made
    with reached(here) as url:
        migrating.must_fit(url)
        count = asyncio.run(backup.restore(file, url, here))
        migrating.upgrade(url)
        sealing.seal(url, here)
    print(f"Restored: the database and {count} files.")


def upgrade(data: Data = None) -> None:
    """Back up, bring the database up to date, and look whether it is right; else leave it as it
    was."""
    here = settings(AJAR_DATA=data)
    logs.configure(here)
    with reached(here) as url:
        if migrating.is_current(url):
            print("It was up to date.")
            return
        if migrating.is_made(url):
            directory = here.data / "backups"
            directory.mkdir(parents=True, exist_ok=True)
            file = directory / f"before-{__version__}-{Clock(here.time)():%Y%m%d-%H%M%S}.zip"
            told(file, asyncio.run(backup.write(url, here, file)))
        applied = migrating.upgrade(url, migrating.looks_right)
    print(f"The database is up to date: {applied} new.")


def told(file: Path, count: int) -> None:
    print(f"{file} has the database and {count} files, {file.stat().st_size / 1e6:.1f} MB.")
