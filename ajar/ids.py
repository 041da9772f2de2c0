"""Ids that say what they name, and sort by the time they were made: the one source of them."""

import os
import string
import time

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in byte order
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LETTERS = (ALPHABET * 5)[:256].encode()  # of every byte one
MOMENT, CHANCE = 10, 12  # characters
last = 0


def new(prefix: str) -> str:
    """The prefix and 22 base-62 characters: microseconds, then chance, 71 bits of it.
    Never smaller than the one before, so that events of one request keep their order."""
    global last
    last = max(time.time_ns() // 1000, last + 1)
    return f"{prefix}_{moment(last)}{os.urandom(CHANCE).translate(LETTERS).decode()}"


def moment(microseconds: int) -> str:
    """As ids say it, until the year 28000."""
    pairs = []
    for _ in range(MOMENT // 2):
        microseconds, rest = divmod(microseconds, 3844)
        pairs.append(PAIRS[rest])
    return "".join(reversed(pairs))


def secret() -> str:
    """256 bits that nobody can guess, as hexadecimal digits."""
    return os.urandom(32).hex()
