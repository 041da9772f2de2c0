"""Choosing a password, with a link or with the old password."""

from typing import Any

from ajar import passwords
from ajar.credentials import hashed
from ajar.errors import ApiError, Invalid
from ajar.formats.mail import parsed
from ajar.signing_in import attempts, notices, sessions
from ajar.signing_in.sessions import Session

TAKE = "delete from password_reset where hash = $1 and date_expires > $2 returning account_id"
SET = """
update account set password_hash = $2 where id = $1
returning (select old.password_hash is not null from account old where old.id = $1)"""
# Links that were not used are worth nothing once the password has changed.
FORGET = "delete from password_reset where account_id = $1"


NO_MAIL = "This server sends no mail: ask whoever runs it for a link."


async def ask(visit, email: str) -> None:
    """Have a link sent, if anybody has this address; whoever asks does not learn that."""
    if not visit.settings.smtp_url:
        raise ApiError(NO_MAIL)
    try:
        email = parsed(email)["email"]
    except ValueError as error:
        raise Invalid(fields={"email": str(error)}) from None
    await attempts.count(visit.db, visit.now, "resets_from", visit.address)
    await attempts.count(visit.db, visit.now, "resets_of", email)
    async with visit.transaction():
        await notices.ask_for_link(visit.db, email)


async def use(visit, token: str, password: object) -> None:
    """Choose a password, and sign out everywhere: somebody else may have known the old one."""
    chosen = await passwords.hash(passwords.checked(password))
    async with visit.transaction():
        account_id = await visit.db.fetchval(TAKE, hashed(token), visit.now)
        if not account_id:
            raise ApiError("This link was used, or is too old.")
        await put(visit.db, account_id, chosen)
        await sessions.end_all(visit.db, account_id)


async def change(visit, session: Session, password: object) -> None:
    """Somebody chose another password: sessions other than theirs end."""
    chosen = await passwords.hash(passwords.checked(password))
    async with visit.transaction():
        await put(visit.db, session.account_id, chosen)
        await sessions.end_all(visit.db, session.account_id, session.cookie)


async def put(db: Any, account_id: str, chosen: str) -> None:
    had_one = await db.fetchval(SET, account_id, chosen)
    await db.execute(FORGET, account_id)
    if had_one:
        await notices.of_change(db, account_id, "password_changed")
