"""The key of a webhook: made, kept encrypted, and shown to whoever asks for a single webhook."""

import contextlib

import msgspec
import sqlalchemy as sa

from ajar import ids
from ajar.kernel import Text
from ajar.vault import Locked, Vault


class Key(Text):
    """What deliveries are signed with, encrypted. Rows show nothing of it; whoever asks for a
    single one is shown it in the clear, see `told`."""

    def shown(self, row):
        return sa.literal("")  # clients expect a text


def made(ctx) -> str:
    return Vault(ctx.settings).seal(ids.secret()).decode()


def told(ctx, text: str, key: str) -> str:
    """The JSON of a webhook with its key, if that is a part of it."""
    shown = msgspec.json.decode(text)
    if "signature_key" in shown:
        with contextlib.suppress(Locked):  # the log of deliveries says why
            shown["signature_key"] = Vault(ctx.settings).open(key.encode())
    return msgspec.json.encode(shown).decode()
