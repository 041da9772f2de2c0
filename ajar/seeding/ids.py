"""Ids that follow from a seed and a number: the same again each time, in the order of the numbers,
and before every id that a server makes."""

import hashlib

from ajar.ids import CHANCE, LETTERS, PAIRS, moment

BEGINNING = moment(1_735_689_600_000_000)  # of 2025: what the time in these ids says
LOW = 8  # letters for the number


class Ids:
    def __init__(self, seed: int):
        chance = hashlib.sha256(str(seed).encode()).digest()[: CHANCE - LOW]
        self.start = BEGINNING + chance.translate(LETTERS).decode()

    def __call__(self, number: int) -> str:
        """What stands behind the prefix."""
        high, low = divmod(number, 62**4)
        ends = (PAIRS[high // 3844], PAIRS[high % 3844], PAIRS[low // 3844], PAIRS[low % 3844])
        return self.start + "".join(ends)
