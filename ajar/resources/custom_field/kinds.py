"""The kinds of object that have custom fields, and which fields each of them has."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import concat, metadata, parameter


@dataclass(frozen=True)
class Kind:
    """A kind of object, in the words that the parts of the API have for it."""

    name: str  # in associations
    word: str  # in the path of a schema
    holder: str  # the resource whose rows have the values
    fields: str  # the resource of its definitions
    owner: str = ""  # the column with the type of an object, where types have their own fields
    types: str = ""  # the resource of these types


LEAD = Kind("lead", "lead", "lead", "custom_field.lead")
CONTACT = Kind("contact", "contact", "contact", "custom_field.contact")
OPPORTUNITY = Kind("opportunity", "opportunity", "opportunity", "custom_field.opportunity")
ACTIVITY = Kind(
    "custom_activity_type",
    "activity",
    "activity.custom",
    "custom_field.activity",
    "custom_activity_type_id",
    "custom_activity",
)
OBJECT = Kind(
    "custom_object_type",
    "custom_object",
    "custom_object",
    "custom_field.custom_object_type",
    "custom_object_type_id",
    "custom_object_type",
)
KINDS = (LEAD, CONTACT, OPPORTUNITY, ACTIVITY, OBJECT)
WORDS = {kind.word: kind for kind in KINDS} | {kind.name: kind for kind in KINDS}
SHARED = "custom_field.shared"

# The order in which fields are shown, where somebody has said one: ids, by the path of a schema.
order = sa.Table(
    "custom_field_order",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("object_type", sa.Text, primary_key=True),
    sa.Column("fields", sa.ARRAY(sa.Text), nullable=False),
)


def naming(kind: Kind, type_id: str | None) -> dict:
    """The part of an association that says what it is with."""
    return {"object_type": kind.name} | ({kind.owner: type_id} if kind.owner else {})


def like(kind: Kind, type_id: Any) -> Any:
    """The same as SQL."""
    pairs = [sa.literal("object_type"), sa.literal(kind.name)]
    pairs += [sa.literal(kind.owner), type_id] if kind.owner else []
    return func.jsonb_build_object(*pairs, type_=JSONB)


def applies(kind: Kind, rows: Any, type_id: Any = None) -> Any:
    """The condition that a definition is one of these objects' own, or is shared with them."""
    own = rows.c._type == resources[kind.fields].about.type
    if kind.owner:
        own = own & (rows.c[kind.owner] == type_id)
    shared = func.jsonb_build_array(like(kind, type_id), type_=JSONB)
    return own | rows.c.associations.contains(shared)


def terms(kind: Kind, rows: Any, type_id: Any = None) -> Any:
    """On what terms a shared field is one of these objects': its association."""
    one = func.jsonb_array_elements(rows.c.associations, type_=JSONB).column_valued("one")
    found = sa.select(one).where(one.contains(like(kind, type_id))).limit(1)
    return found.scalar_subquery()


def path(kind: Kind, type_id: Any = None) -> Any:
    """Of a schema: SQL."""
    return concat(f"{kind.word}/", type_id) if kind.owner else sa.literal(kind.word)


def in_order(kind: Kind, rows: Any, type_id: Any = None) -> list:
    """How the definitions of an object follow each other; new ones come last."""
    said = sa.select(order.c.fields).select_from(order).correlate_except(order)
    said = said.where(
        order.c.organization_id == parameter("organization_id"),
        order.c.object_type == path(kind, type_id),
    )
    rank = func.array_position(said.scalar_subquery(), rows.c.id)
    return [rank, rows.c.date_created, rows.c.id]


def listed(kind: Kind, type_id: Any = None) -> Any:
    """All fields of an object, its own and shared ones, as a JSON list in order: SQL."""
    every = resources["custom_field"]
    rows = query.rows(every)
    text = sa.case(
        (rows.c._type == "shared", with_terms(kind, rows, type_id)),
        else_=render.text(resources[kind.fields], None, rows),
    )
    array = render.array(text, in_order(kind, rows, type_id))
    return query.related(every, rows, array).where(applies(kind, rows, type_id)).scalar_subquery()


def with_terms(kind: Kind, rows: Any, type_id: Any) -> Any:
    """A shared field as it is for one kind of object."""
    text, said = render.text(resources[SHARED], None, rows), terms(kind, rows, type_id)
    names = ("editable_with_roles", "required")
    parts = [(f',"{name}":', sa.cast(said.op("->")(name), sa.Text)) for name in names]
    return concat(func.left(text, -1), *(part for pair in parts for part in pair), "}")


def referring(type_id: Any) -> Any:
    """The fields of any object that refer to this type of custom objects, as a JSON list: SQL."""
    every = resources["custom_field"]
    rows = query.rows(every)
    kinds = [resources[name] for name in (*(kind.fields for kind in KINDS), SHARED)]
    text = sa.case(*((rows.c._type == k.about.type, render.text(k, None, rows)) for k in kinds))
    array = render.array(text, [rows.c.date_created, rows.c.id])
    found = query.related(every, rows, array).where(rows.c.referenced_custom_type_id == type_id)
    return found.scalar_subquery()
