"""A gzip file that is written in parts, by processes that know nothing of each other but how the
part before ended: a checksum and a size."""

import struct
import zlib

HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LEVEL = 6
RAW = -15  # no header, and no checksum


class Part:
    """Some of a file. It ends where any other part may follow."""

    def __init__(self, checksum: int, size: int):
        self.checksum, self.size = checksum, size
        self.deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)

    def add(self, data: bytes) -> bytes:
        self.checksum = zlib.crc32(data, self.checksum)
        self.size += len(data)
        return self.deflate.compress(data)

    def end(self) -> bytes:
        return self.deflate.flush(zlib.Z_FULL_FLUSH)


def trailer(checksum: int, size: int) -> bytes:
    """An empty last block, and what tells that all of the file is there."""
    return b"\x03\x00" + struct.pack("<LL", checksum, size & 0xFFFFFFFF)
