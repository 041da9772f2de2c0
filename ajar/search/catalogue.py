"""What can be searched: types of objects, their fields, and which types are related. All of it
follows from the declarations, so that what is declared can be searched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import Bool, Date, DateTime, Int, Items, List, Lookup, Ref
from ajar.kernel.fields import Derived
from ajar.kernel.fields import Text as TextField
from ajar.kernel.registry import resources
from ajar.kernel.times import CreatedAt, UpdatedAt

# What a condition may be about a field, by the kind of its values.
TESTS = {
    "text": ("exists", "text", "term"),
    "number": ("exists", "number_range"),
    "moment": ("exists", "moment_range"),
    "day": ("exists", "moment_range"),
    "due": ("exists", "moment_range"),  # a text: a day or a moment
    "instant": ("exists", "moment_range"),  # a text: a moment
    "boolean": ("exists", "boolean"),
    "reference": ("exists", "reference", "term"),
    "list": ("exists", "term"),
    "zone": ("exists", "text", "term", "local_time"),
}
SORTED = ("text", "number", "moment", "day", "due", "instant")
KINDS: dict[type, str] = {
    Ref: "reference",
    Bool: "boolean",
    Int: "number",
    Date: "day",
    DateTime: "moment",
    TextField: "text",
    List: "list",
}
JSON = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean"}
# Rows kept within a row, as lists: the type, and where they are.
PARTS = {
    "contact_email": ("contact", "emails"),
    "contact_phone": ("contact", "phones"),
    "contact_url": ("contact", "urls"),
    "address": ("lead", "addresses"),
}
SHORT = (
    "call",
    "email",
    "sms",
    "meeting",
    "note",
    "whatsapp_message",
    "custom_activity",
    "form_submission",
)
PLACE = ("address_1", "address_2", "city", "state", "zipcode", "country")


@dataclass(frozen=True)
class Field:
    """Something that is known of an object, and how to say it in SQL."""

    name: str
    kind: str
    value: Callable[[Any], Any] = field(compare=False)  # of a row
    to: str = ""  # what a reference refers to
    choices: tuple[str, ...] = ()
    never_null: bool = False  # and so any index serves to sort by it
    column: bool = False  # stored, and not derived
    table: str = ""  # whose index knows its words

    @property
    def tests(self) -> tuple[str, ...]:
        people = ("current_user",) if self.to == "user" else ()
        return TESTS[self.kind] + people


@dataclass(frozen=True)
class Type:
    """A type of objects: rows of a resource, or parts of them."""

    name: str
    resource: Any
    part: str = ""  # the list in which it is
    only: str = ""  # the one `_type` that is meant, where a resource has many
    fields: dict[str, Field] = field(default_factory=dict, compare=False)

    def meant(self, rows: Any) -> Iterator[Any]:
        if self.only:
            yield rows.c._type == self.only


def types() -> dict[str, Type]:
    return built(tuple(resources))


def find(name: Any) -> Type | None:
    known = types()
    if not isinstance(name, str):
        return None
    return known.get(f"activity.{name}" if name in SHORT else name)


@lru_cache(maxsize=4)
def built(names: tuple[str, ...]) -> dict[str, Type]:
    found = {one.name: one for name in names for one in of_resource(resources[name])}
    for name, (of, part) in PARTS.items():
        fields = {one.name: one for one in part_fields(resources[of], part)}
        found[name] = Type(name, resources[of], part, fields=fields)
    return found


def of_resource(resource: Any) -> Iterator[Type]:
    about: Any = resource.about
    links = [f.to for f in about.stored.values() if isinstance(f, Ref)]
    if not about.of_a_lead and not {"lead", "contact", "opportunity"} & set(links):
        return
    fields = {one.name: one for one in fields_of(resource)}
    if not callable(about.object_type):
        yield Type(str(about.object_type), resource, fields=fields)
        return
    yield Type(about.name, resource, fields=fields)
    for one in about.stored["_type"].choices:
        yield Type(str(about.object_type({"_type": one})), resource, only=one, fields=fields)


def fields_of(resource: Any) -> Iterator[Field]:
    about = resource.about
    for name, declared in about.stored.items():
        if isinstance(declared, Items):
            yield Field(f"{name}_count", "number", length(name))
        kind = kind_of(declared)
        if not kind or declared.hidden or name == "organization_id":
            continue
        yield Field(
            str(name),
            kind,
            stored(name),
            to=str(getattr(declared, "to", "")),
            choices=getattr(declared, "choices", ()),
            never_null=name == "id" or isinstance(declared, CreatedAt | UpdatedAt),
            column=True,
            table=about.table.name,
        )
    for name, declared in about.derived.items():
        if kind := kind_of_derived(declared):
            yield Field(name, kind, derived(declared), to=referred(declared))


def kind_of(declared: Any) -> str:
    """Of a stored field: what it says itself, or what its class is known for."""
    if said := getattr(declared, "searched", ""):
        return said
    if isinstance(declared, Items):
        return ""
    return next((KINDS[base] for base in type(declared).__mro__ if base in KINDS), "")


def kind_of_derived(declared: Any) -> str:
    if said := getattr(declared, "searched", ""):
        return said
    if isinstance(declared, Lookup):
        target = declared.target().about.members.get(declared.field)
        return kind_of_derived(target) if isinstance(target, Derived) else kind_of(target)
    if declared.lazy:
        return ""
    if declared.like is not Derived.like:
        return kind_of(declared.like)
    said = declared.json.get("type", "")
    return JSON.get(said[0] if isinstance(said, list) else said, "")


def referred(declared: Any) -> str:
    if not isinstance(declared, Lookup):
        return getattr(declared, "to", "")
    return getattr(declared.target().about.members.get(declared.field), "to", "")


def stored(name: str) -> Callable[[Any], Any]:
    return lambda rows: rows.c[name]


def derived(declared: Any) -> Callable[[Any], Any]:
    """As it is compared, which may be another form than is shown."""
    compared = getattr(declared, "value", declared.shown)
    return lambda rows: compared(rows)


def length(name: str) -> Callable[[Any], Any]:
    return lambda rows: func.coalesce(func.jsonb_array_length(rows.c[name]), 0)


def part_fields(resource: Any, part: str) -> Iterator[Field]:
    for name in resource.about.stored[part].fields:
        yield Field(name, "text", inside(name))
    if part == "emails":
        yield Field("is_unsubscribed", "boolean", truth("is_unsubscribed"))
    if part == "addresses":
        yield Field("location", "text", lambda item: func.concat_ws(", ", *place(item)))
    if part == "phones":
        yield Field("phone_formatted", "text", inside("phone_formatted"))
        yield Field("country", "text", inside("country"))


def place(item: Any) -> list[Any]:
    return [func.nullif(inside(name)(item), "") for name in PLACE]


def inside(name: str) -> Callable[[Any], Any]:
    return lambda item: item.op("->>", return_type=sa.Text())(name)


def truth(name: str) -> Callable[[Any], Any]:
    return lambda item: sa.cast(inside(name)(item), sa.Boolean)


Join = Callable[[Any, Any], Any]


def path(this: Type, other: Type) -> list[tuple[Type, Join | None]] | None:
    """The steps from one type to a related one, each with how its rows are joined to those of
    the step before: none for the parts of a row. A contact may stand between."""
    holder = types()[other.resource.about.name] if other.part else other
    if this.part:
        return None
    if other.part and this.resource is other.resource:
        return [(other, None)]
    if join := link(this, holder):
        return [(holder, join), (other, None)] if other.part else [(other, join)]
    contact = types()["contact"]
    first, second = link(this, contact), link(contact, holder)
    if first and second and contact.resource is not this.resource:
        return [(contact, first), (holder, second)]
    return None


def link(this: Type, other: Type) -> Join | None:
    """A reference of one to the other, or that both are of the same lead."""
    ours, theirs = this.resource.about, other.resource.about
    if name := reference(ours, theirs.name):
        return lambda here, there: there.c.id == here.c[name]
    if name := reference(theirs, ours.name):
        return lambda here, there: there.c[name] == here.c.id
    if "lead_id" in ours.stored and "lead_id" in theirs.stored:
        return lambda here, there: there.c.lead_id == here.c.lead_id
    return None


def reference(about: Any, to: str) -> str | None:
    names = [n for n, f in about.stored.items() if isinstance(f, Ref) and f.to == to]
    return min(names, key=lambda name: (name != f"{to}_id", name), default=None)


def related_types(this: Type) -> list[str]:
    return [other.name for other in types().values() if path(this, other)]
