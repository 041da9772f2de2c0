"""The first organization of a database, or one more, made from the command line."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from ajar import database, founding, resources
from ajar.clock import Clock
from ajar.config import Settings
from ajar.credentials import hashed
from ajar.kernel.context import Caller, Context
from ajar.resources.role import ADMIN

# Two that come at once must not both find nobody.
ALONE = "select pg_advisory_xact_lock(hashtextextended('ajar.bootstrap', 0))"
MEMBER = """
select organization.id, member.user_id from organization
join membership member on member.organization_id = organization.id
join "user" on "user".organization_id = organization.id and "user".id = member.user_id
where organization.name = $1 and lower("user".email) = lower($2) and member.is_active
order by organization.id limit 1"""


class Refused(Exception):
    """What was asked for does not fit what is there."""


@dataclass
class Wanted:
    """An organization, its admin, and what they sign in with."""

    organization: str
    email: str
    name: str
    password: str | None = None
    key: str | None = None


@dataclass
class Made:
    """What came of it. A secret is here only if it was made up: then it is told once."""

    organization_id: str
    user_id: str
    password: str | None = None
    key: str | None = None
    new: bool = True


async def first(url: str, settings: Settings) -> tuple[Wanted, Made] | None:
    """For an empty database: whatever the settings leave open is made up."""
    wanted = Wanted(
        organization=settings.bootstrap_organization or "My Organization",
        email=settings.bootstrap_email or "admin@example.com",
        name=settings.bootstrap_name or "Admin",
        password=settings.bootstrap_password,
        key=settings.bootstrap_api_key,
    )
    async with transaction(url) as db:
        if await db.fetchval("select exists (select from account)"):
            return None
        return wanted, await make(db, settings, wanted)


async def ensure(url: str, settings: Settings, wanted: Wanted) -> Made:
    """Make what is not there yet; asked again, change nothing."""
    async with transaction(url) as db:
        found = await db.fetchrow(MEMBER, wanted.organization, wanted.email)
        if not found:
            return await make(db, settings, wanted)
        await check_password(db, wanted)
        made = Made(*found, new=False)
        caller = Caller(made.organization_id, made.user_id, permissions=frozenset(ADMIN))
        await put_key(Context(db, caller, Clock(settings.time)()), wanted.key)
        return made


async def make(db: Any, settings: Settings, wanted: Wanted) -> Made:
    known = await db.fetchval(
        "select password_hash from account where lower(email) = lower($1)", wanted.email
    )
    password = wanted.password or (None if known else secrets.token_urlsafe(12))
    if known:
        await check_password(db, wanted)
    ctx = await founding.found(
        db,
        Clock(settings.time)(),
        name=wanted.organization,
        email=wanted.email,
        user_name=wanted.name,
        password=password,
    )
    assert ctx.user_id
    key = None if wanted.key else await founding.add_key(ctx, "First key")
    await put_key(ctx, wanted.key)
    told = None if wanted.password else password
    return Made(ctx.organization_id, ctx.user_id, told, key)


async def check_password(db: Any, wanted: Wanted) -> None:
    """A password is not changed from here, and neither is another one passed over in silence."""
    text = "select password_hash from account where lower(email) = lower($1)"
    kept = await db.fetchval(text, wanted.email)
    if not wanted.password or not kept:
        return
    try:
        PasswordHasher().verify(kept, wanted.password)
    except VerifyMismatchError:
        raise Refused(f"{wanted.email} is known here, with another password") from None


async def put_key(ctx: Context, key: str | None) -> None:
    """Have this very key work for the user."""
    if not key:
        return
    if ":" in key or any(letter.isspace() for letter in key):
        raise Refused("an API key has no colon and no spaces")
    text = "select organization_id, user_id from api_key where hash = $1"
    found = await ctx.db.fetchrow(text, hashed(key.encode()))
    if not found:
        await founding.add_key(ctx, "First key", key)
    elif tuple(found) != (ctx.organization_id, ctx.user_id):
        raise Refused("that API key is somebody else's")


@asynccontextmanager
async def transaction(url: str) -> AsyncIterator[Any]:
    resources.load()
    db = await asyncpg.connect(url)
    try:
        await database.prepare(db)
        async with db.transaction():
            await db.execute(ALONE)
            yield db
    finally:
        await db.close()
