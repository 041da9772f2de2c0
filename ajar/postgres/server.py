"""Runs PostgreSQL on a directory for as long as Ajar runs, and starts it again if it dies."""

import fcntl
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import quote

from ajar.database import UNREACHED, asked
from ajar.postgres import cluster, leftovers, sockets
from ajar.postgres.account import choose
from ajar.postgres.binaries import find
from ajar.postgres.errors import AlreadyRunning, ServerError

log = logging.getLogger(__name__)

# A server that was killed reads its log again first, which takes long after many changes.
STARTED_WITHIN = 300.0
STOPPED_WITHIN = 30.0
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10_000_000
OURS = ("lock", "cluster", "new-", "socket", "postgresql.log")


class Server:
    """A PostgreSQL of our own, on a data directory, over a Unix socket."""

    url: str

    def __init__(self, directory: Path, binaries: Path, settings: Mapping[str, str]) -> None:
        self._directory = directory
        self._cluster = directory / "cluster"
        self._binaries = binaries
        self._settings = settings
        self._process: subprocess.Popen[Any] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="postgres", daemon=True)
        self._lock = _lock(directory)

    @classmethod
    def start(
        cls,
        directory: Path,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Self:
        """Have PostgreSQL answer on `directory`, which is filled if it is empty."""
        try:
            server = cls(_prepared(directory), find(binaries), settings or {})
        except OSError as error:
            raise ServerError(f"cannot use {directory}: {error.strerror}") from error
        try:
            server._begin()
        except BaseException as error:
            server.stop()
            if isinstance(error, UNREACHED):
                reason = str(error).splitlines()[0]
                raise ServerError(f"PostgreSQL cannot start on {directory}: {reason}") from error
            raise
        return server

    def stop(self) -> None:
        """End PostgreSQL, with open connections cut and all that was committed on disk."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._lock.closed:
            return
        try:
            self._end()
            sockets.remove(self._directory)
        finally:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _begin(self) -> None:
        leftovers.end(self._cluster)
        self._account = choose(self._directory, self._binaries)
        self._account.own(self._directory)
        cluster.create(self._directory, self._binaries, self._account, self._settings.get("fsync"))
        socket = sockets.make(self._directory, self._account.uid, self._account.gid)
        where = {"unix_socket_directories": str(socket), "port": str(sockets.PORT)}
        cluster.configure(self._cluster, self._binaries, self._account, {**self._settings, **where})
        self.url = _url(socket, "ajar")
        self._launch()
        _create_database(socket)
        self._watcher.start()

    def _launch(self) -> None:
        """Start PostgreSQL, where none runs now, and wait until it answers."""
        leftovers.forget(self._cluster)
        with (self._directory / "postgresql.log").open("ab") as output:
            said_before = output.tell()
            self._process = self._account.popen(
                [self._binaries / "postgres", "-D", self._cluster], stdout=output, stderr=output
            )
        deadline = time.monotonic() + STARTED_WITHIN
        while not cluster.is_ready(self._cluster, self._process.pid):
            if self._process.poll() is not None:
                raise ServerError(f"PostgreSQL does not start: {self._reason(said_before)}")
            if time.monotonic() > deadline or self._stopping.is_set():
                raise ServerError(f"PostgreSQL did not start in time: see {output.name}")
            time.sleep(0.01)

    def _reason(self, said_before: int) -> str:
        said = (self._directory / "postgresql.log").read_bytes()[said_before:]
        lines = said.decode(errors="replace").splitlines()
        fatal = [n for n, line in enumerate(lines) if "FATAL:" in line or "PANIC:" in line]
        last = fatal[-1] if fatal else len(lines) - 1
        # The line before tells which setting of the configuration is wrong.
        return "; ".join(
            line.partition("] ")[2] or line for line in lines[max(last - 1, 0) : last + 1]
        )

    def _watch(self) -> None:
        while not self._stopping.wait(0.2):
            self._rotate_log()
            if self._process and self._process.poll() is not None:
                log.warning("PostgreSQL ended with status %s", self._process.returncode)
                self._start_again()

    def _start_again(self) -> None:
        pause = 0.5
        while not self._stopping.is_set():
            try:
                leftovers.end(self._cluster)
                self._launch()
            except (ServerError, OSError) as error:
                log.error("%s", error)
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            log.warning("PostgreSQL runs again")
            return

    def _rotate_log(self) -> None:
        written = self._directory / "postgresql.log"
        if written.stat().st_size < LARGEST_LOG:
            return
        # PostgreSQL holds the file open and adds to its end, wherever that is.
        shutil.copyfile(written, self._directory / "postgresql.log.1")
        os.truncate(written, 0)

    def _end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(leftovers.POLITELY[0][0])
            try:
                self._process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                log.warning("PostgreSQL takes long to stop, and is killed")
        leftovers.end(self._cluster)
        if self._process:
            self._process.wait()


def _prepared(directory: Path) -> Path:
    """The directory, made if it is not there; never one that holds something else."""
    directory = directory.resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    strangers = [path.name for path in directory.iterdir() if not path.name.startswith(OURS)]
    if strangers:
        raise ServerError(f"{directory} holds something else, like {strangers[0]}")
    directory.chmod(0o700)
    return directory


def _lock(directory: Path) -> IO[str]:
    """Keep other processes away from the directory until the file is closed, or we are gone."""
    file = (directory / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip()
        file.close()
        raise AlreadyRunning(f"{directory} is in use by process {pid}") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _url(socket: Path, database: str) -> str:
    # The port is said, since a client would else take it from PGPORT.
    return f"postgresql://ajar@/{database}?host={quote(str(socket))}&port={sockets.PORT}"


def url_of(directory: Path) -> str:
    """Where the server on `directory` is reached that another process runs."""
    return _url((directory / "socket").resolve(), "ajar")


def _create_database(socket: Path) -> None:
    url = _url(socket, "postgres")
    if not asked(url, "select 1 from pg_database where datname = 'ajar'"):
        asked(url, "create database ajar")
