"""Leads."""

from sqlalchemy import func

from ajar.kernel import (
    FIRST,
    Children,
    Custom,
    Items,
    Lookup,
    Ref,
    Text,
    Tracked,
    Url,
    computed,
    query,
)
from ajar.resources.contact import Contact
from ajar.resources.custom_field import fits


class Lead(Tracked, path="lead", prefix="lead", order="-date_updated"):
    """A company, or a person, that you may sell to. Most other rows hang off one."""

    name = Text(example="Bluth Company", most=255)
    description = Text()
    url = Url(example="bluth.example")
    status_id = Ref("status.lead", default=FIRST, on_delete="restrict")
    addresses = Items({"city": Text()})
    custom = Custom(of="custom_field.lead", check=fits, by_name=True)

    status_label = Lookup("status_id", "label")
    contacts = Children("contact", by="lead_id", order="date_created")
    opportunities = Children("opportunity", by="lead_id")
    tasks = Children("task", by="lead_id", where={"is_complete": False})

    @computed
    def display_name(lead):
        first = query.first(Contact, "name", "date_created", lead_id=lead.id)
        return func.coalesce(func.nullif(lead.name, ""), first, "Untitled")
