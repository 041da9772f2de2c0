"""Custom fields of opportunities."""

from ajar.resources.custom_field import CustomField
from ajar.resources.custom_field.kinds import OPPORTUNITY


class OpportunityCustomField(
    CustomField,
    path="custom_field/opportunity",
    prefix="cf",
    type="opportunity",
    object_type="custom_fields.opportunity",
    aliases=("custom_fields/opportunity",),
):
    """A field that an organization adds to its opportunities."""

    kind = OPPORTUNITY
