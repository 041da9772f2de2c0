"""A server of the Redis protocol: scripts are run there, over one connection."""

import asyncio
import contextlib
import hashlib
import ssl
from collections import deque
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

PATIENCE = 0.5  # seconds for an answer
SECURE = ("rediss", "valkeys")


class Failed(Exception):
    """No answer, or one that says what is wrong."""


class Refused(Failed):
    """What the server says is wrong."""


class Valkey:
    """Connects when it is first asked, and anew where the connection was lost."""

    def __init__(self, url: str):
        self.url, self.link, self.connecting = urlsplit(url), None, asyncio.Lock()

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """The server knows a script that it was told before by its hash."""
        digest = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        rest = (len(keys), *keys, *arguments)
        try:
            return await self.ask("EVALSHA", digest, *rest)
        except Refused as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            return await self.ask("EVAL", script, *rest)

    async def ask(self, *words: Any) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                async with self.connecting:
                    if self.link is None or self.link.lost:
                        self.link = await self.connect()
                return await self.link.ask(words)
        except (OSError, EOFError) as error:  # a time-out is one, too
            raise Failed(str(error) or type(error).__name__) from None

    async def connect(self) -> "Link":
        url = self.url
        secure = ssl.create_default_context() if url.scheme in SECURE else None
        link = Link(
            *await asyncio.open_connection(
                url.hostname, url.port or 6379, ssl=secure, limit=1 << 20
            )
        )
        try:
            if url.password:
                names = [unquote(url.username)] if url.username else []
                await link.ask(("AUTH", *names, unquote(url.password)))
            if number := url.path.strip("/"):
                await link.ask(("SELECT", number))
        except BaseException:
            await link.close()
            raise
        return link

    async def close(self) -> None:
        if self.link:
            await self.link.close()


class Link:
    """One connection. Answers come in the order of the questions."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self.waiting: deque[asyncio.Future[Any]] = deque()
        self.lost = False
        self.listening = asyncio.create_task(self.listen())

    async def ask(self, words: Sequence[Any]) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        self.writer.write(encoded(words))
        return await answer

    async def listen(self) -> None:
        error: Exception = EOFError("the connection was closed")
        try:
            while True:
                try:
                    self.settle(await read(self.reader))
                except Refused as refusal:
                    self.settle(refusal)
        except (OSError, EOFError, ValueError) as failure:
            error = EOFError(str(failure) or "the connection was closed")
        finally:
            self.lost = True
            while self.waiting:
                self.settle(error)
            self.writer.close()

    def settle(self, answer: Any) -> None:
        asked = self.waiting.popleft()
        if asked.done():  # nobody waits for it any more
            return
        if isinstance(answer, Exception):
            asked.set_exception(answer)
        else:
            asked.set_result(answer)

    async def close(self) -> None:
        self.listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await self.listening
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


def encoded(words: Sequence[Any]) -> bytes:
    texts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(t), t) for t in texts)


async def read(reader: asyncio.StreamReader) -> Any:
    """One answer. What is wrong inside of a list does not occur."""
    line = (await reader.readuntil(b"\r\n"))[:-2].decode()
    kind, rest = line[:1], line[1:]
    if kind == "+":
        return rest
    if kind == "-":
        raise Refused(rest)
    if kind == ":":
        return int(rest)
    if kind == "$":
        return (await reader.readexactly(int(rest) + 2))[:-2].decode() if rest != "-1" else None
    if kind == "*":
        return [await read(reader) for _ in range(int(rest))]
    raise ValueError(f"not understood: {line[:50]}")
