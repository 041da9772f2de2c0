"""What may be answered: a check for each type of field. Answers are kept as texts; whether a box
is checked, as true or false."""

import math
from typing import Any

from ajar.errors import Invalid
from ajar.formats import phone
from ajar.formats.time import day
from ajar.kernel import Text
from ajar.resources.contact import Email

LONG, SHORT = Text(most=10_000), Text(most=1000)
EMAIL = Email(most=255)


def cleaned(fields: list[dict], data: dict) -> dict[str, Any]:
    """By the id of each field. All mistakes are told at once."""
    values, errors = {}, {}
    for field in fields:
        try:
            values[field["id"]] = answer(field, data.get(field["id"], data.get(field["name"])))
        except ValueError as error:
            errors[field["id"]] = str(error)
    if errors:
        raise Invalid(fields=errors)
    return values


def answer(field: dict, value: Any) -> str | bool | None:
    if isinstance(value, str):
        value = value.strip()
    if field["type"] == "checkbox":
        value = checked(value)
    if field["required"] and value in (None, "", False):
        raise ValueError("This field is required.")
    if isinstance(value, bool):
        if field["type"] != "checkbox":
            raise ValueError("Value must be of str type.")
        return value
    return CHECKS[field["type"]](field, value) if value not in (None, "") else None


def checked(value: Any) -> bool:
    """A box that is not checked is not sent."""
    words = {"on": True, "true": True, "1": True, "false": False, "0": False, "": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    if value is not None and not isinstance(value, bool):
        raise ValueError("Value must be true or false.")
    return bool(value)


def text(field: dict, value: Any) -> str:
    return SHORT.clean(value)


def textarea(field: dict, value: Any) -> str:
    return LONG.clean(value)


def email(field: dict, value: Any) -> str:
    return EMAIL.clean(value)


def number_to_call(field: dict, value: Any) -> str:
    return phone.parse(SHORT.clean(value))["phone"]


def url(field: dict, value: Any) -> str:
    value = SHORT.clean(value)
    value = value if "://" in value else f"https://{value}"
    if not value.startswith(("http://", "https://")):
        raise ValueError("Must be the address of a website.")
    return value


def number(field: dict, value: Any) -> str:
    value = str(value) if isinstance(value, int | float) else SHORT.clean(value)
    try:
        if math.isfinite(float(value)):
            return value
    except ValueError:
        pass
    raise ValueError("Must be a number.")


def date(field: dict, value: Any) -> str:
    return day(SHORT.clean(value)).isoformat()


def choice(field: dict, value: Any) -> str:
    if value not in field["choices"]:
        raise ValueError("Not a valid choice.")
    return value


CHECKS = {
    "text": text,
    "textarea": textarea,
    "email": email,
    "phone": number_to_call,
    "url": url,
    "number": number,
    "date": date,
    "choices": choice,
}
