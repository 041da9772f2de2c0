"""Ids that say what they name, and sort by the time they were made: the one source of them."""

import secrets
import string
import time

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in byte order
LENGTH = 22
last = 0


def new(prefix: str) -> str:
    """The prefix and 128 bits: milliseconds, then chance, as 22 base-62 characters.
    Never smaller than the one before, so that events of one request keep their order."""
    global last
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    last = number = max(number, last + 1 + secrets.randbits(40))
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, 62)
        letters.append(ALPHABET[rest])
    return f"{prefix}_{''.join(reversed(letters))}"
