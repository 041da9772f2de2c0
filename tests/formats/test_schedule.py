"""Hours of the week in a time zone, also where clocks are put forward and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ajar.formats.schedule import opening, time_of_day

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")


def office(*weekdays, start="09:00:00", end="17:00:00"):
    return [{"weekday": day, "start": start, "end": end} for day in weekdays]


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_without_ranges_it_is_always_open():
    assert opening([], NEW_YORK, utc(2026, 11, 22, 3)) == utc(2026, 11, 22, 3)


def test_within_a_range_it_is_open_at_once():
    friday = utc(2026, 11, 20, 14, 30)
    assert opening(office(5), NEW_YORK, friday) == friday


def test_before_a_range_it_opens_when_that_starts_there():
    assert opening(office(5), NEW_YORK, utc(2026, 11, 20, 13, 59)) == utc(2026, 11, 20, 14)


def test_the_end_of_a_range_is_outside():
    assert opening(office(5), NEW_YORK, utc(2026, 11, 20, 22)) == utc(2026, 11, 27, 14)


def test_a_weekday_is_that_of_the_zone():
    """It is Saturday in Berlin already, and still Friday in New York."""
    late = utc(2026, 11, 21, 0)
    assert opening(office(5, start="18:00:00", end="20:00:00"), NEW_YORK, late) == late
    assert opening(office(6), BERLIN, late) == utc(2026, 11, 21, 8)


def test_of_several_ranges_the_next_one_counts():
    ranges = office(3, start="14:00:00", end="15:00:00") + office(
        3, start="08:00:00", end="09:00:00"
    )
    assert opening(ranges, BERLIN, utc(2026, 11, 18, 5)) == utc(2026, 11, 18, 7)
    assert opening(ranges, BERLIN, utc(2026, 11, 18, 9)) == utc(2026, 11, 18, 13)


def test_midnight_as_an_end_is_that_of_the_days_end():
    ranges = office(7, start="22:00:00", end="00:00:00")
    assert opening(ranges, BERLIN, utc(2026, 11, 22, 22, 59)) == utc(2026, 11, 22, 22, 59)
    assert opening(ranges, BERLIN, utc(2026, 11, 22, 23)) == utc(2026, 11, 29, 21)


def test_the_clock_on_the_wall_counts_when_summer_begins_and_ends():
    assert opening(office(6, 7), BERLIN, utc(2026, 3, 28, 20)) == utc(2026, 3, 29, 7)
    assert opening(office(6, 7), BERLIN, utc(2026, 10, 24, 20)) == utc(2026, 10, 25, 8)


def test_hours_that_a_day_skips_are_closed_on_it():
    skipped = office(7, start="02:00:00", end="03:00:00")
    assert opening(skipped, BERLIN, utc(2026, 3, 29, 3)) == utc(2026, 4, 5, 0)


@pytest.mark.parametrize("text", ["", "x", "24:30", "08:00+01:00", "8 o'clock"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError, match="Must be a time of day"):
        time_of_day(text)
