"""Everything that an activity report can measure. A metric is a line of this table: what is
looked at, the conditions on it, and how it is counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ANY, NONE, SOME = object(), object(), object()  # a value, no value, a number above zero
Where = dict[str, Any]  # by field: a value, several, or one of these


@dataclass(frozen=True)
class Source:
    """Rows of a type of objects: when each counts, and for whom."""

    type: str
    word: str = ""  # what the language of queries calls it, if it hangs off a lead
    at: str = "activity_at"
    who: str = "user_id"
    where: Where = field(default_factory=dict, compare=False)
    name: str = ""  # tells apart what has other conditions


@dataclass(frozen=True)
class Measure:
    """How rows become a number. `counts`: without any, it is zero."""

    how: str  # count, leads, sum or avg
    of: str = ""
    words: str = "{}"
    unit: str = ""

    @property
    def counts(self) -> bool:
        return self.how != "avg"


@dataclass(frozen=True)
class Metric:
    """A number that a report can show."""

    key: str
    name: str = field(compare=False)
    description: str = field(compare=False)
    sources: tuple[Source, ...] = field(compare=False)
    where: Where = field(compare=False)
    measure: Measure = field(compare=False)


@dataclass(frozen=True)
class Line:
    """A line of the table: it makes a metric for each of its measures."""

    key: str
    name: str
    sources: tuple[Source, ...]
    where: Where
    measures: tuple[str, ...]
    means: str = ""


MEASURES = {
    "count": Measure("count"),
    "sum_duration": Measure("sum", "duration", "{}: total duration", "seconds"),
    "avg_duration": Measure("avg", "duration", "{}: average duration", "seconds"),
    "sum_value": Measure("sum", "value", "{}: value", "cents"),
    "avg_value": Measure("avg", "value", "{}: average value", "cents"),
    "sum_annualized_value": Measure(
        "sum", "annualized_value", "{}: annualized value", "cents in a year"
    ),
    "avg_time_to_close": Measure("avg", "time_to_close", "{}: average time to close", "seconds"),
}
LEADS = Measure("leads")
COUNT, TALK, TIME = ("count",), ("count", "sum_duration", "avg_duration"), ("count", "sum_duration")
WORTH = ("count", "sum_value", "sum_annualized_value", "avg_value")
CLOSED, VALUE = (*WORTH, "avg_time_to_close"), ("count", "sum_value")

CALLS = Source("activity.call", "call")
SENT = Source("activity.email", "email", where={"status": "sent"}, name="sent")
RECEIVED = Source("activity.email", "email", where={"status": "inbox"}, name="received")
SMS = Source("activity.sms", "sms")
WHATSAPP = Source("activity.whatsapp_message", "whatsapp_message")
MEETINGS = Source("activity.meeting", "meeting")
NOTES = Source("activity.note", "note")
CUSTOM = Source("activity.custom_activity", "custom_activity", where={"status": "published"})
FORMS = Source("activity.form_submission", "form_submission")
PEOPLE = {"_type": ("lead", "outgoing_call")}
TASKS = Source("task", "task", "date_created", "assigned_to", PEOPLE)
DONE = Source("activity.task_completed", "task_completed")
LEAD = Source("lead", "", "date_created", "created_by")
MADE = Source("opportunity", "opportunity", "date_created", "created_by")
OWNED = Source("opportunity", "opportunity", "date_created")
WON = Source("opportunity", "opportunity", "date_won", where={"status_type": "won"})
LOST = Source("opportunity", "opportunity", "date_lost", where={"status_type": "lost"})
LEAD_CHANGES = Source("activity.lead_status_change", "lead_status_change")
CHANGES = Source("activity.opportunity_status_change", "status_change")
OUT = {"direction": "outbound"}
CONTACTED = (
    Source("activity.call", "call", where=OUT, name="out"),
    SENT,
    Source("activity.sms", "sms", where={"status": "sent"}, name="out"),
    Source(
        "activity.whatsapp_message", "whatsapp_message", where={"direction": "outgoing"}, name="out"
    ),
)

OUTSIDE, OURS = {"source": "External"}, {"source": "Close.io"}
ANSWERED = {"disposition": "answered"}
MISSED = {"disposition": ("no-answer", "busy", "blocked", "error", "abandoned")}
VOICEMAIL = {"disposition": ("vm-answer", "vm-left")}
SEQUENCES = {"sequence_id": ANY}
BULK = {"bulk_email_action_id": ANY}
MANUAL = {"sequence_id": NONE, "bulk_email_action_id": NONE}
REPLY, NO_REPLY, OPENED = {"has_reply": True}, {"has_reply": False}, {"opens_count": SOME}

DIRECTIONS: tuple[tuple[str, str, Where], ...] = (
    ("all", "Calls", {}),
    ("inbound", "Inbound calls", {"direction": "inbound"}),
    ("outbound", "Outbound calls", OUT),
)
ENDINGS: tuple[tuple[str, str, Where, str], ...] = (
    ("all", "", {}, ""),
    ("answered", " answered", ANSWERED, "Somebody answered."),
    ("missed", " missed", MISSED, "Nobody answered, or the line was busy or failed."),
    ("voicemail", " with voicemail", VOICEMAIL, "A machine answered, or a message was left."),
)
WAYS: tuple[tuple[str, str, Where, str], ...] = (
    ("all", "Emails sent", {}, "However they were sent."),
    ("manual", "Emails sent by hand", MANUAL, "Neither by a sequence nor to many at once."),
    ("bulk", "Emails sent in bulk", BULK, "By an action on many leads at once."),
    ("sequences", "Emails sent by sequences", SEQUENCES, "By a sequence."),
)
PERIODS = (("one_time", "one-time"), ("monthly", "monthly"), ("annual", "annual"))


def lines() -> Iterator[Line]:
    for way, name, where in DIRECTIONS:
        for ending, words, more, means in ENDINGS:
            yield Line(f"calls.{way}.{ending}", name + words, (CALLS,), where | more, TALK, means)
    for key, words, where in (
        ("regular", "Outbound calls without a dialer", OURS | {"call_method": "regular"}),
        ("external", "Outbound calls made elsewhere", OUTSIDE),
        ("power_dialer", "Outbound calls by power dialer", {"call_method": "power"}),
        ("predictive_dialer", "Outbound calls by predictive dialer", {"call_method": "predictive"}),
    ):
        yield Line(f"calls.outbound.{key}", words, (CALLS,), OUT | where, TALK)
    for way, name, where, means in WAYS:
        for key, words, more in (
            ("", "", {}),
            ("_with_reply", " with a reply", REPLY),
            ("_without_reply", " without a reply", NO_REPLY),
        ):
            yield Line(f"emails.sent.{way}{key}", name + words, (SENT,), where | more, COUNT, means)
        opened = f"{name} and opened"
        told = "Sent in the period, and opened at least once since."
        yield Line(f"emails.opened.{way}", opened, (SENT,), where | OPENED, COUNT, told)
    yield from TABLE
    for status in ("won", "lost"):
        source = WON if status == "won" else LOST
        for period, words in PERIODS:
            key, name = f"opportunities.value_{status}.{period}", f"Opportunities {status}, {words}"
            yield Line(key, name, (source,), {"value_period": period}, VALUE)


TABLE = (
    Line("emails.received.all", "Emails received", (RECEIVED,), {}, COUNT),
    Line("sms.sent.all", "SMS sent", (SMS,), {"status": "sent"}, COUNT),
    Line(
        "sms.sent.sequences", "SMS sent by sequences", (SMS,), {"status": "sent"} | SEQUENCES, COUNT
    ),
    Line("sms.received.all", "SMS received", (SMS,), {"status": "inbox"}, COUNT),
    Line(
        *("whatsapp.sent.all", "WhatsApp messages sent", (WHATSAPP,)),
        *({"direction": "outgoing"}, COUNT),
    ),
    Line(
        *("whatsapp.received.all", "WhatsApp messages received", (WHATSAPP,)),
        *({"direction": "incoming"}, COUNT),
    ),
    Line("meetings.scheduled.all", "Meetings", (MEETINGS,), {}, TIME, "However they went."),
    Line("meetings.completed.all", "Meetings held", (MEETINGS,), {"status": "completed"}, TIME),
    Line("meetings.canceled.all", "Meetings canceled", (MEETINGS,), {"status": "canceled"}, TIME),
    Line(
        *("meetings.declined.all", "Meetings declined", (MEETINGS,)),
        *({"status": ("declined-by-lead", "declined-by-org")}, TIME),
    ),
    Line("tasks.created.all", "Tasks created", (TASKS,), {}, COUNT, "By who is to do them."),
    Line("tasks.completed.all", "Tasks completed", (DONE,), {}, COUNT, "By who did them."),
    Line("notes.created.all", "Notes", (NOTES,), {}, COUNT),
    Line("custom_activities.created.all", "Custom activities", (CUSTOM,), {}, COUNT, "But drafts."),
    Line("form_submissions.received.all", "Form submissions", (FORMS,), {}, COUNT),
    Line("leads.created.all", "Leads created", (LEAD,), {}, COUNT),
    Line(
        *("leads.contacted.all", "Leads contacted", CONTACTED, {}, COUNT),
        "Leads that were called, or that an email or a message was sent to: each once.",
    ),
    Line("leads.status_changed.all", "Changes of a lead's status", (LEAD_CHANGES,), {}, COUNT),
    Line(
        *("opportunities.created.all", "Opportunities created by the user", (MADE,), {}, WORTH),
        "By who created them.",
    ),
    Line(
        *("opportunities.created_for.all", "Opportunities created for the user", (OWNED,), {}),
        *(WORTH, "By whose they are."),
    ),
    Line(
        *("opportunities.active.all", "Opportunities created that are active", (OWNED,)),
        *({"status_type": "active"}, WORTH, "Created in the period, and active now."),
    ),
    Line("opportunities.won.all", "Opportunities won", (WON,), {}, CLOSED),
    Line("opportunities.lost.all", "Opportunities lost", (LOST,), {}, CLOSED),
    Line(
        *("opportunities.status_changed.all", "Changes of an opportunity's status", (CHANGES,)),
        *({}, COUNT),
    ),
)


def metrics(lines: Iterator[Line]) -> Iterator[Metric]:
    for line in lines:
        for name in line.measures:
            measure = MEASURES[name]
            if line.key == "leads.contacted.all":
                measure = LEADS
            words = measure.words.format(line.name)
            means = " ".join(filter(None, (f"{words}.", line.means, in_unit(measure))))
            yield Metric(f"{line.key}.{name}", words, means, line.sources, line.where, measure)


def in_unit(measure: Measure) -> str:
    return f"In {measure.unit}." if measure.unit else ""


METRICS = {one.key: one for one in metrics(lines())}


def of_type(id: str, name: str) -> Metric:
    """A type of custom activities is counted by its id."""
    line = Line(
        f"custom_activities.created.{id}", name, (CUSTOM,), {"custom_activity_type_id": id}, COUNT
    )
    return next(metrics(iter([line])))
