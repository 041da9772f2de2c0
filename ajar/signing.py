"""Permits that nobody can make up and that end by themselves: signed with a key that each
organization has for it. It is kept in the database, so that every process finds it."""

import hashlib
import hmac
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from ajar.errors import Forbidden
from ajar.kernel.sql import metadata

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)
FIND = "SELECT key FROM signing_key WHERE signing_key.organization_id = $1"
MAKE = """INSERT INTO signing_key (organization_id, key) VALUES ($1, $2)
ON CONFLICT (organization_id) DO NOTHING"""


async def permit(db: Any, organization_id: str, until: datetime, *what: str) -> dict[str, str]:
    """What to hand out; whoever brings it back until then may do this one thing."""
    (one,) = await permits(db, organization_id, until, [what])
    return one


async def permits(
    db: Any, organization_id: str, until: datetime, every: Sequence[tuple[str, ...]]
) -> list[dict[str, str]]:
    """One for each of these things."""
    key = await db.fetchval(FIND, organization_id)
    if not key:
        await db.execute(MAKE, organization_id, secrets.token_bytes(32))
        key = await db.fetchval(FIND, organization_id)
    said = {"organization_id": organization_id, "expires": str(math.ceil(until.timestamp()))}
    return [said | {"signature": signed(key, *said.values(), *what)} for what in every]


async def check(db: Any, given: Mapping[str, str], now: datetime, *what: str) -> str:
    """The organization that gave the permit, or a refusal."""
    organization_id, expires = given.get("organization_id", ""), given.get("expires", "")
    key = await db.fetchval(FIND, organization_id) if organization_id.isprintable() else None
    right = signed(key or secrets.token_bytes(32), organization_id, expires, *what)
    if not hmac.compare_digest(right.encode(), given.get("signature", "").encode()):
        raise Forbidden("The signature does not match.")
    if now.timestamp() > int(expires):
        raise Forbidden("This has expired.")
    return organization_id


def signed(key: bytes, *parts: str) -> str:
    """JSON, so that no two lists of parts read the same."""
    return hmac.new(key, msgspec.json.encode(parts), hashlib.sha256).hexdigest()
