"""Forms: what visitors of a website fill in, see `ajar.forms`."""

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar import ids
from ajar.errors import Invalid
from ajar.kernel import Bool, Choice, Items, List, Text, Tracked, computed, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import concat, parameter
from ajar.resources.custom_field.kinds import CONTACT, LEAD, applies

TYPES = ("text", "textarea", "email", "phone", "url", "number", "date", "choices", "checkbox")
WORDS = ("text", "textarea", "choices")
# What of a new lead and its contact an answer may be, and the types of field that hold it.
TARGETS = {
    "lead.name": WORDS,
    "lead.url": ("url",),
    "lead.description": WORDS,
    "contact.name": WORDS,
    "contact.title": WORDS,
    "contact.email": ("email",),
    "contact.phone": ("phone",),
    "contact.url": ("url",),
}
CUSTOM = {
    "text": tuple(one for one in TYPES if one != "checkbox"),
    "textarea": tuple(one for one in TYPES if one != "checkbox"),
    "number": ("number",),
    "date": ("date",),
    "choices": ("choices",),
}


class FormFields(Items):
    """What a form asks for, in order. A field keeps its id for as long as it is sent along."""

    most = 100
    asked_type = JSONB

    def __init__(self, **options):
        fields = {
            "id": Text(most=100),
            "name": Text(required=True, most=255),
            "type": Choice(*TYPES, required=True, default="text"),
            "required": Bool(),
            "choices": List(),
            "maps_to": Text(most=255),
        }
        super().__init__(fields, **options)

    def pick(self, old, data):
        return data.get(self.name), {one["id"] for one in old.get(self.name) or ()}

    def asked(self, value):
        sent = value[0] if isinstance(value[0], list) else []
        targets = [one.get("maps_to") for one in sent if isinstance(one, dict)]
        return [one.rpartition(".")[2] for one in targets if isinstance(one, str)] or None

    def question(self, asked):
        """The custom fields that are meant, by their names here, with their type and choices."""
        pairs = ((kind.name, named(kind, asked)) for kind in (LEAD, CONTACT))
        flat = (part for pair in pairs for part in pair)
        return sa.select(func.jsonb_build_object(*flat)).scalar_subquery()

    def clean(self, value, answer=None):
        sent, known = value
        fields = super().clean(sent)
        targets = {
            f"{kind}.custom.{id}": custom
            for kind, found in (answer or {}).items()
            for id, custom in (found or {}).items()
        }
        wrong = {}
        for index, field in enumerate(fields):
            if errors := mistakes(field, known, fields[:index], targets):
                wrong[str(index)] = Invalid(fields=errors).body
        if wrong:
            raise Invalid(fields={self.name: {"errors": wrong}})
        return [field | {"id": field["id"] or ids.new("formfld")} for field in fields]


def named(kind, asked):
    rows = query.rows(resources["custom_field"])
    one = func.json_build_object("type", rows.c.type, "choices", rows.c.choices)
    found = query.related(resources["custom_field"], rows, func.jsonb_object_agg(rows.c.id, one))
    wanted = asked.bool_op("?")(rows.c.id) & applies(kind, rows)
    return found.where(wanted).scalar_subquery()


def mistakes(field: dict, known: set, before: list, custom: dict) -> dict[str, str]:
    """What is wrong with a field of a form, beyond its parts."""
    errors, target = {}, field["maps_to"]
    if field["id"] and (field["id"] not in known or field["id"] in [one["id"] for one in before]):
        errors["id"] = "This form has no such field; leave the id of a new one out."
    if field["name"] in [one["name"] for one in before]:
        errors["name"] = "Another field of this form has this name."
    if (field["type"] == "choices") != bool(field["choices"]):
        errors["choices"] = "A field of type choices has some, and no other has any."
    allowed = TARGETS.get(target) or CUSTOM.get(custom.get(target, {}).get("type"), ())
    choices = custom.get(target, {}).get("choices")
    if target and target not in TARGETS and target not in custom:
        errors["maps_to"] = "A form cannot fill in anything of this name."
    elif target and field["type"] not in allowed:
        errors["maps_to"] = f"An answer of type {field['type']} does not fit there."
    elif target and choices and not set(field["choices"]) <= set(choices):
        errors["maps_to"] = "That field has other choices."
    elif target and target in [one["maps_to"] for one in before]:
        errors["maps_to"] = "Another field of this form goes there."
    return errors


class Form(Tracked, path="form", prefix="form", order="-date_created", logged=False):
    """What visitors of a website may send without signing in: a lead, a contact, and an activity
    with all their answers."""

    name = Text(required=True, most=255, example="Ask us")
    fields = FormFields(
        example=[
            {"name": "Your name", "type": "text", "required": True, "maps_to": "contact.name"},
            {"name": "E-mail", "type": "email", "required": True, "maps_to": "contact.email"},
            {"name": "Your question", "type": "textarea"},
        ]
    )
    is_published = Bool()
    success_message = Text(most=1000)
    configuration_id = Text(readonly=True)

    @computed(json={"type": "string", "format": "uri"})
    def url(form):
        """Its own page, and where answers are sent to."""
        return concat(parameter("origin"), "/forms/", form.organization_id, "/", form.id, "/")

    @staticmethod
    async def prepare(ctx, old, new):
        if new["is_published"] and not new["fields"]:
            raise Invalid(fields={"is_published": "A form that asks nothing stays unpublished."})
        if new["fields"] != old.get("fields"):
            new["configuration_id"] = ids.new("formconf")
