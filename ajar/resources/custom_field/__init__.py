"""What every definition of a custom field has, whatever it is a field of."""

from ajar.errors import Invalid
from ajar.kernel import Bool, Choice, List, Text, Tracked, computed
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.resources.custom_field import converting
from ajar.resources.custom_field.values import MULTIPLE, TYPES, fits

__all__ = ["CustomField", "fits"]


class Choices(List):
    """What a value is one of; nothing where a value may be anything."""

    blank = None

    def clean(self, value, answer=None):
        return super().clean(value) if value else None


class CustomField(
    Tracked, order="date_created", usual=1000, most=1000, sorts=("name", "date_created")
):
    """A field that an organization adds to a kind of object."""

    holder = ""  # the resource whose rows have the values

    name = Text(required=True, most=255, example="Industry")
    description = Text(most=280)
    type = Choice(*TYPES, required=True, example="text")
    choices = Choices()
    accepts_multiple_values = Bool()
    editable_with_roles = List()
    converting_to_type = Text(readonly=True)
    referenced_custom_type_id = Text(fixed=True)
    back_reference_is_visible = Bool()

    @computed(json={"type": "boolean"})
    def is_shared(definition):
        return definition.id.is_(None)

    @classmethod
    async def prepare(cls, ctx, old, new):
        check(new)
        if new["type"] != "choices":
            new["choices"] = None
        if old and new["type"] != old["type"] and await converting.needed(ctx, cls, new["id"]):
            new["type"], new["converting_to_type"] = old["type"], new["type"]

    @classmethod
    async def changed(cls, ctx, old, new):
        if not new:
            await converting.strip(ctx, resources[cls.holder], PREFIX + old["id"])
        elif old and any(new[name] != old[name] for name in converting.CAUSES):
            await converting.begin(ctx, cls, new["id"])


def check(definition: dict) -> None:
    """What only some types have."""
    errors = {}
    if definition["type"] == "choices" and not definition["choices"]:
        errors["choices"] = "This field is required."
    if definition["accepts_multiple_values"] and definition["type"] not in MULTIPLE:
        errors["accepts_multiple_values"] = (
            f"Fields of type {definition['type']} have a single value."
        )
    if errors:
        raise Invalid(fields=errors)
