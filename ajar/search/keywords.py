"""The keywords of the older language: which condition each of them is."""

import re
from typing import Any

from ajar.search import catalogue
from ajar.search.catalogue import Field
from ajar.search.conditions import OF_TYPE

OBJECTS = {
    "contact": "contact",
    "opportunity": "opportunity",
    "task": "task",
    "call": "activity.call",
    "email": "activity.email",
    "sms": "activity.sms",
    "meeting": "activity.meeting",
    "note": "activity.note",
    "address": "address",
    "status_change": "activity.opportunity_status_change",
    "lead_status_change": "activity.lead_status_change",
    "sequence_subscription": "sequence_subscription",
    "whatsapp_message": "activity.whatsapp_message",
    "custom_activity": "activity.custom_activity",
    "form_submission": "activity.form_submission",
    "task_completed": "activity.task_completed",
}
# Other names of fields; and fields of related objects, by the type of these.
FIELDS = {
    "company": "name",
    "status": "status_label",
    "lead_status": "status_label",
    "created": "date_created",
    "updated": "date_updated",
    "date": "date_created",
    "user": "user_id",
    "addresses": "addresses_count",
    "old_status": "old_status_label",
    "new_status": "new_status_label",
}
OF_RELATED = {
    **dict.fromkeys(("email", "email_address", "recipient"), ("contact_email", "email")),
    **dict.fromkeys(("phone", "phone_number"), ("contact_phone", "phone")),
    **{name: ("address", name) for name in ("city", "state", "zipcode", "country")},
    "zip": ("address", "zipcode"),
    "contact": ("contact", "name"),
    "title": ("contact", "title"),
    "note": ("activity.note", "note"),
    "call": ("activity.call", "note"),
    "task_text": ("task", "text"),
    "task_due": ("task", "date"),
    "assigned_to": ("task", "assigned_to"),
    "user_id": ("opportunity", "user_id"),
    "opportunity_status": ("opportunity", "status_label"),
    "opportunity_created": ("opportunity", "date_created"),
    "opportunity_value": ("opportunity", "value"),
    "opportunity_confidence": ("opportunity", "confidence"),
    "opportunity_date_won": ("opportunity", "date_won"),
    "last_called": ("activity.call", "date_created"),
    "called": ("activity.call", "date_created"),
    "last_emailed": ("activity.email", "date_created"),
    "email_subject": ("activity.email", "subject"),
    "email_body": ("activity.email", "body_text"),
}
# Numbers of related objects; `has:` asks whether there are any.
COUNTS = {
    "contacts": "contact",
    "opportunities": "opportunity",
    "tasks": "task",
    "notes": "activity.note",
    "calls": "activity.call",
    "emails": "activity.email",
    "sms_messages": "activity.sms",
    "meetings": "activity.meeting",
    "activities": "activity",
    "addresses": "address",
    "email_addresses": "contact_email",
    "phone_numbers": "contact_phone",
}
SORTS = {"created": "date_created", "updated": "date_updated"}
SIGNS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
AGO = re.compile(r"(\d+) (year|month|week|day|hour|minute)s? ago")
PERIODS = ("today", "yesterday", "tomorrow")
MATCH_ALL = {"type": "match_all"}


def words(type_: str, text: str, mode: str) -> dict[str, Any]:
    """Anywhere in an object; of a lead, also in what was written down about it."""
    found = {"type": "text", "value": text, "mode": mode}
    if type_ != "lead":
        return found
    return {"type": "or", "queries": [found, related("lead", "activity", found)]}


def related(this: str, other: str, query: dict) -> dict[str, Any]:
    if not catalogue.find(other):
        raise ValueError("There are no such objects yet")
    names = {"this_object_type": this, "related_object_type": other}
    return {"type": "has_related", "related_query": query} | names


def sort(type_: str, value: str) -> list[dict[str, Any]]:
    found = []
    for name in value.split(","):
        plain = SORTS.get(name.lstrip("-"), name.lstrip("-"))
        field = {"type": "regular_field", "object_type": type_, "field_name": plain}
        found.append({"direction": "desc" if name[:1] == "-" else "asc", "field": field})
    return found


def condition(
    type_: str, key: str, sign: str, value: str | None, names: dict[str, dict], exact: bool
) -> dict[str, Any]:
    """`value` is nothing where any value will do."""
    of = catalogue.find(type_)
    assert of
    if key in ("has", "is", "not") and value:
        return has(type_, value, key == "not")
    if key == "saved_search":
        return {"type": "saved_search", "saved_search_id": value}
    custom = names.get(key.removeprefix("custom.").replace("_", " ")) or names.get(
        key.removeprefix("custom.")
    )
    if custom and (key.startswith("custom.") or key not in of.fields):
        return of_custom(custom, sign, value, exact)
    name = FIELDS.get(key, key)
    for one in (key, name):
        if one in of.fields:
            return on_field(of.fields[one], {"object_type": type_}, sign, value, exact)
    if key in COUNTS:
        return counted(type_, COUNTS[key], sign, value)
    if key in OF_RELATED and catalogue.find(OF_RELATED[key][0]):
        other, field = OF_RELATED[key]
        inner = catalogue.find(other)
        assert inner
        if value == "never":
            return related(type_, other, MATCH_ALL) | {"negate": True}
        said = on_field(inner.fields[field], {"object_type": other}, sign, value, exact)
        return related(type_, other, said)
    raise ValueError("There is no such keyword")


def has(type_: str, value: str, negate: bool) -> dict[str, Any]:
    if value == "active_opportunities":
        active = {
            "type": "regular_field",
            "object_type": "opportunity",
            "field_name": "status_type",
        }
        test = {"type": "term", "values": ["active"]}
        said = {"type": "field_condition", "field": active, "condition": test}
        return related(type_, "opportunity", said) | {"negate": negate}
    other = COUNTS.get(value) or COUNTS.get(f"{value}s") or {"email": "contact_email"}.get(value)
    if not other:
        raise ValueError("There are no such objects")
    return related(type_, other, MATCH_ALL) | {"negate": negate}


def counted(type_: str, other: str, sign: str, value: str | None) -> dict[str, Any]:
    """None, or some: more is known of fields that count."""
    some = related(type_, other, MATCH_ALL)
    if value is None:
        return some
    number = whole(value)
    least = {">": number + 1, ">=": number}.get(sign)
    if least is not None and least <= 1:
        return some if least == 1 else MATCH_ALL
    most = {"<": number - 1, "<=": number, ":": number, "=": number}.get(sign)
    if most == 0:
        return some | {"negate": True}
    smart = f"num_{COUNTED.get(other, '')}"
    of = catalogue.find(type_)
    if of and smart in of.fields:
        return on_field(of.fields[smart], {"object_type": type_}, sign, value, False)
    raise ValueError("This can only be asked for none, or for some")


COUNTED = {
    "contact": "contacts",
    "opportunity": "opportunities",
    "task": "tasks",
    "activity": "activities",
    "activity.note": "notes",
    "activity.call": "calls",
    "activity.email": "emails",
    "activity.sms": "sms",
    "activity.meeting": "meetings",
    "address": "addresses",
    "contact_email": "email_addresses",
    "contact_phone": "phone_numbers",
}


def whole(value: str) -> int:
    if not value.lstrip("-").isdigit() or len(value) > 15:
        raise ValueError("A number must follow")
    return int(value)


def on_field(of: Field, where: dict, sign: str, value: str | None, exact: bool) -> dict[str, Any]:
    field = {"type": "regular_field", "field_name": of.name} | where
    said = {"type": "field_condition", "field": field}
    if value is None or value == "never":
        return said | {"condition": {"type": "exists"}, "negate": value == "never"}
    return said | {"condition": test(of, sign, value, exact)}


def of_custom(known: dict, sign: str, value: str | None, exact: bool) -> dict[str, Any]:
    field = {"type": "custom_field", "custom_field_id": known["id"]}
    said = {"type": "field_condition", "field": field}
    if value is None:
        return said | {"condition": {"type": "exists"}}
    of = Field(known["name"], OF_TYPE.get(known["type"], "text"), lambda rows: None)
    return said | {"condition": test(of, sign, value, exact or known["type"] == "choices")}


def test(of: Field, sign: str, value: str, exact: bool) -> dict[str, Any]:
    if of.kind == "number":
        number = decimal(value)
        bounds = {SIGNS[sign]: number} if sign in SIGNS else {"gte": number, "lte": number}
        return {"type": "number_range"} | bounds
    if of.kind in ("moment", "day", "due", "instant"):
        return between(sign, value)
    if sign in SIGNS:
        raise ValueError("This is neither a number nor a date")
    if of.kind == "boolean":
        return {"type": "boolean", "value": value.lower() in ("true", "yes", "1")}
    if of.kind in ("reference", "list") or of.name == "id":
        return {"type": "term", "values": [value]}
    whole_value = of.name in ("email", "phone") or of.name.endswith(("status_label", "_type"))
    mode = "exact_value" if whole_value else "phrase" if exact else "beginning_of_words"
    return {"type": "text", "mode": mode, "value": value}


def decimal(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError("A number must follow") from None


def between(sign: str, value: str) -> dict[str, Any]:
    first, last = bounds(value)
    if sign in (">=", ":", "="):
        end = None if sign == ">=" else last
        return {"type": "moment_range", "on_or_after": first, "before": end}
    if sign == ">":
        return {"type": "moment_range", "on_or_after": last, "before": None}
    return {"type": "moment_range", "on_or_after": None, "before": last if sign == "<=" else first}


def bounds(value: str) -> tuple[dict, dict]:
    """When what is said begins, and when it is over."""
    if value in PERIODS:
        kind = {"type": "start_end_of_predefined_relative_period", "range": value}
        return kind | {"which": "start"}, kind | {"which": "end"}
    if ago := AGO.fullmatch(value):
        distance = {f"{ago[2]}s": int(ago[1])}
        moment = {"type": "offset", "moment": {"type": "now"}, "direction": "past"}
        moment |= {"offset": distance, "which_day_end": None}
        return moment, moment
    if len(value) == len("2026-11-21"):
        day = {"type": "fixed_local_date", "value": value}
        return day | {"which": "start"}, day | {"which": "end"}
    moment = {"type": "fixed_utc", "value": value}
    return moment, moment
