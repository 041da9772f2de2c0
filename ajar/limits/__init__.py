"""How often a key, and its organization, may ask: a bucket for each group of endpoints."""

import math
import os
from collections.abc import Iterable
from difflib import get_close_matches

from ajar.config import Settings
from ajar.errors import TooMany
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation
from ajar.limits.buckets import Allowance, Memory, Store
from ajar.limits.shared import FILE, Shared
from ajar.limits.valkey import Elsewhere


class Limits:
    """Token buckets: `rate` requests a second, and as many at once; 0 is no limit."""

    def __init__(self, settings: Settings, store: Store | None = None):
        self.rate, self.rates = settings.rate_limit, settings.rate_limits or {}
        self.times = settings.organization_rate
        self.store = store or chosen(settings)

    async def __call__(self, caller: Caller, operation: Operation) -> dict[str, str]:
        """Count a request; the headers that tell how many more there may be."""
        method, group = operation.method, group_of(operation)
        rate = self.rates.get(f"{method}:{group}", self.rates.get(group, self.rate))
        if not rate:
            return {}
        mine = f"{caller.api_key_id or caller.oauth_client_id} {caller.user_id} {method} {group}"
        ours = f"{caller.organization_id} {method} {group}"
        return await self.take(Allowance(mine, rate, ours=ours, most=rate * self.times), "key")

    async def address(self, address: str, rate: int, seconds: float) -> None:
        """Count what somebody asks who is not signed in."""
        if rate:
            await self.take(Allowance(f"address {address}", rate, seconds), "address")

    async def take(self, allowance: Allowance, kind: str) -> dict[str, str]:
        rate, seconds = allowance.rate, allowance.seconds
        left, wait, by_all = await self.store.take(allowance)
        if not wait:
            return headers(rate, left, (rate - left) / rate * seconds)
        more = {"retry-after": str(math.ceil(wait))}
        kind = "organization" if by_all else kind
        raise TooMany(rate, wait, kind, headers(rate, 0, wait) | more)


def group_of(operation: Operation) -> str:
    return operation.path.split("/", 2)[1]


def misspelt(said: Iterable[str], operations: Iterable[Operation]) -> str:
    """What is wrong with the names in AJAR_RATE_LIMITS: a limit of what there is not would be
    none."""
    known = {
        name for one in operations for name in (group_of(one), f"{one.method}:{group_of(one)}")
    }
    for name in said:
        if name not in known:
            near = get_close_matches(name, sorted(known), 1)
            hint = f", did you mean {near[0]}?" if near else ""
            return f"there are no endpoints {name}{hint}"
    return ""


def chosen(settings: Settings) -> Store:
    """Where counts are kept: with other machines, with other processes of this one, or here."""
    if settings.limits_url:
        return Elsewhere(settings.limits_url)
    return Shared(os.environ[FILE]) if FILE in os.environ else Memory()


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
