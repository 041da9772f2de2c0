"""What every definition of a custom field has, whatever it is a field of."""

from datetime import UTC
from typing import Any

from ajar.errors import Invalid
from ajar.kernel import Bool, Choice, List, Ref, Text, Tracked
from ajar.kernel.custom import as_list
from ajar.kernel.fields import BIGGEST, LONGEST, day, moment

TYPES = (
    "text",
    "textarea",
    "number",
    "date",
    "datetime",
    "choices",
    "user",
    "contact",
    "custom_object",
    "hidden",
)
MULTIPLE = ("choices", "user", "contact", "custom_object")


class CustomField(Tracked):
    """A field that an organization adds to a kind of object."""

    name = Text(required=True, most=255, example="Industry")
    description = Text(most=280)
    type = Choice(*TYPES, required=True, example="text")
    choices = List()
    accepts_multiple_values = Bool(default=False)
    editable_with_roles = List()


def fits(definition: dict, value: Any, known: dict) -> Any:
    """The value as it is kept, or ValueError: for `Custom(check=fits)`."""
    if definition["accepts_multiple_values"]:
        return [one_fits(definition, item, known) for item in as_list(value)]
    return one_fits(definition, value, known)


def one_fits(definition: dict, value: Any, known: dict) -> Any:
    return CHECKS[definition["type"]](definition, value, known)


def text(definition: dict, value: Any, known: dict) -> str:
    if not isinstance(value, str):
        raise ValueError("Value must be of str type.")
    if len(value) > LONGEST:
        raise ValueError(f"The value must be no longer than {LONGEST} characters.")
    return value


def number(definition: dict, value: Any, known: dict) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > BIGGEST:
        raise ValueError("Value must be of number type.")
    return int(value) if float(value).is_integer() else value


def date(definition: dict, value: Any, known: dict) -> str:
    return day(text(definition, value, known)).isoformat()


def datetime(definition: dict, value: Any, known: dict) -> str:
    time = moment(text(definition, value, known)).astimezone(UTC)
    return time.isoformat(timespec="microseconds")


def choice(definition: dict, value: Any, known: dict) -> str:
    if value not in (definition["choices"] or ()):
        raise ValueError("Not a valid choice.")
    return value


def user(definition: dict, value: Any, known: dict) -> str:
    """An id, or the exact name of a user."""
    ids = known["users"]
    named = [id for id, name in ids.items() if name == value]
    if value in ids:
        return value
    if len(named) != 1:
        raise ValueError("Object does not exist.")
    return named[0]


def contact(definition: dict, value: Any, known: dict) -> str:
    """A contact of the same lead."""
    lead = known["contacts"].get(value) if isinstance(value, str) else None
    if not lead or lead != known["lead_id"]:
        raise ValueError("Object does not exist.")
    return value


def custom_object(definition: dict, value: Any, known: dict) -> str:
    raise ValueError("Object does not exist.")


def anything(definition: dict, value: Any, known: dict) -> Any:
    return value


CHECKS = {
    "text": text,
    "textarea": text,
    "number": number,
    "date": date,
    "datetime": datetime,
    "choices": choice,
    "user": user,
    "contact": contact,
    "custom_object": custom_object,
    "hidden": anything,
}
