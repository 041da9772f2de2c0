"""Smart fields of leads: what is derived from all that hangs off one.

A `date` of a call or a message is when it happened, `created` when it was written down. What waits
to be sent, or failed, is no communication.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.search import smart_opportunities
from ajar.search.smart import Rows, Smart, equal, item, joined, length, lengths, standing

THERE = equal("status", "sent", "inbox")
WRITTEN, SPOKEN = equal("_type", "Email", "SMS"), equal("_type", "Call", "WhatsAppMessage")
DECLINED = ("declined-by-lead", "declined-by-org")

timeline = Rows("activity", by="activity_at")
exchanged = timeline.only(lambda rows: SPOKEN(rows) | (WRITTEN(rows) & THERE(rows)))
calls = Rows("activity.call", by="activity_at")
emails = Rows("activity.email", THERE, by="activity_at")
texts = Rows("activity.sms", THERE, by="activity_at")
meetings = Rows("activity.meeting", by="activity_at")
notes = Rows("activity.note")
tasks = Rows("task")
open_tasks = Rows("task", lambda rows: ~rows.c.is_complete, by="date")
done_tasks = Rows("task", lambda rows: rows.c.is_complete, by="date_updated")
contacts = Rows("contact")


def users(name: str, rows: Rows, field: str = "user_id") -> dict[str, Smart]:
    """Who it was, by id and by name."""
    end = rows.last if name.startswith("last") else rows.first
    label = field.removesuffix("_id") + "_name"
    return {
        f"{name}_user_id": end(field, "reference", to="user"),
        f"{name}_user_name": end(label),
    }


def counts() -> dict[str, Smart]:
    return {
        "num_activities": timeline.count(),
        "times_communicated": exchanged.count(),
        "num_contacts": contacts.count(),
        "num_notes": notes.count(),
        "num_tasks": tasks.count(),
        "num_incomplete_tasks": open_tasks.count(),
        "num_completed_tasks": done_tasks.count(),
        "num_addresses": Smart("number", length("addresses")),
        "num_email_addresses": contacts.total(lengths("emails")),
        "num_phone_numbers": contacts.total(lengths("phones")),
        "num_contact_urls": contacts.total(lengths("urls")),
        "num_urls": Smart("number", urls),
        "all_urls_count": Smart("number", urls),
    }


def urls(lead: Any) -> Any:
    own = sa.case((func.nullif(lead.c.url, "").is_not(None), 1), else_=0)
    return own + contacts.together(lengths("urls"))(lead)


def exchanges() -> dict[str, Smart]:
    """Communication of all kinds, and whatever else came last."""
    found = {
        "last_activity_date": timeline.last("activity_at", "moment"),
        "last_activity_type": timeline.last("_type"),
        "timezone_id": Smart("zone", zone),
    }
    found |= users("last_activity", timeline)
    for name, end in (("first", exchanged.first), ("last", exchanged.last)):
        found[f"{name}_communication_date"] = end("activity_at", "moment")
        found[f"{name}_communication_type"] = end("_type")
        found[f"{name}_communication_summary"] = end(what_it_was)
        found |= users(f"{name}_communication", exchanged)
    return found


def what_it_was(activity: Any) -> Any:
    said = {"Email": "subject", "SMS": "text", "WhatsAppMessage": "message_markdown"}
    whens = ((activity.c._type == kind, activity.c[name]) for kind, name in said.items())
    return sa.case(*whens, else_=activity.c.note)


def zone(lead: Any) -> Any:
    """By its address, or else by the number of a contact."""
    here = lead.c.addresses.op("#>>", return_type=sa.Text)("{0,tz_ids,0}")
    there = contacts.together(lambda rows: func.min(rows.c.timezone))
    return func.coalesce(here, there(lead))


def of_calls() -> dict[str, Smart]:
    incoming, outgoing = (calls.only(equal("direction", d)) for d in ("inbound", "outbound"))
    missed = incoming.only(equal("disposition", "no-answer", "vm-left", "abandoned"))
    voicemails = calls.only(lambda rows: rows.c.voicemail_duration > 0)
    found = {
        "num_calls": calls.count(),
        "num_incoming_calls": incoming.count(),
        "num_outgoing_calls": outgoing.count(),
        "num_missed_calls": missed.count(),
        "last_call_duration": calls.last("duration", "number"),
        "first_call_user": calls.first("user_id", "reference", to="user"),
        "first_voicemail_duration": voicemails.first("voicemail_duration", "number"),
        "last_voicemail_duration": voicemails.last("voicemail_duration", "number"),
    }
    found |= users("last_call", calls) | dates("call", calls, incoming, outgoing)
    for name, end in (("first", calls.first), ("last", calls.last)):
        found[f"{name}_call_disposition"] = end("disposition")
        found[f"{name}_call_note"] = end("note")
        found[f"{name}_call_outcome_id"] = end("outcome_id", "reference", to="outcome")
    return found


def dates(word: str, all_of_them: Rows, incoming: Rows, outgoing: Rows) -> dict[str, Smart]:
    """When there was a first and a last one, to us, from us, and either."""
    found = {}
    for direction, rows in (("", all_of_them), ("incoming_", incoming), ("outgoing_", outgoing)):
        found[f"first_{direction}{word}_date"] = rows.first("activity_at", "moment")
        found[f"last_{direction}{word}_date"] = rows.last("activity_at", "moment")
    found[f"first_{word}_created"] = all_of_them.first("date_created", "moment")
    found[f"last_{word}_created"] = all_of_them.last("date_created", "moment")
    return found


def of_emails() -> dict[str, Smart]:
    incoming, outgoing = (emails.only(equal("direction", d)) for d in ("incoming", "outgoing"))
    sent = emails.only(equal("status", "sent"))
    found = {
        "num_emails": emails.count(),
        "num_sent_emails": sent.count(),
        "num_outgoing_emails": outgoing.count(),
        "num_received_emails": incoming.count(),
        "num_email_attachments": emails.total(lengths("attachments")),
        "first_email": emails.first("subject"),
        "last_email_subject": emails.last("subject"),
        "first_email_opens": emails.first(length("opens"), "number"),
        "first_email_template": emails.first("template_name"),
        "first_emailed": sent.first("activity_at", "moment"),
        "first_emailed_template": sent.first("template_name"),
        "email_last_opened": Smart("moment", emails.together(last_opened)),
        "email_status": emails.last("status"),
    }
    found |= dates("email", emails, incoming, outgoing)
    for name, end in (("first", emails.first), ("last", emails.last)):
        found[f"{name}_email_from"] = end("sender")
        found |= {f"{name}_email_{part}": end(joined(part)) for part in ("to", "cc", "bcc")}
        found[f"{name}_email_user"] = end("user_id", "reference", to="user")
        found[f"{name}_email_attachments"] = end(length("attachments"), "number")
    return found


def last_opened(rows: Any) -> Any:
    """Of all openings of all mails."""
    opened = func.jsonb_path_query_array(rows.c.opens, "$[*].opened_at")
    times = func.jsonb_array_elements_text(opened).column_valued("time")
    of_one = sa.select(func.max(sa.cast(times, sa.DateTime(timezone=True))))
    return func.max(of_one.correlate(rows).scalar_subquery())


def of_texts() -> dict[str, Smart]:
    incoming, outgoing = (texts.only(equal("direction", d)) for d in ("inbound", "outbound"))
    received, sent = (texts.only(equal("status", one)) for one in ("inbox", "sent"))
    found = {
        "num_sms": texts.count(),
        "num_sent_sms": sent.count(),
        "num_received_sms": received.count(),
    }
    found |= dates("sms", texts, incoming, outgoing)
    for name in ("first", "last"):
        end = getattr(texts, name)
        found[f"{name}_sms_text"] = end("text")
        found[f"{name}_sms_user"] = end("user_id", "reference", to="user")
        for word, rows in (("received", received), ("sent", sent)):
            found[f"{name}_{word}_sms_date"] = getattr(rows, name)("activity_at", "moment")
    return found


def of_meetings() -> dict[str, Smart]:
    held = meetings.only(standing("activity.meeting", "completed"))
    found = {
        "num_meetings": meetings.count(),
        "num_declined_meetings": meetings.only(standing("activity.meeting", *DECLINED)).count(),
        "first_completed_meeting_outcome_id": held.first("outcome_id", "reference", to="outcome"),
        "last_completed_meeting_outcome_id": held.last("outcome_id", "reference", to="outcome"),
    }
    for status in ("upcoming", "in-progress", "completed", "canceled", *DECLINED):
        name = f"num_{status.replace('-', '_')}_meetings"
        found[name] = meetings.only(standing("activity.meeting", status)).count()
    return found


def of_notes_and_tasks() -> dict[str, Smart]:
    found = {
        "last_note_created": notes.last("date_created", "moment"),
        "next_task_text": open_tasks.first("text"),
        "next_task_date": open_tasks.first("date", "due"),
        "next_task_due_date": open_tasks.first("date", "due"),
        "last_task_creator": tasks.last("created_by", "reference", to="user"),
        "last_task_due": tasks.last("date", "due"),
        "last_complete_task_due_date": done_tasks.last("date", "due"),
        "last_complete_task_updated": done_tasks.last("date_updated", "moment"),
    }
    for name, end in (("first", notes.first), ("last", notes.last)):
        found[f"{name}_note_user"] = end("user_id", "reference", to="user")
        found[f"{name}_note_by"] = end("user_name")
    return found | users("next_task", open_tasks, "assigned_to")


def of_statuses() -> dict[str, Smart]:
    of_lead = Rows("activity.status_change.lead")
    of_opportunity = Rows("activity.status_change.opportunity")
    found = {
        "last_lead_status_change_date": of_lead.last("date_created", "moment"),
        "last_opportunity_status_change_date": of_opportunity.last("date_created", "moment"),
    }
    for word in ("old", "new"):
        name = f"first_opportunity_status_change_{word}_status"
        found[name] = of_opportunity.first(f"{word}_status_label")
    return found


def of_contacts() -> dict[str, Smart]:
    """The first address and number that any contact has."""
    return {
        "primary_email": contacts.only(lambda rows: length("emails")(rows) > 0).first(
            item("emails", "email")
        ),
        "primary_phone": contacts.only(lambda rows: length("phones")(rows) > 0).first(
            item("phones", "phone")
        ),
    }


class SmartFields:
    """The base that gives a lead all of these."""


FAMILIES = (
    counts,
    exchanges,
    of_calls,
    of_emails,
    of_texts,
    of_meetings,
    of_notes_and_tasks,
    of_statuses,
    of_contacts,
    smart_opportunities.counts,
    smart_opportunities.of_the_primary_one,
    smart_opportunities.of_all,
)
for family in FAMILIES:
    for name, one in family().items():
        setattr(SmartFields, name, one)
        one.__set_name__(SmartFields, name)
