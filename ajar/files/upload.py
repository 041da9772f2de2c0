"""Where files are sent to: an address that takes the same forms as an S3 bucket does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from xml.sax.saxutils import escape

from starlette.datastructures import Headers
from starlette.responses import Response

from ajar import signing
from ajar.errors import ApiError, Forbidden, TooLarge, TooSlow
from ajar.files.form import CUT, MOST, Form
from ajar.files.storage import Storage, path_of

# A file may be sent again until somebody uses it.
OPEN = """SELECT id FROM file WHERE file.organization_id = $1 AND id = $2 AND used_at IS NULL"""
UPLOADED = """UPDATE file SET size = $3, uploaded_at = $4
WHERE file.organization_id = $1 AND id = $2 AND used_at IS NULL RETURNING id"""
PATIENCE = 600.0  # seconds for all of it
PAUSE = 30.0  # without a piece
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<PostResponse><Location>{url}</Location><Bucket>file</Bucket><Key>{id}</Key></PostResponse>"""


class Counted:
    """Pieces of a file, and how much they are: no more than allowed."""

    def __init__(self, pieces: AsyncIterator[bytes], most: int):
        self.pieces, self.most, self.size = pieces, most, 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self.pieces)
        self.size += len(piece)
        if self.size > self.most:
            raise too_large(self.most)
        return piece


async def receive(storage: Storage, scope: Any, receive: Any) -> Response:
    """Take the file that a signed form brings."""
    headers = Headers(scope=scope)
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > storage.most_bytes + MOST:
        raise too_large(storage.most_bytes)
    form = Form(headers.get("content-type", ""), body(receive))
    fields = await form.fields()
    id, kind = fields.get("key", ""), fields.get("Content-Type", "")
    async with storage.pool.acquire() as db:
        mine = await signing.check(db, fields, storage.clock(), "upload", id, kind), id
        if not await db.fetchval(OPEN, *mine):
            raise Forbidden("This file is in use already.")
    pieces = Counted(form.file(), storage.most_bytes)
    await storage.store.write(path_of(*mine), pieces)
    async with storage.pool.acquire() as db:
        if not await db.fetchval(UPLOADED, *mine, pieces.size, storage.clock()):
            raise Forbidden("This file is in use already.")
    return answer(fields, id)


def answer(fields: dict[str, str], id: str) -> Response:
    """As S3 answers: with what was asked for, or else nothing."""
    if fields.get("success_action_status") == "201":
        text = ANSWER.format(url=escape(f"/go/file/{id}"), id=escape(id))
        return Response(text, 201, media_type="application/xml")
    return Response(status_code=200 if fields.get("success_action_status") == "200" else 204)


async def body(receive: Any) -> AsyncIterator[bytes]:
    more, until = True, asyncio.get_running_loop().time() + PATIENCE
    while more:
        try:
            async with asyncio.timeout_at(until):
                message = await asyncio.wait_for(receive(), PAUSE)
        except TimeoutError:
            raise TooSlow("The file took too long to arrive.") from None
        if message["type"] == "http.disconnect":
            raise ApiError(CUT)
        yield message.get("body", b"")
        more = message.get("more_body", False)


def too_large(most: int) -> TooLarge:
    return TooLarge(f"The file is larger than {most} bytes.")
