"""What every definition of a custom field has, whatever it is a field of."""

from ajar.errors import Invalid
from ajar.kernel import IN, Bool, Choice, List, Ref, Text, Tracked, computed
from ajar.resources.custom_field import converting
from ajar.resources.custom_field.kinds import Kind
from ajar.resources.custom_field.values import MULTIPLE, TYPES


class Choices(List):
    """What a value is one of; nothing where a value may be anything."""

    blank = None

    def clean(self, value, answer=None):
        return super().clean(value) if value else None


class Visibility(Bool):
    """Nothing where there is no other side."""

    blank = None


class CustomField(
    Tracked,
    table_name="custom_field",
    order="date_created",
    usual=1000,
    most=1000,
    sorts=("name", "date_created"),
):
    """A field that an organization adds to a kind of object."""

    kind: Kind | None = None  # of the objects that have its values; None: it is shared

    id = Text(readonly=True, filter=IN)
    _type = Text(readonly=True, hidden=True)
    name = Text(required=True, most=255, example="Industry")
    description = Text(most=280)
    type = Choice(*TYPES, required=True, example="text")
    choices = Choices()
    accepts_multiple_values = Bool()
    editable_with_roles = List()
    converting_to_type = Text(readonly=True)
    referenced_custom_type_id = Ref("custom_object_type", fixed=True, on_delete="cascade")
    back_reference_is_visible = Visibility()

    @computed(json={"type": "boolean"})
    def is_shared(definition):
        return definition._type == "shared"

    @classmethod
    async def prepare(cls, ctx, old, new):
        if old.get("converting_to_type") and not new["converting_to_type"]:
            return  # the job that converts is done
        check(new)
        if new["type"] != "choices":
            new["choices"] = None
        refers, visible = new["type"] == "custom_object", new["back_reference_is_visible"]
        new["back_reference_is_visible"] = bool(visible) if refers else None
        if not refers:
            new["referenced_custom_type_id"] = None
        if old and converting.redone(old, new) and await converting.needed(ctx, cls, new):
            new["type"], new["converting_to_type"] = old["type"], new["type"]

    @classmethod
    async def changed(cls, ctx, old, new):
        await ctx.forget_rights()
        if not new:
            await converting.strip(ctx, cls, old)
        elif old and any(new[name] != old[name] for name in converting.CAUSES):
            await converting.begin(ctx, cls, new)


class AnyCustomField(CustomField, path="custom_field", verbs=(), logged=False):
    """The definitions of every kind: all are rows of one table."""

    associations = List(readonly=True)
    custom_activity_type_id = Ref("custom_activity", readonly=True, on_delete="cascade")
    custom_object_type_id = Ref("custom_object_type", readonly=True, on_delete="cascade")
    required = Bool(readonly=True)


def check(definition: dict) -> None:
    """What only some types have."""
    errors = {}
    if definition["type"] == "choices" and not definition["choices"]:
        errors["choices"] = "This field is required."
    if definition["type"] == "custom_object" and not definition["referenced_custom_type_id"]:
        errors["referenced_custom_type_id"] = "This field is required."
    if definition["accepts_multiple_values"] and definition["type"] not in MULTIPLE:
        errors["accepts_multiple_values"] = (
            f"Fields of type {definition['type']} have a single value."
        )
    if errors:
        raise Invalid(fields=errors)
