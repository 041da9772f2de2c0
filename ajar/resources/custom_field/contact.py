"""Custom fields of contacts."""

from ajar.resources.custom_field import CustomField


class ContactCustomField(
    CustomField,
    path="custom_field/contact",
    prefix="cf",
    object_type="custom_fields.contact",
    aliases=("custom_fields/contact",),
):
    """A field that an organization adds to its contacts."""

    holder = "contact"
