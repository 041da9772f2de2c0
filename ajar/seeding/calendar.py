"""Meetings with a lead, as the calendar of a user has them."""

from datetime import datetime, timedelta

from ajar.meetings import conference_links
from ajar.resources.activity.meeting.attending import called_off
from ajar.seeding import words
from ajar.seeding.asides import comments
from ajar.seeding.telling import DAY, HOUR, MINUTE, Person, Teller

MINUTES = (15, 30, 45, 60)


def meeting(story: Teller) -> None:
    """From the calendar of the user: most are over, some will be."""
    person, coming = story.one_of(story.people), story.seldom(0.15)
    at = story.some_day()
    half = timedelta(minutes=30 * story.below(16))
    starts = midnight(at) - DAY + 8 * HOUR + half
    if coming:
        starts = story.writer.today + DAY * (1 + story.below(20)) + 8 * HOUR + half
        at = story.later(max(story.begun, story.writer.today - 20 * DAY))
    title, text, location = story.one_of(words.MEETINGS)
    ends, id = starts + story.one_of(MINUTES) * MINUTE, story.new("activity.meeting")
    event = story.key()
    values = {
        "id": id,
        "contact_id": person.id,
        "title": title,
        "note": text,
        "location": location,
        "starts_at": starts,
        "ends_at": ends,
        "attendees": attendees(story, person, coming),
        "conference_links": conference_links(f"{location or ''}\n{text}"),
        "source": "calendar",
        "connected_account_id": story.owner.account_id,
        "calendar_event_link": f"https://calendar.example/event/{event}",
        "calendar_event_uids": [f"{event}@calendar.example"],
        "provider_calendar_event_id": event,
        "provider_calendar_ids": [] if story.seldom(0.05) else [story.owner.email],
        "provider_calendar_type": "google",
        "told": "scheduled" if coming else "completed",
    }
    values["called_off"] = called_off(values)
    if not coming and not values["called_off"]:
        values |= held(story, ends) | {"outcome_id": story.one_of(story.team.outcomes)}
    values["comment_summary"] = comments(story, "activity.meeting", id, at, 0.05)
    story.add_activity("activity.meeting", values, min(at, starts), activity_at=starts)
    if coming:
        remember(story, id, {"started": starts, "completed": ends})


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def attendees(story: Teller, person: Person, coming: bool) -> list[dict]:
    """The user and the contact, and what they answered."""
    answer = story.one_of(("yes", "yes", "yes", "noreply", "no"))
    blank = {"contact_id": None, "user_id": None}
    host = blank | {"name": story.owner.name, "email": story.owner.email}
    guest = blank | {"name": person.name, "email": person.email}
    return [
        host | {"user_id": story.owner.id, "is_organizer": True, "status": "yes"},
        guest | {"contact_id": person.id, "is_organizer": False, "status": answer},
    ]


def held(story: Teller, at: datetime) -> dict:
    text, html = story.one_of(words.CALLS)
    noted = {"user_note": text, "user_note_html": html, "user_note_date_updated": at}
    return noted if story.seldom(0.5) else {}


def remember(story: Teller, id: str, times: dict[str, datetime]) -> None:
    """That it begins and ends is told when it does."""
    for what, at in times.items():
        args = {"id": id, "what": what, "moment": at.isoformat()}
        story.batch.jobs.append(("meeting.tell", story.owner.id, args, at))
