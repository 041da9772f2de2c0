"""Custom fields of leads."""

from ajar.resources.custom_field import CustomField
from ajar.resources.custom_field.kinds import LEAD


class LeadCustomField(
    CustomField,
    path="custom_field/lead",
    prefix="cf",
    type="lead",
    object_type="custom_fields.lead",
    aliases=("custom_fields/lead",),
):
    """A field that an organization adds to its leads."""

    kind = LEAD
