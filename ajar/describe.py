"""A declaration as JSON Schema: what an answer holds, what a body and a query string may."""

from collections.abc import Iterator
from typing import Any

from ajar.kernel.custom import Custom
from ajar.kernel.fields import Field, Items
from ajar.kernel.operations import Operation
from ajar.kernel.registry import resources
from ajar.kernel.relations import Children, Lookup
from ajar.kernel.times import SHORT, CreatedAt, DateTime, UpdatedAt

TEXT = {"type": "string"}
CUSTOM = {"patternProperties": {r"^custom\.": {}}}


def answer(resource) -> dict[str, Any]:
    """An object as it is shown."""
    about = resource.about
    shown = {n: f for n, f in about.members.items() if n in about.visible or n in about.derived}
    properties = {name: value(name, field) for name, field in shown.items()}
    if about.custom and about.custom.by_name:
        properties[about.custom.name] = about.custom.json
    schema = {"type": "object", "properties": properties, "required": list(always(about))}
    return schema | CUSTOM if about.custom else schema


def always(about: Any) -> Iterator[str]:
    """What every answer has: a list may leave out the rows of others that a single one shows in
    part, such as the members of a group."""
    for name, field in about.visible.items():
        if not (isinstance(field, Children) and field.fields):
            yield name


def value(name: str, field: Any) -> dict[str, Any]:
    schema = field.schema()
    if isinstance(field, Items):
        schema = several(field.fields)
    if isinstance(field, DateTime) and field.form == SHORT:
        schema = TEXT | {"description": "A date and time in UTC, without an offset."}
    if isinstance(field, Children) and field.fields:
        members = resources[field.of].about.members
        schema = several({n: members[n] for n in field.fields}) | {"readOnly": True}
    if not isinstance(field, Field):
        return nullable(schema) if isinstance(field, Lookup) else schema
    if field.readonly:
        schema = schema | {"readOnly": True}
    always = field.required or field.blank is not None or name in ("id", "organization_id")
    return schema if always or isinstance(field, CreatedAt | UpdatedAt) else nullable(schema)


def several(fields: dict[str, Any]) -> dict[str, Any]:
    parts = {name: value(name, field) for name, field in fields.items()}
    return {"type": "array", "items": {"type": "object", "properties": parts}}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        schema = schema | {"type": [schema["type"], "null"]}
    return schema | {"enum": [*schema["enum"], None]} if "enum" in schema else schema


def body(operation: Operation) -> dict[str, Any] | None:
    """What a POST or PUT takes: the fields of its resource, unless it names its own."""
    if operation.method not in ("POST", "PUT"):
        return None
    verb, fields = operation.name.rpartition(".")[2], operation.takes
    if fields is None and operation.resource and verb in ("create", "update"):
        stored = operation.resource.about.stored
        fields = {n: f for n, f in stored.items() if verb == "create" or not f.fixed}
    if fields is None:
        return {"type": "object"}
    every = {n: value(n, f) for n, f in fields.items() if not isinstance(f, Custom)}
    free = {name: schema for name, schema in every.items() if "readOnly" not in schema}
    must = [n for n in free if fields[n].required and fields[n].default is None]
    schema = {"type": "object", "properties": free, "required": must if verb != "update" else []}
    return schema | CUSTOM if any(isinstance(f, Custom) for f in fields.values()) else schema


def parameters(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the query string may hold."""
    about = getattr(operation.resource, "about", None)
    for name in sorted(operation.parameters):
        key, _, suffix = name.partition("__")
        field = about.members.get(key) if about else None
        one = TEXT  # a time may also be a day
        if field and suffix in getattr(field, "filter", ()) and not isinstance(field, DateTime):
            one = field.schema()
        yield name, {"type": "array", "items": one} if suffix == "in" else one
