"""Who is signed in with a browser: rows of the database, named by a cookie."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from ajar import ids
from ajar.access import COOKIES
from ajar.credentials import hashed, proof, text
from ajar.errors import ApiError, Forbidden
from ajar.kernel.context import RIGHTS

ORGANIZATIONS = """
select organization.id, organization.name from membership member
join organization on organization.id = member.organization_id
where member.user_id = $1 and member.is_active order by organization.id"""
ADD = """
insert into session (hash, id, account_id, organization_id, user_agent, date_created, date_expires)
values ($1, $2, $3, $4, $5, $6, $7)"""
FIND = """
select session.id, session.account_id, session.organization_id, account.email,
account.totp_active, account.password_hash is not null as has_password
from session join account on account.id = session.account_id
where session.hash = $1 and session.date_expires > $2"""
MOVE = "update session set organization_id = $2 where hash = $1"
END = "delete from session where hash = $1"
END_OTHERS = "delete from session where account_id = $1 and ($2::bytea is null or hash <> $2)"


class SignedOut(ApiError):
    """Nobody is signed in. No header with it: a browser would ask for a password by itself."""

    status = 401


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in, and the cookie that says so."""

    cookie: str
    id: str
    account_id: str
    organization_id: str
    email: str
    totp_active: bool
    has_password: bool

    @property
    def proof(self) -> str:
        return proof(self.cookie)


async def begin(visit, account_id: str, organization_id: str | None = None) -> Session:
    """A new cookie at each sign-in: one that was there before is worth nothing."""
    known = [row["id"] for row in await organizations(visit.db, account_id)]
    if not known or (organization_id and organization_id not in known):
        raise Forbidden("You are not a member of this organization.")
    cookie, lasts = text(43), timedelta(days=visit.settings.session_days)
    agent = visit.call.headers.get("user-agent", "")[:255].replace("\0", "")
    chosen = organization_id or known[0]
    values = (ids.new("sess"), account_id, chosen, agent, visit.now, visit.now + lasts)
    if visit.cookie:
        await visit.db.execute(END, hashed(visit.cookie))
    await visit.db.execute(ADD, hashed(cookie), *values)
    visit.cookie = cookie
    return await current(visit)


async def found(visit) -> Session | None:
    if not visit.cookie:
        return None
    row = await visit.db.fetchrow(FIND, hashed(visit.cookie), visit.now)
    return Session(visit.cookie, *row.values()) if row else None


async def current(visit) -> Session:
    if session := await found(visit):
        return session
    raise SignedOut("Nobody is signed in.")


async def organizations(db: Any, account_id: str) -> list:
    return await db.fetch(ORGANIZATIONS, account_id)


async def move(visit, session: Session, organization_id: str) -> None:
    """Work in another organization from now on."""
    known = [row["id"] for row in await organizations(visit.db, session.account_id)]
    if organization_id not in known:
        raise Forbidden("You are not a member of this organization.")
    await visit.db.execute(MOVE, hashed(session.cookie), organization_id)
    await forget(visit.db)


async def end(visit, session: Session) -> None:
    await visit.db.execute(END, hashed(session.cookie))
    await forget(visit.db)


async def end_all(db: Any, account_id: str, but: str = "") -> None:
    await db.execute(END_OTHERS, account_id, hashed(but) if but else None)
    await forget(db)


async def forget(db: Any) -> None:
    """No process relies on what it knows of anybody."""
    await db.execute(f"notify {RIGHTS}")


def put_cookie(visit, response: Response, cookie: str, seconds: int) -> None:
    """Scripts cannot read it, and other sites cannot send it along with a change."""
    kept = {"httponly": True, "samesite": "lax", "path": "/", "secure": visit.secure}
    name = COOKIES[0] if visit.secure else COOKIES[1]
    response.set_cookie(name, cookie, max_age=seconds, **kept)
