"""Moments, as queries name them: fixed ones, and those that depend on when and where one asks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from ajar.formats.time import moment as parsed

DAY = timedelta(days=1)
PARTS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
OF_CLOCK = ("hours", "minutes", "seconds")
WAYS = {"past": -1, "future": 1}
MOST = 1_000_000  # of any part of an offset


class Wrong(ValueError):
    """What cannot be meant, and where in the moment that is."""

    def __init__(self, where: str, reason: str):
        super().__init__(reason)
        self.where = where


def resolve(said: Any, now: datetime, zone: tzinfo) -> datetime:
    """The instant that a moment means for somebody who asks now, in this zone."""
    if not isinstance(said, dict):
        raise Wrong("", "Value must be of dict type.")
    kind = said.get("type")
    meant = KINDS.get(kind) if isinstance(kind, str) else None
    if not meant:
        raise Wrong("type", f"Must be one of {', '.join(KINDS)}.")
    try:
        return meant(said, now, zone)
    except OverflowError:
        raise Wrong("", "This is too far away.") from None


def this_instant(said: dict, now: datetime, zone: tzinfo) -> datetime:
    return now


def fixed_utc(said: dict, now: datetime, zone: tzinfo) -> datetime:
    try:
        return parsed(said["value"])
    except (KeyError, TypeError, ValueError):
        raise Wrong("value", "Must be a date and time, as ISO 8601 has it.") from None


def fixed_local_date(said: dict, now: datetime, zone: tzinfo) -> datetime:
    try:
        text = said["value"]
        day = date.fromisoformat(text if len(text) == len("2026-11-21") else "")
    except (KeyError, TypeError, ValueError):
        raise Wrong("value", "Must be a day, as in 2026-11-21.") from None
    return edge(day, end(said) == "end", zone)


def offset(said: dict, now: datetime, zone: tzinfo) -> datetime:
    """Another moment, moved. Only a distance of whole days can reach for the edge of a day."""
    way = WAYS.get(said.get("direction") or "")
    if not way:
        raise Wrong("direction", "Must be past or future.")
    distance = distance_of(said.get("offset"))
    try:
        start = resolve(said.get("moment") or {"type": "now"}, now, zone)
    except Wrong as wrong:
        raise Wrong(f"moment.{wrong.where}".rstrip("."), str(wrong)) from None
    moved = shifted(start.astimezone(zone), way, distance)
    edge_of = said.get("which_day_end")
    if edge_of not in (None, "start", "end"):
        raise Wrong("which_day_end", "Must be start, end or null.")
    if edge_of and not any(distance[part] for part in OF_CLOCK):
        moved = edge(moved.date(), edge_of == "end", zone)
    return moved.astimezone(UTC)


def distance_of(said: Any) -> dict[str, int]:
    if not isinstance(said, dict):
        raise Wrong("offset", "Value must be of dict type.")
    for name, number in said.items():
        if name not in PARTS:
            raise Wrong(f"offset.{name}", f"Must be one of {', '.join(PARTS)}.")
        if number is None:
            continue
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST:
            raise Wrong(f"offset.{name}", f"Must be a whole number from 0 to {MOST}.")
    return {part: said.get(part) or 0 for part in PARTS}


def shifted(start: datetime, way: int, distance: dict[str, int]) -> datetime:
    """Years and months keep the day of the month, if there is one; then come the rest."""
    months = way * (distance["years"] * 12 + distance["months"])
    moved = moved_by_months(start, months) if months else start
    rest = {part: distance[part] for part in PARTS[2:]}
    return moved + way * timedelta(**rest)


def moved_by_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    for day in range(start.day, 27, -1):
        try:
            return start.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return start.replace(year=year, month=month + 1)


def period(said: dict, now: datetime, zone: tzinfo) -> datetime:
    bounds = PERIODS.get(said.get("range") or "")
    if not bounds:
        raise Wrong("range", f"Must be one of {', '.join(PERIODS)}.")
    first, last = bounds(now.astimezone(zone).date())
    return edge(last, True, zone) if end(said) == "end" else edge(first, False, zone)


def end(said: dict) -> str:
    which = said.get("which")
    if which not in ("start", "end"):
        raise Wrong("which", "Must be start or end.")
    return which


def edge(day: date, last: bool, zone: tzinfo) -> datetime:
    """Where a day begins; or where it is over, which is where the next one begins."""
    return datetime.combine(day + DAY * last, datetime.min.time(), zone).astimezone(UTC)


def days(ahead: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today + DAY * ahead, today + DAY * ahead)


def weeks(ahead: int) -> Callable[[date], tuple[date, date]]:
    def bounds(today: date) -> tuple[date, date]:
        monday = today + timedelta(days=7 * ahead - today.weekday())
        return monday, monday + timedelta(days=6)

    return bounds


def months(length: int, ahead: int) -> Callable[[date], tuple[date, date]]:
    """Periods of so many months, counted from the first one of a year."""

    def bounds(today: date) -> tuple[date, date]:
        begun = today.replace(day=1, month=(today.month - 1) // length * length + 1)
        return months_on(begun, length * ahead), months_on(begun, length * (ahead + 1)) - DAY

    return bounds


def months_on(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, 1)


WHEN = {"last": -1, "this": 0, "next": 1}
PERIODS = {"today": days(0), "yesterday": days(-1), "tomorrow": days(1)}
PERIODS |= {f"{word}-week": weeks(ahead) for word, ahead in WHEN.items()}
PERIODS |= {f"{word}-month": months(1, ahead) for word, ahead in WHEN.items()}
PERIODS |= {f"{word}-quarter": months(3, ahead) for word, ahead in WHEN.items()}
PERIODS |= {f"{word}-year": months(12, ahead) for word, ahead in WHEN.items()}

KINDS: dict[str, Callable[[dict, datetime, tzinfo], datetime]] = {
    "now": this_instant,
    "fixed_local_date": fixed_local_date,
    "fixed_utc": fixed_utc,
    "offset": offset,
    "start_end_of_predefined_relative_period": period,
}
