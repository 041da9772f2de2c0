"""CSV: the lines of a file, from objects as the API shows them."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from ajar.formats.cells import neutral
from ajar.resources.export.columns import Column

MAIN = ("email", "phone_formatted", "url", "filename")  # of an item of a list
SEPARATOR = "; "
FORMATS: dict[str, Callable[[datetime], str]] = {
    "original": lambda at: at.isoformat(" ", "microseconds"),
    "iso8601": lambda at: at.isoformat("T", "seconds"),
    "excel": lambda at: at.strftime("%Y-%m-%d %I:%M:%S %p"),
}


def lines(columns: list[Column], objects: Iterable[tuple[dict, dict]], form: str) -> str:
    """One line for each object and its lead."""
    written = io.StringIO()
    csv.writer(written).writerows(line(columns, *pair, FORMATS[form]) for pair in objects)
    return written.getvalue()


def header(columns: list[Column]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(neutral(column.name) for column in columns)
    return written.getvalue()


def line(columns: list[Column], shown: dict, lead: dict, form: Callable) -> list[str]:
    parts = {
        "": shown,
        "lead": lead,
        "self": person(shown),
        "person": person(first(shown.get("contacts") or [])),
        "address": next(iter(shown.get("addresses") or []), {}),
        "lead_address": next(iter(lead.get("addresses") or []), {}),
    }
    return [cell(parts[one.part].get(one.key), form if one.is_moment else None) for one in columns]


def first(contacts: list[dict]) -> dict:
    """Whom mail to a lead goes to: the first contact who has an address, or else the first."""
    return next((one for one in contacts if one["emails"]), next(iter(contacts), {}))


def person(contact: dict) -> dict:
    email, phone = (next(iter(contact.get(name) or []), {}) for name in ("emails", "phones"))
    primary = {"primary_email": email.get("email"), "primary_phone": phone.get("phone")}
    return contact | primary


def cell(value: Any, form: Callable[[datetime], str] | None = None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return neutral(SEPARATOR.join(item(one) for one in value))
    if isinstance(value, str) and form:
        return form(datetime.fromisoformat(value))
    return neutral(value) if isinstance(value, str) else item(value)


def item(value: Any) -> str:
    if isinstance(value, dict):
        main = next((value[name] for name in MAIN if value.get(name)), None)
        return main or msgspec.json.encode(value).decode()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
