"""All that Ajar keeps, as one file: what the database holds and the uploaded files, at one moment,
whatever is written meanwhile.

The file is a ZIP: `ajar.json` says what made it, `database.dump` is PostgreSQL's own format,
`secret.key` opens what is kept encrypted, and below `files/` is what was uploaded. A ZIP ends with
its table of contents and has a checksum for each part, so that one that was cut off or damaged is
told before anything is done with it.
"""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ajar import __version__, database, migrating, vault
from ajar.clock import Clock
from ajar.config import Settings
from ajar.postgres.binaries import SYSTEM, find
from ajar.providers.store import Store, opened

FORMAT = 1
ABOUT, DATABASE, FILES = "ajar.json", "database.dump", "files/"
PRIVATE = 0o600  # it has the key
PIECE = 1 << 20  # bytes
EMPTY = """
select 1 from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"""
VERSION = "select current_setting('server_version_num')::int / 10000 as major"
REVISION = "select version_num from alembic_version"


class NotPossible(Exception):
    """Why there is no backup, or why one cannot be restored."""


async def write(url: str, settings: Settings, file: Path) -> int:
    """Make a backup, and put it in its place once it is whole. How many files it has."""
    if not await database.fetched(url, EMPTY):
        raise NotPossible("there is nothing here yet")
    (revision,) = await database.fetched(url, REVISION)
    about = {
        "format": FORMAT,
        "ajar": __version__,
        "revision": revision["version_num"],
        "made": Clock(settings.time)().isoformat(),
    }
    partial = file.with_name(f"{file.name}.partial")
    output = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb")
    with output, zipfile.ZipFile(output, "w", allowZip64=True) as archive:
        archive.writestr(ABOUT, json.dumps(about, indent=2))
        if (key := settings.data / vault.FILE).exists():
            archive.write(key, vault.FILE)
        with entry(archive, DATABASE) as part:
            await dump(url, settings, part)
        count = await collect(opened(settings), archive)
    with partial.open("rb") as output:
        os.fsync(output.fileno())
    partial.replace(file)
    return count


def entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    return archive.open(zipfile.ZipInfo(name), "w", force_zip64=True)


async def dump(url: str, settings: Settings, output: IO[bytes]) -> None:
    """PostgreSQL reads all tables as they were when it began."""
    command = [await program("pg_dump", url, settings), "--format=custom", "--no-owner"]
    with running([*command, "--no-privileges", f"--dbname={url}"]) as process:
        shutil.copyfileobj(process.stdout, output, PIECE)


async def collect(store: Store, archive: zipfile.ZipFile) -> int:
    """The files come after the database: those it speaks of are there by then. One that is
    deleted meanwhile is missed by nobody who is left."""
    count = 0
    async for path in store.paths():
        try:
            content = await store.read(path)
        except FileNotFoundError:
            continue
        with entry(archive, FILES + path) as part:
            async for piece in content.pieces:
                part.write(piece)
        count += 1
    return count


async def restore(file: Path, url: str, settings: Settings) -> int:
    """Fill an empty database and its files from a backup that is found to be whole first. How
    many files it had."""
    with checked(file) as archive:
        if await database.fetched(url, EMPTY):
            raise NotPossible("there is something here already: restore into an empty directory")
        store, paths = opened(settings), archive.namelist()
        found = [path for path in paths if path.startswith(FILES)]
        for path in found:
            await store.write(path.removeprefix(FILES), pieces(archive, path))
        if vault.FILE in paths:
            vault.keep(settings.data / vault.FILE, archive.read(vault.FILE))
        # The last step, and a single transaction: until then this is still empty.
        command = [await program("pg_restore", url, settings), "--single-transaction"]
        command += ["--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={url}"]
        with running(command) as process, archive.open(DATABASE) as part:
            shutil.copyfileobj(part, process.stdin, PIECE)
    return len(found)


@contextmanager
def checked(file: Path) -> Iterator[zipfile.ZipFile]:
    """A backup of which every byte was read, and that this version can restore."""
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read(ABOUT))
            damaged = archive.testzip()
            if damaged or DATABASE not in archive.namelist():
                raise NotPossible(f"{file} is damaged: {damaged or DATABASE} cannot be read")
            if about["format"] != FORMAT or about["revision"] not in migrating.revisions():
                raise NotPossible(f"{file} was made by Ajar {about['ajar']}, which is newer")
            yield archive
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as error:
        raise NotPossible(f"{file} is not a whole backup: {error}") from error


async def pieces(archive: zipfile.ZipFile, path: str) -> AsyncIterator[bytes]:
    with archive.open(path) as part:
        while piece := part.read(PIECE):
            yield piece


@contextmanager
def running(command: list[Any]) -> Iterator[Any]:
    """A program that writes or reads while the block lasts; it must end well."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    except BrokenPipeError:
        pass  # it has ended, and says why
    finally:
        _, said = process.communicate()
    if process.returncode:
        reason = said.decode(errors="replace").strip().splitlines()
        raise NotPossible(reason[0] if reason else f"{command[0]} failed")


async def program(name: str, url: str, settings: Settings) -> Path:
    """Of the server's own version if it is installed; a newer one reads older servers, too."""
    (server,) = await database.fetched(url, VERSION)
    own = SYSTEM / str(server["major"]) / "bin" / name
    return own if own.is_file() else find(settings.postgres_bin) / name
