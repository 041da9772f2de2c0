"""Buckets that the processes of one `ajar serve` share: a file that each has in its memory."""

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from ajar.limits.buckets import Allowance, Bucket, Taken, take

FILE = "AJAR_LIMITS_FILE"  # names it to the processes; it is no setting
BUCKET = struct.Struct("<Q6d")  # the hash of its key, and what is in it
PLACES = 8  # in which a key may be found
ROWS = 1 << 14
SIZE = ROWS * PLACES * BUCKET.size


def make(directory: str) -> None:
    """An empty file, for processes that are started from now on."""
    path = Path(directory) / "limits"
    path.touch(0o600)
    os.truncate(path, SIZE)
    os.environ[FILE] = str(path)


class Shared:
    """A table of hashes. Where all places of a key are taken, the bucket goes that was used
    longest ago. One process at a time reads and writes; a lock ends with whoever holds it."""

    def __init__(self, path: str):
        self.file = os.open(path, os.O_RDWR)
        self.memory = mmap.mmap(self.file, SIZE)

    async def take(self, allowance: Allowance) -> Taken:
        with self.alone():
            now = time.monotonic()  # which is the same for all processes of a machine
            place, mine = self.find(allowance.mine, now)
            if not allowance.ours:
                taken = take(now, allowance, mine, None)
            else:
                other, ours = self.find(allowance.ours, now)
                taken = take(now, allowance, mine, ours)
                self.write(other, ours)
            self.write(place, mine)
            return taken

    @contextmanager
    def alone(self) -> Iterator[None]:
        fcntl.lockf(self.file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN)

    def find(self, key: str, now: float) -> tuple[int, Bucket]:
        """Where the bucket is, which is made if need be."""
        hash = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) or 1
        start = hash % ROWS * PLACES * BUCKET.size
        oldest = []
        for place in range(start, start + PLACES * BUCKET.size, BUCKET.size):
            known, *bucket = BUCKET.unpack_from(self.memory, place)
            if known == hash:
                return place, Bucket(*bucket)
            oldest.append((bucket[1], place))
        place = min(oldest)[1]
        struct.pack_into("<Q", self.memory, place, hash)
        self.write(place, bucket := Bucket(then=now))
        return place, bucket

    def write(self, place: int, it: Bucket) -> None:
        values = it.level, it.then, it.share, it.window, it.keys, it.before
        struct.pack_into("<6d", self.memory, place + 8, *values)

    async def close(self) -> None:
        self.memory.close()
        os.close(self.file)
