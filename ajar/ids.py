"""Ids that say what they name, and sort by the time they were made: the one source of them."""

import os
import string
import time

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LETTERS = (ALPHABET * 5)[:256].encode()  # of every byte one
MOMENT, CHANCE = 16, 6  # characters
last = 0


def new(prefix: str) -> str:
    """The prefix and 22 base-62 characters: microseconds, then chance, 35 bits of it.
    Never smaller than the one before, so that events of one request keep their order."""
    global last
    last = max(time.time_ns() // 1000, last + 1)
    return f"{prefix}_{moment(last)}{os.urandom(CHANCE).translate(LETTERS).decode()}"


def moment(microseconds: int) -> str:
    """As ids say it, until the year 2286: in digits, whose order is the same in every language that
    a database may sort by."""
    return f"{microseconds:0{MOMENT}}"


def secret() -> str:
    """256 bits that nobody can guess, as hexadecimal digits."""
    return os.urandom(32).hex()
