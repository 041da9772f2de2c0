"""Links with which somebody chooses a password. What is kept of one is a hash."""

from datetime import datetime, timedelta
from typing import Any

from ajar.credentials import hashed, text

LASTS = timedelta(days=1)
PATH = "/auth/password/reset/"
ADD = """
insert into password_reset (hash, account_id, date_expires)
select $1, id, $3 from account where lower(email) = lower($2) returning account_id"""


async def link(
    db: Any, address: str, email: str, now: datetime, lasts: timedelta = LASTS
) -> str | None:
    """For whoever has this e-mail address, if anybody has. It works once."""
    token = text(43)
    if not await db.fetchval(ADD, hashed(token), email, now + lasts):
        return None
    return f"{address}{PATH}?token={token}"
