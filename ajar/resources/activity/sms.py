"""Text messages."""

import msgspec

from ajar import ids, sequencing, tags
from ajar.errors import ApiError, Invalid
from ajar.formats import template
from ajar.kernel import Choice, DateTime, Int, Text, operation, ops, query, render
from ajar.kernel.operations import show
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources import sending
from ajar.resources.activity import inbox
from ajar.resources.activity.phone import PhoneActivity, placed, write_out
from ajar.resources.attachment import Attachments
from ajar.resources.blocked_phone_number import Number
from ajar.resources.phone_number import PhoneNumber
from ajar.resources.references import KeptRef

# What carriers take along.
MEDIA = {
    "application": "pdf vcard",
    "audio": "3gpp 3gpp2 L24 ac3 amr amr-nb basic mp4 mpeg ogg vnd.rn-realaudio vnd.wave webm",
    "image": "bmp gif jpeg jpg png tiff",
    "text": "calendar csv directory richtext rtf vcard x-vcard",
    "video": "3gpp 3gpp-tt 3gpp2 H261 H263 H263-1998 H263-2000 H264 mp4 mpeg quicktime webm",
}
CONTENT_TYPES = [f"{kind}/{name}" for kind, names in MEDIA.items() for name in names.split()]


class Media(Attachments):
    """Files that go along: each with an id, which it keeps for as long as it is there."""

    def __init__(self):
        super().__init__()
        self.fields |= {
            "content_type": Choice(*CONTENT_TYPES, required=True),
            "media_id": Text(most=255),
        }

    def pick(self, old, data):
        known = {file["url"]: {"media_id": file["media_id"]} for file in old.get(self.name) or []}
        sent = data.get(self.name)
        if not isinstance(sent, list):
            return sent
        return [
            item | known.get(str(item.get("url")), {}) if isinstance(item, dict) else item
            for item in sent
        ]

    def items(self, value):
        return [
            item | {"media_id": item["media_id"] or ids.new("media")}
            for item in super().items(value)
        ]


class SMS(PhoneActivity, path="activity/sms", prefix="acti", type="SMS"):
    """A text message that came in, went out, or is to go out; with files it is an MMS."""

    status = Choice(*sending.STATUSES, required=True, example="draft")
    local_phone = Number(most=255)
    remote_phone = Number(most=255, example="+16505550100")
    text = Text(example="See you at noon.")
    template_id = KeptRef("sms_template")
    attachments = Media()
    date_scheduled = DateTime()
    send_in = Int(least=0, most=sending.LONGEST_WAIT, hidden=True)
    date_sent = DateTime(readonly=True)
    error_message = Text(readonly=True)
    agent_config_id = Text(readonly=True)
    agent_action_reason = Text(readonly=True)

    @staticmethod
    async def prepare(ctx, old, new):
        new["direction"] = new["direction"] or direction(new["status"])
        if new["template_id"] != old.get("template_id") and not new["text"]:
            await fill(ctx, new)
        write_out(old, new)
        sending.settle(old, new)
        if wrong := sending.mistakes(new):
            raise Invalid(fields=wrong)
        if new["status"] == "sent" != old.get("status"):
            logged = not old and (new["activity_at"] or new["date_created"])
            new["date_sent"] = new["activity_at"] = logged or ctx.now

    @staticmethod
    async def changed(ctx, old, new):
        await sending.tell(ctx, SMS, old, new)
        if not old and new["direction"] == "inbound" and new["contact_id"]:
            await sequencing.heard_from(ctx, new["contact_id"], "reply-received")


def direction(status: str) -> str:
    return "inbound" if status == "inbox" else "outbound"


async def fill(ctx, sms: dict) -> None:
    """Write the message from its template, for its lead and contact."""
    if not sms["template_id"]:
        return
    kind = resources["sms_template"]
    found = msgspec.json.decode(await render.one(ctx, kind, sms["template_id"], "text,attachments"))
    about = {"lead_id": sms["lead_id"], "contact_id": sms["contact_id"]}
    values = msgspec.json.decode(await ctx.value(await tags.of_two(), **about))
    sms["text"] = template.render(found["text"], values)
    sms["attachments"] = sms["attachments"] or [
        file | {"media_id": ids.new("media")} for file in found["attachments"]
    ]


@operation(
    "activity.sms.create",
    "POST",
    "/activity/sms/",
    of=SMS,
    parameters=("_fields", inbox.PARAMETER),
)
async def create(ctx, params, body):
    """Log a message, or write one. Without a lead it is that of whoever has the number."""
    wanted = inbox.wanted(params)
    sms = await ops.create(ctx, SMS, await placed(ctx, body, "remote_phone"))
    await send(ctx, sms)
    if wanted and sms["status"] == "inbox":
        await inbox.tell(ctx, "incoming_sms", sms)
    return await show(ctx, SMS, sms, params)


@operation("activity.sms.update", "PUT", "/activity/sms/{id}/", of=SMS, parameters=("_fields",))
async def update(ctx, params, body):
    """Only drafts change; one that is sent leaves, one that is called back does not."""
    sms = await sending.update(ctx, SMS, params["id"], body)
    if body.get("status") in sending.LEAVING:
        await send(ctx, sms)
    return await show(ctx, SMS, sms, params)


async def send(ctx, sms: dict) -> None:
    """Refuse what could not leave. As no carrier is set up, nothing can."""
    if sms["status"] not in sending.LEAVING:
        return
    errors = {
        name: "This field is required." for name in ("local_phone", "remote_phone") if not sms[name]
    }
    if not sms["text"] and not sms["attachments"]:
        errors["text"] = "There is nothing to send."
    if sms["local_phone"] and not await ctx.value(await internal(), number=sms["local_phone"]):
        errors["local_phone"] = "Must be an internal number of the organization."
    if errors:
        raise Invalid(fields=errors)
    raise ApiError(
        "No carrier is set up here, so a text message cannot be sent. It can be kept as a draft,"
        ' or logged as "sent".'
    )


@shapes(1)
def internal() -> Statement:
    """The number that texts can be sent from, if it is one."""
    rows = query.rows(PhoneNumber)
    found = query.owned(PhoneNumber, rows, rows.c.id)
    found = found.where(rows.c.number == parameter("number"), rows.c.type == "internal")
    return Statement(found.limit(1))
