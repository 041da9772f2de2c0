"""Processes of PostgreSQL that outlived the one that started them.

When the first process of a server is killed, one with a long query goes on, and the next server
cannot start beside it. It has left our process group, but each works in the data directory.
"""

import contextlib
import signal
import time
from pathlib import Path

import psutil

from ajar.postgres.errors import ServerError

# How PostgreSQL is asked to stop: what it is sent, and how many seconds it gets.
POLITELY = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
KILLED_WITHIN = 10.0


def end(cluster: Path) -> None:
    """Stop everything that works in `cluster`: politely first, if there is someone to ask."""
    for number, seconds in POLITELY:
        first = _first_process(cluster)
        if not first:
            break
        with contextlib.suppress(psutil.NoSuchProcess):
            first.send_signal(number)
        if _gone(cluster, seconds):
            return
    for process in working_in(cluster):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if not _gone(cluster, KILLED_WITHIN):
        raise ServerError(f"processes of an earlier PostgreSQL do not end: see ps, {cluster}")


def working_in(cluster: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd() == str(cluster):
                found.append(process)
    return found


def forget(cluster: Path) -> None:
    """Remove the note of a server that is gone, if its number belongs to a stranger by now.

    Numbers repeat in a restarted container. PostgreSQL would take the stranger for a server.
    """
    noted = noted_pid(cluster)
    if noted and psutil.pid_exists(noted):
        (cluster / "postmaster.pid").unlink()


def noted_pid(cluster: Path) -> int | None:
    """The number of the server that last ran here, which may be long gone."""
    try:
        first = (cluster / "postmaster.pid").read_text().split("\n", 1)[0]
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _first_process(cluster: Path) -> psutil.Process | None:
    noted = noted_pid(cluster)
    return next((process for process in working_in(cluster) if process.pid == noted), None)


def _gone(cluster: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while working_in(cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
