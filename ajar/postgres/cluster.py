"""The data of a PostgreSQL on disk: made once, then checked and configured at each start."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ajar.postgres import binaries as programs
from ajar.postgres.account import Account
from ajar.postgres.errors import ServerError

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A statement that fails may hold what a customer wrote, which is no business of a log.
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
UNSAFE = "off"
MB = 2**20
CONTAINER = Path("/sys/fs/cgroup/memory.max")  # bytes that it may use, or "max"


def create(directory: Path, binaries: Path, account: Account, fsync: str | None = None) -> None:
    """Make `directory/cluster` if it is not there; an interruption leaves no half of one."""
    for unfinished in directory.glob("new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    cluster = directory / "cluster"
    if cluster.exists():
        return _check_version(cluster, binaries)
    scratch = Path(tempfile.mkdtemp(prefix="new-", dir=directory))
    account.own(scratch)
    _initdb(scratch, binaries, account, ["--no-sync"] if fsync == UNSAFE else [])
    scratch.rename(cluster)


def configure(cluster: Path, binaries: Path, account: Account, settings: Mapping[str, str]) -> None:
    """Write the whole configuration. What ALTER SYSTEM sets is kept, and wins."""
    lines = ["# Written by Ajar at each start: use ALTER SYSTEM for changes of your own."]
    # A server of the system may come without the extension, and would not start.
    if any((binaries.parent / "lib").glob("**/pg_stat_statements.*")):
        settings = {"shared_preload_libraries": "pg_stat_statements", **settings}
    for name, value in (SETTINGS | {"shared_buffers": buffers()} | dict(settings)).items():
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    written = cluster / "postgresql.conf.new"
    written.write_text("\n".join(lines) + "\n")
    account.own(written)
    written.rename(cluster / "postgresql.conf")


def buffers() -> str:
    """What PostgreSQL keeps in memory by itself: a quarter of the machine's, or the container's,
    which is its own advice. It is taken only as it is used."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        memory = min(memory, int(CONTAINER.read_text()))
    return f"{max(128, min(memory // 4 // MB, 4096))}MB"


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server that has this number takes connections.

    The file outlives a server that was killed, so it counts only if it names the right one.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _initdb(scratch: Path, binaries: Path, account: Account, options: list[str]) -> None:
    encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
    if programs.major(binaries) >= 17:
        # The order of text must not change with the system's library under an index.
        encoding = ["--encoding=UTF8", "--locale=C"]
        encoding += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [binaries / "initdb", "-D", scratch, "--username=ajar", "--auth=trust"]
    made = account.popen(
        [*command, "--data-checksums", *encoding, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = made.communicate()
    if made.returncode:
        reasons = [line for line in errors.decode(errors="replace").splitlines() if "error" in line]
        raise ServerError(f"PostgreSQL cannot make its data: {reasons[0] if reasons else errors}")


def _check_version(cluster: Path, binaries: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    here = programs.major(binaries)
    if made_by != str(here):
        raise ServerError(
            f"the data in {cluster} is of PostgreSQL {made_by}, but {binaries} is {here}:"
            f" back it up with {made_by} and restore it with {here}"
        )
