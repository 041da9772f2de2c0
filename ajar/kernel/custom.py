"""Fields that an organization adds for itself, shown as `custom.ID`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import Invalid
from ajar.kernel.fields import Field
from ajar.kernel.sql import TEXTS, concat, parameter

PREFIX = "custom."
EMPTY = sa.literal_column("'{}'::jsonb", JSONB)


class Custom(Field):
    """The values of one row, kept together under `custom.ID`. Which definitions there are, and what
    fits them, a subclass says: `question` is of a JSON object with the `definitions` that are
    meant, and whatever `check` wants to know.
    """

    column_type, json = JSONB, {"type": "object"}
    asked_type = JSONB

    def check(self, definition: dict, value: Any, known: dict) -> Any:
        """The value as it is kept, or ValueError."""
        raise NotImplementedError

    def column(self):
        return sa.Column(self.name, JSONB, nullable=False, server_default=EMPTY)

    def sent(self, data):
        return any(key == "custom" or key.startswith(PREFIX) for key in data)

    def pick(self, old, data):
        """What was sent under each name, and what was there: names are known to the database."""
        flat = data.get("custom")
        sent = {PREFIX + k: v for k, v in flat.items()} if isinstance(flat, dict) else {}
        sent |= {key: value for key, value in data.items() if key.startswith(PREFIX)}
        lead = old.get("lead_id") or old.get("id") or data.get("lead_id")
        return {"old": old.get(self.name) or {}, "sent": sent, "lead_id": lead}

    def asked(self, value):
        if not value["sent"]:
            return None
        names = [name_of(key) for key in value["sent"]]
        values = [item for given in value["sent"].values() for item in as_list(given)]
        return {"names": names, "values": [item for item in values if isinstance(item, str)]}

    def clean(self, value, answer=None):
        known = (answer or {}) | {"lead_id": value["lead_id"]}
        definitions = known.get("definitions", [])
        by_name = {d["name"]: d for d in definitions} | {d["id"]: d for d in definitions}
        values, errors = dict(value["old"]), {}
        for key, given in value["sent"].items():
            try:
                self.put(values, by_name.get(name_of(key)), key, given, known)
            except ValueError as error:
                errors[key] = str(error)
        if errors:
            raise Invalid(fields=errors)
        return values

    def put(self, values: dict, definition: dict | None, key: str, given: Any, known: dict):
        """Set, add to or take from one value."""
        if not definition:
            raise ValueError(f'The Custom Field "{name_of(key)}" does not exist.')
        kept, change = PREFIX + definition["id"], change_of(key)
        if given is None or given == "" or given == []:
            if not change:
                values.pop(kept, None)
            return
        if change and not definition["accepts_multiple_values"]:
            raise ValueError("This Custom Field does not accept multiple values.")
        new = self.check(definition, given, known)
        if change:
            old = as_list(values.get(kept, []))
            new = [v for v in old if v not in new] + (new if change == "add" else [])
        values[kept] = new
        if new == []:
            del values[kept]

    def wanted(self, names: tuple | None) -> bool:
        return names is None or self.name in names or PREFIX in names

    def columns(self, names: tuple | None, row: sa.FromClause) -> list:
        """What stands for the values in a row, until they are put there."""
        return [sa.null().label(PREFIX)]

    def spliced(self, json: Any, names: tuple | None, row: sa.FromClause) -> Any:
        """An object with the values in their place, for which no text within can be taken, as its
        quotes are escaped. Merging as jsonb is slower; so is `left`, which counts letters."""
        values = row.c[self.name]
        if names is not None and self.name not in names:
            values = some(values)
        text = sa.cast(values, sa.Text)
        if names == (PREFIX,):
            return text
        added = sa.case((values == EMPTY, "}"), else_=concat(",", func.right(text, -1)))
        return func.replace(json, f',"{PREFIX}":null}}', added)


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def change_of(key: str) -> str:
    """`custom.ID.add` and `custom.ID.remove` change a value; the rest replace it."""
    last = key.rpartition(".")[2]
    return last if last in ("add", "remove") and key.count(".") > 1 else ""


def name_of(key: str) -> str:
    name = key.removeprefix(PREFIX)
    return name.rpartition(".")[0] if change_of(key) else name


def each(values: Any) -> Any:
    return func.jsonb_each(values).table_valued("key", "value")


def some(values: Any) -> Any:
    """Of all values only those whose keys are asked for."""
    pair = each(values)
    keys = parameter("custom_keys", TEXTS)
    chosen = sa.select(func.jsonb_object_agg(pair.c.key, pair.c.value))
    chosen = chosen.where(pair.c.key == sa.any_(keys)).scalar_subquery()
    return func.coalesce(chosen, EMPTY)
