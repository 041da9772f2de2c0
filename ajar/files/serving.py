"""Files as they are downloaded: safe to open whatever is in them, as anyone may upload anything."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response, StreamingResponse

from ajar import signing
from ajar.errors import ApiError, NotFound
from ajar.files.storage import Storage, path_of, small_path_of
from ajar.formats import picture
from ajar.kernel import query
from ajar.kernel.context import Context
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.file import ID, PATH, File

SHORTLY = timedelta(minutes=5)
FIND = """SELECT filename, content_type, content_encoding, size FROM file
WHERE file.organization_id = $1 AND id = $2 AND uploaded_at IS NOT NULL"""
# What a browser may show by itself: nothing that can hold a program.
SHOWN = re.compile(r"(audio|video)/.+|image/(png|jpeg|gif|webp)|text/plain")
GUARDS = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": f"private, max-age={int(SHORTLY.total_seconds())}",
}
RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """A file of an organization, or its small form."""

    organization_id: str
    id: str
    small: bool


async def serve(storage: Storage, scope: Any) -> Response:
    """With a short-lived signed address, the file; to one who signs in, that address."""
    headers = Headers(scope=scope)
    id, *rest = [part for part in scope["path"].removeprefix(PATH).split("/") if part] or [""]
    if not re.fullmatch(ID, id):
        raise missing()
    signed = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    small = len(rest) == 2 and rest[1] == "thumbnail"
    async with storage.pool.acquire() as db:
        if "signature" not in signed:
            return await direct(storage, db, scope, id)
        organization_id = await signing.check(db, signed, storage.clock(), "download", id)
        file = await db.fetchrow(FIND, organization_id, id)
    if not file:
        raise missing()
    asked = Asked(organization_id, id, small)
    tag = f'"{id}.small"' if small else f'"{id}"'
    if headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=GUARDS | {"etag": tag})
    answer = await (thumbnail if small else whole)(storage, asked, file, headers)
    answer.headers.update(GUARDS | {"etag": tag})
    return answer if scope["method"] == "GET" else Response(headers=dict(answer.headers))


async def direct(storage: Storage, db: Any, scope: Any, id: str) -> Response:
    """Browsers and clients follow to where no credential is needed."""
    address, path = (scope.get("client") or ("",))[0], scope["path"]
    caller = await storage.sign_in(db, Headers(scope=scope), scope["method"], address)
    organization_id = caller.organization_id
    if not await Context(db, caller, storage.clock()).value(await seen(), id=id):
        raise missing()
    until = storage.clock() + SHORTLY
    permit = await signing.permit(db, organization_id, until, "download", id)
    answer = RedirectResponse(f"{quote(path)}?{urlencode(permit)}", 302)
    answer.headers["cache-control"] = "no-store"
    return answer


@shapes(1)
def seen() -> Statement:
    """A file that is there, and that the caller may see."""
    rows = query.rows(File)
    found = query.owned(File, rows, rows.c.id).where(rows.c.id == parameter("id"))
    mine = rows.c.owner_id.is_(None) | (rows.c.owner_id == parameter("user_id"))
    return Statement(found.where(rows.c.uploaded_at.is_not(None), mine))


async def whole(storage: Storage, asked: Asked, file: Any, headers: Headers) -> Response:
    """All of a file, or the range of it that is asked for."""
    wanted = part(headers.get("range", ""), file["size"])
    content = await storage.store.read(path_of(asked.organization_id, asked.id), wanted)
    told = {
        "accept-ranges": "bytes",
        "content-type": file["content_type"],
        "content-disposition": disposition(file),
        "content-length": str(content.stop - content.start),
    }
    if file["content_encoding"]:
        told["content-encoding"] = file["content_encoding"]
    if not wanted:
        return StreamingResponse(content.pieces, 200, told)
    told["content-range"] = f"bytes {content.start}-{content.stop - 1}/{content.size}"
    return StreamingResponse(content.pieces, 206, told)


async def thumbnail(storage: Storage, asked: Asked, file: Any, headers: Headers) -> Response:
    """A small form of a picture, made when it is asked for first."""
    small = small_path_of(asked.organization_id, asked.id)
    try:
        content = await storage.store.read(small)
        return Response(b"".join([piece async for piece in content.pieces]), media_type="image/png")
    except FileNotFoundError:
        pass
    if file["content_type"] not in picture.TYPES or file["size"] > picture.MOST_BYTES:
        raise missing()
    async with storage.drawing:
        content = await storage.store.read(path_of(asked.organization_id, asked.id))
        data = b"".join([piece async for piece in content.pieces])
        try:
            drawn = await asyncio.to_thread(picture.thumbnail, data)
        except ValueError:
            raise missing() from None
    await storage.store.write(small, once(drawn))
    return Response(drawn, media_type="image/png")


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def part(header: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for; of several, or none that makes sense, all."""
    found = RANGE.fullmatch(header.replace(" ", ""))
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return None
    if start >= size or (not first and int(last) == 0):
        raise Unsatisfiable(size)
    return start, stop


class Unsatisfiable(ApiError):
    """A range that the file does not have."""

    status = 416

    def __init__(self, size: int):
        super().__init__("The file ends before that.", {"content-range": f"bytes */{size}"})


def disposition(file: Any) -> str:
    """How to name the file, and whether to show it or only save it."""
    how = "inline" if SHOWN.fullmatch(file["content_type"]) else "attachment"
    plain = re.sub(r"[^\w .()-]", "_", file["filename"], flags=re.ASCII)
    named = quote(file["filename"], safe="")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{named}"


def missing() -> NotFound:
    return NotFound("There is no such file.")
