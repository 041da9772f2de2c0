"""How the values of fields are tested, in SQL."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY, array

from ajar.kernel import query
from ajar.kernel.fields import COMPARE
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, parameter
from ajar.search import tree, words
from ajar.search.catalogue import Field

TEXTS = ARRAY(sa.Text)
TYPES = {"number": sa.Numeric, "moment": TIME}
ORDERED = sa.Text(collation="C")  # so that days and moments, as texts, sort by time


def like(column: Any, mode: str, value: str) -> Any:
    if mode == "exact_value":
        return func.lower(column) == func.lower(parameter(value))
    return words.found(column, words.asked(parameter(value), mode))


def exists(test: tree.Exists, known: Field, value: Any, at: Any) -> Any:
    if known.kind == "list":
        return func.jsonb_array_length(value) > 0
    if known.kind == "text":
        return func.nullif(value, "").is_not(None)
    return value.is_not(None)


def truth(test: tree.Truth, known: Field, value: Any, at: Any) -> Any:
    return value.is_(sa.literal_column("true" if test.value else "false"))


def like_text(test: tree.Like, known: Field, value: Any, at: Any) -> Any:
    found = like(value, test.mode, test.value)
    prose = known.name in words.PROSE and known.column and not at.type.part
    return hinted(found, test, at) if prose else found


def hinted(found: Any, test: tree.Like, at: Any) -> Any:
    """The words of one text are among those of the whole object, which an index knows."""
    if not test.indexed or not words.has_words(at.type.resource):
        return found
    if test.common and at.few:
        return unforeseen(found)
    mode = "phrase" if test.mode == "exact_value" else test.mode
    asked = words.asked(parameter(test.value), mode)
    return words.whole(at.type.resource, at.rows).bool_op("@@")(asked) & unforeseen(found)


def unforeseen(found: Any) -> Any:
    """A condition of which PostgreSQL expects nothing: it knows how often words are in the index,
    and would take a second look for them in one text for a second coincidence, and so believe
    that next to nothing is found."""
    return func.coalesce(found, sa.false())


def one_of(test: tree.OneOf, known: Field, value: Any, at: Any) -> Any:
    if known.kind == "list":
        return value.bool_op("?|")(people(test))
    if test.single:
        return value == parameter(test.values)
    return value == sa.any_(people(test))


def people(test: tree.OneOf) -> Any:
    """The values; if groups are among them, with their members. One list, so that an index
    of the column serves."""
    if test.single:
        return array([parameter(test.values)])
    values = parameter(test.values, TEXTS)
    if not test.groups:
        return values
    member = resources["group.member"]
    rows = query.rows(member)
    found = query.related(member, rows, rows.c.user_id).where(rows.c.group_id == sa.any_(values))
    members = sa.cast(func.array(found.scalar_subquery()), TEXTS)
    return func.array_cat(values, members, type_=TEXTS)


def in_range(test: tree.Range, known: Field, value: Any, at: Any) -> Any:
    return sa.and_(*(bound(known.kind, value, op, *names) for op, *names in test.bounds))


def bound(kind: str, value: Any, op: str, name: str, other: str = "") -> Any:
    if kind in TYPES:
        return COMPARE[op](value, parameter(name, TYPES[kind]))
    if kind == "day":
        return COMPARE[op](value, sa.cast(parameter(name), sa.Date))
    if kind == "due":  # a day is compared to days, a moment to moments
        is_day = func.length(value) == len("2026-11-21")
        limit = sa.case((is_day, parameter(name)), else_=parameter(other))
        return COMPARE[op](sa.cast(value, ORDERED), limit)
    return COMPARE[op](value, parameter(name))


def clock(test: tree.Clock, known: Field, value: Any, at: Any) -> Any:
    here = sa.cast(func.timezone(value, parameter("now", TIME)), sa.Time)
    since = here >= parameter(test.since, sa.Time) if test.since else None
    until = here < parameter(test.until, sa.Time) if test.until else None
    if since is None or until is None:
        return since if until is None else until
    return since | until if test.over_midnight else since & until


TESTS: dict[type, Callable[[Any, Field, Any, Any], Any]] = {
    tree.Exists: exists,
    tree.Truth: truth,
    tree.Like: like_text,
    tree.OneOf: one_of,
    tree.Range: in_range,
    tree.Clock: clock,
}
