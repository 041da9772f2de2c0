"""Guessing takes ever longer: who fails often must wait, whether the account exists or not."""

from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from ajar.credentials import hashed
from ajar.errors import ApiError

# From so many failures on, one has to wait: a second, then twice as long each time.
FREE = {
    "email": 5,
    "address": 50,
    "code": 5,
    "register": 20,
    "resets_of": 3,
    "resets_from": 20,
    "invitations": 100,
}
LONGEST = 900  # seconds
WAIT = f"""make_interval(secs => case when sign_in_attempt.failures < $3 then 0
    else least(power(2, least(sign_in_attempt.failures - $3, 20)), {LONGEST}) end)"""
# Counted before it is known how it ends, so that many at once are no way around it.
COUNT = f"""
insert into sign_in_attempt (hash, failures, date_last) values ($1, 1, $2)
on conflict (hash) do update set date_last = $2, failures = case
    when sign_in_attempt.date_last < $2::timestamptz - interval '1 day' then 1
    else sign_in_attempt.failures + 1 end
where sign_in_attempt.date_last + {WAIT} <= $2 or sign_in_attempt.date_last > $2
returning failures"""
LEFT = f"""
select ceil(extract(epoch from date_last + {WAIT} - $2))::integer
from sign_in_attempt where hash = $1"""
UNCOUNT = """
update sign_in_attempt set failures = case when $2 then 0 else greatest(failures - 1, 0) end
where hash = $1"""


class Wait(ApiError):
    """Too many have failed."""

    status = 429


@asynccontextmanager
async def counted(db: Any, now: datetime, **what: str):
    """Of what is tried (an e-mail address), and from where. It counts as failed unless the block
    ends well; a wait is the same for those who would have succeeded."""
    for kind, value in what.items():
        await count(db, now, kind, value)
    yield
    for kind, value in what.items():
        # One account that can be entered says nothing of the others tried from an address.
        await db.execute(UNCOUNT, key(kind, value), kind != "address")


async def count(db: Any, now: datetime, kind: str, value: str) -> None:
    hash, free = key(kind, value), FREE[kind]
    if await db.fetchval(COUNT, hash, now, free) is None:
        seconds = max(1, await left(db, now, kind, value))
        message = f"Too many attempts: try again in {seconds} seconds."
        raise Wait(message, {"retry-after": str(seconds)})


async def left(db: Any, now: datetime, kind: str, value: str) -> int:
    """How many seconds one has to wait for the next."""
    seconds = await db.fetchval(LEFT, key(kind, value), now, FREE[kind])
    return min(max(seconds or 0, 0), LONGEST)


def key(kind: str, value: str) -> bytes:
    return hashed(f"{kind}:{value.strip().lower()}")
