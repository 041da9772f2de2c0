"""What an export shows of an object: the fields of a JSON object, the columns of a CSV file."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ajar.kernel import List, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.custom_field.kinds import CONTACT, LEAD, OPPORTUNITY, Kind, applies, in_order
from ajar.search.smart import Smart

HOLDER = {
    "leads": "lead",
    "contacts": "contact",
    "lead_opps": "opportunity",
    "opps": "opportunity",
}
KIND: dict[str, Kind] = {"lead": LEAD, "contact": CONTACT, "opportunity": OPPORTUNITY}
PERSON = ("id", "name", "title", "primary_email", "primary_phone")
ADDRESS = ("label", "address_1", "address_2", "city", "state", "zipcode", "country")
OF_LEAD = {"lead_name": "display_name", "lead_status_label": "status_label", "lead_url": "url"}
# What the parts of a line are read from, in the objects that the line is made of.
NEEDS = {"person": ("contacts",), "self": ("emails", "phones"), "address": ("addresses",)}


class Column(NamedTuple):
    """`key` of a part of the object: "" is the object itself, "lead" the lead that it is on,
    "person" the first contact, "self" the contact itself, "address" the first address."""

    name: str
    part: str
    key: str
    is_moment: bool


def mistakes(export: dict) -> dict[str, str]:
    """Options that have no meaning here."""
    json, of_leads = export["format"] == "json", export["type"] == "leads"
    errors = {}
    if json and export["date_format"] != "original":
        errors["date_format"] = "Only dates in CSV files have a format."
    for name in ("include_activities", "include_custom_objects"):
        if export[name] and not (json and of_leads):
            errors[name] = "Only JSON of leads can have these."
    if export["include_smart_fields"] and json and not of_leads:
        errors["include_smart_fields"] = "Only JSON of leads, or any CSV, can have these."
    known = [column.name for column in columns(export, [])] if not json else shown(export)
    wrong = [n for n in export["fields"] if n not in known and not n.startswith("custom")]
    if wrong:
        errors["fields"] = f"There is no field {', '.join(wrong[:20])}."
    return errors


def resource_of(export: dict) -> Any:
    return resources[HOLDER[export["type"]]]


def shown(export: dict) -> list[str]:
    """The fields of a JSON object."""
    about = resource_of(export).about
    smart = smart_names() if export["include_smart_fields"] else []
    return [*about.visible, about.custom.name, *smart]


def smart_names() -> list[str]:
    derived = resources["lead"].about.derived
    return [name for name, field in derived.items() if isinstance(field, Smart)]


async def chosen(ctx, export: dict) -> list[Column]:
    """The columns of a file, in its order. Custom fields are found by id, and by name."""
    kind = KIND[HOLDER[export["type"]]]
    every = columns(export, await ctx.rows(await definitions(kind)))
    if not export["fields"]:
        return every
    known = {column.name: column for column in every}
    known |= {column.key: column for column in every if column.key.startswith("custom.")}
    return [known[name] for name in export["fields"] if name in known]


def columns(export: dict, custom: list) -> list[Column]:
    return [*own(resource_of(export)), *around(export), *added(custom), *smart(export)]


def own(resource) -> Iterator[Column]:
    """The shown fields that fit into a cell: values, and lists of emails, phones and the like."""
    for name, field in resource.about.visible.items():
        schema = field.schema()
        flat = schema.get("type") not in ("array", "object") or isinstance(field, List)
        if flat and name != "addresses":
            yield Column(name, "", name, schema.get("format") == "date-time")


def around(export: dict) -> Iterator[Column]:
    if export["type"] == "leads":
        yield from (Column(f"primary_contact_{one}", "person", one, False) for one in PERSON)
        part = "address"
    else:
        known = resource_of(export).about.visible
        yield from (
            Column(name, "lead", key, False) for name, key in OF_LEAD.items() if name not in known
        )
        part = "lead_address"
    if export["type"] == "contacts":
        yield from (Column(name, "self", name, False) for name in PERSON[-2:])
    if export["include_addresses"]:
        before = "primary_address" if part == "address" else "lead_address"
        for one in ADDRESS:
            yield Column(f"{before}_{one.removeprefix('address_')}", part, one, False)


def added(definitions: list) -> Iterator[Column]:
    names = [one["name"] for one in definitions]
    for one in definitions:
        name = f"custom.{one['name']}"
        name = f"{name} ({one['id']})" if names.count(one["name"]) > 1 else name
        yield Column(name, "", f"custom.{one['id']}", one["type"] == "datetime")


def smart(export: dict) -> Iterator[Column]:
    if not export["include_smart_fields"]:
        return
    derived = resources["lead"].about.derived
    before, part = ("", "") if export["type"] == "leads" else ("lead_", "lead")
    known = resource_of(export).about.visible
    for name in smart_names():
        moment = derived[name].json.get("format") == "date-time"
        if f"{before}{name}" not in known:
            yield Column(f"{before}{name}", part, name, moment)


def needed(columns: list[Column]) -> tuple[list[str], list[str]]:
    """The fields of the object, and those of its lead, that columns are made of."""
    mine = [c.key for c in columns if not c.part]
    mine += [name for c in columns for name in NEEDS.get(c.part, ())]
    lead = [c.key for c in columns if c.part == "lead"]
    lead += ["addresses" for c in columns if c.part == "lead_address"]
    return ["id", *dict.fromkeys(mine)], list(dict.fromkeys(lead))


def wanted(export: dict) -> list[str]:
    """The fields of each object of a JSON file."""
    return export["fields"] or shown(export)


@shapes(3)
def definitions(kind: Kind) -> Statement:
    every = resources["custom_field"]
    rows = query.rows(every)
    found = query.related(every, rows, rows.c.id, rows.c.name, rows.c.type)
    found = found.where(applies(kind, rows), rows.c.organization_id == parameter("organization_id"))
    return Statement(found.order_by(*in_order(kind, rows)))
