"""Custom fields of leads."""

from ajar.resources.custom_field import CustomField


class LeadCustomField(
    CustomField,
    path="custom_field/lead",
    prefix="cf",
    object_type="custom_fields.lead",
    aliases=("custom_fields/lead",),
):
    """A field that an organization adds to its leads."""

    holder = "lead"
