"""What else is kept of a lead: comments, forms, and what the organization has added."""

from datetime import datetime

from ajar.forms import normalized
from ajar.seeding import words
from ajar.seeding.telling import DAY, HOUR, Teller, moment

PAGES = ("https://www.demo.example/", "https://www.demo.example/prices/?utm_source=search")


def comments(story: Teller, kind: str, id: str, at: datetime, share: float) -> dict | None:
    """What colleagues say about an object, if they do: the summary that it shows."""
    if not story.seldom(share):
        return None
    thread, letters = story.new("comment_thread"), story.writer.letters
    times = sorted(story.later(at) for _ in range(1 + story.below(3)))
    people = [story.one_of(story.team.people).id for _ in times]
    for time, user in zip(times, people, strict=True):
        asked = story.one_of(story.team.people).id if story.seldom(0.2) else None
        comment = {
            "id": story.new("comment"),
            "thread_id": thread,
            "object_id": id,
            "lead_id": story.id,
            "body": letters.mentions[asked] if asked else story.one_of(letters.comments),
            "mentions": [asked] if asked else [],
        }
        story.add("comment", comment, time, by=user)
    values = {
        "id": thread,
        "object_id": id,
        "object_type": kind,
        "lead_id": story.id,
        "num_comments": len(times),
        "participating": list(dict.fromkeys(people)),
    }
    story.add("comment_thread", values, times[0], times[-1])
    return {"thread_id": thread, "comment_count": len(times)}


def custom_activity(story: Teller) -> None:
    """A visit, written down as the organization wants it."""
    visit, at = story.team.visit, story.some_day()
    published = not story.seldom(0.1)
    values = {
        visit.fields["Where"]: story.one_of(words.SITES),
        visit.fields["Seats"]: 5 * (1 + story.below(40)),
        visit.fields["Next Visit"]: (at + 90 * DAY).date().isoformat(),
        visit.fields["Spoke With"]: [story.one_of(story.people).id],
    }
    if story.seldom(0.4):
        values[visit.fields["Report"]] = story.one_of(words.NOTES)[0].replace("{name}", "They")
    told = {
        "contact_id": story.people[0].id,
        "custom_activity_type_id": visit.id,
        "status": "published" if published else "draft",
        "source": "ui",
        "last_published_at": at if published else None,
        "custom": values,
    }
    story.add_activity("activity.custom", told, at)


def form_submission(story: Teller) -> None:
    """A contact asks for something on the website."""
    person, form = story.one_of(story.people), story.team.form
    url = story.one_of(PAGES)
    answers = {
        "Name": person.name,
        "E-mail": person.email,
        "Company": story.name,
        "Plan": story.one_of(("Free", "Team")),
        "Newsletter": story.seldom(0.5),
    }
    values = {
        "contact_id": person.id,
        "form_id": form["id"],
        "form_configuration_id": form["configuration_id"],
        "values": {field["id"]: answers[field["name"]] for field in form["fields"]},
        "values_by_name": answers,
        "ip_address": f"203.0.113.{1 + story.below(250)}",
        "origin": "https://www.demo.example",
        "source_url": url,
        "source_url_normalized": normalized(url),
    }
    story.add_activity("activity.form_submission", values, story.some_day())


def merge(story: Teller) -> None:
    """The same company had been added twice."""
    values = {
        "source_lead_id": f"lead_{story.key()}",
        "destination_lead_id": story.id,
        "source_display_name": story.company,
        "destination_display_name": story.name,
        "merge_status": "completed",
    }
    story.add_activity("activity.lead_merge", values, story.some_day())


def custom_object(story: Teller) -> str:
    """A contract; its id."""
    contract, at, id = story.team.contract, story.some_day(), story.new("custom_object")
    values = {
        contract.fields["Kind"]: story.one_of(words.CONTRACTS),
        contract.fields["Yearly Fee"]: 100 * (1 + story.below(300)),
        contract.fields["Signed"]: moment(at + HOUR),
        contract.fields["Signed By"]: story.one_of(story.people).id,
        contract.fields["Ends"]: (at + 365 * DAY).date().isoformat(),
    }
    named = {
        "id": id,
        "custom_object_type_id": contract.id,
        "lead_id": story.id,
        "name": f"Contract {story.number:06}",
        "custom": values,
    }
    story.add("custom_object", named, at)
    return id


STATES = ("active", "active", "paused", "finished", "finished", "goal", "goal", "error")
REASONS = {"paused": "manual", "goal": "reply-received", "error": "account-invalid"}


def run(story: Teller) -> None:
    """The first contact on the way through a sequence of calls; what fails is one of mails."""
    person, at, state = story.people[0], story.some_day(), story.one_of(STATES)
    sequence = story.team.mailing if state == "error" else story.team.calling
    id, steps, mails = story.new("sequence_subscription"), sequence["steps"], state == "error"
    values = {
        "id": id,
        "sequence_id": sequence["id"],
        "contact_id": person.id,
        "lead_id": story.id,
        "status": state,
        "status_reason": REASONS.get(state),
        "contact_email": person.email,
        "sender_account_id": story.owner.account_id if mails else None,
        "sender_name": story.owner.name if mails else None,
        "sender_email": story.owner.email if mails else None,
        "calls_assigned_to": [story.owner.id],
        "start_date": at,
    }
    story.add("sequence_subscription", values, at, story.later(at))
    done = {"active": 0, "error": 0, "finished": len(steps)}.get(state, 1)
    tasks = [call_task(story, sequence, at + n * DAY, True) for n in range(0 if mails else done)]
    waits = call_task(story, sequence, at, False) if state == "active" else None
    stands = (steps[done - 1]["id"] if tasks else None, at, steps[0]["id"] if waits else None)
    whose = (story.team.organization_id, id, sequence["id"])
    story.batch.progress.append((*whose, *stands, waits, None))


def call_task(story: Teller, sequence: dict, at: datetime, done: bool) -> str:
    """The task of a step; its id."""
    at = min(at, story.writer.today)
    task = {
        "id": story.new("task"),
        "_type": "outgoing_call",
        "lead_id": story.id,
        "contact_id": story.people[0].id,
        "assigned_to": story.owner.id,
        "text": sequence["name"],
        "date": at.date().isoformat(),
        "priority": "medium",
        "is_complete": done,
    }
    story.add("task", task, at, story.later(at) if done else at)
    return task["id"]
