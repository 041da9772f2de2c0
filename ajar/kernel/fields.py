"""Stored fields. A field knows how one value is checked, stored, shown, and filtered by."""

import operator
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ajar.errors import Invalid
from ajar.formats import link
from ajar.kernel.sql import parameter

EXACT = frozenset({""})
IN = frozenset({"in"})
RANGE = frozenset({"gt", "gte", "lt", "lte"})
LONGEST = 10_000
BIGGEST = 2**63 - 1
COMPARE = {
    "": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda column, values: column == sa.any_(values),
}


class Field:
    """One column, one JSON key. Clients may set it at any time; if it is `fixed`, on create only;
    if it is `readonly`, never. A `hidden` one is kept and not shown."""

    name: str
    column_type: Any = sa.Text
    asked_type: Any = sa.Text
    python_type: Any = str
    json: dict[str, Any] = {"type": "string"}
    blank: Any = None

    def __init__(
        self,
        *,
        required: bool = False,
        fixed: bool = False,
        readonly: bool = False,
        hidden: bool = False,
        unique: bool = False,
        default: Any = None,
        filter: frozenset[str] = frozenset(),
        example: Any = None,
    ):
        self.required, self.fixed, self.readonly = required, fixed, readonly
        self.hidden, self.unique = hidden, unique
        self.default, self.filter, self.example = default, filter, example

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def enforced(self) -> bool:
        """Whether the database itself refuses what `question` would be asked for."""
        return False

    def column(self) -> sa.Column:
        primary = self.name in ("organization_id", "id")
        return sa.Column(self.name, self.column_type, primary_key=primary, nullable=not primary)

    def sent(self, data: dict) -> bool:
        return self.name in data

    def pick(self, old: dict, data: dict) -> Any:
        """The value a body asks for, given the row as it is."""
        return data.get(self.name)

    def asked(self, value: Any) -> Any:
        """What to ask the database about a sent value; None for nothing. A field that asks
        has `question(asked)`: the SQL expression whose value `clean` gets as the answer."""
        return None

    def recall(self, known: dict, asked: Any) -> Any:
        """The answer, if `known` has it: what holds until the organization is set up anew."""

    def learn(self, known: dict, asked: Any, answer: Any) -> None:
        """Keep an answer that holds that long."""

    def clean(self, value: Any, answer: Any = None) -> Any:
        """Return the value to store, or raise ValueError with the reason."""
        if value is None or value == "":
            if self.required:
                raise ValueError("This field is required.")
            return self.blank
        kind = self.python_type
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"Value must be of {kind.__name__} type.")
        return value

    def stamp(self, ctx, old: dict, new: dict) -> None:
        """Fill in what the server decides. Called on every write."""

    def read(self, ctx, suffix: str, text: str) -> tuple[str, Any]:
        """A filter as the query string has it: which comparison is meant, and with what.
        Nothing means null, two quotes the empty string."""
        if suffix == "in" or (not suffix and self.filter >= IN and "," in text):
            return "in", [self.parse(ctx, part) for part in text.split(",")]
        if not text:
            return "null", None
        return suffix, self.parse(ctx, "" if text == '""' else text)

    def parse(self, ctx, text: str) -> Any:
        """One value from a query string."""
        return text

    def compare(self, column: Any, comparison: str, name: str) -> Any:
        """The SQL of a filter; `name` is its parameter."""
        if comparison == "null":
            return column.is_(None)
        type_ = ARRAY(column.type) if comparison == "in" else column.type
        return COMPARE[comparison](column, parameter(name, type_))

    def shown(self, row: sa.FromClause) -> Any:
        """The SQL of the value in an answer."""
        return row.c[self.name]

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        return self.json


class Text(Field):
    def __init__(self, *, most: int = LONGEST, **options):
        super().__init__(**options)
        self.most = most

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and len(value) > self.most:
            raise ValueError(f"The value must be no longer than {self.most} characters.")
        return value

    def schema(self):
        return {"type": "string", "maxLength": self.most}


class Url(Text):
    def clean(self, value, answer=None):
        value = super().clean(value)
        return link.with_scheme(value) if value else value


class Choice(Text):
    def __init__(self, *choices: str, **options):
        super().__init__(**options)
        self.choices = choices

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and value not in self.choices:
            raise ValueError("Not a valid choice.")
        return value

    def schema(self):
        return {"type": "string", "enum": list(self.choices)}


class Bool(Field):
    column_type, python_type, blank, json = sa.Boolean, bool, False, {"type": "boolean"}

    def parse(self, ctx, text):
        if text.lower() not in ("true", "false"):
            raise ValueError("Value must be true or false.")
        return text.lower() == "true"


class Int(Field):
    column_type, python_type = sa.BigInteger, int

    def __init__(self, *, least: int = -BIGGEST, most: int = BIGGEST, **options):
        super().__init__(**options)
        self.least, self.most = least, most

    def clean(self, value, answer=None):
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON does not tell 50 from 50.0
        value = super().clean(value)
        if value is not None and not self.least <= value <= self.most:
            raise ValueError(f"Value must be between {self.least} and {self.most}.")
        return value

    def parse(self, ctx, text):
        return self.clean(int(text))

    def schema(self):
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class List(Field):
    """A small list of texts, kept whole."""

    column_type, python_type, json = JSONB, list, {"type": "array", "items": {"type": "string"}}
    most = 1000

    @property
    def blank(self) -> list:
        return []

    def clean(self, value, answer=None):
        value = super().clean(value)
        if self.required and not value:
            raise ValueError("List must not be empty.")
        if len(value) > self.most:
            raise ValueError("List is too long.")
        return self.items(value)

    def items(self, value: list) -> list:
        if not all(isinstance(item, str) for item in value):
            raise ValueError("Value must be a list of texts.")
        return value


class Items(List):
    """A small list of objects, each with these fields: addresses, phones, e-mails."""

    def __init__(self, fields: dict[str, Field], **options):
        super().__init__(**options)
        self.fields = fields

    def items(self, value):
        items, errors = [], {}
        for index, item in enumerate(value):
            try:
                items.append(cleaned(self.fields, item))
            except Invalid as error:
                errors[str(index)] = error.body
        if errors:
            raise Invalid(fields={self.name: {"errors": errors}})
        return items


def cleaned(fields: Mapping[str, Field], data: Any) -> dict:
    """A small object whose fields need nothing from the database. All errors at once."""
    if not isinstance(data, dict):
        raise Invalid(errors=["Value must be of dict type."])
    return judged(fields, {n: data.get(n, f.default) for n, f in fields.items()}, {}, {})


def judged(fields: Mapping[str, Field], picked: dict, answers: dict, errors: dict) -> dict:
    """The values to store of what was picked; or all that is wrong, beside known errors."""
    values = {}
    for name, field in fields.items():
        try:
            values[name] = field.clean(picked[name], answers.get(name))
        except ValueError as error:
            errors[name] = str(error)
        except Invalid as error:  # a field with parts of its own
            errors |= error.body["field-errors"]
    if errors:
        raise Invalid(fields=errors)
    return values


class Derived:
    """A shown value without a column: an SQL expression over the row. A `lazy` one is
    shown only to those who name it (or `_all`), and is not part of events. Where a list is
    filtered by it, it is compared `like` a stored field would be."""

    name: str
    json: dict[str, Any] = {}
    filter: frozenset[str] = frozenset()
    lazy = False
    like = Field()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.owner = name, owner

    def shown(self, row: sa.FromClause) -> Any:
        raise NotImplementedError

    def read(self, ctx, suffix: str, text: str) -> tuple[str, Any]:
        return self.like.read(ctx, suffix, text)

    def compare(self, column: Any, comparison: str, name: str) -> Any:
        return self.like.compare(column, comparison, name)

    def schema(self) -> dict[str, Any]:
        return self.json | {"readOnly": True}
