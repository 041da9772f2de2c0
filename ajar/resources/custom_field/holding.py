"""What objects that have custom fields declare."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import Custom, query
from ajar.kernel.custom import EMPTY, PREFIX, each
from ajar.kernel.registry import resources
from ajar.kernel.sql import concat, parameter
from ajar.resources.custom_field.kinds import Kind, applies, terms
from ajar.resources.custom_field.values import fits

NO_JSON = sa.literal_column("'[]'::jsonb", JSONB)


class CustomValues(Custom):
    """The values that one kind of object has in its own fields, and in shared ones. With `by_name`
    they are shown a second time, as a dictionary of names: an old form."""

    def __init__(self, kind: Kind, by_name: bool = False):
        super().__init__()
        self.kind, self.by_name = kind, by_name

    def column(self):
        """Where kinds share a table, most rows have none of this."""
        if self.kind.holder.startswith("activity."):
            return sa.Column(self.name, JSONB)
        return super().column()

    def sent(self, data):
        return super().sent(data) or isinstance(data.get("custom_fields"), dict)

    def pick(self, old, data):
        if isinstance(data.get("custom_fields"), dict):
            data = data | {"custom": data["custom_fields"]}  # a dictionary by another name
        type_id = old.get(self.kind.owner) or data.get(self.kind.owner)
        return super().pick(old, data) | {"type_id": type_id if isinstance(type_id, str) else None}

    def asked(self, value):
        asked = super().asked(value)
        return asked and asked | {"type_id": value["type_id"]}

    def question(self, asked):
        """The definitions that are meant, by id or by name, the role of the caller, and of
        the values those that are ids or names of users, or ids of contacts or custom objects."""
        values = texts(asked, "values")
        user, contact, thing = (query.rows(resources[n]) for n in ("user", "contact", THING))
        named = concat(user.c.first_name, " ", user.c.last_name)
        users = func.jsonb_object_agg(user.c.id, named)
        users = query.related(resources["user"], user, users)
        users = users.where(user.c.id.in_(values) | named.in_(values))
        contacts = func.jsonb_object_agg(contact.c.id, contact.c.lead_id)
        contacts = query.owned(resources["contact"], contact, contacts)
        pair = func.jsonb_build_array(thing.c.lead_id, thing.c.custom_object_type_id)
        objects = query.owned(resources[THING], thing, func.jsonb_object_agg(thing.c.id, pair))
        # Read once, and then nothing is looked for that no definition asks for.
        meant = sa.select(func.coalesce(self.definitions(asked), NO_JSON).label("definitions"))
        every = meant.offset(sa.literal_column("0")).subquery().c.definitions
        parts = {
            "definitions": every,
            "role": role(),
            "users": found(every, "user", users),
            "contacts": found(every, "contact", contacts.where(contact.c.id.in_(values))),
            "objects": found(every, THING, objects.where(thing.c.id.in_(values))),
        }
        flat = (part for pair in parts.items() for part in pair)
        return sa.select(func.jsonb_build_object(*flat)).scalar_subquery()

    def recall(self, known, asked):
        """Definitions and the role; not what has to be looked for among people and things."""
        meant = [known.get((self.kind, asked["type_id"], name)) for name in asked["names"]]
        if all(meant) and not any(one["type"] in LOOKED_FOR for one in meant):
            return {"definitions": meant, "role": known["role"]}
        return None

    def learn(self, known, asked, answer):
        known["role"] = answer["role"]
        for one in answer["definitions"]:
            known |= {(self.kind, asked["type_id"], one[key]): one for key in ("name", "id")}

    def definitions(self, asked):
        """Those that are meant; a shared one with its terms."""
        type_id = asked.op("->>", return_type=sa.Text)("type_id")
        rows, names = query.rows(resources["custom_field"]), texts(asked, "names")
        one = sa.cast(func.row_to_json(rows.table_valued()), JSONB)
        one = one.op("||")(func.coalesce(terms(self.kind, rows, type_id), EMPTY))
        every = query.related(resources["custom_field"], rows, func.jsonb_agg(one))
        every = every.where(applies(self.kind, rows, type_id))
        return every.where(rows.c.id.in_(names) | rows.c.name.in_(names)).scalar_subquery()

    def put(self, values, definition, key, given, known):
        """Only some roles may change the values of some fields."""
        before = dict(values)
        super().put(values, definition, key, given, known)
        roles = definition and definition["editable_with_roles"]
        if roles and values != before and known["role"] not in roles:
            raise ValueError("Your role may not change this Custom Field.")

    def check(self, definition, value, known):
        return fits(definition, value, known)

    def columns(self, names, row):
        shown = super().columns(names, row)
        if not self.by_name or (names is not None and self.name not in names):
            return shown
        return [self.named(row.c[self.name]).label(self.name), *shown]

    def named(self, values):
        """Of all definitions that may have a value here; which has one, the values say."""
        rows, kind = query.rows(resources["custom_field"]), resources[self.kind.fields].about.type
        names = func.jsonb_object_agg(concat(PREFIX, rows.c.id), rows.c.name)
        every = query.related(resources["custom_field"], rows, names)
        every = every.where(rows.c._type.in_((kind, "shared"))).scalar_subquery()
        pair = each(values)
        found = sa.select(func.jsonb_object_agg(every.op("->>")(pair.c.key), pair.c.value))
        return sa.case((values == EMPTY, EMPTY), else_=found.scalar_subquery())


THING = "custom_object"
LOOKED_FOR = ("user", "contact", THING)


def texts(asked: Any, name: str) -> Any:
    return sa.select(func.jsonb_array_elements_text(asked.op("->")(name)).column_valued(name))


def found(definitions: Any, type_: str, select: sa.Select) -> Any:
    """What a SELECT finds, where one of the definitions is of this type."""
    wanted = definitions.bool_op("@>")(sa.literal_column(f'\'[{{"type": "{type_}"}}]\'::jsonb'))
    return sa.case((wanted, func.coalesce(select.scalar_subquery(), EMPTY)), else_=EMPTY)


def role() -> Any:
    """Of the caller: SQL."""
    membership = resources["membership"]
    rows = query.rows(membership)
    mine = query.related(membership, rows, rows.c.role_id)
    return mine.where(rows.c.user_id == parameter("user_id")).limit(1).scalar_subquery()
