"""How a receiver can tell that a request comes from us, and was made just now."""

import hashlib
import hmac
from datetime import datetime
from typing import Any


def signed(webhook: Any, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one attempt. After a rotation there is a second signature, by the key that
    the receiver may still have."""
    timestamp = str(int(now.timestamp()))
    headers = {
        "close-sig-timestamp": timestamp,
        "close-sig-hash": signature(webhook["signature_key"], timestamp, body),
    }
    if webhook["older_key"] and webhook["older_key_until"] > now:
        older = signature(webhook["older_key"], timestamp, body)
        headers["close-sig-hash-previous"] = older
    return headers


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Of the two put together, with nothing between them. The key is written in hexadecimal."""
    message = timestamp.encode() + body
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()
