"""A server of the Redis protocol: scripts are run there."""

import asyncio
from collections.abc import Sequence
from typing import Any

PATIENCE = 0.5  # seconds for an answer
CONNECTIONS = 16  # a process; who finds all of them in use waits
SECURE = ("rediss://", "valkeys://")


class Failed(Exception):
    """No answer, or one that says what is wrong."""


class Valkey:
    """Connects when it is first asked, and anew where a connection was lost."""

    def __init__(self, url: str):
        # 3 MB, which only those need who name a server.
        from valkey.asyncio import BlockingConnectionPool
        from valkey.asyncio import Valkey as Client

        options: dict[str, Any] = {"ssl_check_hostname": True} if url.startswith(SECURE) else {}
        options |= {"max_connections": CONNECTIONS, "timeout": PATIENCE, "decode_responses": True}
        self.client = Client.from_pool(BlockingConnectionPool.from_url(url, **options))

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """The server knows a script that it was told before by its hash."""
        from valkey.exceptions import ValkeyError

        try:
            async with asyncio.timeout(PATIENCE):
                return await self.client.register_script(script)(keys, arguments)
        except (OSError, ValkeyError) as error:  # a time-out is one of the first
            raise Failed(str(error) or type(error).__name__) from None

    async def close(self) -> None:
        await self.client.aclose()
