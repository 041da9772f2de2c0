"""Time zones: by name, where an address is, and how far from UTC a caller says to be."""

import re
from datetime import timedelta, timezone
from functools import cache, lru_cache
from zoneinfo import available_timezones

_HOURS = re.compile(r"[+-]?\d{1,2}(\.\d+)?", re.ASCII)


def exists(name: str) -> bool:
    """Whether there is an IANA time zone of this name."""
    return name in _names()


@cache
def _names() -> set[str]:
    return available_timezones()


def of_address(
    country: str | None, state: str | None, city: str | None, zipcode: str | None
) -> list[str]:
    """The IANA time zones an address may be in, the whole country's when it says no more."""
    return list(_looked_up(country, state, city, zipcode))


def prepare() -> None:
    """Read the tables, which takes half a second and 20 MB: not while somebody waits."""
    import tztrout  # noqa: F401


@lru_cache(10_000)
def _looked_up(
    country: str | None, state: str | None, city: str | None, zipcode: str | None
) -> tuple[str, ...]:
    if not country:
        return ()
    import tztrout

    found = tztrout.tz_ids_for_address(
        country.strip().upper(), _state(state), _word(city), _word(zipcode)
    )
    return tuple(found or ())


def from_offset(text: str) -> timezone:
    """The caller's zone from the `x-tz-offset` header: hours, such as "-4", "-2.5" or "5.75"."""
    hours = text.strip()
    if not _HOURS.fullmatch(hours) or not -12 <= float(hours) <= 14:
        raise ValueError(f'"{text[:20]}" is not an offset from UTC in hours, such as -4 or 5.75.')
    return timezone(timedelta(minutes=round(float(hours) * 60)))


def _state(state: str | None) -> str | None:
    # A code is looked up as it stands, a name is looked up in lower case.
    word = _word(state)
    return word.upper() if word and len(word) == 2 else word


def _word(text: str | None) -> str | None:
    return (text or "").strip() or None
