"""Phone numbers as the API keeps and shows them, and the time zones they may ring in."""

from functools import lru_cache
from typing import TypedDict

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

HOME = "US"


class Phone(TypedDict):
    """One number in its forms: to store and compare, to read, and the country it belongs to."""

    phone: str
    phone_formatted: str
    country: str | None


def parse(text: str, country: str | None = None) -> Phone:
    """Read a number; one without a + is taken as dialled from `country`, or from the US.

    Numbers that nobody has been given are accepted, as the API does ("1234" in GB is "+441234"):
    short codes and numbers newer than our tables look the same. They have no country.
    An extension follows the number after an x: "+14155550100x123".
    """
    plain, formatted, region = _forms(text, country)
    return {"phone": plain, "phone_formatted": formatted, "country": region}


# A number that is checked, kept and compared is read each time, which takes long.
@lru_cache(10_000)
def _forms(text: str, country: str | None) -> tuple[str, str, str | None]:
    number = _read(text, country)
    region = phonenumbers.region_code_for_number(number)
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return (
        f"{plain}x{number.extension}" if number.extension else plain,
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        None if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region,
    )


class ContactPhone(Phone):
    """A number of a contact: the time zones it may ring in, and whether text messages to it are
    refused, which without a carrier none are."""

    tz_ids: list[str]
    outbound_sms_blocked: bool


def of_contact(text: str) -> ContactPhone:
    forms = parse(text)
    return {**forms, "tz_ids": zones(forms["phone"]), "outbound_sms_blocked": False}


def zones(phone: str) -> list[str]:
    """The IANA time zones a number may be in: several for a free number, none if unknown."""
    return list(_zones(phone))


@lru_cache(10_000)
def _zones(phone: str) -> tuple[str, ...]:
    import tztrout  # 30 MB of tables, which a server that never asks can do without

    return tuple(tztrout.tz_ids_for_phone(phone) or ())


def _read(text: str, country: str | None) -> PhoneNumber:
    region = (country or HOME).upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = HOME
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise ValueError(f'"{text[:50]}" is not a phone number.') from None
    if phonenumbers.is_possible_number_with_reason(number) == ValidationResult.TOO_LONG:
        raise ValueError(f'"{text[:50]}" is too long for a phone number.')
    return number
