"""The key of a webhook: made, kept encrypted, and shown to whoever may see the webhook."""

import msgspec

from ajar import ids
from ajar.vault import Locked, Vault


def made(ctx) -> str:
    return Vault(ctx.settings).seal(ids.secret()).decode()


def told(ctx, text: str) -> str:
    """The JSON of a webhook, or of a list of them, with keys in the clear."""
    shown = msgspec.json.decode(text)
    vault = Vault(ctx.settings)
    for webhook in shown.get("data", (shown,)):
        if sealed := webhook.get("signature_key"):
            webhook["signature_key"] = opened(vault, sealed)
    return msgspec.json.encode(shown).decode()


def opened(vault: Vault, sealed: str) -> str:
    try:
        return vault.open(sealed.encode())
    except Locked:  # the log of deliveries says why
        return ""
