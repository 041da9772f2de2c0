"""Links with which somebody chooses a password, once. What is kept of one is a hash."""

from datetime import datetime, timedelta
from typing import Any

from ajar.credentials import hashed, text

LASTS = timedelta(days=1)
PATH = "/auth/password/reset/"
ADD = """
insert into password_reset (hash, account_id, date_expires)
select $1, id, $3 from account where lower(email) = lower($2) returning account_id"""


async def link(db: Any, address: str, email: str, now: datetime) -> str | None:
    """For whoever has this e-mail address, if anybody has."""
    token = new()
    return to(address, token) if await keep(db, token, email, now + LASTS) else None


def new() -> str:
    return text(43)


def to(address: str, token: str) -> str:
    return f"{address}{PATH}?token={token}"


async def keep(db: Any, token: str, email: str, until: datetime) -> bool:
    """From now on the link works; False if nobody has this address."""
    return bool(await db.fetchval(ADD, hashed(token), email, until))
