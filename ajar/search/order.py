"""What is found comes in an order, and a cursor says where in it a page ended: so that the next
one begins there, however far that is. It keeps nothing on the server, and never expires."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func

from ajar.errors import Invalid
from ajar.kernel.sql import TIME, parameter
from ajar.search import added, conditions, tree
from ajar.search.catalogue import SORTED, Type
from ajar.search.parse import Reader

DIRECTIONS = ("asc", "desc")
MOST = 10
TYPES = {"number": sa.Numeric, "moment": TIME, "day": sa.Date}


@dataclass(frozen=True)
class Key:
    """One thing that rows are ordered by; rows without a value come last."""

    field: Any  # Regular or Added
    kind: str
    down: bool
    never_null: bool

    def value(self, type_: Type, rows: Any) -> Any:
        if isinstance(self.field, tree.Added):
            key = parameter(self.field.key)
            value = added.value(self.kind, key, rows.c.custom)
        else:
            value = type_.fields[self.field.name].value(rows)
        return func.lower(value) if self.kind == "text" and not self.never_null else value

    @property
    def type(self) -> Any:
        return sa.Text if self.added and self.kind != "number" else TYPES.get(self.kind, sa.Text)

    @property
    def added(self) -> bool:
        return isinstance(self.field, tree.Added)


ID = Key(tree.Regular("id"), "text", True, True)


def read(reader: Reader, said: Any, of: Type, where: str = "sort") -> tuple[Key, ...]:
    """The order that is asked for, or else the newest first. The id has the last word."""
    if said is None or said == []:
        newest = of.fields.get("date_created")
        first = (Key(tree.Regular("date_created"), "moment", True, True),) if newest else ()
        return (*first, ID)
    if not isinstance(said, list) or len(said) > MOST:
        reader.wrong(where, f"Must be a list of at most {MOST} fields.")
        return (ID,)
    keys = [one(reader, item, of, f"{where}.{index}") for index, item in enumerate(said)]
    found = [key for key in keys if key]
    last = found[-1].down if found else True
    return (*found, Key(ID.field, "text", last, True))


def one(reader: Reader, said: Any, of: Type, where: str) -> Key | None:
    if not isinstance(said, dict):
        reader.wrong(where, "Value must be of dict type.")
        return None
    direction = said.get("direction", "asc")
    if direction not in DIRECTIONS:
        reader.wrong(f"{where}.direction", "Must be asc or desc.")
    found = conditions.field(reader, said.get("field"), of, f"{where}.field")
    if not found:
        return None
    named, known = found
    if known.kind not in SORTED or (isinstance(named, tree.Added) and named.several):
        reader.wrong(f"{where}.field", "Only numbers, dates and texts can be sorted by.")
        return None
    return Key(named, known.kind, direction == "desc", known.never_null)


def by(keys: tuple[Key, ...], columns: list[Any]) -> Iterator[Any]:
    for key, column in zip(keys, columns, strict=True):
        ordered = column.desc() if key.down else column.asc()
        yield ordered if key.never_null else ordered.nulls_last()


def after(keys: tuple[Key, ...], columns: list[Any], empty: tuple[bool, ...]) -> Any:
    """What comes after the row whose values are the parameters `after0`, `after1` ...; `empty`
    says which of them are null. A bound on the first key alone lets its index begin there."""
    places, same = [], []
    for number, (key, column) in enumerate(zip(keys, columns, strict=True)):
        last = parameter(f"after{number}", key.type)
        if empty[number]:
            same.append(column.is_(None))
            continue
        further = column < last if key.down else column > last
        further = further if key.never_null else further | column.is_(None)
        places.append(sa.and_(*same, further))
        same.append(column == last)
    first = parameter("after0", keys[0].type)
    beyond = sa.or_(*places)
    if not keys[0].never_null:
        return beyond
    return beyond & (columns[0] <= first if keys[0].down else columns[0] >= first)


@dataclass
class Cursor:
    """Where a page ended: the values of the order's keys there; when the first page was asked
    for, so that "now" stays the same; how many have been shown; and of which query."""

    values: list
    now: str
    shown: int
    query: str

    def written(self) -> str:
        packed = msgspec.json.encode([self.values, self.now, self.shown, self.query])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def digest(*said: Any) -> str:
    text = msgspec.json.encode(said, order="deterministic")
    return hashlib.sha256(text).hexdigest()[:16]


def cursor(text: Any, query: str) -> Cursor | None:
    if text is None or text == "":
        return None
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found = msgspec.json.decode(packed, type=tuple[list, str, int, str])
        datetime.fromisoformat(found[1])
    except (TypeError, ValueError, msgspec.DecodeError):
        raise Invalid(fields={"cursor": "This is no cursor of a search."}) from None
    if found[3] != query:
        reason = "This cursor is of another search: query and sort must stay the same."
        raise Invalid(fields={"cursor": reason})
    return Cursor(*found)


def values(keys: tuple[Key, ...], at: Cursor) -> dict[str, Any]:
    """The parameters of `after`."""
    if len(at.values) != len(keys):
        raise Invalid(fields={"cursor": "This is no cursor of a search."})
    try:
        found = [typed(key, value) for key, value in zip(keys, at.values, strict=True)]
    except (TypeError, ValueError, ArithmeticError):
        raise Invalid(fields={"cursor": "This is no cursor of a search."}) from None
    return {f"after{number}": value for number, value in enumerate(found)}


def typed(key: Key, value: Any) -> Any:
    if value is None and not key.never_null:
        return None
    if not isinstance(value, str):
        raise TypeError
    if key.kind == "number":
        return Decimal(value)
    if key.kind == "moment":
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if key.kind == "day" and not key.added else value
