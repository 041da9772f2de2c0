"""What calendars tell of their events. Of one with contacts of a lead a meeting is made, and it
follows its event from then on; of one with contacts of several leads, a meeting for each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar import database
from ajar.kernel import ops, query
from ajar.kernel.context import Context
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.resources.activity.meeting import Meeting
from ajar.resources.contact import known_by

ONE_EVENT = 100  # meetings of one event: leads that are met at once
LINK = re.compile(r"https://[^\s<>\"']+")
HOSTS = {
    "zoom.us": "ZOOM",
    "meet.google.com": "GOOGLE_MEET",
    "hangouts.google.com": "GOOGLE_HANGOUTS",
    "teams.microsoft.com": "MICROSOFT_TEAMS",
    "teams.live.com": "MICROSOFT_TEAMS",
    "join.skype.com": "SKYPE",
    "webex.com": "WEBEX",
    "gotomeeting.com": "GO_TO_MEETING",
    "meet.goto.com": "GO_TO_MEETING",
}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One that is kept in step, and the account through which it is read."""

    id: str
    type: str  # google or microsoft
    account_id: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is invited, and what they said: noreply, yes, no or maybe."""

    email: str
    name: str | None = None
    status: str = "noreply"
    is_organizer: bool = False


@dataclass(frozen=True, kw_only=True)
class CalendarEvent:
    """An event as its calendar has it."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    people: Sequence[Person]
    note: str = ""
    location: str | None = None
    link: str | None = None
    uid: str | None = None
    is_recurring: bool = False
    is_all_day: bool = False


async def seen(ctx: Context, calendar: Calendar, event: CalendarEvent) -> list[str]:
    """The calendar has this event, new or changed: make and change meetings accordingly, in the
    name of the owner of the calendar. Their ids."""
    if event.is_all_day:
        return await gone(ctx, calendar, event.id)
    known = {row["lead_id"]: row for row in await meetings(ctx, calendar, event.id)}
    people = await with_users(ctx, event)
    leads = dict.fromkeys(known, people) | await by_lead(ctx, people)
    made = []
    for lead_id, attendees in sorted(leads.items()):
        old = known.get(lead_id, {})
        new = told(ctx, calendar, event, old) | {"attendees": attendees}
        first = next((one["contact_id"] for one in attendees if one["contact_id"]), None)
        new |= {"contact_id": first, "lead_id": lead_id}
        made.append(await put(ctx, old, new))
    return made


async def gone(ctx: Context, calendar: Calendar, event_id: str) -> list[str]:
    """The calendar has the event no longer. Where no other has it, its meetings are canceled."""
    known = await meetings(ctx, calendar, event_id)
    for meeting in known:
        left = [id for id in meeting["provider_calendar_ids"] if id != calendar.id]
        await put(ctx, meeting, {"provider_calendar_ids": left})
    return [meeting["id"] for meeting in known]


async def put(ctx: Context, old: dict, new: dict) -> str:
    if not old:
        return (await ops.add(ctx, Meeting, **new))["id"]
    changed = any(old[name] != value for name, value in new.items())
    return (await ops.write(ctx, Meeting, old, old | new) if changed else old)["id"]


async def meetings(ctx: Context, calendar: Calendar, event_id: str) -> list[ops.Row]:
    """Those that were made of an event, locked; nobody else tells of the event meanwhile."""
    await database.alone(ctx.db, f"meetings {ctx.organization_id} {event_id}")
    named = {"provider_calendar_event_id": event_id, "provider_calendar_type": calendar.type}
    ids = await query.matching(ctx, Meeting, named, ONE_EVENT)
    return [await ops.get(ctx, Meeting, id) for id in ids]


def told(ctx: Context, calendar: Calendar, event: CalendarEvent, old: dict) -> dict[str, Any]:
    """What a calendar says of a meeting. Who saw the event first has it."""
    calendars, uids = old.get("provider_calendar_ids", []), old.get("calendar_event_uids", [])
    uid = [event.uid] if event.uid and event.uid not in uids else []
    return {
        "title": event.title,
        "note": event.note,
        "location": event.location,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "is_recurring": event.is_recurring,
        "conference_links": conference_links(f"{event.location or ''}\n{event.note}"),
        "source": "calendar",
        "user_id": old.get("user_id") or ctx.user_id,
        "connected_account_id": old.get("connected_account_id") or calendar.account_id,
        "calendar_event_link": event.link,
        "calendar_event_uids": [*uids, *uid],
        "provider_calendar_event_id": event.id,
        "provider_calendar_ids": list(dict.fromkeys([*calendars, calendar.id])),
        "provider_calendar_type": calendar.type,
    }


def conference_links(text: str) -> list[dict[str, str]]:
    """Where people meet on line, each address once."""
    links = dict.fromkeys(link.rstrip(".,;)") for link in LINK.findall(text))
    return [{"type": type_, "url": link} for link in links if (type_ := kind(link))]


def kind(link: str) -> str | None:
    host = link.removeprefix("https://").partition("/")[0].lower()
    return next((word for end, word in HOSTS.items() if f".{host}".endswith(f".{end}")), None)


async def with_users(ctx: Context, event: CalendarEvent) -> list[dict]:
    """Who comes, and which of them are users."""
    emails = [one.email.lower() for one in event.people]
    users = {row["email"]: row["id"] for row in await ctx.rows(await members(), emails=emails)}
    return [
        {
            "name": one.name,
            "email": one.email,
            "contact_id": None,
            "user_id": users.get(one.email.lower()),
            "is_organizer": one.is_organizer,
            "status": one.status,
        }
        for one in event.people
    ]


async def by_lead(ctx: Context, people: list[dict]) -> dict[str, list[dict]]:
    """The same people for each lead that has some of them as contacts, with those of that lead."""
    emails = [one["email"].lower() for one in people if not one["user_id"]]
    found: dict[str, dict[str, str]] = {}
    for contact in await known_by(ctx, emails):
        contacts = found.setdefault(contact["lead_id"], {})
        contacts.setdefault(contact["email"], contact["id"])
    return {
        lead_id: [one | {"contact_id": contacts.get(one["email"].lower())} for one in people]
        for lead_id, contacts in found.items()
    }


@shapes(1)
def members() -> Statement:
    """Users by their address, whose case does not matter."""
    user = resources["user"]
    rows = query.rows(user)
    email = func.lower(rows.c.email)
    found = query.related(user, rows, rows.c.id, email.label("email"))
    return Statement(found.where(email == sa.any_(parameter("emails", TEXTS))))
