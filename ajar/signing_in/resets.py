"""A link with which somebody chooses a password: it works once, and for a day."""

from datetime import datetime, timedelta
from typing import Any

from ajar import passwords
from ajar.credentials import hashed, text
from ajar.errors import ApiError
from ajar.signing_in import sessions
from ajar.signing_in.sessions import Session

LASTS = timedelta(days=1)
PATH = "/auth/password/reset/"
ADD = """
insert into password_reset (hash, account_id, date_expires)
select $1, id, $3 from account where lower(email) = lower($2) returning account_id"""
TAKE = "delete from password_reset where hash = $1 and date_expires > $2 returning account_id"
SET = "update account set password_hash = $2 where id = $1"
# Links that were not used are worth nothing once the password has changed.
FORGET = "delete from password_reset where account_id = $1"


async def link(db: Any, address: str, email: str, now: datetime) -> str | None:
    """For whoever has this e-mail address, if anybody has."""
    token = text(43)
    if not await db.fetchval(ADD, hashed(token), email, now + LASTS):
        return None
    return f"{address}{PATH}?token={token}"


async def use(visit, token: str, password: object) -> None:
    """Choose a password, and sign out everywhere: somebody else may have known the old one."""
    chosen = await passwords.hash(passwords.checked(password))
    async with visit.transaction():
        account_id = await visit.db.fetchval(TAKE, hashed(token), visit.now)
        if not account_id:
            raise ApiError("This link was used, or is older than a day.")
        await put(visit.db, account_id, chosen)
        await sessions.end_all(visit.db, account_id)


async def change(visit, session: Session, password: object) -> None:
    """Somebody chose another password: sessions other than theirs end."""
    chosen = await passwords.hash(passwords.checked(password))
    async with visit.transaction():
        await put(visit.db, session.account_id, chosen)
        await sessions.end_all(visit.db, session.account_id, session.cookie)


async def put(db: Any, account_id: str, chosen: str) -> None:
    await db.execute(SET, account_id, chosen)
    await db.execute(FORGET, account_id)
