from datetime import timedelta

import pytest

from ajar.formats import zone


@pytest.mark.parametrize(
    ("address", "zones"),
    [
        (("US", "CA", "Palo Alto", None), ["America/Los_Angeles"]),
        (("us", "il", "Chicago", None), ["America/Chicago"]),
        (("US", "Illinois", None, None), ["America/Chicago"]),
        (("US", None, None, "60601"), ["America/Chicago"]),
        (("US", None, None, "60601-1234"), ["America/Chicago"]),
        (("US", "CA", "Nowhere at all", None), ["America/Los_Angeles"]),
        (("CA", "British Columbia", "", ""), ["America/Vancouver"]),
        (("PL", None, None, None), ["Europe/Warsaw"]),
        ((" DE ", " ", "Berlin", "10115"), ["Europe/Berlin", "Europe/Busingen"]),
    ],
)
def test_an_address_tells_its_time_zones(address, zones):
    assert zones[0] in zone.of_address(*address)
    assert set(zone.of_address(*address)) <= {*zones, *CANADA_PACIFIC}


CANADA_PACIFIC = {
    "America/Dawson_Creek",
    "America/Creston",
    "America/Fort_Nelson",
    "America/Edmonton",
}


def test_a_country_alone_tells_all_its_zones():
    assert {"America/New_York", "Pacific/Honolulu"} <= set(zone.of_address("US", None, None, None))


@pytest.mark.parametrize(
    "address",
    [
        (None, None, None, None),
        ("", "", "", ""),
        ("  ", "CA", None, None),
        ("Narnia", None, None, None),
        ("CA", "Narnia", None, None),
        ("AU", "??", None, None),
        ("US", "CA", None, "not a zip"),
        ("\0", "\0", "\0", "\0"),
    ],
)
def test_an_address_that_says_nothing_has_no_zone(address):
    assert zone.of_address(*address) == []


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("-4", -240),
        ("-2.5", -150),
        ("5.75", 345),
        ("+2", 120),
        ("0", 0),
        ("-0.0", 0),
        (" 14 ", 840),
        ("-12", -720),
        ("3.33333", 200),
    ],
)
def test_an_offset_is_in_hours(text, minutes):
    assert zone.from_offset(text).utcoffset(None) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    ["", "UTC", "nan", "inf", "-13", "14.5", "-14400", "1e1", "1_0", "+05:30", "٤", "--4", "4,5"],
)
def test_what_is_not_an_offset_is_refused(text):
    with pytest.raises(ValueError, match="is not an offset"):
        zone.from_offset(text)
