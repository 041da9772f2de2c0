"""Meetings."""

import sqlalchemy as sa
from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import ApiError
from ajar.formats import rich_text
from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    DateTime,
    Derived,
    Items,
    List,
    Ref,
    Text,
    computed,
    operation,
    query,
)
from ajar.kernel.operations import list_parameters
from ajar.kernel.registry import resources
from ajar.kernel.sql import NO_ITEMS, TIME, parameter
from ajar.resources.activity import Activity, HappenedAt
from ajar.resources.activity.meeting import timing
from ajar.resources.activity.meeting.attending import ATTENDEE, called_off, left_behind
from ajar.resources.comment_summary import CommentSummary
from ajar.resources.connected_account import Object
from ajar.resources.contact import ContactRef
from ajar.resources.file import uses_files
from ajar.resources.user import UserRef

NULL = {"type": ["string", "null"]}
CALLED_OFF = ("canceled", "declined-by-lead", "declined-by-org")
STATUSES = ["upcoming", "in-progress", "completed", *CALLED_OFF]


class Unknown(Derived):
    """Null: what somebody who listens in on meetings would know."""

    json = NULL

    def shown(self, row):
        return sa.null()


class ProviderEventId(Text):
    """The id that a calendar has for an event. Few activities have one."""

    def column(self):
        column = super().column()
        sa.event.listen(column, "after_parent_attach", indexed)
        return column


def indexed(column, table):
    name = f"ix__{table.name}__{column.name}"
    columns = table.c.organization_id, column, table.c.id
    sa.Index(name, *columns, postgresql_where=column.is_not(None))


class CalendarIds(List):
    """Lists can be filtered by one of them."""

    def compare(self, column, comparison, name):
        return column.bool_op("?")(parameter(name))


class MeetingOutcome(Ref):
    """An outcome that calls and meetings share: voicemail is left by calls only."""

    def question(self, asked):
        outcome = resources["outcome"]
        rows = query.rows(outcome)
        found = query.owned(outcome, rows, rows.c.type).where(rows.c.id == asked)
        return found.scalar_subquery()

    def clean(self, value, answer=None):
        value = super().clean(value, answer)
        if value and answer != "custom":
            raise ValueError("This outcome does not apply to meetings.")
        return value


class Words(Text):
    blank = ""


class Meeting(
    Activity,
    path="activity/meeting",
    prefix="acti",
    type="Meeting",
    verbs=("list", "get", "update", "delete"),
):
    """An event of a calendar, with somebody of a lead. It comes from calendars only, see
    `ajar.meetings`; users add what they noted, and how it went."""

    contact_id = ContactRef(readonly=True, filter=EXACT | IN)
    user_id = UserRef("user", readonly=True, filter=EXACT | IN)
    activity_at = HappenedAt(readonly=True, filter=RANGE)
    title = Words(readonly=True)
    note = Words(readonly=True)
    location = Text(readonly=True)
    starts_at = DateTime(readonly=True, filter=EXACT | frozenset({"gte", "lt"}))
    ends_at = DateTime(readonly=True)
    is_recurring = Bool(readonly=True)
    attendees = Items(ATTENDEE, readonly=True)
    conference_links = Items({"type": Text(), "url": Text()}, readonly=True)
    source = Choice("calendar", "manual", readonly=True)
    connected_account_id = Ref("connected_account", readonly=True, on_delete="keep")
    calendar_event_link = Text(readonly=True)
    calendar_event_uids = List(readonly=True)
    provider_calendar_event_id = ProviderEventId(readonly=True, filter=EXACT)
    provider_calendar_ids = CalendarIds(readonly=True, filter=EXACT)
    provider_calendar_type = Choice("google", "microsoft", readonly=True, filter=EXACT)
    integrations = Items(
        {
            "id": Text(),
            "integration_name": Text(),
            "oauth_client": Object(),
            "integration_data": Object(),
        },
        readonly=True,
    )
    outcome_id = MeetingOutcome("outcome", on_delete="keep")
    user_note = Text(readonly=True)
    user_note_html = Text(most=200_000)
    user_note_date_updated = DateTime(readonly=True)
    user_note_mentions = List(readonly=True)
    called_off = Choice(
        "canceled", "declined-by-lead", "declined-by-org", readonly=True, hidden=True
    )
    told = Choice(*timing.TOLD, readonly=True, hidden=True)
    comment_summary = CommentSummary()

    uses_files = uses_files

    actual_duration = Unknown()
    conversation_type_id = Unknown()
    conversation_type_reason = Unknown()
    notetaker_id = Unknown()
    outcome_autofill_confidence = Unknown()
    outcome_autofill_reasoning = Unknown()
    playbook_id = Unknown()
    playbook_reason = Unknown()
    summary = Unknown()

    @computed(json={"type": "string", "enum": STATUSES})
    def status(meeting):
        """Time alone moves it, unless the meeting was called off."""
        now = parameter("now", TIME)
        return case(
            (meeting.called_off.is_not(None), meeting.called_off),
            (meeting.starts_at > now, "upcoming"),
            (meeting.ends_at > now, "in-progress"),
            else_="completed",
        )

    @computed(json={"type": "integer"})
    def duration(meeting):
        """In seconds."""
        seconds = func.extract("epoch", meeting.ends_at - meeting.starts_at)
        return sa.cast(seconds, sa.BigInteger)

    @computed(json={"type": "array", "items": {"type": "string"}})
    def users(meeting):
        path = sa.literal_column("'$[*].user_id ? (@ != null)'")
        return func.jsonb_path_query_array(meeting.attendees, path, type_=JSONB)

    @computed(json=NULL)
    def outcome_reason(meeting):
        return case((meeting.outcome_id.is_not(None), "user-selected"))

    @computed(json={"type": "array", "items": {"type": "string"}})
    def attached_call_ids(meeting):
        return NO_ITEMS

    @computed(json={"type": "array", "items": {"type": "object"}}, lazy=True)
    def transcripts(meeting):
        """One of each that listened in: nobody does yet."""
        return NO_ITEMS

    @staticmethod
    async def prepare(ctx, old, new):
        rich_text.pair(old, new, "user_note")
        if new["user_note_html"] != old.get("user_note_html"):
            new["user_note_date_updated"] = ctx.now
            new["user_note_mentions"] = rich_text.mentions(new["user_note_html"] or "")
        if old.get("contact_id") and not new["contact_id"]:
            await left_behind(ctx, old, new)
        new["activity_at"] = new["starts_at"]
        new["called_off"] = called_off(new)
        timing.schedule(ctx, old, new)

    @staticmethod
    async def changed(ctx, old, new):
        if new:
            await timing.follow(ctx, Meeting, old, new)


OF_EVENTS = ("provider_calendar_id", "provider_calendar_type", "starts_at")
SEARCHED = (*list_parameters(Meeting), "provider_calendar_id")


@operation("activity.meeting.list", "GET", "/activity/meeting/", of=Meeting, parameters=SEARCHED)
async def list_(ctx, params, body):
    """Those of a calendar's event are found by the id that it has there."""
    for name in params:
        if name.partition("__")[0] in OF_EVENTS and not params.get("provider_calendar_event_id"):
            raise ApiError(f"{name} can only be used together with provider_calendar_event_id.")
    calendar = params.get("provider_calendar_id")
    return await query.page(
        ctx, Meeting, params | ({"provider_calendar_ids": calendar} if calendar else {})
    )
