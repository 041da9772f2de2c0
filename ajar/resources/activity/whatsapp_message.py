"""WhatsApp messages."""

import sqlalchemy as sa

from ajar.errors import Invalid
from ajar.formats import rich_text, whatsapp
from ajar.kernel import EXACT, RANGE, Ref, Text, operation, ops
from ajar.kernel.operations import show
from ajar.resources.activity import Activity, HappenedAt, inbox
from ajar.resources.activity.phone import Direction, formatted
from ajar.resources.attachment import Attachments
from ajar.resources.blocked_phone_number import Number
from ajar.resources.contact import ContactRef
from ajar.resources.user import UserRef

MOST_BYTES = 25 * 1024 * 1024


class Files(Attachments):
    """What goes along with a message, 25 MB of it at most."""

    def __init__(self):
        super().__init__()
        self.fields["content_type"] = Text(required=True, most=255)

    def clean(self, value, answer=None):
        """Of files that were uploaded here the size is known only now."""
        files = super().clean(value, answer)
        if sum(file["size"] or 0 for file in files) > MOST_BYTES:
            raise ValueError("The files of a message must not be larger than 25 MB together.")
        return files


class Link(Text):
    """An address to open in a browser."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("Must be an http or https address.")
        return value


class OutsideId(Text):
    """What the message is called elsewhere, which is how an integration finds it again."""

    def column(self):
        column = super().column()
        parts = sa.text("organization_id"), column
        sa.Index("ix__activity__outside", *parts, postgresql_where=column.is_not(None))
        return column


class WhatsAppMessage(
    Activity, path="activity/whatsapp_message", prefix="acti", type="WhatsAppMessage"
):
    """A message of a chat that an integration mirrors. Nothing is sent from here."""

    contact_id = ContactRef(required=True, filter=Activity.contact_id.filter)
    user_id = UserRef("user", default=lambda ctx: ctx.user_id, filter=Activity.user_id.filter)
    activity_at = HappenedAt(required=True, filter=RANGE, example="2026-11-20T09:30:00+00:00")
    direction = Direction("incoming", "outgoing", required=True, example="incoming")
    local_phone = Number(required=True, most=255, example="+442039550100")
    local_phone_formatted = Text(readonly=True)
    remote_phone = Number(required=True, most=255, example="+16505550100")
    remote_phone_formatted = Text(readonly=True)
    external_whatsapp_message_id = OutsideId(
        required=True, fixed=True, most=255, filter=EXACT, example="wamid.1"
    )
    message_markdown = Text(required=True, most=65_536, example="See you at *noon*.")
    message_html = Text(readonly=True)
    text = Text(readonly=True)
    response_to_id = Ref("activity.whatsapp_message")
    attachments = Files()
    integration_link = Link(most=2000)
    integration_name = Text(readonly=True)
    source = Text(readonly=True)

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            new["source"] = ctx.source
        if new["message_markdown"] != old.get("message_markdown"):
            write_out(new)
        for side in ("local", "remote"):
            new[f"{side}_phone_formatted"] = formatted(new[f"{side}_phone"])


def write_out(message: dict) -> None:
    """In the forms that others read."""
    try:
        message["message_html"] = whatsapp.to_html(message["message_markdown"])
    except ValueError as error:
        raise Invalid(fields={"message_markdown": str(error)}) from None
    message["text"] = rich_text.to_text(message["message_html"])


@operation(
    "activity.whatsapp_message.create",
    "POST",
    "/activity/whatsapp_message/",
    of=WhatsAppMessage,
    parameters=("_fields", inbox.PARAMETER),
)
async def create(ctx, params, body):
    """Mirror a message. Being in a transaction, this looks whether what it responds to is a
    message of WhatsApp, too, and not just any activity."""
    wanted = inbox.wanted(params)
    message = await ops.create(ctx, WhatsAppMessage, body)
    if wanted and message["direction"] == "incoming":
        await inbox.tell(ctx, "incoming_sms", message)
    return await show(ctx, WhatsAppMessage, message, params)
