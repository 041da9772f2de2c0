import pytest

from ajar.formats import phone


@pytest.mark.parametrize(
    ("text", "country", "stored", "shown", "of"),
    [
        ("+14155550100", None, "+14155550100", "+1 415-555-0100", "US"),
        ("(415) 555-0100", None, "+14155550100", "+1 415-555-0100", "US"),
        ("8004550100", "GB", "+448004550100", "+44 800 455 0100", "GB"),
        ("8004550100", "US", "+18004550100", "+1 800-455-0100", "US"),
        ("+44 (0)20 7946 0018", "US", "+442079460018", "+44 20 7946 0018", "GB"),
        ("011 44 20 7946 0018", "us", "+442079460018", "+44 20 7946 0018", "GB"),
        ("\uff14\uff11\uff155550100", None, "+14155550100", "+1 415-555-0100", "US"),
        ("1-800-FLOWERS", None, "+18003569377", "+1 800-356-9377", "US"),
        ("+390612345678", None, "+390612345678", "+39 06 1234 5678", "IT"),
    ],
)
def test_a_number_is_kept_as_e164_and_shown_internationally(text, country, stored, shown, of):
    found = phone.parse(text, country)

    assert found == {"phone": stored, "phone_formatted": shown, "country": of}


def test_a_number_nobody_has_is_accepted_and_has_no_country():
    found = phone.parse("1234", "GB")

    assert found == {"phone": "+441234", "phone_formatted": "+44 1234", "country": None}


def test_a_number_of_no_country_has_no_country():
    assert phone.parse("+80012345678")["country"] is None


@pytest.mark.parametrize("text", ["4155550100 ext. 123", "+1 415 555 0100 x123", "4155550100#123"])
def test_an_extension_follows_an_x(text):
    found = phone.parse(text)

    assert found["phone"] == "+14155550100x123"
    assert found["phone_formatted"] == "+1 415-555-0100 ext. 123"


@pytest.mark.parametrize("text", ["415 555 0100 ext 7", "+441234", "72345", "+80012345678"])
def test_a_stored_number_reads_as_itself(text):
    found = phone.parse(text)

    assert phone.parse(found["phone"], "DE") == found
    assert phone.parse(found["phone_formatted"], "DE") == found


def test_an_unknown_country_counts_as_the_us():
    assert phone.parse("4155550100", "Narnia")["phone"] == "+14155550100"


@pytest.mark.parametrize("text", ["", " ", "abc", "+", "+999123456789", "1", "\0", "1" * 400])
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a phone number"):
        phone.parse(text)


def test_a_number_too_long_to_dial_is_refused():
    with pytest.raises(ValueError, match="too long"):
        phone.parse("+1415555010012345")


@pytest.mark.parametrize("number", ["+14155550100", "+14155550100x123"])
def test_a_number_tells_its_time_zone(number):
    assert phone.zones(number) == ["America/Los_Angeles"]


@pytest.mark.parametrize("number", ["", "nonsense", "+441234", "+80012345678"])
def test_a_number_from_nowhere_has_no_time_zone(number):
    assert phone.zones(number) == []


def test_changing_the_zones_of_a_number_changes_no_other_answer():
    phone.zones("+61298765432").clear()

    assert phone.zones("+61298765432") != []
