"""Hours of the week in which something may happen."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

MIDNIGHT = time()


def time_of_day(text: str) -> time:
    """A time on the clock, such as 08:00; midnight as an end is that of the day's end."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise ValueError("Must be a time of day, such as 08:00.") from None
    if found.tzinfo:
        raise ValueError("Must be a time of day without an offset.")
    return found.replace(microsecond=0)


def opening(ranges: list[dict], zone: tzinfo, at: datetime) -> datetime:
    """The first moment from `at` on that lies within one of the ranges: weekday (Monday is 1),
    start and end on the clocks of the zone. Without ranges that is `at` itself."""
    if not ranges:
        return at
    day = at.astimezone(zone).date()
    while True:
        for start, end in sorted(
            bounds(one, day, zone) for one in ranges if one["weekday"] == day.isoweekday()
        ):
            if at < end:
                return max(at, start)
        day += timedelta(days=1)


def bounds(one: dict, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """A range as it falls on a day, in UTC: clocks are put forward and back."""
    start, end = time.fromisoformat(one["start"]), time.fromisoformat(one["end"])
    last = day + timedelta(days=1) if end == MIDNIGHT else day
    return on_clock(day, start, zone), on_clock(last, end, zone)


def on_clock(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
