"""Passwords: what is kept of one, and whether a sent one fits."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ajar.errors import Invalid

SHORTEST, LONGEST = 10, 1000
hasher = PasswordHasher()
# Each takes a processor and 64 MiB for a while: sign-ins wait for each other, nobody else does.
busy = asyncio.Semaphore(2)
# As dear to check as any other, and free to make.
NOBODYS = (
    f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)


async def hash(password: str) -> str:
    async with busy:
        return await asyncio.to_thread(hasher.hash, password)


async def fits(kept: str | None, password: str) -> bool:
    """It takes as long where there is nothing to compare with."""
    async with busy:
        matches = await asyncio.to_thread(verified, kept or NOBODYS, password)
    return matches and kept is not None


def verified(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def checked(password: object) -> str:
    if not isinstance(password, str) or not password:
        raise Invalid(fields={"password": "This field is required."})
    if not SHORTEST <= len(password) <= LONGEST:
        reason = f"It must have {SHORTEST} to {LONGEST} characters."
        raise Invalid(fields={"password": reason})
    return password
