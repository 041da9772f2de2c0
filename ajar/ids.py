"""Ids that say what they name, and sort by the time they were made: the one source of them."""

import os
import string
import time

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in byte order
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LENGTH = 22
last = 0


def new(prefix: str) -> str:
    """The prefix and 128 bits: milliseconds, then chance, as 22 base-62 characters.
    Never smaller than the one before, so that events of one request keep their order."""
    global last
    chance = os.urandom(15)  # 80 bits, and 40 for the step from an id of the same millisecond
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(chance[:10])
    last = number = max(number, last + 1 + int.from_bytes(chance[10:]))
    pairs = []
    for _ in range(LENGTH // 2):
        number, rest = divmod(number, 3844)
        pairs.append(PAIRS[rest])
    return f"{prefix}_{''.join(reversed(pairs))}"


def secret() -> str:
    """256 bits that nobody can guess, as hexadecimal digits."""
    return os.urandom(32).hex()
