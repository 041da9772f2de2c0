"""The directory of PostgreSQL's Unix socket: ours alone, and with a short name.

A socket's path has at most 103 bytes (107 on Linux), and a data directory may lie deep. Then the
socket gets a directory elsewhere, and a link beside the data says where.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path

PORT = 5432
LONGEST = 103
SHORT = Path("/tmp")


def make(directory: Path, uid: int, gid: int) -> Path:
    """An empty directory for the socket of the server on `directory`."""
    remove(directory)
    near = directory / "socket"
    if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= LONGEST:
        near.mkdir(mode=0o700)
        os.chown(near, uid, gid)
        return near
    short = Path(tempfile.mkdtemp(prefix="ajar-", dir=SHORT))
    os.chown(short, uid, gid)
    near.symlink_to(short)
    return short


def remove(directory: Path) -> None:
    """What an earlier server left, be it in our directory or elsewhere."""
    near = directory / "socket"
    if not near.is_symlink():
        shutil.rmtree(near, ignore_errors=True)
        return
    short = near.readlink()
    near.unlink()
    if short.parent == SHORT and _is_private(short):
        shutil.rmtree(short, ignore_errors=True)


def _is_private(path: Path) -> bool:
    # In a directory that everybody writes to, the name may be somebody else's by now.
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    allowed = status.st_uid == os.geteuid() or os.geteuid() == 0
    return stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700 and allowed
