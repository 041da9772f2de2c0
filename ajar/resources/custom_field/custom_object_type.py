"""Custom fields of custom objects."""

from ajar.kernel import EXACT, Bool, Choice, Ref
from ajar.resources.custom_field import CustomField
from ajar.resources.custom_field.kinds import OBJECT
from ajar.resources.custom_field.values import TYPES


class ObjectCustomField(
    CustomField,
    path="custom_field/custom_object_type",
    prefix="cf",
    type="custom_object_type",
    object_type="custom_fields.custom_object",
    aliases=("custom_fields/custom_object_type",),
    created=201,
    deleted=204,
):
    """A field of one type of custom objects. Where it is required, an object without it
    cannot be saved."""

    kind = OBJECT

    custom_object_type_id = Ref(
        "custom_object_type", required=True, fixed=True, on_delete="cascade", filter=EXACT
    )
    type = Choice(*TYPES, required=True, fixed=True, example="text")
    required = Bool()
