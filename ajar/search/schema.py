"""The query language, told to programs: its grammar as JSON Schema, and the fields there are."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes
from ajar.search import catalogue, conditions, moments, words
from ajar.search.catalogue import SORTED, TESTS
from ajar.search.page import MOST, USUAL

TEXT = {"type": "string"}
COUNT = {"type": ["integer", "null"], "minimum": 0}
NUMBER = {"type": ["number", "null"]}
TIME_OF_DAY = {"type": ["string", "null"], "examples": ["09:30:00"]}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def several(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def tagged(**kinds: dict[str, Any]) -> dict[str, Any]:
    """Objects told apart by `type`: with what each has, of which that must be there which is
    not said to be optional."""
    every = []
    for kind, parts in kinds.items():
        must = [name for name, part in parts.items() if not part.get("optional")]
        shown = {name: {k: v for k, v in p.items() if k != "optional"} for name, p in parts.items()}
        one = {"type": {"const": kind.rstrip("_")}} | shown
        every.append({"type": "object", "properties": one, "required": ["type", *must]})
    return {"oneOf": every}


def optional(of: dict[str, Any]) -> dict[str, Any]:
    return of | {"optional": True}


MODE = optional({"enum": list(words.MODES)})
SOMETIME = optional({"anyOf": [ref("moment"), {"type": "null"}]})
WHICH = {"enum": ["start", "end"]}


def nodes() -> dict[str, Any]:
    types = {"enum": [*catalogue.types(), *catalogue.SHORT]}
    found = tagged(
        and_={"queries": several(ref("query"))},
        or_={"queries": several(ref("query"))},
        match_all={},
        object_type={"object_type": types},
        id={"value": TEXT},
        text={"value": TEXT, "mode": MODE},
        field_condition={"field": ref("field"), "condition": ref("condition")},
        has_related={
            "this_object_type": optional(types),
            "related_object_type": types,
            "related_query": optional(ref("query")),
        },
        saved_search={"saved_search_id": TEXT},
    )
    for one in found["oneOf"]:
        one["properties"]["negate"] = {"type": "boolean", "default": False}
    return found


def tests() -> dict[str, Any]:
    return tagged(
        exists={},
        boolean={"value": {"type": "boolean"}},
        current_user={},
        text={"value": TEXT, "mode": MODE},
        term={"values": several(TEXT)},
        reference={"reference_type": optional(TEXT), "object_ids": several(TEXT)},
        number_range={name: optional(NUMBER) for name in ("gt", "gte", "lt", "lte")},
        moment_range={"on_or_after": SOMETIME, "before": SOMETIME},
        local_time={"on_or_after": optional(TIME_OF_DAY), "before": optional(TIME_OF_DAY)},
    )


def instants() -> dict[str, Any]:
    distance = {"type": "object", "properties": {part: COUNT for part in moments.PARTS}}
    return tagged(
        now={},
        fixed_local_date={"value": {"type": "string", "format": "date"}, "which": WHICH},
        fixed_utc={"value": {"type": "string", "format": "date-time"}},
        offset={
            "moment": optional(ref("moment")),
            "direction": {"enum": list(moments.WAYS)},
            "offset": distance | {"additionalProperties": False},
            "which_day_end": optional({"enum": ["start", "end", None]}),
        },
        start_end_of_predefined_relative_period={
            "range": {"enum": list(moments.PERIODS)},
            "which": WHICH,
        },
    )


@cache
def grammar(names: tuple[str, ...]) -> dict[str, Any]:
    """Of the body of a search; `names` are the resources there are."""
    field = tagged(
        regular_field={"object_type": optional(TEXT), "field_name": TEXT},
        custom_field={"custom_field_id": TEXT},
    )
    sort = {
        "type": "object",
        "properties": {"direction": {"enum": ["asc", "desc"]}, "field": ref("field")},
        "required": ["field"],
    }
    names_of = {"anyOf": [several(TEXT), TEXT]}
    return {
        "$schema": DIALECT,
        "title": "Search",
        "type": "object",
        "properties": {
            "query": ref("query"),
            "_fields": {"type": ["object", "null"], "additionalProperties": names_of},
            "sort": {"anyOf": [several(sort), {"type": "null"}]},
            "_limit": COUNT | {"maximum": MOST, "default": USUAL},
            "results_limit": COUNT,
            "include_counts": {"type": ["boolean", "null"]},
            "cursor": {"type": ["string", "null"]},
        },
        "required": ["query"],
        "$defs": {
            "query": nodes(),
            "field": field,
            "condition": tests(),
            "moment": instants(),
        },
    }


def regular() -> Iterator[dict[str, Any]]:
    for type_ in catalogue.types().values():
        for one in sorted(type_.fields.values(), key=lambda field: field.name):
            shown: dict[str, Any] = {"object_type": type_.name, "type": "regular_field"}
            shown |= {"field_name": one.name, "value_type": one.kind, "conditions": one.tests}
            shown |= {"choices": one.choices} if one.choices else {}
            shown |= {"reference_type": one.to} if one.to else {}
            yield shown | {"sortable": one.kind in SORTED and not type_.part}


def added(definition: dict) -> Iterator[dict[str, Any]]:
    """A custom field, once for every type of objects that may have a value of it."""
    kind = conditions.OF_TYPE.get(definition["type"], "text")
    several = definition["accepts_multiple_values"]
    for type_ in catalogue.types().values():
        if type_.part or not conditions.belongs(definition, type_.resource):
            continue
        yield {
            "object_type": type_.name,
            "type": "custom_field",
            "custom_field_id": definition["id"],
            "name": definition["name"],
            "value_type": kind,
            "conditions": TESTS[kind] + (("current_user",) if definition["type"] == "user" else ()),
            "sortable": kind in SORTED and not several,
        }


async def fields(ctx: Any) -> dict[str, Any]:
    definitions = await ctx.value(await every()) or []
    custom = [one for definition in definitions for one in added(definition)]
    related = {t.name: catalogue.related_types(t) for t in catalogue.types().values()}
    types = [{"object_type": name, "related": names} for name, names in related.items()]
    return {"data": [*regular(), *custom], "object_types": types}


@shapes(1)
def every() -> Statement:
    resource = resources["custom_field"]
    rows = query.rows(resource)
    one = func.json_agg(func.row_to_json(rows.table_valued()), type_=sa.JSON)
    return Statement(query.owned(resource, rows, one))
