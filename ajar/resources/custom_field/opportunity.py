"""Custom fields of opportunities."""

from ajar.resources.custom_field import CustomField


class OpportunityCustomField(
    CustomField,
    path="custom_field/opportunity",
    prefix="cf",
    object_type="custom_fields.opportunity",
    aliases=("custom_fields/opportunity",),
):
    """A field that an organization adds to its opportunities."""

    holder = "opportunity"
