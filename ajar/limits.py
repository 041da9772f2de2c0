"""How often a key, and its organization, may ask: a bucket for each group of endpoints."""

import math
import time
from collections import OrderedDict

from ajar.errors import TooMany
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation

MOST = 50_000
ORGANIZATION = 3  # times what one key may


class Limits:
    """Token buckets: `rate` requests a second, and as many at once; 0 is no limit."""

    def __init__(self, rate: int):
        self.rate = rate
        self.buckets: OrderedDict[tuple, tuple[float, float]] = OrderedDict()

    def __call__(self, caller: Caller, operation: Operation) -> dict[str, str]:
        """Count a request; the headers that tell how many more there may be."""
        if not self.rate:
            return {}
        group = (operation.path.split("/", 2)[1], operation.method)
        key = (caller.api_key_id or caller.oauth_client_id, caller.user_id, *group)
        left = self.take(self.rate, key, "key")
        self.take(self.rate * ORGANIZATION, (caller.organization_id, *group), "organization")
        return left

    def take(self, rate: int, key: tuple, kind: str, seconds: float = 1.0) -> dict[str, str]:
        """So many in so many seconds."""
        now = time.monotonic()
        left, then = self.buckets.pop(key, (float(rate), now))
        left = min(rate, left + (now - then) * rate / seconds)
        allowed = left >= 1
        self.buckets[key] = (left - 1 if allowed else left, now)
        if len(self.buckets) > MOST:
            self.buckets.popitem(last=False)
        if allowed:
            return headers(rate, left - 1, (rate - left + 1) / rate * seconds)
        wait = (1 - left) / rate * seconds
        more = {"retry-after": str(math.ceil(wait))}
        raise TooMany(rate, wait, kind, headers(rate, 0, wait) | more)


def headers(limit: int, remaining: float, reset: float) -> dict[str, str]:
    """In all the forms that clients of different ages read."""
    left, seconds = int(remaining), math.ceil(reset)
    return {
        "ratelimit": f"limit={limit}, remaining={left}, reset={seconds}",
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(left),
        "ratelimit-reset": str(seconds),
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": f"{reset:.3f}",
    }
