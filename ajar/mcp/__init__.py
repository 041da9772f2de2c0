"""The MCP server, at /mcp: agents do what the operations of the API do, as tools.

This is only its door. The SDK takes its time and its memory, so that it is read when somebody
first asks (`serving`).
"""

import asyncio
import importlib
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response

from ajar import scopes
from ajar.errors import ApiError, NotAllowed, Unauthorized
from ajar.http.api import Api, answer, answered
from ajar.http.request import Call
from ajar.mcp import calling
from ajar.mcp.calling import ASKED, Asked

PATH = "/mcp"
WITHOUT = {"authorization", "cookie", "close-api-key"}


class Door:
    """An ASGI application: it lets in, and hands over to the SDK."""

    def __init__(self, api: Api):
        self.api, self.beginning = api, asyncio.Lock()
        self.serving: Any = None

    async def __call__(self, scope, receive, send) -> None:
        call = Call(scope, receive)
        response = await answered(call, self.respond)
        await response(scope, receive, send)

    async def respond(self, call: Call) -> Response:
        try:
            asked = await self.asked(call)
        except Unauthorized as error:
            headers = call.headers_out | {"www-authenticate": self.challenge}
            return answer(error.body, error.status, headers)
        if call.method != "POST":  # there is nothing to listen to, and no session to end
            raise NotAllowed("Send requests of the protocol with POST.", {"allow": "POST"})
        call.scope[ASKED] = asked
        body = await call.raw(self.api.most_bytes)
        return Through((await self.begun()).app, body, call.headers_out)

    async def asked(self, call: Call) -> Asked:
        """Who asks, and how far they let their agent reach."""
        headers = credential(call.headers)
        async with self.api.pool.acquire() as db:
            caller = await self.api.sign_in(db, headers, "POST", call.address)
        reach = call.headers.get("close-scope", caller.scope)
        if reach not in scopes.STEPS:
            known = ", ".join(scopes.STEPS[:-1])
            raise ApiError(f"The header Close-Scope must be one of {known}.")
        return Asked(call, headers, caller, min(reach, caller.scope, key=scopes.step))

    @property
    def challenge(self) -> str:
        """Where a client finds out how to be let in (RFC 9728)."""
        metadata = f"{self.api.origin}/.well-known/oauth-protected-resource{PATH}"
        return f'Bearer realm="Ajar", resource_metadata="{metadata}"'

    async def begun(self) -> Any:
        async with self.beginning:
            if self.serving is None:
                module = await asyncio.to_thread(importlib.import_module, "ajar.mcp.serving")
                self.serving = module.Serving(self.api)
                await self.serving.begin()
        return self.serving

    async def end(self) -> None:
        if self.serving:
            await self.serving.end()
            self.serving = None


class Through(Response):
    """What the SDK answers by itself, with our headers."""

    def __init__(self, app: Any, body: bytes, headers: dict[str, str]):
        super().__init__()
        self.app = app
        self.arrived = [{"type": "http.request", "body": body, "more_body": False}]
        self.more = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope, receive, send) -> None:
        async def received() -> Any:
            return self.arrived.pop() if self.arrived else await receive()

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status_code = message["status"]
                message["headers"] = [*message["headers"], *self.more]
            await send(message)

        await self.app(scope, received, sent)


def credential(headers: Headers) -> Headers:
    """What signs a caller in here: a token or a key, and never a cookie, which browsers send along
    with what other sites ask for."""
    kept = {name: value for name, value in headers.items() if name not in WITHOUT}
    if key := headers.get("close-api-key"):
        return Headers(kept | {"authorization": calling.basic(key)})
    if "authorization" in headers:
        return Headers(kept | {"authorization": headers["authorization"]})
    raise Unauthorized
