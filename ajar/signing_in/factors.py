"""The second factor: codes that change every half minute, and recovery codes that work once."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ajar.credentials import hashed, text
from ajar.errors import ApiError
from ajar.signing_in import notices
from ajar.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30  # seconds
LETTERS = 20  # of a secret
RECOVERY = 10
OFFER = """
update account set totp_secret = $2, totp_step = null where id = $1 and not totp_active
returning email"""
PENDING = "select totp_secret, totp_step, totp_active from account where id = $1 for update"
START = "update account set totp_active = true, totp_step = $2, recovery_hashes = $3 where id = $1"
STOP = """
update account set totp_secret = null, totp_active = false, recovery_hashes = null where id = $1"""
USE = "update account set totp_step = $2 where id = $1"
RECOVER = """
update account set recovery_hashes = array_remove(recovery_hashes, $2)
where id = $1 and $2 = any(recovery_hashes) returning id"""


async def offer(db: Any, vault: Vault, account_id: str) -> dict[str, str]:
    """A secret for an app on the user's telephone; it counts once a code of it has come back."""
    secret = text(LETTERS)
    email = await db.fetchval(OFFER, account_id, vault.seal(secret))
    if not email:
        raise ApiError("There is a second factor already: take it away first.")
    uri = totp(secret).get_provisioning_uri(email, "Ajar")
    return {"uri": uri, "secret": uri.partition("secret=")[2].partition("&")[0]}


async def confirm(db: Any, vault: Vault, account_id: str, code: str, now: datetime) -> list[str]:
    """From now on it is asked for; the recovery codes, which are shown this once."""
    row = await db.fetchrow(PENDING, account_id)
    if row["totp_active"] or not row["totp_secret"]:
        raise ApiError("There is nothing to confirm.")
    step = fitting(vault.open(row["totp_secret"]), code, now, None)
    if step is None:
        raise ApiError("The code is wrong.")
    codes = [f"{text(5)}-{text(5)}-{text(5)}" for _ in range(RECOVERY)]
    await db.execute(START, account_id, step, [hashed(code) for code in codes])
    return codes


async def check(db: Any, vault: Vault, account_id: str, code: str, now: datetime) -> bool:
    """Whether the code is right, or none is asked for. No code works twice."""
    row = await db.fetchrow(PENDING, account_id)
    if not row["totp_active"]:
        return True
    step = fitting(vault.open(row["totp_secret"]), code, now, row["totp_step"])
    if step is not None:
        await db.execute(USE, account_id, step)
        return True
    return bool(await db.fetchval(RECOVER, account_id, hashed(code.strip())))


async def stop(db: Any, account_id: str) -> None:
    await db.execute(STOP, account_id)
    await notices.of_change(db, account_id, "factor_stopped")


def fitting(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The step of the clock that a code belongs to: this one, or one beside it."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    from cryptography.hazmat.primitives.twofactor import InvalidToken

    current = int(now.timestamp()) // STEP
    for step in (current, current - 1, current + 1):
        if last is not None and step <= last:
            continue
        try:
            totp(secret).verify(digits.encode(), step * STEP)
        except InvalidToken:
            continue
        return step
    return None


def totp(secret: str) -> "TOTP":
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    return TOTP(secret.encode(), 6, SHA1(), STEP)  # what every authenticator knows
