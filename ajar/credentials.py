"""What nobody can guess, and what is kept of it."""

import hashlib
import hmac
import secrets
import string

LETTERS = string.ascii_letters + string.digits


def text(length: int) -> str:
    """Each letter is worth almost six bits of chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def hashed(secret: str | bytes) -> bytes:
    """Keys and tokens have 256 bits of chance, so that a plain hash is enough to keep them safe."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()


def same(one: str | bytes, other: str | bytes) -> bool:
    """Without telling by the time it takes where they begin to differ."""
    return hmac.compare_digest(hashed(one), hashed(other))


def proof(cookie: str) -> str:
    """What only a page of ours can send along with this cookie: others cannot read it."""
    return hmac.new(cookie.encode(), b"ajar.csrf", hashlib.sha256).hexdigest()
