"""A service that knows the values of fields: the interface, and one that is asked over HTTPS."""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from ajar.providers.web import Failed, Refused, Web

SECONDS = 20.0


class Unusable(Exception):
    """There is no answer, or none that makes sense."""


class Answer(msgspec.Struct):
    """A value, or None, and why it should be this one."""

    value: Any = None
    confidence: str | None = None
    reasoning: str | None = None


class Enrichment(Protocol):
    async def ask(self, object_type: str, known: msgspec.Raw, field: dict[str, Any]) -> Answer:
        """What should be in this field of an object, of which all that is known is told."""
        ...


@dataclass(frozen=True)
class Service:
    """Somebody's own. It may be anywhere: who runs the server has named it."""

    url: str
    key: str | None = None

    async def ask(self, object_type: str, known: msgspec.Raw, field: dict[str, Any]) -> Answer:
        question = {"object_type": object_type, "object": known, "field": field}
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        web = Web(allow_private=True)
        try:
            answer = await web.request(
                "POST",
                self.url,
                headers=headers,
                content=msgspec.json.encode(question),
                timeout=SECONDS,
            )
        except (Failed, Refused) as error:
            raise Unusable(str(error)) from error
        finally:
            await web.close()
        if answer.status != 200:
            raise Unusable(f"It answered with status {answer.status}.")
        try:
            return msgspec.json.decode(answer.body, type=Answer)
        except msgspec.DecodeError as error:
            raise Unusable(f"Its answer cannot be read: {error}.") from error
