"""Calls."""

import sqlalchemy as sa

from ajar import sequencing
from ajar.errors import Invalid
from ajar.formats import rich_text
from ajar.kernel import (
    Bool,
    Choice,
    DateTime,
    Int,
    Items,
    Ref,
    Text,
    computed,
    events,
    operation,
    ops,
    query,
)
from ajar.kernel.operations import show
from ajar.resources.activity.phone import Direction, PhoneActivity, placed, write_out
from ajar.resources.blocked_phone_number import Number
from ajar.resources.dialer import Dialer
from ajar.resources.file import uses_files
from ajar.resources.references import KeptRef

STATUSES = (
    "created",
    "in-progress",
    "completed",
    "cancel",
    "no-answer",
    "busy",
    "failed",
    "timeout",
)
DISPOSITIONS = (
    "answered",
    "no-answer",
    "vm-answer",
    "vm-left",
    "busy",
    "blocked",
    "error",
    "abandoned",
)
OF_THE_CARRIER = ("status", "duration", "direction")
LONGEST = 2**31 - 1  # seconds
TRANSCRIPT = {
    "type": ["object", "null"],
    "properties": {
        "utterances": {"type": "array", "items": {"type": "object"}},
        "summary_text": {"type": "string"},
        "summary_html": {"type": "string"},
    },
}


class SoundUrl(Text):
    """Where an MP3 file is."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and not value.startswith("https://"):
            raise ValueError("Must be an https address.")
        return value


class Seconds(Int):
    blank = 0


class Call(PhoneActivity, path="activity/call", prefix="acti", type="Call"):
    """Somebody called somebody. A call that was made elsewhere is logged here; of one that the
    built-in carrier has connected (`Close.io`), the carrier says how it went."""

    direction = Direction("inbound", "outbound", required=True, fixed=True, default="outbound")
    status = Choice(*STATUSES, required=True, default="completed")
    phone = Number(most=255, example="+16505550100")
    note = Text(most=100_000, example="Wants a quote by Friday.")
    note_html = Text(most=200_000)
    duration = Int(least=0, most=LONGEST)
    outcome_id = KeptRef("outcome")
    disposition = Choice(*DISPOSITIONS, fixed=True)
    recording_url = SoundUrl(most=2000)
    recording_expires_at = DateTime(readonly=True)
    voicemail_url = SoundUrl(most=2000)
    voicemail_duration = Seconds(readonly=True)
    quality_info = Text()
    conversation_type_id = Text(most=255)
    playbook_id = KeptRef("playbook")
    date_answered = DateTime(readonly=True)
    is_joinable = Bool(readonly=True)
    is_forwarded = Bool(readonly=True)
    is_to_group_number = Bool(readonly=True)
    forwarded_to = Text(readonly=True)
    transferred_from = Text(readonly=True)
    transferred_from_user_id = Ref("user", on_delete="keep", readonly=True)
    transferred_to = Text(readonly=True)
    transferred_to_user_id = Ref("user", on_delete="keep", readonly=True)
    dialer_id = Ref("dialer", on_delete="keep", readonly=True)
    dialer_saved_search_id = Text(readonly=True)
    coach_legs = Items({}, readonly=True)

    uses_files = uses_files

    @computed(json={"type": "string", "enum": ["regular", "power", "predictive"]})
    def call_method(call):
        """The dialer's, if it made the call."""
        return sa.func.coalesce(query.first(Dialer, "type", id=call.dialer_id), "regular")

    @computed(json={"type": "boolean"})
    def has_recording(call):
        return call.recording_url.is_not(None)

    @computed(json=TRANSCRIPT, lazy=True)
    def recording_transcript(call):
        """Nobody writes down here what was said."""
        return sa.null()

    @computed(json=TRANSCRIPT, lazy=True)
    def voicemail_transcript(call):
        return sa.null()

    @staticmethod
    async def prepare(ctx, old, new):
        rich_text.pair(old, new, "note")
        new["remote_phone"] = new["phone"]
        write_out(old, new)

    @staticmethod
    async def changed(ctx, old, new):
        """What the carrier tells of a call as it happens; a logged call is over."""
        answered = new and new["disposition"] == "answered" != old.get("disposition")
        if answered and new["contact_id"]:
            await sequencing.heard_from(ctx, new["contact_id"], "call-answered")
        if not (old and new) or new["source"] != "Close.io":
            return
        if new["date_answered"] and not old["date_answered"]:
            await events.log(ctx, Call, new, "answered")
        if new["status"] == "completed" != old["status"]:
            await events.log(ctx, Call, new, "completed")


@operation("activity.call.create", "POST", "/activity/call/", of=Call, parameters=("_fields",))
async def create(ctx, params, body):
    """Log a call that was made elsewhere. Without a lead it is that of whoever has the number."""
    refuse_custom(body)
    call = await ops.create(ctx, Call, await placed(ctx, body, "phone"))
    return await show(ctx, Call, call, params)


@operation("activity.call.update", "PUT", "/activity/call/{id}/", of=Call, parameters=("_fields",))
async def update(ctx, params, body):
    """What the carrier knows of its own calls nobody knows better."""
    refuse_custom(body)
    old = await ops.get(ctx, Call, params["id"])
    wrong = [n for n in OF_THE_CARRIER if n in body and old["source"] == "Close.io"]
    if wrong := [name for name in wrong if body[name] != old[name]]:
        raise Invalid(fields=dict.fromkeys(wrong, "Value cannot be changed."))
    return await show(ctx, Call, await ops.update(ctx, Call, old["id"], body), params)


def refuse_custom(body: dict) -> None:
    """The contract has a place for values of custom fields, but no fields to put there."""
    values = body.get("custom_fields")
    names = list(values) if isinstance(values, dict) else []
    if names:
        errors = {f"custom.{name}": f'The Custom Field "{name}" does not exist.' for name in names}
        raise Invalid(fields=errors)
