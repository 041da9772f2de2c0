"""What smart fields are made of. Each is a sub-select that an index of the lead's rows answers;
who does not name it, does not pay for it. What counts is never null."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.fields import Derived
from ajar.kernel.registry import resources
from ajar.kernel.times import ISO

TEXT = {"type": ["string", "null"]}
JSON = {
    "number": {"type": "integer"},
    "amount": {"type": ["integer", "null"]},  # there may be nothing that has it
    "text": TEXT,
    "reference": TEXT,
    "moment": TEXT | {"format": "date-time"},
    "day": TEXT | {"format": "date"},
    "due": TEXT,
    "zone": TEXT,
}
Value = Callable[[Any], Any]  # of a row, in SQL


class Smart(Derived):
    """A value that is derived from a lead's rows, of a kind that can be searched."""

    lazy = True

    def __init__(self, kind: str, value: Value, to: str = "", counts: bool = True):
        self.searched, self.of, self.to = kind, value, to
        self.json = JSON["amount" if kind == "number" and not counts else kind]

    def value(self, row: Any) -> Any:
        return self.of(row)

    def shown(self, row):
        found = self.value(row)
        if self.searched != "moment":
            return found
        return func.to_char(func.timezone("UTC", found), ISO)


@dataclass(frozen=True)
class Rows:
    """Those of a lead's rows that meet a condition, in an order."""

    name: str
    where: Value = lambda rows: sa.true()
    by: str = "date_created"

    def only(self, where: Value) -> "Rows":
        return replace(self, where=lambda rows: self.where(rows) & where(rows))

    def count(self) -> Smart:
        return self.total(lambda rows: func.count())

    def total(self, value: Value) -> Smart:
        """A number that is made of all of them."""
        return Smart("number", self.together(value))

    def together(self, value: Value) -> Value:
        """What an aggregate makes of all of them."""

        def found(lead: Any) -> Any:
            rows = query.rows(resources[self.name])
            return self.of_lead(lead, rows, value(rows)).scalar_subquery()

        return found

    def first(self, field: str | Value, kind: str = "text", to: str = "") -> Smart:
        return self.end(field, kind, to, last=False)

    def last(self, field: str | Value, kind: str = "text", to: str = "") -> Smart:
        return self.end(field, kind, to, last=True)

    def end(self, field: str | Value, kind: str, to: str, last: bool) -> Smart:
        def order(rows: Any) -> list:
            return [one.desc() if last else one for one in (rows.c[self.by], rows.c.id)]

        there = self.only(lambda rows: rows.c[self.by].is_not(None))
        return Smart(kind, there.foremost(field, order), to, counts=False)

    def foremost(self, field: str | Value, order: Callable[[Any], list]) -> Value:
        """A field of the one that comes first in an order."""

        def found(lead: Any) -> Any:
            rows = query.rows(resources[self.name])
            if isinstance(field, str):
                shown = query.column(resources[self.name], rows, field)
            else:
                shown = field(rows)
            one = self.of_lead(lead, rows, shown).order_by(*order(rows))
            return one.limit(1).scalar_subquery()

        return found

    def of_lead(self, lead: Any, rows: Any, shown: Any) -> sa.Select:
        found = query.related(resources[self.name], rows, shown)
        return found.where(rows.c.lead_id == lead.c.id, self.where(rows))


def equal(column: str, *values: Any) -> Value:
    return lambda rows: rows.c[column].in_(values)


def standing(name: str, *statuses: str) -> Value:
    """Rows whose status, which may be derived, is one of these."""
    return lambda rows: query.column(resources[name], rows, "status").in_(statuses)


def length(part: str) -> Value:
    """How many items a list has."""
    return lambda rows: func.jsonb_array_length(rows.c[part])


def lengths(part: str) -> Value:
    """How many items the lists of all rows have together."""
    return lambda rows: func.coalesce(func.sum(length(part)(rows)), 0)


def joined(part: str) -> Value:
    """A list of texts in one line."""

    def value(rows: Any) -> Any:
        items = func.jsonb_array_elements_text(rows.c[part]).column_valued("item")
        return sa.select(func.string_agg(items, ", ")).correlate(rows).scalar_subquery()

    return value


def item(part: str, field: str) -> Value:
    """A field of the first item of a list."""
    return lambda rows: rows.c[part].op("#>>", return_type=sa.Text)(f"{{0,{field}}}")
