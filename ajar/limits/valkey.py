"""Buckets that several machines share, in a Valkey or Redis server."""

import time

import structlog

from ajar.limits.buckets import Allowance, Memory, Taken
from ajar.providers.valkey import Failed, Valkey

PAUSE = 1.0  # seconds in which a server that failed is not asked
# `ajar.limits.buckets.take`, in the words of the server, and by its clock.
TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local rate, seconds, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function read(key)
    local found = redis.call('HMGET', key, 'level', 'time', 'share', 'window', 'keys', 'before')
    for place, blank in ipairs({math.huge, now, 0, -1, 0, 0}) do
        found[place] = tonumber(found[place] or blank)
    end
    return {level = found[1], time = found[2], share = found[3], window = found[4],
        keys = found[5], before = found[6]}
end
local function write(key, bucket)
    local values = {}
    for name, value in pairs(bucket) do
        table.insert(values, name)
        table.insert(values, string.format('%.6f', value))
    end
    redis.call('HSET', key, unpack(values))
    redis.call('PEXPIRE', key, seconds * 3000)
end
local mine, ours, fair, wait, by_all = read(KEYS[1]), nil, 0, 0, 0
local passed, fresh = (now - mine.time) / seconds, mine.level == math.huge
mine.level, mine.time = math.min(rate, mine.level + passed * rate), now
if KEYS[2] then
    ours = read(KEYS[2])
    local window = math.floor(now / seconds)
    if ours.window ~= window then
        ours.before = ours.window == window - 1 and ours.keys or 0
        ours.keys, ours.window = 0, window
    end
    if mine.window ~= window then
        ours.keys, mine.window = ours.keys + 1, window
    end
    fair = most / math.max(ours.keys, ours.before, 1)
    mine.share = fresh and fair or math.min(math.max(fair, 1), mine.share + passed * fair)
    ours.level = math.min(most, ours.level + (now - ours.time) / seconds * most)
    ours.time = now
end
if mine.level < 1 then
    wait = (1 - mine.level) / rate * seconds
elseif ours and ours.level < 1 and (mine.share < 1 or ours.level <= -most) then
    wait, by_all = (1 - ours.level) / most, 1
    if mine.share < 1 then wait = math.min(wait, (1 - mine.share) / fair) end
    wait = wait * seconds
else
    mine.level = mine.level - 1
    if ours then
        ours.level, mine.share = ours.level - 1, math.max(0, mine.share - 1)
    end
end
write(KEYS[1], mine)
if ours then write(KEYS[2], ours) end
return {string.format('%.6f', mine.level), string.format('%.6f', wait), by_all}"""
log = structlog.get_logger()


class Elsewhere:
    """While the server cannot be reached, each process counts for itself: limits protect from too
    much, and nobody is refused because of them."""

    def __init__(self, url: str):
        self.server, self.here, self.pause_until = Valkey(url), Memory(), 0.0

    async def take(self, allowance: Allowance) -> Taken:
        if time.monotonic() < self.pause_until:
            return await self.here.take(allowance)
        mine, rate, seconds, ours, most = allowance
        names = [f"ajar:{name}" for name in (mine, ours) if name]
        try:
            left, wait, by_all = await self.server.run(TAKE, names, [rate, seconds, most])
        except Failed as error:
            self.pause_until = time.monotonic() + PAUSE
            log.warning("rate limits are not shared", error=str(error))
            return await self.here.take(allowance)
        return Taken(float(left) if not float(wait) else 0, float(wait), bool(by_all))

    async def close(self) -> None:
        await self.server.close()
