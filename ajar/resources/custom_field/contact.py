"""Custom fields of contacts."""

from ajar.resources.custom_field import CustomField
from ajar.resources.custom_field.kinds import CONTACT


class ContactCustomField(
    CustomField,
    path="custom_field/contact",
    prefix="cf",
    type="contact",
    object_type="custom_fields.contact",
    aliases=("custom_fields/contact",),
):
    """A field that an organization adds to its contacts."""

    kind = CONTACT
