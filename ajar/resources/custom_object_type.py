"""Types of custom objects."""

from ajar.kernel import IN, Bool, List, Text, Tracked, computed
from ajar.resources.custom_field.kinds import OBJECT, listed, referring
from ajar.resources.custom_field.shared import part_all

FIELDS = {"type": "array", "items": {"type": "object"}}


class CustomObjectType(
    Tracked,
    path="custom_object_type",
    prefix="cotype",
    created=201,
    deleted=204,
    order="date_created",
    usual=1000,
    most=1000,
):
    """A kind of thing that leads have: a property, a vehicle, a contract. Its fields are
    added afterwards."""

    id = Text(readonly=True, filter=IN)
    name = Text(required=True, most=255, example="Vehicle")
    name_plural = Text(required=True, most=255, example="Vehicles")
    description = Text()
    api_create_only = Bool()
    editable_with_roles = List()
    is_archived = Bool()

    @computed(json=FIELDS)
    def fields(type):
        return listed(OBJECT, type.id)

    @computed(json=FIELDS)
    def back_reference_fields(type):
        return referring(type.id)

    @staticmethod
    async def changed(ctx, old, new):
        if not new:
            await part_all(ctx, OBJECT, old["id"])
