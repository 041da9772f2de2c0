"""Days and moments, as clients write them."""

from datetime import UTC, date, datetime, tzinfo


def day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError("Could not parse date") from None


def day_or_moment(text: str) -> date:
    return day(text) if len(text) == len("2026-11-21") else moment(text)


def falls_on(value: date | None, zone: tzinfo) -> date | None:
    """The day of a moment, as it is in a zone; a day is one everywhere."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone).date()
    except OverflowError:  # at the very ends of time
        return value.date()


def moment(text: str) -> datetime:
    """A time from its ISO 8601 form; without an offset it is UTC."""
    try:
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("Could not parse datetime") from None
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
