"""Periods of time, as reports name them, and the units they are divided into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from ajar.formats.time import day, moment
from ajar.search.moments import DAY, PERIODS, edge, moved_by_months

BEGINNING = datetime(1, 1, 3, tzinfo=UTC)
END = datetime(9999, 12, 29, tzinfo=UTC)
ALL_TIME = "all-time"
RELATIVE = [f"{word}-{unit}" for word in ("this", "last") for unit in ("week", "month", "quarter")]
RELATIVE = ["today", "yesterday", *RELATIVE, "this-year", "last-year", ALL_TIME]
BACK: dict[str, Callable[[datetime], datetime]] = {
    "same-days-last-week": lambda at: at - timedelta(days=7),
    "same-days-last-month": lambda at: moved_by_months(at, -1),
    "same-days-last-quarter": lambda at: moved_by_months(at, -3),
    "same-days-last-year": lambda at: moved_by_months(at, -12),
}
UNITS = ("hour", "day", "week", "month", "quarter", "year")
# A range that is no longer than so many days is divided into these.
DIVIDED = ((2, "hour"), (31, "day"), (190, "week"))
LONGEST_UNIT = "month"


@dataclass(frozen=True)
class Range:
    """From a moment until just before another one; both may be as far away as can be."""

    start: datetime = BEGINNING
    end: datetime = END

    @property
    def parameters(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end}

    def days(self, zone: tzinfo) -> dict[str, Any]:
        """The days that begin in it."""
        return {"first_day": starting(self.start, zone), "end_day": starting(self.end, zone)}

    def moved(self, to: "Range") -> Callable[["Range"], "Range"]:
        """What brings another range as far away as `to` is from this one."""
        return lambda other: Range(
            shifted(other.start, to.start - self.start), shifted(other.end, to.start - self.start)
        )


def shifted(at: datetime, distance: timedelta) -> datetime:
    """No further than time goes."""
    if at in (BEGINNING, END):
        return at
    room = (BEGINNING - at, END - at)
    return at + min(max(distance, room[0]), room[1])


def starting(at: datetime, zone: tzinfo) -> date:
    """The first day that begins at this moment or later."""
    local = at.astimezone(zone)
    return local.date() if edge(local.date(), False, zone) == at else local.date() + DAY


def relative(name: Any, now: datetime, zone: tzinfo) -> Range:
    if not isinstance(name, str) or name not in RELATIVE:
        raise ValueError(f"Must be one of {', '.join(RELATIVE)}.")
    if name == ALL_TIME:
        return Range()
    first, last = PERIODS[name](now.astimezone(zone).date())
    return Range(edge(first, False, zone), edge(last, True, zone))


def absolute(said: Any, zone: tzinfo) -> Range:
    if not isinstance(said, dict) or not (said.get("start") and said.get("end")):
        raise ValueError("Must have a start and an end.")
    return between(said["start"], said["end"], zone)


def between(start: Any, end: Any, zone: tzinfo) -> Range:
    """Either may be missing. A day without a time is wholly part of it."""
    first = bound(start, False, zone) if start else BEGINNING
    last = bound(end, True, zone) if end else END
    if first > last:
        raise ValueError("The end comes before the start.")
    return Range(first, last)


def bound(said: Any, last: bool, zone: tzinfo) -> datetime:
    if not isinstance(said, str):
        raise ValueError("Must be a date, or a date and time, as ISO 8601 has it.")
    try:
        found = edge(day(said), last, zone) if len(said) == len("2026-11-21") else moment(said)
    except OverflowError:
        found = END if last else BEGINNING
    return min(max(found, BEGINNING), END)


def back(range: Range, how: Any) -> Range:
    if not isinstance(how, str) or how not in BACK:
        raise ValueError(f"Must be one of {', '.join(BACK)}.")
    try:
        return Range(BACK[how](range.start), BACK[how](range.end))
    except OverflowError:
        raise ValueError("This is too far away.") from None


def unit_of(range: Range) -> str:
    length = (range.end - range.start) / DAY
    return next((unit for most, unit in DIVIDED if length <= most), LONGEST_UNIT)


def begun(at: datetime, unit: str) -> datetime:
    """When the unit began in which a moment is; both as clocks on the wall show them."""
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return midnight - timedelta(days=midnight.weekday())
    if unit == "month":
        return midnight.replace(day=1)
    if unit == "quarter":
        return midnight.replace(day=1, month=(midnight.month - 1) // 3 * 3 + 1)
    return midnight.replace(day=1, month=1) if unit == "year" else midnight


MONTHS = {"month": 1, "quarter": 3, "year": 12}
LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def following(at: datetime, unit: str) -> datetime:
    return moved_by_months(at, MONTHS[unit]) if unit in MONTHS else at + LENGTHS[unit]


def places(first: datetime, last: datetime, unit: str) -> Iterator[datetime]:
    """Where each unit begins, from the one in which `first` is to the one in which `last` is."""
    at = begun(first, unit)
    while at <= last:
        yield at
        try:
            at = following(at, unit)
        except OverflowError:
            return


def wall(at: datetime, zone: tzinfo) -> datetime:
    """What a clock on the wall shows then."""
    return at.astimezone(zone).replace(tzinfo=None)
