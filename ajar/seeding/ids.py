"""Ids that follow from a seed and a number: the same again each time, in the order of the numbers,
and before every id that a server makes."""

import hashlib

from ajar.ids import CHANCE, LETTERS, moment

BEGINNING = 1_735_689_600_000_000  # microseconds, until 2025: the time in the first of these ids


class Ids:
    def __init__(self, seed: int):
        chance = hashlib.sha256(str(seed).encode()).digest()[:CHANCE]
        self.end = chance.translate(LETTERS).decode()

    def __call__(self, number: int) -> str:
        """What stands behind the prefix."""
        return moment(BEGINNING + number) + self.end
