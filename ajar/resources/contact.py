"""Contacts."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.formats import link, phone
from ajar.kernel import (
    EXACT,
    IN,
    Items,
    Ref,
    Text,
    Tracked,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import show
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.resources.custom_field.holding import CustomValues
from ajar.resources.custom_field.kinds import CONTACT
from ajar.resources.integration_link import IntegrationLinks
from ajar.resources.recent_calls import RecentCalls
from ajar.search import words

OFFICE = Text(default="office", most=50)  # or home, direct, mobile, fax, other: any word


class Email(Text):
    def clean(self, value, answer=None):
        value = super().clean(value.strip() if isinstance(value, str) else value)
        name, at, domain = (value or "").partition("@")
        if (value and not (name and at and domain)) or " " in (value or ""):
            raise ValueError("Invalid email address.")
        return value


# Who looks for a thousand addresses would read a thousand times what the index has put off.
AT_ONCE: dict[str, Any] = {"postgresql_using": "gin", "postgresql_with": {"fastupdate": "off"}}


class Emails(Items):
    """Addresses; whether mail to one is wanted is known to the list of unsubscribed ones."""

    asked_type = TEXTS

    def column(self):
        column = super().column()
        sa.Index("ix__contact__addresses", addresses(column), **AT_ONCE)
        return column

    def asked(self, value):
        items = value if isinstance(value, list) else []
        emails = [item.get("email") for item in items if isinstance(item, dict)]
        return [email.strip().lower() for email in emails if isinstance(email, str)] or None

    def question(self, asked):
        """Which of these want no mail."""
        unsubscribed = resources["unsubscribe.email"]
        rows = query.rows(unsubscribed)
        email = func.lower(rows.c.email)
        found = query.related(unsubscribed, rows, func.array_agg(email))
        return found.where(email == sa.any_(asked)).scalar_subquery()

    def clean(self, value, answer=None):
        return [
            item | {"is_unsubscribed": item["email"].lower() in (answer or ())}
            for item in super().clean(value)
        ]


def addresses(emails):
    """The addresses in a list of e-mails, in small letters."""
    return words.each(emails, "email")


async def with_address(ctx, lead_id: str, known: list[str]) -> str | None:
    """The id of a contact of the lead who has one of these addresses, in small letters."""
    return await ctx.value(await reached(), lead_id=lead_id, known=known)


@shapes(1)
def reached() -> Statement:
    contact, rows = resources["contact"], query.rows(resources["contact"])
    found = query.owned(contact, rows, rows.c.id).where(
        rows.c.lead_id == parameter("lead_id"),
        addresses(rows.c.emails).bool_op("?|")(parameter("known", TEXTS)),
    )
    return Statement(found.order_by(*query.ordering(contact, rows, "date_created")).limit(1))


class Phones(Items):
    """Numbers, kept as E.164, as people read them, with their country and time zones."""

    def column(self):
        column = super().column()
        sa.Index("ix__contact__numbers", numbers(column), **AT_ONCE)
        return column

    def items(self, value):
        return [item | phone.of_contact(item["phone"]) for item in super().items(value)]


def numbers(phones):
    """The numbers in a list of phones."""
    return words.each(phones, "phone")


class PhoneNumber(Text):
    def clean(self, value, answer=None):
        value = super().clean(value)
        phone.parse(value)
        return value


class Link(Text):
    """An address as it was written: with or without a scheme."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        return link.checked(value) if value else value


class Contact(
    Tracked,
    path="contact",
    prefix="cont",
    order="-date_created",
    indexes=("date_created", "lead_id,date_created"),
):
    """A person at a lead."""

    id = Text(readonly=True, filter=IN)
    lead_id = Ref("lead", fixed=True, on_delete="cascade", filter=EXACT | IN)
    name = Text(example="Gob Bluth", most=255)
    title = Text(example="Magician", most=255)
    emails = Emails({"email": Email(required=True, most=255), "type": OFFICE})
    phones = Phones({"phone": PhoneNumber(required=True, most=255), "type": OFFICE})
    urls = Items({"url": Link(required=True), "type": Text(default="url", most=50)})
    custom = CustomValues(CONTACT)
    timezone = Text(readonly=True)

    integration_links = IntegrationLinks("contact")
    recent_calls = RecentCalls("contact_id")

    @computed(json={"type": "array", "items": {"type": "object"}}, lazy=True)
    def subscriptions(contact):
        """The runs of sequences that the contact is in or was in, the newest first."""
        return runs_of(contact)

    @computed(json={"type": "string"})
    def display_name(contact):
        email = contact.emails.op("#>>", return_type=sa.Text)("{0,email}")
        number = contact.phones.op("#>>", return_type=sa.Text)("{0,phone_formatted}")
        return func.coalesce(func.nullif(contact.name, ""), email, number, "Untitled")

    @computed(json={"type": ["string", "null"]})
    def timezone_source(contact):
        return sa.case((contact.timezone.is_not(None), "inferred_from_phone_number"))

    @staticmethod
    async def prepare(ctx, old, new):
        if new["phones"] != old.get("phones"):
            new["timezone"] = time_zone(new["phones"])


def runs_of(contact):
    run, sequence = resources["sequence_subscription"], resources["sequence"]
    rows, shown = query.rows(run), run.about.stored
    values = {f"subscription_{name}": rows.c[name] for name in ("id", "status", "status_reason")}
    values |= {
        f"sequence_{name}": query.first(sequence, name, id=rows.c.sequence_id)
        for name in ("id", "name", "status")
    }
    names = ("contact_email", "start_date", "date_created", "initial_email_id")
    values |= {name: shown[name].shown(rows) for name in names}
    one = func.json_build_object(*(part for pair in values.items() for part in pair))
    array = render.array(sa.cast(one, sa.Text), query.ordering(run, rows))
    return query.related(run, rows, array).where(rows.c.contact_id == contact.id).scalar_subquery()


def time_zone(phones: list[dict]) -> str | None:
    """Of the first number whose possible zones agree on the time: a free number says nothing."""
    for item in phones:
        zones = item["tz_ids"]
        if zones and len({offsets(zone) for zone in zones}) == 1:
            return zones[0]
    return None


@cache
def offsets(zone: str) -> tuple:
    """What a zone is ahead of UTC in winter and in summer."""
    info = ZoneInfo(zone)
    return tuple(datetime(2026, month, 1, tzinfo=info).utcoffset() for month in (1, 7))


class ContactRef(Ref):
    """A contact of the lead that the row itself belongs to."""

    asked_type = JSONB

    def __init__(self, **options):
        super().__init__("contact", **options)

    def pick(self, old, data):
        return data.get(self.name), old.get("lead_id") or data.get("lead_id")

    def asked(self, value):
        id, lead_id = value
        return {"id": id, "lead_id": lead_id} if isinstance(id, str) and id else None

    def question(self, asked):
        contact, rows = resources["contact"], query.rows(resources["contact"])
        found = query.owned(contact, rows, rows.c.id).where(
            rows.c.id == asked.op("->>", return_type=sa.Text)("id"),
            rows.c.lead_id == asked.op("->>", return_type=sa.Text)("lead_id"),
        )
        return found.scalar_subquery()

    def clean(self, value, answer=None):
        return super().clean(value[0], answer)


@operation("contact.create", "POST", "/contact/", of=Contact, parameters=("_fields",))
async def create(ctx, params, body):
    """A contact without a lead gets one, named after it."""
    new = await ops.check(ctx, Contact, body)
    lead = resources["lead"]
    if not new["lead_id"]:
        made = await ops.create(ctx, lead, {"name": new["name"]})
        contact = await ops.write(ctx, Contact, {}, new | {"lead_id": made["id"]})
        return await show(ctx, Contact, contact, params)
    row = await ops.get(ctx, lead, new["lead_id"])
    contact = await ops.write(ctx, Contact, {}, new)
    await ops.write(ctx, lead, row, dict(row))  # its set of contacts has changed
    return await show(ctx, Contact, contact, params)


@operation("contact.delete", "DELETE", "/contact/{id}/", of=Contact)
async def delete(ctx, params, body):
    """The lead stays, also without its last contact."""
    contact = await ops.get(ctx, Contact, params["id"])
    row = await ops.get(ctx, resources["lead"], contact["lead_id"])
    await ops.delete(ctx, Contact, contact["id"])
    await ops.write(ctx, resources["lead"], row, dict(row))
    return {}


async def known_by(ctx, emails: list[str]) -> list:
    """The contacts that have one of these addresses, which are in small letters: id, lead_id
    and email of each; who is known for longest comes first."""
    return await ctx.rows(await having_addresses(), emails=emails) if emails else []


@shapes(1)
def having_addresses() -> Statement:
    rows, wanted = query.rows(Contact), parameter("emails", TEXTS)
    every = addresses(rows.c.emails)
    email = func.jsonb_array_elements_text(every).table_valued("value").alias("email")
    found = query.owned(Contact, rows, rows.c.id, rows.c.lead_id, email.c.value.label("email"))
    found = found.select_from(rows.join(email, sa.true()))
    found = found.where(every.bool_op("?|")(wanted), email.c.value == sa.any_(wanted))
    return Statement(found.order_by(rows.c.date_created, rows.c.id))
