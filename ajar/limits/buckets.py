"""Buckets: what fills with time and is emptied by requests. Who shares one with others has a fair
part of it: a colleague that asks too much takes nothing from those who ask less."""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple, Protocol

MOST = 50_000


class Allowance(NamedTuple):
    """What somebody may do: `rate` requests in so many seconds; `most` together with others."""

    mine: str
    rate: int
    seconds: float = 1.0
    ours: str = ""
    most: float = 0


class Taken(NamedTuple):
    """How many more there may be; or how long to wait, and whether because of all together."""

    left: float
    wait: float = 0
    by_all: bool = False


class Store(Protocol):
    """Where buckets are kept."""

    async def take(self, allowance: Allowance) -> Taken: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Bucket:
    """A key's, or its organization's: the last three tell how many keys shared the latter."""

    level: float = math.inf  # as full as it can be
    then: float = 0.0
    share: float = 0.0  # what a key may take though all together may take no more
    window: float = -1.0
    keys: float = 0.0
    before: float = 0.0


def take(now: float, allowance: Allowance, mine: Bucket, ours: Bucket | None) -> Taken:
    _, rate, seconds, _, most = allowance
    passed, fresh = (now - mine.then) / seconds, mine.level == math.inf
    mine.level, mine.then = min(rate, mine.level + passed * rate), now
    fair = 0.0
    if ours:
        fair = most / sharing(now // seconds, mine, ours)
        mine.share = fair if fresh else min(max(fair, 1), mine.share + passed * fair)
        ours.level = min(most, ours.level + (now - ours.then) / seconds * most)
        ours.then = now
    if mine.level < 1:
        return Taken(0, (1 - mine.level) / rate * seconds)
    if ours:
        if ours.level < 1 and (mine.share < 1 or ours.level <= -most):
            waits = (1 - ours.level) / most, (1 - mine.share) / fair
            return Taken(0, (min(waits) if mine.share < 1 else waits[0]) * seconds, True)
        ours.level -= 1
        mine.share = max(0, mine.share - 1)
    mine.level -= 1
    return Taken(mine.level)


def sharing(window: float, mine: Bucket, ours: Bucket) -> float:
    """How many keys have asked lately."""
    if ours.window != window:
        ours.before = ours.keys if ours.window == window - 1 else 0
        ours.keys, ours.window = 0, window
    if mine.window != window:
        ours.keys += 1
        mine.window = window
    return max(ours.keys, ours.before, 1)


class Memory:
    """The buckets of one process."""

    def __init__(self) -> None:
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def take(self, allowance: Allowance) -> Taken:
        now = time.monotonic()
        mine = self.find(allowance.mine)
        ours = self.find(allowance.ours) if allowance.ours else None
        return take(now, allowance, mine, ours)

    def find(self, key: str) -> Bucket:
        """What is asked for least goes: it would be full by now."""
        if key not in self.buckets:
            self.buckets[key] = Bucket(then=time.monotonic())
            if len(self.buckets) > MOST:
                self.buckets.popitem(last=False)
        self.buckets.move_to_end(key)
        return self.buckets[key]

    async def close(self) -> None:
        """Nothing is held."""
