"""What a request says: its body, its parameters, and what of it cannot be kept."""

import asyncio
import difflib
import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers

from ajar import ids
from ajar.errors import ApiError, NotFound, TooLarge, TooSlow
from ajar.http.router import UNKNOWN
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation
from ajar.paging import text_of

PREFIX = "/api/v1"
LARGE = 100_000  # bytes
PATIENCE = 60.0  # seconds for a body to arrive
DEEPEST = 50  # lists and objects in each other
SUSPICIOUS = re.compile(rb"\\u0000|[0-9]{19}")


class Call:
    """One request as it came in, and what is known of its answer so far."""

    def __init__(self, scope, receive):
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        self.path: str = scope["path"].removeprefix(PREFIX)
        self.headers = Headers(scope=scope)
        self.request_id = ids.new("req")
        self.headers_out = {"x-request-id": self.request_id}
        self.name = "unknown"
        self.sent: bytes | None = None  # its body, once it was read
        self.caller: Caller | None = None  # once it was let in, and counted
        self.least = ""  # the scope that it takes, if that is not for the operation to say
        self.meta: dict[str, str] = {}  # beside what every event has

    @property
    def address(self) -> str:
        """Of who asks: of the proxy's client, where a proxy may say so."""
        client = self.scope.get("client")
        return client[0] if client else ""

    async def body(self, most: int) -> dict:
        if self.sent is None:
            self.sent = await self.raw(most)
        raw = self.sent
        if not raw:
            return {}
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise ApiError("Please send valid JSON with a 'Content-Type: application/json' header.")
        # What takes long to read must not keep others waiting.
        return parse(raw) if len(raw) < LARGE else await asyncio.to_thread(parse, raw)

    async def raw(self, most: int) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.arrived(most)
        except TimeoutError:
            raise TooSlow("The body of the request took too long to arrive.") from None

    async def arrived(self, most: int) -> bytes:
        chunks, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ApiError("The request ended before its body did.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > most:
                raise TooLarge(f"The request body is larger than {most} bytes.")
            if not message.get("more_body"):
                return b"".join(chunks)


def parse(raw: bytes) -> dict:
    try:
        body = msgspec.json.decode(raw)
    except RecursionError:
        raise ApiError("The request contains JSON that is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ApiError("The request contains invalid JSON.") from None
    if not isinstance(body, dict):
        raise ApiError("JSON data must be a dict.")
    if SUSPICIOUS.search(raw) or raw.count(b"[") + raw.count(b"{") > DEEPEST:
        check_values(body)
    return body


def check_values(value: Any, depth: int = 0) -> None:
    """PostgreSQL keeps neither NUL characters in a text nor numbers of any size."""
    if depth > DEEPEST:
        raise ApiError("The request contains JSON that is nested too deeply.")
    if isinstance(value, str):
        if "\0" in value:
            raise ApiError("The request contains a NUL character.")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_values(key)
            check_values(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_values(item, depth + 1)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ApiError("The request contains a number that is too large.")


def query_of(call: Call, replaced: Any) -> dict[str, str]:
    """What the query string says, or the `_params` in the body instead of it. A key that
    comes twice is a list, like one with commas."""
    if "\0" in call.path:
        raise NotFound(UNKNOWN)
    if replaced is not None:
        if not isinstance(replaced, dict):
            raise ApiError("_params must be a dict.")
        return {key: text_of(value) for key, value in replaced.items()}
    text = call.scope["query_string"].decode("latin-1")
    params: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True) if text else ():
        if "\0" in key or "\0" in value:
            raise ApiError("The query string contains a NUL character.")
        params[key] = f"{params[key]},{value}" if key in params else value
    return params


def unknown(name: str, operation: Operation) -> str:
    near = difflib.get_close_matches(name, operation.parameters, 1, 0.5)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'Unknown parameter "{name}".{hint}'
