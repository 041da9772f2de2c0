"""Integration links."""

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by

from ajar import tags
from ajar.formats import link, template
from ajar.kernel import Choice, Field, Signed, Text, query
from ajar.kernel.fields import Derived
from ajar.kernel.registry import resources
from ajar.kernel.sql import NO_ITEMS, TEXTS

TYPES = ("lead", "contact", "opportunity")
UNRESERVED = "^[A-Za-z0-9_.~-]$"


class UrlTemplate(Text):
    """An address with tags in it."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        # Values go in escaped: a scheme can only be made of the literal texts.
        link.checked("".join(part for part in template.parts(value) if isinstance(part, str)))
        return value


class Parts(Field):
    """A template taken apart: literal texts, and paths as PostgreSQL writes a list of texts."""

    column_type = JSONB


def taken_apart(url: str) -> list[dict]:
    return [
        {"text": part} if isinstance(part, str) else {"path": listed(part)}
        for part in template.parts(url)
    ]


def listed(names: list[str]) -> str:
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in quoted) + "}"


class IntegrationLink(
    Signed,
    path="integration_link",
    prefix="ilink",
    logged=False,
    order="-date_created",
    usual=1000,
    most=1000,
    indexes=("type",),
):
    """A link to another program, shown with every lead, contact or opportunity."""

    name = Text(required=True, most=255, example="Google Search")
    type = Choice(*TYPES, required=True, example="lead")
    url = UrlTemplate(required=True, example="https://google.com/search?q={{ lead.display_name }}")
    parts = Parts(readonly=True, hidden=True)

    @staticmethod
    async def prepare(ctx, old, new):
        new["parts"] = taken_apart(new["url"])

    @staticmethod
    async def changed(ctx, old, new):
        """Whether there are any is known of each caller."""
        await ctx.forget_rights()


class Seldom(sa.ColumnElement):
    """A value of those organizations only that have something, and what all others have instead:
    to show either is another statement, because even what is not worked out takes its time."""

    __visit_name__ = "seldom"
    inherit_cache = False
    type = JSON()

    def __init__(self, whole: sa.ColumnElement, plain: sa.ColumnElement):
        self.whole, self.plain = whole, plain


class IntegrationLinks(Derived):
    """The links of an organization, with the values of the row in them."""

    json = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "url": {"type": "string"}},
        },
    }

    def __init__(self, type: str):
        self.type = type

    def shown(self, row):
        # OFFSET keeps PostgreSQL from working the values out anew for every tag.
        values = sa.select(tags.built(values_of(self.type, row)).label("all")).correlate(row)
        given = values.offset(sa.literal_column("0")).subquery()
        link = query.rows(IntegrationLink)
        one = func.json_build_object("name", link.c.name, "url", filled(link, given))
        every = func.json_agg(aggregate_order_by(one, link.c.date_created, link.c.id))
        found = query.related(IntegrationLink, link, func.coalesce(every, NO_ITEMS, type_=JSON))
        found = found.select_from(given).where(link.c.type == self.type)
        filled_in = sa.case((self.any(), found.scalar_subquery()), else_=NO_ITEMS)
        return Seldom(filled_in, NO_ITEMS)

    def any(self):
        """Whether there are links of this type: asked once for all rows, and where there are
        none no row is asked for what one might show."""
        link = query.rows(IntegrationLink)
        return query.related(IntegrationLink, link).where(link.c.type == self.type).exists()


def values_of(type: str, row) -> dict:
    """What tags may name, seen from a row of this type."""
    lead, contact = query.rows(resources["lead"]), query.rows(resources["contact"])
    people = query.related(resources["contact"], contact, tags.of_contact(contact))
    if type == "lead":
        first = query.ordering(resources["contact"], contact, "date_created")
        of_lead = people.where(contact.c.lead_id == row.c.id).order_by(*first).limit(1)
        seen = {"lead": tags.of_lead(row), "contact": of_lead.scalar_subquery()}
        return seen | tags.of_caller()
    its = query.related(resources["lead"], lead, tags.of_lead(lead))
    seen = {"lead": its.where(lead.c.id == row.c.lead_id).scalar_subquery()}
    if type == "contact":
        return seen | {"contact": tags.of_contact(row)} | tags.of_caller()
    seen["contact"] = people.where(contact.c.id == row.c.contact_id).scalar_subquery()
    return seen | {"opportunity": tags.of_opportunity(row)} | tags.of_caller()


def filled(link, given):
    part = func.jsonb_array_elements(link.c.parts)
    part = part.table_valued(sa.column("value", JSONB), with_ordinality="number")
    part = part.render_derived(name="part")
    text = part.c.value.op("->>", return_type=sa.Text)
    path = sa.cast(text("path"), TEXTS)
    value = encoded(given.c.all.op("#>>", return_type=sa.Text)(path))
    shown = func.coalesce(text("text"), value, "")
    whole = func.string_agg(shown, aggregate_order_by(sa.literal(""), part.c.number))
    return sa.select(whole).select_from(part).correlate(link, given).scalar_subquery()


def encoded(value):
    """As it stands in an address: each byte that has a meaning there as %XX."""
    letter = func.regexp_split_to_table(value, "").table_valued("text", with_ordinality="number")
    letter = letter.render_derived(name="letter")
    bytes = func.encode(func.convert_to(letter.c.text, "UTF8"), "hex")
    pairs = func.regexp_replace(bytes, "(..)", sa.literal_column(r"'%\1'"), "g")
    safe = sa.case((letter.c.text.op("~")(UNRESERVED), letter.c.text), else_=func.upper(pairs))
    whole = func.string_agg(safe, aggregate_order_by(sa.literal(""), letter.c.number))
    return sa.select(whole).select_from(letter).scalar_subquery()
