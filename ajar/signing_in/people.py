"""Whether somebody is who they say: the same answer, after the same time, for every wrong try."""

from dataclasses import dataclass

from ajar import passwords
from ajar.signing_in import attempts, factors, sessions
from ajar.signing_in.sessions import Session, SignedOut

FIND = "select id, password_hash, totp_active from account where lower(email) = lower($1)"
WRONG = "The e-mail address, the password or the code is wrong."


class CodeMissing(SignedOut):
    """All is right but that a second factor is asked for."""

    def __init__(self):
        super().__init__("A code of the second factor is needed.")
        self.body["second_factor_required"] = True


@dataclass(frozen=True)
class Said:
    """What somebody says to be let in."""

    email: str
    password: str
    code: str = ""
    organization_id: str | None = None


async def sign_in(visit, said: Said) -> Session:
    tried = {"email": said.email[:500], "address": visit.address}
    async with attempts.counted(visit.db, visit.now, **tried):
        account = await visit.db.fetchrow(FIND, said.email)
        fits = await passwords.fits(account and account["password_hash"], said.password)
        if not account or not fits:
            raise SignedOut(WRONG)
        if account["totp_active"]:
            await check_code(visit, account["id"], said.code)
    async with visit.transaction():
        return await sessions.begin(visit, account["id"], said.organization_id)


async def check_code(visit, account_id: str, code: str) -> None:
    if not code:
        raise CodeMissing
    async with visit.transaction():
        if not await factors.check(visit.db, visit.vault, account_id, code, visit.now):
            raise SignedOut(WRONG)


async def sure(visit, session: Session, password: str, code: str = "") -> None:
    """Ask once more, before what somebody at an open desk must not do."""
    account = await visit.db.fetchrow(FIND, session.email)
    tried = {"email": session.email, "address": visit.address}
    async with attempts.counted(visit.db, visit.now, **tried):
        # Who signs in elsewhere has no password here.
        kept = account["password_hash"]
        if kept and not await passwords.fits(kept, password):
            raise SignedOut("The password is wrong.")
        if code:
            await check_code(visit, account["id"], code)
