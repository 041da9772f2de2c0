"""What a column of a file can fill in, and which it probably does, by its name."""

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ajar.kernel import query
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes

ADDRESS = ("label", "address_1", "address_2", "city", "state", "zipcode", "country")
OF_CONTACT = {"email": "emails", "phone": "phones", "url": "urls"}
TYPES = ("office", "mobile", "home", "direct", "fax", "other")
PLAIN = (
    *("lead.id", "lead.name", "lead.description", "lead.url", "lead.status"),
    *("contact.id", "contact.name", "contact.first_name", "contact.last_name", "contact.title"),
    *("opportunity.id", "opportunity.status", "opportunity.value", "opportunity.value_period"),
    *("opportunity.confidence", "opportunity.note", "opportunity.date_won", "opportunity.user"),
    "note",
)
KINDS = ("lead", "contact", "opportunity")
# The words that people head a column with, without signs and spaces.
WORDS = {
    "lead.id": "leadid accountid companyid",
    "lead.name": "company companyname lead leadname account accountname organization"
    " organisation organizationname business businessname firma unternehmen",
    "lead.description": "description about companydescription leaddescription beschreibung",
    "lead.url": "website companyurl companywebsite leadurl homepage web domain webseite url",
    "lead.status": "status leadstatus statuslabel stage leadstage",
    "contact.id": "contactid personid",
    "contact.name": "name fullname contact contactname displayname person ansprechpartner",
    "contact.first_name": "firstname givenname vorname contactfirstname",
    "contact.last_name": "lastname surname familyname nachname contactlastname",
    "contact.title": "title jobtitle position role contacttitle funktion",
    "contact.email": "email emailaddress mail emails contactemail primaryemail",
    "contact.phone": "phone phonenumber telephone tel telefon phones contactphone primaryphone",
    "contact.url": "linkedin linkedinurl contacturl twitter urls profile",
    "lead.address.address_1": "address address1 street streetaddress addressline1 strasse street1",
    "lead.address.address_2": "address2 addressline2 street2 suite",
    "lead.address.city": "city town ort stadt",
    "lead.address.state": "state province region bundesland",
    "lead.address.zipcode": "zip zipcode postalcode postcode plz",
    "lead.address.country": "country countrycode land",
    "opportunity.id": "opportunityid dealid",
    "opportunity.value": "value amount dealvalue opportunityvalue dealsize dealamount revenue",
    "opportunity.value_period": "valueperiod period opportunityvalueperiod billingperiod",
    "opportunity.status": "opportunitystatus dealstage dealstatus opportunitystage"
    " opportunitystatuslabel",
    "opportunity.confidence": "confidence probability opportunityconfidence",
    "opportunity.note": "opportunitynote dealnote opportunitynotes dealname",
    "opportunity.date_won": "datewon closedate expectedclose opportunitydatewon estimatedclose",
    "opportunity.user": "owner opportunityowner dealowner opportunityuser assignedto salesperson",
    "note": "note notes comment comments notiz notizen bemerkung",
}
BY_WORD = {word: name for name, words in WORDS.items() for word in words.split()}
SORT = {"work": "office", "business": "office", "cell": "mobile", "private": "home"} | {
    kind: kind for kind in TYPES
}


@dataclass(frozen=True)
class Target:
    """One field of one kind of object, or a part of an item in a list of it."""

    of: str
    name: str
    part: str = ""  # of an address; the type of an email, a phone or a url
    item: int = 0
    definition: dict = field(default_factory=dict, compare=False)  # of a custom field


@dataclass(frozen=True)
class Known:
    """The custom fields of each kind of object, by id and by name."""

    fields: dict[str, dict[str, dict]]

    @classmethod
    async def of(cls, ctx) -> "Known":
        fields: dict[str, dict[str, dict]] = {}
        for kind in KINDS:
            rows = [row["definition"] for row in await ctx.rows(await definitions(kind))]
            by_name = {row["name"]: row for row in reversed(rows)}
            fields[kind] = by_name | {row["id"]: row for row in rows}
        return cls(fields)

    def target(self, text: str) -> Target:
        """What a name like `contact.email.office` means; ValueError if nothing."""
        if text in PLAIN:
            of, _, name = text.rpartition(".")
            return Target(of or "note", name)
        of, _, rest = text.partition(".")
        if rest.startswith(PREFIX) and (known := self.fields.get(of)) is not None:
            definition = known.get(rest.removeprefix(PREFIX))
            if not definition:
                raise ValueError(f'There is no custom field "{rest.removeprefix(PREFIX)}".')
            return Target(of, PREFIX + definition["id"], definition=definition)
        name, _, kind = rest.partition(".")
        if of == "contact" and name in OF_CONTACT and len(kind) <= 50:
            return Target(of, OF_CONTACT[name], kind or ("url" if name == "url" else "office"))
        if found := re.fullmatch(r"lead\.address(?:\.([1-9]))?\.(\w+)", text, re.ASCII):
            item, part = int(found[1] or 1), found[2]
            if part in ADDRESS:
                return Target("lead", "addresses", part, item)
        raise ValueError(f'There is no field "{text[:100]}".')

    def written(self, text: str) -> str:
        """The same name with the id of a custom field in it, which does not change."""
        target = self.target(text)
        return f"{target.of}.{target.name}" if target.definition else text

    def guess(self, columns: list[str]) -> list[str | None]:
        """What each column fills in; none of what holds one value is filled in twice."""
        found: list[str | None] = []
        for column in columns:
            name = self.meant(column)
            single = name and not name.startswith(("contact.email", "contact.phone", "contact.url"))
            found.append(None if single and name in found else name)
        return renamed(found)

    def meant(self, column: str) -> str | None:
        """The field that is written out, or has this name, or is usually called so."""
        text = column.strip()
        try:
            return self.written(text)
        except ValueError:
            pass
        for kind in KINDS:
            if definition := self.fields[kind].get(text):
                return f"{kind}.{PREFIX}{definition['id']}"
        return by_words(text)


def by_words(text: str) -> str | None:
    words = re.findall(r"[a-z]+|\d+", text.lower())
    if found := BY_WORD.get("".join(words)):
        return found
    kinds = [SORT[word] for word in words if word in SORT]
    rest = [word for word in words if word not in SORT and not word.isdigit()]
    name = BY_WORD.get("".join(rest))
    if name in ("contact.email", "contact.phone", "contact.url"):
        return f"{name}.{kinds[0]}" if kinds else name
    if words and "".join(words) in ("mobile", "cell", "fax"):
        return f"contact.phone.{SORT[words[0]]}"
    number = next((word for word in words if word.isdigit()), "")
    if name and name.startswith("lead.address.") and number in tuple("23456789"):
        return name.replace("lead.address.", f"lead.address.{number}.")
    return None


def renamed(found: list[str | None]) -> list[str | None]:
    """Where nothing says what the company is called, a column "Name" is that of the person;
    where the person has a first and a last name, it is the company's."""
    people = {"contact.first_name", "contact.last_name"}
    if "lead.name" in found or "contact.name" not in found or not people & set(found):
        return found
    return ["lead.name" if name == "contact.name" else name for name in found]


@shapes(len(KINDS))
def definitions(kind: str) -> Statement:
    """Of the custom fields that one kind of object has, shared ones as well; the oldest first."""
    every = resources["custom_field"]
    rows = query.rows(every)
    of_kind = resources[kind].about.custom.kind
    own = rows.c._type == resources[of_kind.fields].about.type
    naming = sa.literal_column(f'\'[{{"object_type": "{of_kind.name}"}}]\'::jsonb')
    shared = rows.c.associations.bool_op("@>")(naming)
    definition: Any = sa.cast(sa.func.row_to_json(rows.table_valued()), sa.JSON)
    found = query.related(every, rows, definition.label("definition")).where(own | shared)
    return Statement(found.order_by(rows.c.date_created, rows.c.id))
