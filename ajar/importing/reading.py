"""A CSV file in the store: what it is written in, and its rows, read in pieces from anywhere."""

import asyncio
import codecs
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from ajar.errors import ApiError
from ajar.providers.store import Store, path_of

PIECE = 256 * 1024  # bytes that are read at a time
LONGEST = 16 * 1024 * 1024  # of one row
SAMPLE = 64 * 1024
DELIMITERS = (",", ";", "\t", "|")
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
GUESSES = ("utf-8", "cp1252", "latin-1")  # the last fits anything


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    encoding: str
    delimiter: str
    start: int  # where its first row begins, behind a byte order mark


@dataclass
class File:
    """A file of an organization, and how it is written."""

    store: Store
    path: str
    form: Form

    async def rows(self, offset: int) -> AsyncIterator[tuple[list[str], int]]:
        """Every row from there on, and where the next one begins."""
        while True:
            found, whole = await self.some(offset)
            for row, offset in found:
                yield row, offset
            if whole:
                return

    async def some(self, offset: int) -> tuple[list[tuple[list[str], int]], bool]:
        """The rows of one piece of the file, and whether they are the last."""
        size = PIECE
        while True:
            data, more = await piece(self.store, self.path, offset, size)
            rows = await asyncio.to_thread(parsed, data, self.form, offset, more)
            if rows or not more:
                return rows, not more
            if size > LONGEST:
                raise ApiError(f"A row of the file is longer than {LONGEST} bytes.")
            size *= 2


async def piece(store: Store, path: str, offset: int, size: int) -> tuple[bytes, bool]:
    """So many bytes of a file, and whether more follow. FileNotFoundError if it is not there."""
    content = await store.read(path, (offset, offset + size))
    data = b"".join([part async for part in content.pieces])
    return data, content.stop < content.size


def parsed(data: bytes, form: Form, offset: int, more: bool) -> list[tuple[list[str], int]]:
    """The rows, each with the place where it ends. The last is left out if more follows, as it
    may not have ended."""
    text, _ = codecs.getdecoder(form.encoding)(cut(data, form.encoding) if more else data)
    lines = Lines(text, form.encoding, offset)
    try:
        rows = [(row, lines.offset) for row in csv.reader(lines, delimiter=form.delimiter)]
    except csv.Error as error:
        raise ApiError(f"The file is not a CSV: {error}.") from None
    return rows[:-1] if more else rows


def cut(data: bytes, encoding: str) -> bytes:
    """Without half a character at the end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    decoder.decode(data)
    rest = decoder.getstate()[0]
    return data[: len(data) - len(rest)]


class Lines:
    """The lines of a text; `offset` is where, in the file, the next one begins."""

    def __init__(self, text: str, encoding: str, offset: int):
        self.lines = io.StringIO(text, newline="")
        self.encoding, self.offset = encoding, offset

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        plain = line.isascii() and not self.encoding.startswith("utf-16")
        self.offset += len(line) if plain else len(line.encode(self.encoding))
        return line.replace("\0", "")


async def form_of(store: Store, path: str, encoding: str | None, delimiter: str | None) -> Form:
    """What the file is written in, as far as nobody says."""
    start, marked, sample = await beginning(store, path)
    found = marked or encoding or await guessed(store, path)
    if encoding and not marked and not await fits(store, path, encoding):
        raise ApiError(f"The file is not written in {encoding}.")
    text = codecs.getincrementaldecoder(found)("replace").decode(sample[start:])
    return Form(found, delimiter or delimiter_of(text), start)


async def beginning(store: Store, path: str) -> tuple[int, str | None, bytes]:
    """The first bytes, and what a byte order mark says."""
    sample, _ = await piece(store, path, 0, SAMPLE)
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return len(mark), encoding, sample
    return 0, None, sample


async def guessed(store: Store, path: str) -> str:
    for encoding in GUESSES:
        if await fits(store, path, encoding):
            return encoding
    raise AssertionError("latin-1 has every byte")


async def fits(store: Store, path: str, encoding: str) -> bool:
    """Whether all of the file can be read so."""
    decoder, offset, more = codecs.getincrementaldecoder(encoding)(), 0, True
    while more:
        data, more = await piece(store, path, offset, PIECE)
        offset += len(data)
        try:
            await asyncio.to_thread(decoder.decode, data, not more)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(text: str) -> str:
    """The one that makes the most columns of which the rows have the same number, and that leaves
    no quotes within cells."""

    def fitness(delimiter: str) -> tuple[float, int, int]:
        rows = [row for row in some_rows(text, delimiter) if row]
        if not rows:
            return 0, 0, 0
        widths = Counter(map(len, rows))
        width, often = widths.most_common(1)[0]
        quotes = sum('"' in cell for row in rows for cell in row)
        return (often / widths.total() if width > 1 else 0), -quotes, width

    return max(DELIMITERS, key=fitness)


def some_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter)):
            if number == 50:
                return
            yield row
    except csv.Error:
        return


def opened(store: Store, organization_id: str, row: Any) -> File:
    """The file of an import."""
    form = Form(row["encoding"], row["delimiter"], row["first_row"])
    return File(store, path_of(organization_id, row["file_id"]), form)
