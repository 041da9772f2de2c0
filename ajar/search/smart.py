"""Smart fields of leads: what is derived from all that hangs off one. Each is a sub-select that
an index of the lead's rows answers; who does not name it, does not pay for it. What counts is
never null. A kind of object that is not declared is counted as nothing."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import query
from ajar.kernel.fields import Derived
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME
from ajar.kernel.times import ISO

JSON = {
    "number": {"type": "integer"},
    "text": {"type": ["string", "null"]},
    "reference": {"type": ["string", "null"]},
    "moment": {"type": ["string", "null"], "format": "date-time"},
    "zone": {"type": ["string", "null"]},
}
Where = Callable[[Any], Any]


class Smart(Derived):
    """A value that is derived from a lead's rows, of a kind that can be searched."""

    lazy = True

    def __init__(self, kind: str, value: Callable[[Any], Any], to: str = ""):
        self.searched, self.of, self.to = kind, value, to
        self.json = JSON[kind]

    def value(self, row: Any) -> Any:
        return self.of(row)

    def shown(self, row):
        found = self.value(row)
        if self.searched != "moment":
            return found
        return func.to_char(func.timezone("UTC", found), ISO)


def everything(rows: Any) -> Any:
    return sa.true()


def of_lead(name: str, lead: Any, rows: Any, where: Where, *columns: Any) -> sa.Select:
    found = query.related(resources[name], rows, *columns)
    return found.where(rows.c.lead_id == lead.c.id, where(rows))


def count(name: str, where: Where = everything) -> Smart:
    def value(lead: Any) -> Any:
        if name not in resources:
            return sa.literal_column("0", sa.BigInteger)
        rows = query.rows(resources[name])
        return of_lead(name, lead, rows, where, func.count()).scalar_subquery()

    return Smart("number", value)


def sized(name: str, part: str) -> Smart:
    """How many items the lists of a lead's rows have together."""

    def value(lead: Any) -> Any:
        rows = query.rows(resources[name])
        total = func.coalesce(func.sum(func.jsonb_array_length(rows.c[part])), 0)
        return of_lead(name, lead, rows, everything, total).scalar_subquery()

    return Smart("number", value)


def end(
    name: str,
    field: str,
    kind: str,
    last: bool,
    where: Where = everything,
    by: str = "",
    to: str = "",
) -> Smart:
    """A field of the first or the last of a lead's rows."""

    def value(lead: Any) -> Any:
        if name not in resources:
            return sa.cast(sa.null(), TIME if kind == "moment" else sa.Text)
        resource = resources[name]
        rows = query.rows(resource)
        order = rows.c[by or "date_created"]
        orders = [order.desc(), rows.c.id.desc()] if last else [order, rows.c.id]
        found = of_lead(name, lead, rows, where, query.column(resource, rows, field))
        return found.where(order.is_not(None)).order_by(*orders).limit(1).scalar_subquery()

    return Smart(kind, value, to)


def equal(column: str, *values: Any) -> Where:
    return lambda rows: rows.c[column].in_(values)


def primary(part: str, field: str) -> Smart:
    """The first item in the lists of a lead's contacts."""

    def value(lead: Any) -> Any:
        rows = query.rows(resources["contact"])
        one = rows.c[part].op("#>>", return_type=sa.Text)(f"{{0,{field}}}")
        found = of_lead(
            "contact", lead, rows, lambda rows: func.jsonb_array_length(rows.c[part]) > 0, one
        )
        return found.order_by(rows.c.date_created, rows.c.id).limit(1).scalar_subquery()

    return Smart("text", value)


def zone(lead: Any) -> Any:
    """By its address, or else by the number of a contact."""
    here = lead.c.addresses.op("#>>", return_type=sa.Text)("{0,tz_ids,0}")
    rows = query.rows(resources["contact"])
    there = of_lead("contact", lead, rows, everything, func.min(rows.c.timezone))
    return func.coalesce(here, there.scalar_subquery())


def urls(lead: Any) -> Any:
    own = sa.case((func.nullif(lead.c.url, "").is_not(None), 1), else_=0)
    return own + sized("contact", "urls").value(lead)


def worth(how: str, period: str, status: str) -> Smart:
    """The sum, mean, least or most of what a lead's opportunities are worth; without any, 0."""

    def value(lead: Any) -> Any:
        rows = query.rows(resources["opportunity"])
        amount = rows.c.value
        if period == "annualized":
            amount = sa.case((rows.c.value_period == "monthly", amount * 12), else_=amount)
        of_status = equal("status_type", status) if status else everything
        found = of_lead("opportunity", lead, rows, of_status, func.coalesce(HOW[how](amount), 0))
        if period != "annualized":
            found = found.where(rows.c.value_period == period)
        return found.scalar_subquery()

    return Smart("number", value)


HOW: dict[str, Callable[[Any], Any]] = {
    "total": func.sum,
    "min": func.min,
    "max": func.max,
    "avg": lambda amount: sa.cast(func.round(func.avg(amount)), sa.BigInteger),
}
PERIODS = ("one_time", "monthly", "annual")


def counts() -> dict[str, Smart]:
    found = {
        "num_activities": count("activity"),
        "num_contacts": count("contact"),
        "num_notes": count("activity.note"),
        "num_tasks": count("task"),
        "num_incomplete_tasks": count("task", lambda rows: ~rows.c.is_complete),
        "num_completed_tasks": count("task", lambda rows: rows.c.is_complete),
        "num_opportunities": count("opportunity"),
        "num_addresses": Smart("number", lambda lead: func.jsonb_array_length(lead.c.addresses)),
        "num_email_addresses": sized("contact", "emails"),
        "num_phone_numbers": sized("contact", "phones"),
        "num_contact_urls": sized("contact", "urls"),
        "num_urls": Smart("number", urls),
        "all_urls_count": Smart("number", urls),
    }
    for status in ("active", "won", "lost"):
        found[f"num_{status}_opportunities"] = count("opportunity", equal("status_type", status))
    for period in PERIODS:
        name = f"num_{period}_opportunities"
        found[name] = count("opportunity", equal("value_period", period))
    return found | communication()


def communication() -> dict[str, Smart]:
    call, email, sms, meeting = (f"activity.{n}" for n in ("call", "email", "sms", "meeting"))
    found = {
        "num_calls": count(call),
        "num_incoming_calls": count(call, equal("direction", "inbound")),
        "num_outgoing_calls": count(call, equal("direction", "outbound")),
        "num_emails": count(email),
        "num_sent_emails": count(email, equal("status", "sent")),
        "num_outgoing_emails": count(email, equal("direction", "outgoing")),
        "num_received_emails": count(email, equal("direction", "incoming")),
        "num_sms": count(sms),
        "num_sent_sms": count(sms, equal("status", "sent")),
        "num_received_sms": count(sms, equal("status", "inbox")),
        "num_meetings": count(meeting),
    }
    declined = ("declined-by-lead", "declined-by-org")
    for status in ("upcoming", "in-progress", "completed", "canceled", *declined):
        name = f"num_{status.replace('-', '_')}_meetings"
        found[name] = count(meeting, equal("status", status))
    found["num_declined_meetings"] = count(meeting, equal("status", *declined))
    return found


def moments() -> dict[str, Smart]:
    found = {"last_activity_date": end("activity", "activity_at", "moment", True, by="activity_at")}
    found["last_lead_status_change_date"] = end(
        "activity.status_change.lead", "date_created", "moment", True
    )
    found["last_opportunity_status_change_date"] = end(
        "activity.status_change.opportunity", "date_created", "moment", True
    )
    found["last_note_created"] = end("activity.note", "date_created", "moment", True)
    words = {"call": ("inbound", "outbound"), "sms": ("inbound", "outbound")}
    for kind in ("call", "email", "sms"):
        incoming, outgoing = words.get(kind, ("incoming", "outgoing"))
        for place, last in (("first", False), ("last", True)):
            found[f"{place}_{kind}_date"] = end(f"activity.{kind}", "date_created", "moment", last)
            for word, stored in (("incoming", incoming), ("outgoing", outgoing)):
                of = equal("direction", stored)
                name = f"{place}_{word}_{kind}_date"
                found[name] = end(f"activity.{kind}", "date_created", "moment", last, of)
            created = end(f"activity.{kind}", "date_created", "moment", last)
            found[f"{place}_{kind}_created"] = created
    return found


def people() -> dict[str, Smart]:
    open_ = lambda rows: ~rows.c.is_complete  # noqa: E731
    return {
        "last_activity_type": end("activity", "_type", "text", True, by="activity_at"),
        "last_activity_user_id": end(
            "activity", "user_id", "reference", True, by="activity_at", to="user"
        ),
        "last_activity_user_name": end("activity", "user_name", "text", True, by="activity_at"),
        "last_note_user": end("activity.note", "user_id", "reference", True, to="user"),
        "last_note_by": end("activity.note", "user_name", "text", True),
        "first_note_user": end("activity.note", "user_id", "reference", False, to="user"),
        "first_note_by": end("activity.note", "user_name", "text", False),
        "next_task_text": end("task", "text", "text", False, open_, by="date"),
        "next_task_date": end("task", "date", "text", False, open_, by="date"),
        "next_task_user_id": end(
            "task", "assigned_to", "reference", False, open_, by="date", to="user"
        ),
        "next_task_user_name": end("task", "assigned_to_name", "text", False, open_, by="date"),
        "primary_email": primary("emails", "email"),
        "primary_phone": primary("phones", "phone"),
        "timezone_id": Smart("zone", zone),
    }


def values() -> dict[str, Smart]:
    return {
        f"{how}_{period}_{status + '_' if status else ''}opportunity_value": worth(
            how, period, status
        )
        for how in HOW
        for period in (*PERIODS, "annualized")
        for status in ("", "active", "won", "lost")
    }


class SmartFields:
    """The base that gives a lead all of these."""


for name, one in (counts() | moments() | people() | values()).items():
    setattr(SmartFields, name, one)
    one.__set_name__(SmartFields, name)
