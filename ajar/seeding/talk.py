"""What is said and written between a team and a lead."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import quote
from typing import Any

from ajar.formats import mail
from ajar.resources.activity.email import summary
from ajar.seeding import letters, words
from ajar.seeding.asides import comments, custom_activity, form_submission, merge
from ajar.seeding.calendar import meeting
from ajar.seeding.telling import DAY, Person, Teller, moment

ANSWERS = {"answered": 50, "vm-left": 20, "no-answer": 25, "busy": 5}
DISPOSITIONS = [name for name, weight in ANSWERS.items() for _ in range(weight)]
SILENT = ("no-answer", "busy")


def note(story: Teller) -> None:
    text, html = story.one_of(words.NOTES)
    person, at, id = story.one_of(story.people), story.some_day(), story.new("activity.note")
    pinned = story.seldom(0.05)
    values = {
        "id": id,
        "contact_id": person.id,
        "note": text.replace("{name}", person.first),
        "note_html": html.replace("{name}", person.first),
        "pinned": pinned,
        "pinned_at": at if pinned else None,
        "source": "ui",
        "comment_summary": comments(story, "activity.note", id, at, 0.1),
    }
    story.add_activity("activity.note", values, at)


def call(story: Teller) -> None:
    """Logged from another telephone; most go out."""
    person, at, id = story.one_of(story.people), story.some_day(), story.new("activity.call")
    inbound = story.seldom(0.25)
    how = "answered" if inbound else story.one_of(DISPOSITIONS)
    values = {
        "id": id,
        "contact_id": person.id,
        "direction": "inbound" if inbound else "outbound",
        "status": how if how in SILENT else "completed",
        "disposition": how,
        "source": "External",
        "phone": person.phone["phone"],
        **ends("remote", person.phone),
        "duration": 0,
        "comment_summary": comments(story, "activity.call", id, at, 0.05),
    }
    if how == "answered":
        text, html = story.one_of(words.CALLS)
        values |= {"note": text, "note_html": html, "duration": 20 + story.below(1200)}
        values["outcome_id"] = story.one_of(story.team.outcomes)
    elif how == "vm-left":
        values |= {"duration": 10 + story.below(40), "outcome_id": story.team.voicemail}
    story.add_activity("activity.call", values, at)


def ends(side: str, number: Mapping[str, Any]) -> dict:
    """One end of a line."""
    return {
        f"{side}_phone": number["phone"],
        f"{side}_phone_formatted": number["phone_formatted"],
        f"{side}_country_iso": number["country"] or "",
    }


def texts(story: Teller) -> None:
    """A message, and most times an answer; the answer of these days waits in the inbox."""
    person, at = story.one_of(story.people), story.some_day()
    for place, text in enumerate(story.one_of(letters.TEXTS)[: story.left][: 1 + story.below(3)]):
        ours = place == 0
        at = at if ours else story.later(at)
        id = story.new("activity.sms")
        values = {
            "id": id,
            "contact_id": person.id,
            "direction": "outbound" if ours else "inbound",
            "status": "sent" if ours else "inbox",
            "source": "External",
            **ends("local", story.owner.phone),
            **ends("remote", person.phone),
            "text": text.replace("{name}", person.first),
            "date_sent": at if ours else None,
        }
        story.add_activity("activity.sms", values, at)
        if not ours and story.writer.today - at < 30 * DAY:
            notice(story, "incoming_sms", person, at, {"object_type": "sms", "object_id": id})


def notice(story: Teller, kind: str, person: Person, at: datetime, about: dict) -> None:
    """A task that the server makes: somebody should look."""
    task = {
        "id": story.new("task", "noti"),
        "_type": kind,
        "lead_id": story.id,
        "contact_id": person.id,
        "assigned_to": story.owner.id,
        "date": moment(at),
        "priority": "medium",
    }
    story.add("task", task | about, at)


def chats(story: Teller) -> None:
    person, at, first = story.one_of(story.people), story.some_day(), None
    messages = story.one_of(story.writer.letters.chats)[: story.left]
    for place, message in enumerate(messages[: 1 + story.below(2)]):
        at = at if place == 0 else story.later(at)
        number = person.phone["phone"]
        values = {
            "contact_id": person.id,
            "direction": ("outgoing", "incoming")[place],
            "local_phone": story.owner.phone["phone"],
            "local_phone_formatted": story.owner.phone["phone_formatted"],
            "remote_phone": number,
            "remote_phone_formatted": person.phone["phone_formatted"],
            "external_whatsapp_message_id": f"wamid.{story.key()}",
            "response_to_id": first,
            "source": "api",
            **message.to(person.first),
        }
        first = story.add_activity("activity.whatsapp_message", values, at)


def mails(story: Teller) -> None:
    """A conversation of one subject, which the lead has not had yet: it is one thread."""
    told = story.writer.letters.by[story.owner.id]
    new = [one for one in told if one[0] not in story.subjects]
    if story.left < 2 or not new:
        return note(story)
    subject, letters = story.one_of(new)
    story.subjects.add(subject)
    count = 1 + story.below(min(len(letters), story.left - 1))
    thread, person, at = story.new("activity.emailthread"), story.one_of(story.people), None
    rows, begun = [], story.some_day()
    for number, letter in enumerate(letters[:count]):
        at = story.later(at) if at else begun
        rows.append(one_mail(story, person, subject, thread, number, at, rows))
        rows[-1] |= letter.to(person.first)
    answered = max((row["activity_at"] for row in rows[1::2]), default=None)
    for row in rows:
        ours = row["direction"] == "outgoing"
        row["has_reply"] = ours and answered is not None and row["activity_at"] < answered
        story.add_activity("activity.email", row, row["activity_at"])
    add_thread(story, thread, rows, person)
    if rows[-1]["direction"] == "outgoing" and story.seldom(0.15):
        about = {"object_type": "emailthread", "object_id": thread}
        notice(story, "email_followup", person, rows[-1]["activity_at"], about)


def one_mail(
    story: Teller,
    person: Person,
    subject: str,
    thread: str,
    number: int,
    at: datetime,
    before: list[dict],
) -> dict:
    """The headers of a mail, and what became of it."""
    ours, id = number % 2 == 0, story.new("activity.email")
    people = (story.owner.address, f'"{quote(person.name)}" <{person.email}>')
    sender, to = people if ours else people[::-1]
    opens = opened(story, person, at) if ours and story.seldom(0.4) else []
    row = {
        "id": id,
        "contact_id": person.id,
        "status": "sent" if ours else "inbox",
        "direction": "outgoing" if ours else "incoming",
        "subject": f"Re: {subject}" if number else subject,
        "sender": sender,
        "to": [to],
        "cc": [],
        "bcc": [],
        "envelope": None,
        "account_id": story.owner.account_id,
        "date_sent": at,
        "thread_id": thread,
        "in_reply_to_id": before[-1]["id"] if before else None,
        "message_ids": [f"<{id}@mail.demo.example>"],
        "references": [one for mail in before for one in mail["message_ids"]],
        "opens": opens,
        "opens_summary": summary(opens),
        "activity_at": at,
    }
    return row | {"envelope": mail.envelope(row)}


def opened(story: Teller, person: Person, at: datetime) -> list[dict]:
    times = sorted(story.later(at) for _ in range(1 + story.below(3)))
    seen = {"ip_address": f"203.0.113.{1 + story.below(250)}", "user_agent": words.BROWSER}
    return [{"opened_at": moment(time), "opened_by": person.email, **seen} for time in times]


def add_thread(story: Teller, id: str, rows: list[dict], person: Person) -> None:
    """What `ajar.conversations.summary` says of these mails."""
    last = rows[-1]
    values = {
        "id": id,
        "contact_id": person.id,
        "n_emails": len(rows),
        "participants": mail.participants([row["envelope"] for row in rows]),
        "latest_normalized_subject": mail.normalized(last["subject"]),
    }
    begun = rows[0]["activity_at"]
    story.add_activity("activity.emailthread", values, begun, activity_at=last["activity_at"])


# What happens, and of a hundred how often.
WEIGHTS: dict[Callable[[Teller], None], int] = {
    note: 24,
    call: 26,
    mails: 22,
    texts: 9,
    meeting: 8,
    custom_activity: 5,
    chats: 3,
    form_submission: 2,
    merge: 1,
}
TALKS = [what for what, weight in WEIGHTS.items() for _ in range(weight)]


def talk(story: Teller) -> None:
    """Until the timeline is as long as it is to be."""
    while story.left > 0:
        story.one_of(TALKS)(story)
