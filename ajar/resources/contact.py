"""Contacts."""

from sqlalchemy import Text as SqlText
from sqlalchemy import func

from ajar.kernel import EXACT, IN, Bool, Choice, Custom, Items, Ref, Text, Tracked, computed
from ajar.resources.custom_field import fits


class Contact(
    Tracked, path="contact", prefix="cont", order="-date_created", indexes=("lead_id,date_created",)
):
    """A person at a lead."""

    id = Text(readonly=True, filter=EXACT | IN)
    lead_id = Ref("lead", fixed=True, on_delete="cascade", filter=EXACT | IN)
    name = Text(example="Gob Bluth", most=255)
    title = Text(example="Magician", most=255)
    emails = Items({"email": Text(required=True, most=255), "type": Text(default="office")})
    phones = Items({"phone": Text(required=True, most=255), "type": Text(default="office")})
    urls = Items({"url": Text(required=True), "type": Text(default="url")})
    custom = Custom(of="custom_field.contact", check=fits)

    @computed(json={"type": "string"})
    def display_name(contact):
        email = contact.emails.op("#>>", return_type=SqlText)("{0,email}")
        return func.coalesce(func.nullif(contact.name, ""), email, "")
