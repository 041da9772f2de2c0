"""Who runs PostgreSQL: ourselves, or somebody else where we are root, which it refuses."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ajar.postgres.errors import ServerError

# In a user namespace of its own a process of root's is somebody else, to itself only: it reads
# what root reads, and its files belong to root.
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@dataclass(frozen=True)
class Account:
    """Somebody, and how to run a program as them."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def popen(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[Any]:
        """Start a program that our terminal's signals do not reach."""
        return subprocess.Popen(
            [*self.prefix, *command],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **self.options,
            **options,
        )

    def reaches(self, directory: Path, binaries: Path) -> bool:
        check = 'cd "$1" && exec "$2" --version'
        command = ["/bin/sh", "-c", check, "sh", directory, binaries / "postgres"]
        try:
            tried = self.popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            return False
        return tried.wait() == 0

    def own(self, directory: Path) -> None:
        """Give them the directory and what is in it, if it is someone else's."""
        if directory.stat().st_uid == self.uid:
            return
        for parent, _, files in os.walk(directory):
            for name in files:
                os.chown(Path(parent, name), self.uid, self.gid, follow_symlinks=False)
            os.chown(parent, self.uid, self.gid)


def choose(directory: Path, binaries: Path) -> Account:
    """Somebody who may run PostgreSQL from `binaries` on `directory`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for account in _others(directory):
        if account.reaches(directory.parent, binaries):
            return account
    raise ServerError(
        f"PostgreSQL cannot run as root, and no other account can read both {directory.parent}"
        f" and {binaries}: run Ajar as another user, or with a data directory elsewhere"
    )


def _others(directory: Path) -> Iterator[Account]:
    owner = directory.stat()
    if owner.st_uid != 0:
        yield _account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield _account(entry.pw_uid, entry.pw_gid)
    if shutil.which(NAMESPACE[0]):
        yield Account(0, 0, prefix=NAMESPACE)


def _account(uid: int, gid: int) -> Account:
    return Account(uid, gid, options={"user": uid, "group": gid, "extra_groups": []})


def _environment() -> dict[str, str]:
    # PGPORT, PGDATA and the like are meant for other servers; an unknown locale stops initdb.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}
