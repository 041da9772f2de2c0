"""Custom fields of custom activities."""

from ajar.kernel import EXACT, Bool, Choice, Ref
from ajar.resources.custom_field import CustomField
from ajar.resources.custom_field.kinds import ACTIVITY
from ajar.resources.custom_field.values import TYPES


class ActivityCustomField(
    CustomField,
    path="custom_field/activity",
    prefix="cf",
    type="activity",
    object_type="custom_fields.activity",
    aliases=("custom_fields/activity",),
):
    """A field of one type of custom activities. Where it is required, an activity without
    it cannot be published."""

    kind = ACTIVITY

    custom_activity_type_id = Ref(
        "custom_activity", required=True, fixed=True, on_delete="cascade", filter=EXACT
    )
    type = Choice(*TYPES, required=True, fixed=True, example="text")
    required = Bool()
