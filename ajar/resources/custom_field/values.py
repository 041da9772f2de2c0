"""What may be stored in a custom field: a check for each type."""

import contextlib
from datetime import UTC
from typing import Any

from ajar.formats.time import day, moment
from ajar.kernel.custom import as_list
from ajar.kernel.fields import BIGGEST, LONGEST

MULTIPLE = ("choices", "user", "contact", "custom_object")


def fits(definition: dict, value: Any, known: dict) -> Any:
    """The value as it is kept, or ValueError. `known` has the users (id -> name), contacts
    (id -> lead) and custom objects (id -> lead, type) that it may mean, and the lead of the row."""
    if definition["accepts_multiple_values"]:
        items = [one_fits(definition, item, known) for item in as_list(value)]
        return [item for index, item in enumerate(items) if item not in items[:index]]
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
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= BIGGEST:
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
    users = known["users"]
    if isinstance(value, str) and value in users:
        return value
    named = [id for id, name in users.items() if name == value]
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
    """A custom object of the same lead, of the type that the field refers to."""
    wanted = [known["lead_id"], definition["referenced_custom_type_id"]]
    if not isinstance(value, str) or known["objects"].get(value) != wanted:
        raise ValueError("Object does not exist.")
    return value


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
TYPES = tuple(CHECKS)
