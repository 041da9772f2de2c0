"""What every answer tells browsers, whatever it is and wherever it comes from."""

from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[Any], Awaitable[None]]

# Pages say more exactly what they need; nothing else is meant to be shown, or to run.
GUARDS = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
}
# Once reached over https, a browser asks for nothing of ours without.
SECURE = GUARDS | {b"strict-transport-security": b"max-age=31536000"}


def guarded(send: Send, guards: dict[bytes, bytes]) -> Send:
    """Sends on, with the headers that an answer does not have by itself."""

    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ())]
            said = {name for name, _ in headers}
            message["headers"] = headers + [one for one in guards.items() if one[0] not in said]
        await send(message)

    return sent
