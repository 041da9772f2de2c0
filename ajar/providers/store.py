"""Where the bytes of uploaded files are: a directory, or a bucket of an S3-compatible store."""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from ajar.config import Settings

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, RetryConfig

PIECE = 64 * 1024  # bytes that are read at a time
AT_ONCE = 2  # parts of one upload that are on the way, of 5 MiB each
CLIENT: "ClientConfig" = {"allow_http": True, "connect_timeout": "5s", "timeout": "1h"}
RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}


class Unreachable(Exception):
    """The store does not answer, or not as it should."""


@dataclass(frozen=True)
class Content:
    """Some of a file: from `start` up to `stop`, of `size` bytes in all."""

    start: int
    stop: int
    size: int
    pieces: AsyncIterator[bytes]


class Store:
    """Files by their path. One that is written appears whole or not at all."""

    def __init__(self, objects: LocalStore | S3Store):
        self.objects = objects

    async def write(self, path: str, pieces: AsyncIterator[bytes]) -> None:
        """What `pieces` raises ends it, and is raised here."""
        try:
            await obstore.put_async(self.objects, path, pieces, max_concurrency=AT_ONCE)
        except (BaseError, FileNotFoundError) as error:  # no such bucket
            raise Unreachable(str(error)) from error

    async def read(self, path: str, part: tuple[int, int] | None = None) -> Content:
        """All of a file, or from the first of these bytes up to the second. FileNotFoundError if
        there is none."""
        options: GetOptions | None = {"range": part} if part else None
        try:
            found = await obstore.get_async(self.objects, path, options=options)
        except BaseError as error:
            raise Unreachable(str(error)) from error
        return Content(*found.range, found.meta["size"], found.stream(min_chunk_size=PIECE))

    async def paths(self) -> AsyncIterator[str]:
        """Of every file."""
        try:
            async for some in obstore.list(self.objects):
                for one in some:
                    yield one["path"]
        except BaseError as error:
            raise Unreachable(str(error)) from error

    async def delete(self, paths: Iterable[str]) -> None:
        """What is not there is as good as deleted."""
        for path in paths:
            try:
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self.objects, path)
            except BaseError as error:
                raise Unreachable(str(error)) from error


def path_of(organization_id: str, id: str) -> str:
    """Of a file of an organization."""
    return f"{organization_id}/{id}"


def opened(settings: Settings) -> Store:
    """The store that the settings name. How S3 is reached is in the usual variables (AWS_...)."""
    if settings.files:
        return Store(S3Store.from_url(settings.files, client_options=CLIENT, retry_config=RETRY))
    return Store(LocalStore(settings.data / "files", mkdir=True))
