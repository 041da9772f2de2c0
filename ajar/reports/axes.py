"""What the custom report can draw: the fields of all objects, and those that an organization has
added, each by a name such as `opportunity.value` or `lead.custom.Industry`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel.custom import PREFIX
from ajar.kernel.sql import TIME, parameter
from ajar.reports.scope import type_named
from ajar.search import added, catalogue, conditions, schema

COUNT = "count"
DATED = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIMES = ("moment", "day", "instant", "due")
# How the list of fields calls the kinds of values.
SHOWN = {"moment": "datetime", "instant": "datetime", "due": "datetime", "day": "date"}
SHOWN |= {"number": "number", "boolean": "boolean", "reference": "reference"}


@dataclass(frozen=True)
class Axis:
    """A field of a type of objects; `key` is the parameter that names a custom field, of which an
    object may have `several` values at once. Without a kind it is the number of the objects."""

    type: str
    field: str
    kind: str
    key: str = ""
    several: bool = False

    @property
    def name(self) -> str:
        return f"{catalogue_word(self.type)}.{self.field}"

    @property
    def is_time(self) -> bool:
        return self.kind in TIMES

    @property
    def counts(self) -> bool:
        return not self.kind

    def value(self, rows: Any) -> Any:
        if not self.key:
            return type_named(self.type).fields[self.field].value(rows)
        if self.several:
            return added.values(parameter(self.key), rows.c.custom)
        return added.value(self.kind, parameter(self.key), rows.c.custom)

    def moment(self, rows: Any) -> Any:
        """What a clock on the wall shows then; a day is when it begins."""
        value = self.value(rows)
        if self.key:  # a text was written before the field became one of dates
            value = sa.case((value.regexp_match(DATED), value))
        if self.kind == "moment":
            return here(value)
        if self.kind == "instant":
            return here(sa.cast(value, TIME))
        if self.kind == "day":
            return sa.cast(value, sa.DateTime)
        is_day = func.length(value) == len("2026-11-21")
        day = sa.cast(func.left(value, 10), sa.DateTime)
        return sa.case((is_day, day), else_=here(sa.cast(value, TIME)))


def here(at: Any) -> Any:
    return func.timezone("UTC", at) + parameter("offset", sa.Interval)


def catalogue_word(name: str) -> str:
    """`call` and not `activity.call`."""
    short = name.removeprefix("activity.")
    return short if short in catalogue.SHORT else name


def find(said: str, parameter_name: str, definitions: list[dict]) -> tuple[Axis, dict[str, str]]:
    """The field of this name, and what its parameter is."""
    name, custom, field = said.partition(".custom.")
    if not custom:
        name, _, field = said.rpartition(".")
    type_ = catalogue.find(name)
    if type_ is None or type_.part:
        raise ValueError(f'There is no such field: "{said[:100]}".')
    if custom:
        for one in definitions:
            if field in (one["id"], one["name"]) and conditions.belongs(one, type_.resource):
                several = bool(one["accepts_multiple_values"])
                name = f"custom.{one['name']}"
                axis = Axis(type_.name, name, kind_of(one), parameter_name, several)
                return axis, {parameter_name: f"{PREFIX}{one['id']}"}
    elif field == COUNT:
        return Axis(type_.name, COUNT, ""), {}
    elif field in type_.fields and type_.fields[field].kind != "list":
        return Axis(type_.name, field, type_.fields[field].kind), {}
    raise ValueError(f'There is no such field: "{said[:100]}".')


def kind_of(definition: dict) -> str:
    return conditions.OF_TYPE.get(definition["type"], "text")


async def definitions(ctx: Any) -> list[dict]:
    return await ctx.value(await schema.every()) or []


async def listed(ctx: Any) -> list[dict[str, Any]]:
    custom = await definitions(ctx)
    return [one for type_ in catalogue.types().values() for one in of_type(type_, custom)]


def of_type(type_: Any, custom: list[dict]) -> Iterator[dict[str, Any]]:
    if type_.part:
        return
    word = catalogue_word(type_.name)
    yield told(word, COUNT, "number", "Number")
    for name, one in sorted(type_.fields.items()):
        if one.kind != "list":
            yield told(word, name, one.kind, words(name))
    for one in custom:
        if conditions.belongs(one, type_.resource):
            shown = told(word, f"custom.{one['name']}", kind_of(one), one["name"])
            yield shown | {"custom_field_id": one["id"]}


def told(word: str, name: str, kind: str, label: str) -> dict[str, Any]:
    """`y` takes numbers, and a count is nothing to put other things in order by."""
    uses = [] if name == COUNT else ["x", "group_by"]
    uses += ["y"] if kind == "number" else []
    shown = {"name": f"{word}.{name}", "type": SHOWN.get(kind, "text"), "object_type": word}
    return shown | {"label": label, "axes": uses}


def words(name: str) -> str:
    return name.strip("_").replace("_", " ").capitalize()
