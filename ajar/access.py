"""Who a credential belongs to, and what their role allows: asked once, remembered for a
moment, forgotten when anything about it changes."""

import base64
import ipaddress
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from ajar import scopes
from ajar.accounts import api_key, oauth_grant, oauth_token, session
from ajar.clock import Clock
from ajar.credentials import hashed, proof, same
from ajar.errors import Forbidden, Unauthorized
from ajar.kernel.context import RIGHTS, Caller
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.resources.role import permissions as permissions_of

SECONDS = 30
MOST = 10_000
READING = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "/auth/sign_in/"  # where people do
COOKIES = ("__Host-ajar", "ajar")  # the first where the address is https
TOUCH = """
update api_key set date_last_used = used.at
from unnest($1::text[], $2::text[], $3::timestamptz[]) as used (organization_id, id, at)
where api_key.organization_id = used.organization_id and api_key.id = used.id
and (date_last_used is null or date_last_used < used.at)"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a credential is held to beyond being known."""

    expires: datetime | None = None
    networks: tuple[Any, ...] = ()
    session: str = ""  # its cookie: a change takes the proof that goes with it

    def check(self, now: datetime, headers: Headers, method: str, address: str) -> None:
        if self.expires and now >= self.expires:
            raise refused(self.session)
        if self.networks and not within(address, self.networks):
            raise Forbidden("This API key does not work from your address.")
        if self.session and method not in READING and not self.proven(headers):
            raise Forbidden("Signed in by a cookie, a change needs the header x-csrf-token.")

    def proven(self, headers: Headers) -> bool:
        return same(headers.get("x-csrf-token", ""), proof(self.session))


@dataclass(frozen=True, slots=True)
class Known:
    until: float
    caller: Caller
    bounds: Bounds | None


class SignIn:
    """Answers `Caller`s. What it remembers is forgotten by every process as soon as one of
    them says so on the channel, and after half a minute anyway."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.known: dict[str, Known] = {}
        self.used: dict[tuple[str, str], datetime] = {}  # API keys, and when they were
        self.forgotten = 0  # how often

    async def __call__(
        self, db: Any, headers: Headers, method: str = "GET", address: str = ""
    ) -> Caller:
        credential = headers.get("authorization") or cookie_of(headers)
        known = self.known.get(credential)
        if known is None or known.until <= time.monotonic():
            known = await self.look_up(db, credential)
        if known.bounds:
            known.bounds.check(self.clock(), headers, method, address)
        return known.caller

    async def look_up(self, db: Any, credential: str) -> Known:
        kind, secret = read(credential)
        forgotten = self.forgotten
        row = await db.fetchrow((await find(kind)).text, hashed(secret))
        if not row:
            raise refused(kind == "cookie")
        known = Known(time.monotonic() + SECONDS, caller_of(row), bounds_of(row, kind, secret))
        if row["api_key_id"]:
            self.used[row["organization_id"], row["api_key_id"]] = self.clock()
        if len(self.known) >= MOST:
            self.known.clear()
        if forgotten == self.forgotten:  # else it may be old already
            self.known[credential] = known
        return known

    def forget(self, *_: Any) -> None:
        self.forgotten += 1
        self.known.clear()

    async def listen(self, db: asyncpg.Connection) -> None:
        await db.add_listener(RIGHTS, self.forget)

    async def note_use(self, db: Any) -> None:
        """Keep when API keys were used; asked for now and then, in nobody's way."""
        used, self.used = self.used, {}
        if used:
            organizations, keys = zip(*used, strict=True)
            await db.execute(TOUCH, organizations, keys, tuple(used.values()))


def refused(by_cookie: object) -> Unauthorized:
    """The header would have a browser ask for a password by itself."""
    error = Unauthorized()
    if by_cookie:
        error.headers = {}
    return error


def cookie_of(headers: Headers) -> str:
    if "cookie" not in headers:
        return ""
    cookies = cookie_parser(headers["cookie"])
    found = next((cookies[name] for name in COOKIES if name in cookies), "")
    return f"cookie {found}" if found else ""


def read(credential: str) -> tuple[str, bytes]:
    """Its kind, and the secret. In HTTP basic authentication the key is the name of the user;
    what follows the colon is ignored."""
    scheme, _, rest = credential.partition(" ")
    kind = scheme.lower()
    if kind in ("bearer", "cookie"):
        return kind, rest.strip().encode()
    if kind != "basic":
        raise Unauthorized
    try:
        return kind, base64.b64decode(rest).partition(b":")[0]
    except ValueError:
        raise Unauthorized from None


@shapes(3)
def find(kind: str) -> Statement:
    """A credential, the membership it speaks for, and the role's rights."""
    if kind == "basic":
        return Statement(whose(api_key, api_key.c, id=api_key.c.id, networks=api_key.c.networks))
    if kind == "cookie":
        return Statement(whose(session, session.c, user_id=session.c.account_id))
    token, granted = oauth_token, oauth_grant
    both = token.join(granted, granted.c.id == token.c.grant_id)
    columns = {"expires": token.c.date_expires, "scope": token.c.scope}
    found = whose(both, granted.c, hash=token.c.hash, client_id=granted.c.client_id, **columns)
    return Statement(found.where(token.c.kind == "access"))


def whose(source: Any, c: Any, **said: Any) -> sa.Select:
    """`c` are the columns of whose it is; `said` are columns that it has and others do not, or
    that are found elsewhere."""
    member = resources["membership"].about.table
    role, group = resources["role"].about.table, resources["group.member"].about.table
    user_id = said.get("user_id", c.get("user_id"))
    same_one = {"organization_id": c.organization_id, "user_id": user_id}
    of_member = [member.c[name] == column for name, column in same_one.items()]
    of_role = sa.and_(role.c.organization_id == c.organization_id, role.c.id == member.c.role_id)
    groups = sa.select(sa.func.array_agg(group.c.group_id))
    groups = groups.where(*(group.c[name] == column for name, column in same_one.items()))
    link, nothing = resources["integration_link"].about.table, sa.null()
    links = sa.select(link.c.id).where(link.c.organization_id == c.organization_id)
    found = sa.select(
        c.organization_id,
        user_id.label("user_id"),
        sa.cast(said.get("id", nothing), sa.Text).label("api_key_id"),
        sa.cast(said.get("client_id", nothing), sa.Text).label("oauth_client_id"),
        sa.cast(said.get("scope", c.get("scope", nothing)), sa.Text).label("scope"),
        sa.cast(said.get("networks", nothing), ARRAY(sa.Text)).label("networks"),
        sa.cast(said.get("expires", c.get("date_expires")), TIME).label("expires"),
        member.c.role_id,
        role.c.permissions,
        role.c.visibility_user_lcf_ids,
        role.c.visibility_user_lcf_behavior,
        groups.scalar_subquery().label("groups"),
        links.exists().label("links"),
    )
    joined = source.join(member, sa.and_(*of_member, member.c.is_active)).outerjoin(role, of_role)
    known = said.get("hash", c.get("hash")) == parameter("hash", sa.LargeBinary)
    return found.select_from(joined).where(known)


def caller_of(row: Any) -> Caller:
    permissions = frozenset(permissions_of(row))
    limited = "view_all_leads" not in permissions
    return Caller(
        organization_id=row["organization_id"],
        user_id=row["user_id"],
        api_key_id=row["api_key_id"],
        oauth_client_id=row["oauth_client_id"],
        scope=scopes.FULL if row["scope"] is None else scopes.farthest(row["scope"]),
        permissions=permissions,
        visible_to=(row["user_id"], *(row["groups"] or ())) if limited else None,
        visible_keys=tuple(f"custom.{id}" for id in row["visibility_user_lcf_ids"] or ()),
        visible_unassigned=row["visibility_user_lcf_behavior"] == "allow_unassigned",
        plain=not row["links"],
    )


def bounds_of(row: Any, kind: str, secret: bytes) -> Bounds | None:
    networks = tuple(ipaddress.ip_network(text) for text in row["networks"] or ())
    if kind == "cookie":
        return Bounds(row["expires"], session=secret.decode())
    return Bounds(row["expires"], networks) if row["expires"] or networks else None


def within(address: str, networks: tuple[Any, ...]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in networks)
