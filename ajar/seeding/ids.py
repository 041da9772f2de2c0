"""Ids that follow from a seed and a number: the same again each time, in the order of the numbers,
and before every id that a server makes."""

import hashlib

from ajar.ids import ALPHABET, LENGTH

BEGINNING = 1_735_689_600_000  # the first millisecond of 2025: what the time in these ids says
LOW = 8  # letters for the number
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


class Ids:
    def __init__(self, seed: int):
        chance = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4])
        number, letters = BEGINNING << 80 | chance << 48, []
        for _ in range(LENGTH):
            number, rest = divmod(number, 62)
            letters.append(ALPHABET[rest])
        self.start = "".join(reversed(letters[LOW:]))

    def __call__(self, number: int) -> str:
        """What stands behind the prefix."""
        high, low = divmod(number, 62**4)
        ends = (PAIRS[high // 3844], PAIRS[high % 3844], PAIRS[low // 3844], PAIRS[low % 3844])
        return self.start + "".join(ends)
