"""Who a credential belongs to, and what their role allows: asked once, remembered for a
moment, forgotten when anything about it changes."""

import base64
import hashlib
import time
from typing import Any

import asyncpg
import sqlalchemy as sa
from starlette.datastructures import Headers

from ajar.accounts import api_key
from ajar.errors import Unauthorized
from ajar.kernel.context import RIGHTS, Caller
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter
from ajar.resources.role import BUILT_IN

SECONDS = 30
MOST = 10_000


class SignIn:
    """Answers `Caller`s. What it remembers is forgotten by every process as soon as one of
    them says so on the channel, and after half a minute anyway."""

    def __init__(self):
        self.known: dict[str, tuple[float, Caller]] = {}
        self.find: Statement | None = None
        self.forgotten = 0  # how often

    async def __call__(self, db: Any, headers: Headers) -> Caller:
        header = headers.get("authorization", "")
        found = self.known.get(header)
        if found and found[0] > time.monotonic():
            return found[1]
        hashed = hash_of(header)
        self.find = self.find or Statement(by_key())
        forgotten = self.forgotten
        row = await db.fetchrow(self.find.text, hashed)
        if not row:
            raise Unauthorized
        caller = caller_of(row)
        if len(self.known) >= MOST:
            self.known.clear()
        if forgotten == self.forgotten:  # else it may be old already
            self.known[header] = (time.monotonic() + SECONDS, caller)
        return caller

    def forget(self, *_: Any) -> None:
        self.forgotten += 1
        self.known.clear()

    async def listen(self, db: asyncpg.Connection) -> None:
        await db.add_listener(RIGHTS, self.forget)


def by_key() -> sa.Select:
    """An API key, the membership it speaks for, and the role's rights."""
    member = resources["membership"].about.table
    role, group = resources["role"].about.table, resources["group.member"].about.table
    groups = sa.select(sa.func.array_agg(group.c.group_id)).where(
        group.c.organization_id == api_key.c.organization_id, group.c.user_id == api_key.c.user_id
    )
    found = sa.select(
        api_key.c.id,
        api_key.c.organization_id,
        api_key.c.user_id,
        member.c.role_id,
        role.c.permissions,
        role.c.visibility_user_lcf_ids,
        role.c.visibility_user_lcf_behavior,
        groups.scalar_subquery().label("groups"),
    )
    of_member = sa.and_(
        member.c.organization_id == api_key.c.organization_id,
        member.c.user_id == api_key.c.user_id,
        member.c.is_active,
    )
    of_role = sa.and_(
        role.c.organization_id == api_key.c.organization_id, role.c.id == member.c.role_id
    )
    source = api_key.join(member, of_member).outerjoin(role, of_role)
    return found.select_from(source).where(api_key.c.hash == parameter("hash", sa.LargeBinary))


def caller_of(row: Any) -> Caller:
    built_in = BUILT_IN.get(row["role_id"])
    permissions = frozenset(built_in.permissions if built_in else row["permissions"] or ())
    limited = "view_all_leads" not in permissions
    return Caller(
        organization_id=row["organization_id"],
        user_id=row["user_id"],
        api_key_id=row["id"],
        permissions=permissions,
        visible_to=(row["user_id"], *(row["groups"] or ())) if limited else None,
        visible_keys=tuple(f"custom.{id}" for id in row["visibility_user_lcf_ids"] or ()),
        visible_unassigned=row["visibility_user_lcf_behavior"] == "allow_unassigned",
    )


def hash_of(header: str) -> bytes:
    """Of the key in HTTP basic authentication: the user name. What follows the colon is ignored."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise Unauthorized
    try:
        key = base64.b64decode(encoded).partition(b":")[0]
    except ValueError:
        raise Unauthorized from None
    return hashed(key)


def hashed(key: bytes) -> bytes:
    """A key has 256 bits of chance, so that a plain hash is enough to keep it safe."""
    return hashlib.sha256(key).digest()
