"""A few rows of each kind that the API itself does not create, for tests of clients: made through
the same doors that calendars, websites and users come in by. Each run makes another set."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg

from ajar import database, forms, ids, meetings
from ajar.forms import Sender
from ajar.kernel import ops
from ajar.kernel.context import Context
from ajar.kernel.registry import resources
from ajar.meetings import Calendar, CalendarEvent, Person
from ajar.oauth import grants

Made = dict[str, Any]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Numbers that are kept for stories: nobody has one.
NUMBERS = ("+16505550150", "+442079460150")
FORM = {
    "name": "Ask for a demo",
    "is_published": True,
    "fields": [
        {"name": "Name", "required": True, "maps_to": "contact.name"},
        {"name": "E-mail", "type": "email", "required": True, "maps_to": "contact.email"},
        {"name": "Company", "maps_to": "lead.name"},
        {"name": "Plan", "type": "choices", "choices": ["Free", "Team"]},
        {"name": "Newsletter", "type": "checkbox"},
    ],
}


async def make(url: str, context: Callable[[Any], Awaitable[Context]]) -> Made:
    """All or nothing; the ids of what was made."""
    db = await asyncpg.connect(url)
    try:
        await database.prepare(db)
        async with db.transaction():
            ctx = await context(db)
            made: Made = {"carrier": False}
            for maker in (account, calendar, website, telephone, application):
                made |= await maker(ctx, made)
            return made
    finally:
        await db.close()


async def account(ctx: Context, made: Made) -> Made:
    """The user's mailbox and calendar."""
    user = await ops.get(ctx, resources["user"], str(ctx.user_id))
    identity = {"name": f"{user['first_name']} {user['last_name']}".strip(), "email": user["email"]}
    features = ["email_sending", "email_syncing", "calendar_syncing"]
    row = await ops.add(
        ctx,
        resources["connected_account"],
        _type="google",
        user_id=ctx.user_id,
        email=user["email"],
        identities=[identity],
        default_identity=identity,
        available_features=features,
        enabled_features=features,
        synced_calendars=[user["email"]],
        available_calendars=[
            {
                "id": user["email"],
                "name": user["email"],
                "status": "ok",
                "default": True,
                "synced": True,
            }
        ],
    )
    return {"connected_account_id": row["id"]}


async def calendar(ctx: Context, made: Made) -> Made:
    """Meetings that were, that will be, and that will not be."""
    user = await ops.get(ctx, resources["user"], str(ctx.user_id))
    own = Calendar(id=user["email"], type="google", account_id=made["connected_account_id"])
    guest = await person(ctx)
    people = [
        Person(email=user["email"], status="yes", is_organizer=True),
        Person(email=guest, name="Demo Guest", status="yes"),
    ]
    found: dict[str, str] = {}
    for title, after in (("Demo", -DAY), ("Follow-up", DAY), ("Kick-off", 2 * DAY)):
        event = CalendarEvent(
            id=ids.new("event"),
            title=title,
            starts_at=ctx.now + after,
            ends_at=ctx.now + after + HOUR,
            people=people,
            note="Agenda: what you need, and what we have.",
            location="https://zoom.us/j/5550150",
            uid=f"{ids.new('uid')}@calendar.example",
            link="https://calendar.example/event",
        )
        (found[title],) = await meetings.seen(ctx, own, event)
        if title == "Kick-off":
            await meetings.gone(ctx, own, event.id)
    outcome = await ops.create(ctx, resources["outcome"], {"name": "Demo held"})
    held = {"outcome_id": outcome["id"], "user_note_html": "<p>They liked it.</p>"}
    await ops.update(ctx, resources["activity.meeting"], found["Demo"], held)
    return {"meeting_ids": list(found.values())}


async def person(ctx: Context) -> str:
    """The address of a contact at a lead, both new."""
    email = f"{ids.new('guest')}@demo.example".lower()
    lead = await ops.create(ctx, resources["lead"], {"name": "Demo of Meetings"})
    contact = {"lead_id": lead["id"], "name": "Demo Guest", "emails": [{"email": email}]}
    await ops.create(ctx, resources["contact"], contact)
    return email


async def website(ctx: Context, made: Made) -> Made:
    """A form, and what visitors sent with it."""
    row = await ops.create(ctx, resources["form"], FORM)
    form = await forms.published(ctx, row["id"])
    sender = Sender(
        ip_address="203.0.113.7",
        origin="https://www.demo.example",
        source_url="https://www.demo.example/demo/?utm_source=fixtures",
    )
    submissions = []
    for name, plan in (("Ida Visitor", "Team"), ("Ora Visitor", "Free")):
        email = f"{ids.new('visitor')}@demo.example".lower()
        answers = {"Name": name, "E-mail": email, "Company": f"{name} Ltd", "Plan": plan}
        submission = await forms.submit(ctx, form, answers | {"Newsletter": True}, sender)
        submissions.append(submission["id"])
    return {"form_id": row["id"], "form_submission_ids": submissions}


async def telephone(ctx: Context, made: Made) -> Made:
    """Numbers as if a carrier had given them, and a session of the dialer."""
    numbers = [
        await ops.create(
            ctx, resources["phone_number"], {"number": number, "type": "internal", "label": "Demo"}
        )
        for number in NUMBERS
    ]
    session = await ops.add(
        ctx,
        resources["dialer"],
        source_type="shared-entry",
        source_value=ids.new("entry"),
        target_type="lead",
        type="power",
        status="inactive",
        user_id=ctx.user_id,
        users=[{"user_id": ctx.user_id, "is_active": False, "state": "inactive"}],
        caller_id=numbers[0]["number"],
        is_user_dependent=False,
        music_preference="tone1",
        ring_mode="more-voicemails",
    )
    return {"phone_number_ids": [row["id"] for row in numbers], "dialer_id": session["id"]}


async def application(ctx: Context, made: Made) -> Made:
    """An OAuth application that the user has let in."""
    return {"oauth": await grants.connected(ctx, "Fixture", "https://app.example/callback")}
