"""Emails."""

import asyncio

from sqlalchemy import case, cast, func
from sqlalchemy.dialects.postgresql import JSON

from ajar import conversations, followups, sequencing
from ajar.errors import Invalid
from ajar.formats import mail, mail_body
from ajar.kernel import (
    EXACT,
    IN,
    Bool,
    Choice,
    DateTime,
    Int,
    Items,
    List,
    Lookup,
    Ref,
    Text,
    computed,
    operation,
    ops,
)
from ajar.kernel.operations import show
from ajar.kernel.sql import NO_ITEMS
from ajar.resources import sender, sending
from ajar.resources.activity import Activity
from ajar.resources.attachment import Attachments
from ajar.resources.connected_account import Object
from ajar.resources.contact import with_address
from ajar.resources.email_template import written
from ajar.resources.sender import Account, Addresses, MessageIds, Sender
from ajar.resources.user import UserRef

LONGEST_BODY = 200_000
LARGE = 20_000  # a body that takes longer to read than others should wait
PARTS = {"type": "array", "items": {"type": "object"}}


class Subject(Text):
    """One line."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        return " ".join(value.splitlines()) if value else value


class Files(Attachments):
    """What is sent along; pictures that only the HTML shows are named there by `content_id`."""

    def __init__(self, **options):
        super().__init__(**options)
        self.fields |= {
            "size": Int(least=0, required=True),
            "content_id": Text(most=255),
            "inline_only": Bool(),
        }


class Moment(DateTime):
    """A time inside of a list, as its text."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        return value.isoformat(timespec="microseconds") if value else None


class Opens(Items):
    """When it was opened, and what is known of where."""

    def __init__(self, **options):
        known = {name: Text(most=1000) for name in ("opened_by", "ip_address", "user_agent")}
        super().__init__({"opened_at": Moment(required=True)} | known, **options)

    def items(self, value):
        return [{k: v for k, v in item.items() if v is not None} for item in super().items(value)]


class Email(Activity, path="activity/email", prefix="acti", type="Email"):
    """A mail that was received, was sent, waits to be sent, or is a draft."""

    status = Choice(*sending.STATUSES, required=True, example="draft")
    direction = Choice("incoming", "outgoing", fixed=True)
    user_id = UserRef("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    subject = Subject(most=1000, example="Welcome")
    sender = Sender()
    to = Addresses(example=["gob@bluth.example"])
    cc = Addresses()
    bcc = Addresses()
    body_text = Text(most=LONGEST_BODY, example="How are you?")
    body_html = Text(most=LONGEST_BODY)
    body_preview = Text(readonly=True)
    text_parts = Object(readonly=True, hidden=True)  # only if there is more than one
    html_parts = Object(readonly=True, hidden=True)
    envelope = Object(readonly=True)
    attachments = Files()
    template_id = Ref("email_template", on_delete="keep")
    account_id = Account(hidden=True)
    send_as_id = Text(readonly=True)
    date_scheduled = DateTime()
    send_in = Int(least=0, most=sending.LONGEST_WAIT, hidden=True)
    date_sent = DateTime(readonly=True)
    send_attempts = List(readonly=True)
    need_smtp_credentials = Bool(readonly=True)
    thread_id = Ref("activity.emailthread", readonly=True, on_delete="keep", filter=EXACT)
    in_reply_to_id = Ref("activity.email", on_delete="keep")
    message_ids = MessageIds(readonly=True)
    references = List(readonly=True)
    has_reply = Bool(readonly=True)
    opens = Opens()
    opens_summary = Text(readonly=True)
    followup_date = DateTime(hidden=True)
    followup_sequence_id = Text(most=255)
    followup_sequence_delay = Int(least=0)
    followup_sequence_add_cc_bcc = Bool()
    bulk_email_action_id = Text(readonly=True)
    sequence_id = Text(readonly=True)
    sequence_name = Text(readonly=True)
    sequence_subscription_id = Text(readonly=True)

    template_name = Lookup("template_id", "name")

    @computed(json={"type": ["string", "null"]})
    def email_account_id(email):
        return email.account_id

    @computed(json=PARTS)
    def body_text_quoted(email):
        return parts("text", email.body_text, email.text_parts)

    @computed(json=PARTS)
    def body_html_quoted(email):
        return parts("html", email.body_html, email.html_parts)

    @staticmethod
    async def prepare(ctx, old, new):
        new["direction"] = new["direction"] or direction(new["status"])
        sending.settle(old, new)
        await fill_in(ctx, old, new)
        await check(ctx, old, new)
        await write_body(old, new)
        date(ctx, old, new)
        if new["opens"] != old.get("opens", []):
            new["opens_summary"] = summary(new["opens"])
        new["envelope"] = mail.envelope(new)
        if not old or new["in_reply_to_id"] != old["in_reply_to_id"]:
            await conversations.join(ctx, old, new)
            new["envelope"] = mail.envelope(new)  # it tells of what the mail answers

    @staticmethod
    async def changed(ctx, old, new):
        await sending.tell(ctx, Email, old, new)
        await followups.plan(ctx, old, new)
        await conversations.follow(ctx, old, new)
        if not old and new["direction"] == "incoming" and new["contact_id"]:
            await sequencing.heard_from(ctx, new["contact_id"], "reply-received")


def direction(status: str) -> str:
    return "incoming" if status == "inbox" else "outgoing"


def parts(name: str, whole, kept):
    """New and quoted text apart; most mails quote nothing."""
    one = func.json_build_array(func.json_build_object("expand", True, name, whole))
    return case((whole.is_(None), NO_ITEMS), (kept.is_not(None), cast(kept, JSON)), else_=one)


async def fill_in(ctx, old: dict, new: dict) -> None:
    """What the sender left to the server: the words of a template, their own address."""
    chosen = new["template_id"] and new["template_id"] != old.get("template_id")
    if chosen and not (new["body_html"] or new["body_text"]):
        new["contact_id"] = new["contact_id"] or await addressee(ctx, new)
        found = await written(ctx, new["template_id"], new["lead_id"], new["contact_id"])
        new["body_html"] = found["body"]
        new["subject"] = new["subject"] or found["subject"]
        new["attachments"] = new["attachments"] or found["attachments"]
    if new["status"] == "sent" and not new["sender"]:
        new["sender"] = await sender.of(ctx, new["user_id"])


async def addressee(ctx, email: dict) -> str:
    """The contact it goes to. Nobody is greeted by the name of somebody else."""
    known = [mail.parsed(one)["email"].lower() for one in email["to"]]
    if id := await with_address(ctx, email["lead_id"], known):
        return id
    raise Invalid(fields={"contact_id": sending.REQUIRED})


async def check(ctx, old: dict, new: dict) -> None:
    wrong = sending.mistakes(new)
    if new["status"] not in ("draft", "sent") and not new["sender"]:
        wrong["sender"] = sending.REQUIRED
    if new["status"] in sending.LEAVING and not (new["to"] or new["cc"] or new["bcc"]):
        wrong["to"] = sending.REQUIRED
    if wrong:
        raise Invalid(fields=wrong)
    if sending.leaves(old, new):
        await sender.choose(ctx, new)


async def write_body(old: dict, new: dict) -> None:
    """Keep plain and rich text in step, each as it was sent if both were; and take the new
    apart from the quoted."""
    if all(new[name] == old.get(name) for name in ("body_text", "body_html")):
        return
    size = len(new["body_html"] or "") + len(new["body_text"] or "")
    if size < LARGE:
        put_body(old, new)
    else:
        await asyncio.to_thread(put_body, old, new)


def put_body(old: dict, new: dict) -> None:
    text, html = (new[name] != old.get(name) for name in ("body_text", "body_html"))
    if html:
        try:
            new["body_html"] = mail_body.clean(new["body_html"] or "") or None
        except ValueError as error:
            raise Invalid(fields={"body_html": str(error)}) from None
    if html and not text:
        new["body_text"] = mail_body.to_text(new["body_html"]) if new["body_html"] else None
    if text and not html:
        new["body_html"] = mail_body.from_text(new["body_text"]) if new["body_text"] else None
    new["body_preview"] = mail_body.preview(new["body_text"])
    new["text_parts"] = mail_body.text_parts(new["body_text"])
    new["html_parts"] = mail_body.html_parts(new["body_html"])


def date(ctx, old: dict, new: dict) -> None:
    """What was sent or received before it was written down may say when; what leaves, leaves
    now."""
    if new["status"] not in ("inbox", "sent") or old.get("status") == new["status"]:
        return
    if old:
        new["activity_at"] = ctx.now
    new["date_sent"] = new["date_sent"] or new["activity_at"] or new["date_created"] or ctx.now


def summary(opens: list[dict]) -> str | None:
    if not opens:
        return None
    last = max(opens, key=lambda one: one["opened_at"])
    who = f" by {last['opened_by']}" if last.get("opened_by") else ""
    times = "once" if len(opens) == 1 else f"{len(opens)} times"
    return f"Opened{who} ({times}, latest {last['opened_at'][:10]})"


@operation(
    "activity.email.update", "PUT", "/activity/email/{id}/", of=Email, parameters=("_fields",)
)
async def update(ctx, params, body):
    """Only drafts can be edited; what waits to be sent can be taken back."""
    return await show(ctx, Email, await sending.update(ctx, Email, params["id"], body), params)


@operation("activity.email.delete", "DELETE", "/activity/email/{id}/", of=Email)
async def delete(ctx, params, body):
    """Its thread goes with the last of its mails."""
    await conversations.take_turn_of(ctx, Email, params["id"])
    await ops.delete(ctx, Email, params["id"])
    return {}
