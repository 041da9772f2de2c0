"""How requests come and answers leave: not too slowly, and head and body together."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 20.0  # seconds for the head of a request to arrive


class Protocol(HttpToolsProtocol):
    """uvicorn sends the head of an answer and its body apart, each with a call of the operating
    system, which is more than a tenth of what a short answer costs. And it waits for ever for a
    client that begins a request and does not go on; how long a body may take is for those to say
    who read it."""

    head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(Joined(transport, self.loop))  # type: ignore[arg-type]
        self.wait_for_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.wait_for_head()

    def on_headers_complete(self) -> None:
        self.stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_waiting()
        super().connection_lost(exc)

    def wait_for_head(self) -> None:
        self.stop_waiting()
        self.head = self.loop.call_later(PATIENCE, self.transport.close)

    def stop_waiting(self) -> None:
        if self.head:
            self.head.cancel()
            self.head = None


class Joined:
    """A transport that sends at once what is written in one turn of the event loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop):
        self.transport, self.loop = transport, loop
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self.parts:
            self.loop.call_soon(self.flush)
        self.parts.append(data)

    def flush(self) -> None:
        if self.parts and not self.transport.is_closing():
            self.transport.write(b"".join(self.parts))
        self.parts.clear()

    def close(self) -> None:
        self.flush()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)
