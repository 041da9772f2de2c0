"""Conditions about custom fields. All values of an object are one `jsonb`; those that are looked
for as a whole are found by the index of it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ajar.kernel.sql import parameter
from ajar.search import tree
from ajar.search.compare import ORDERED, bound, hinted, like, people

DOCUMENTS = ARRAY(JSONB)
LIKE = {"day": "instant"}  # here both are texts


def condition(field: tree.Added, test: Any, at: Any) -> Any:
    key, custom = parameter(field.key), at.rows.c.custom
    if isinstance(test, tree.Exists):
        return custom.op("->", return_type=JSONB)(key).is_not(None)
    if isinstance(test, tree.OneOf):
        return custom.bool_op("@>")(sa.any_(documents(key, people(test), field.in_lists)))
    if isinstance(test, tree.Like):
        found = of_any(field, key, custom, lambda one: like(one, test.mode, test.value))
        return hinted(found, test, at)
    found = value(field.kind, key, custom)
    return sa.and_(
        *(bound(LIKE.get(field.kind, field.kind), found, op, name) for op, name in test.bounds)
    )


def documents(key: Any, values: Any, in_lists: bool) -> Any:
    """What custom values hold that have one of these: alone, or in a list."""
    one = func.unnest(values).column_valued("one")
    forms = [one, func.jsonb_build_array(one)] if in_lists else [one]
    held = (func.jsonb_build_object(key, form, type_=JSONB) for form in forms)
    found = (sa.select(document).select_from(one.scalar_alias) for document in held)
    return sa.cast(func.array(sa.union_all(*found).scalar_subquery()), DOCUMENTS)


def of_any(field: tree.Added, key: Any, custom: Any, test: Any) -> Any:
    """A test of the value, or of at least one of several."""
    if not field.in_lists:
        return test(custom.op("->>", return_type=sa.Text)(key))
    one = func.jsonb_array_elements_text(values(key, custom)).column_valued("one")
    inner = sa.select(sa.literal_column("1")).select_from(one.scalar_alias).correlate(custom.table)
    return inner.where(test(one)).exists()


def values(key: Any, custom: Any) -> Any:
    """A list of all; of the one that was given before the field took several."""
    value = custom.op("->", return_type=JSONB)(key)
    one = sa.case((value.is_not(None), func.jsonb_build_array(value)))
    return sa.case((func.jsonb_typeof(value) == "array", value), else_=one)


def value(kind: str, key: Any, custom: Any) -> Any:
    """As it is compared and sorted: a number, or a text."""
    written = custom.op("->>", return_type=sa.Text)(key)
    if kind != "number":
        return sa.cast(written, ORDERED) if kind in ("day", "instant") else written
    is_number = func.jsonb_typeof(custom.op("->", return_type=JSONB)(key)) == "number"
    return sa.case((is_number, sa.cast(written, sa.Numeric)))
