"""Changing all that a search finds."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import Choice, Field, List, Ref, Text, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.bulk_action import BulkAction
from ajar.resources.custom_field import converting
from ajar.resources.custom_field.kinds import KINDS, SHARED, WORDS, Kind
from ajar.resources.custom_field.values import fits

REQUIRED = "This field is required."
# The word in a type of change, and the kind of object that has the field; "global" fields are
# shared: of which objects, the query says.
OBJECTS = {
    "": "lead",
    "contact": "contact",
    "activity": "activity",
    "opportunity": "opportunity",
    "custom_object": "custom_object",
}
NAMES = [f"{word}_custom_field".lstrip("_") for word in (*OBJECTS, "global")]
TYPES = ("set_lead_status", *(f"{verb}_{name}" for name in NAMES for verb in ("set", "clear")))
SETS = tuple(one for one in TYPES if one.startswith("set_") and one != "set_lead_status")
SEARCHED = {"activity.custom": "activity.custom_activity"}
OF_THE_LEAD = ("contact", "custom_object")  # what fits depends on the lead


def only_to_set(given, type_):
    if given is not None and type_ not in SETS:
        raise ValueError("Only a change that sets a custom field has a value.")


class Given(Field):
    """What a custom field is set to. Of what fits, the field knows. It is kept in a list of one."""

    column_type, json = JSONB, {}

    def pick(self, old, data):
        return data.get(self.name), data.get("type")

    def clean(self, value, answer=None):
        only_to_set(*value)
        return None if value[0] is None else [value[0]]

    def shown(self, row):
        return row.c[self.name].op("->")(0)


class SeveralGiven(List):
    """What a custom field with several values is set to, gets or loses."""

    json = {"type": "array", "items": {}}
    blank = None

    def pick(self, old, data):
        return data.get(self.name), data.get("type")

    def clean(self, value, answer=None):
        only_to_set(*value)
        return None if value[0] is None else super().clean(value[0])

    def items(self, value):
        return value


class BulkEdit(
    BulkAction,
    path="bulk_action/edit",
    prefix="bulkedit",
    type="edit",
):
    """Leads get a status; or objects of a kind get a value in a custom field, or lose it. Several
    values replace those that are there, are added to them or are taken from them."""

    type = Choice(*TYPES, required=True, fixed=True, example="set_lead_status")
    lead_status_id = Ref("status.lead", fixed=True, on_delete="keep")
    custom_field_id = Text(fixed=True, most=255)
    custom_field_name = Text(fixed=True, most=255)
    custom_field_value = Given(fixed=True)
    custom_field_values = SeveralGiven(fixed=True)
    custom_field_operation = Choice("replace", "add", "remove", default="replace", fixed=True)

    @classmethod
    async def mistakes(cls, ctx, new):
        if new["type"] == "set_lead_status":
            return {} if new["lead_status_id"] else {"lead_status_id": REQUIRED}
        if not (new["custom_field_id"] or new["custom_field_name"]):
            return {"custom_field_id": REQUIRED}
        names = {"id": new["custom_field_id"], "name": new["custom_field_name"]}
        known = await ctx.rows(await named(), **names)
        wanted = [one for one in known if fitting(one, new["type"])]
        if len(wanted) != 1:
            return unclear(new, bool(wanted))
        (definition,) = wanted
        new |= {"custom_field_id": definition["id"], "custom_field_name": definition["name"]}
        new["narrowed"] = narrowed(definition)
        return await value_mistakes(ctx, new, definition)

    @classmethod
    def types(cls, action):
        if "global" in action["type"]:
            return tuple(SEARCHED.get(kind.holder, kind.holder) for kind in KINDS)
        holder = kind_of(action["type"]).holder
        return (SEARCHED.get(holder, holder),)


def word(type_: str) -> str:
    """ "set_contact_custom_field" is about "contact"."""
    return type_.partition("_")[2].removesuffix("custom_field").rstrip("_")


def kind_of(type_: str) -> Kind:
    return WORDS[OBJECTS.get(word(type_), "lead")]


def fitting(definition, type_: str) -> bool:
    """Whether this change may be one of this field."""
    shared = definition["_type"] == resources[SHARED].about.type
    if word(type_) == "global":
        return shared
    kind = kind_of(type_)
    if shared:
        return any(one["object_type"] == kind.name for one in definition["associations"])
    return definition["_type"] == resources[kind.fields].about.type


def unclear(new: dict, several: bool) -> dict[str, str]:
    name = "custom_field_id" if new["custom_field_id"] else "custom_field_name"
    if several:
        return {name: "Several fields have this name: say custom_field_id."}
    return {name: "There is no such field of these objects."}


def narrowed(definition) -> dict | None:
    """Of activities and objects that have types, only those of the type that has the field."""
    for kind in KINDS:
        if kind.owner and (owner := definition[kind.owner]):
            searched = SEARCHED.get(kind.holder, kind.holder)
            name = {"type": "regular_field", "object_type": searched, "field_name": kind.owner}
            reference = {"type": "reference", "reference_type": kind.name, "object_ids": [owner]}
            return {"type": "field_condition", "field": name, "condition": reference}
    return None


async def value_mistakes(ctx, new: dict, definition) -> dict[str, str]:
    """What cannot be right on any object."""
    several = definition["accepts_multiple_values"]
    if new["type"] not in SETS:
        return {}
    (one,) = new["custom_field_value"] or (None,)
    many = new["custom_field_values"]
    if one is None and not many:
        return {"custom_field_value": REQUIRED}
    if many is not None and not several:
        return {"custom_field_values": "This Custom Field does not accept multiple values."}
    if new["custom_field_operation"] != "replace" and not several:
        return {"custom_field_operation": "This Custom Field does not accept multiple values."}
    if definition["type"] in OF_THE_LEAD:
        return {}
    users = await converting.users(ctx) if definition["type"] == "user" else {}
    known = {"users": users, "contacts": {}, "objects": {}, "lead_id": None}
    try:
        fits(dict(definition), one if many is None else many, known)
    except ValueError as error:
        return {"custom_field_value" if many is None else "custom_field_values": str(error)}
    return {}


@shapes(1)
def named() -> Statement:
    """The definitions that have this id, or this name."""
    every = resources["custom_field"]
    rows = query.rows(every)
    found = query.related(every, rows, *rows.c)
    by_name = parameter("id").is_(None) & (rows.c.name == parameter("name"))
    return Statement(found.where(sa.or_(rows.c.id == parameter("id"), by_name)))
