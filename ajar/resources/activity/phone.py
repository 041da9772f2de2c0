"""What calls and text messages have in common: a number of ours, one of theirs, and whose it is."""

from ajar.formats import phone
from ajar.kernel import EXACT, IN, Choice, Ref, Text, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.activity import Activity
from ajar.resources.blocked_phone_number import Number
from ajar.resources.contact import ContactRef, numbers
from ajar.resources.user import UserRef

OTHER_WORD = {
    "inbound": "incoming",
    "outbound": "outgoing",
    "incoming": "inbound",
    "outgoing": "outbound",
}


class Direction(Choice):
    """The API has two pairs of words for it, and each kind answers with its own. Either is
    understood."""

    def clean(self, value, answer=None):
        if isinstance(value, str) and value not in self.choices:
            value = OTHER_WORD.get(value, value)
        return super().clean(value)


class TheirContact(ContactRef):
    """A contact of the lead, which here may become another one: a contact of the old lead
    does not go along."""

    def sent(self, data):
        return self.name in data or "lead_id" in data

    def pick(self, old, data):
        lead_id = data.get("lead_id") or old.get("lead_id")
        stays = old.get(self.name) if lead_id == old.get("lead_id") else None
        return data.get(self.name, stays), lead_id


class Country(Text):
    """Two letters, or none."""

    blank = ""


class PhoneActivity(Activity):
    """A call or a text message."""

    lead_id = Ref("lead", required=True, on_delete="cascade", filter=EXACT | IN)
    contact_id = TheirContact(filter=EXACT | IN)
    user_id = UserRef("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    direction = Direction("inbound", "outbound", fixed=True)
    source = Choice("Close.io", "External", required=True, fixed=True, default="External")
    local_phone = Number(most=255, readonly=True)
    local_phone_formatted = Text(readonly=True)
    local_country_iso = Country(readonly=True)
    remote_phone = Number(most=255, readonly=True)
    remote_phone_formatted = Text(readonly=True)
    remote_country_iso = Country(readonly=True)
    cost = Text(readonly=True)
    sequence_id = Text(readonly=True)
    sequence_name = Text(readonly=True)
    sequence_subscription_id = Text(readonly=True)


def write_out(old: dict, new: dict) -> None:
    """Both numbers as people read them, and where they belong."""
    for side in ("local", "remote"):
        number = new[f"{side}_phone"]
        if number != old.get(f"{side}_phone"):
            new[f"{side}_phone_formatted"] = formatted(number)
            new[f"{side}_country_iso"] = (number and phone.parse(number)["country"]) or ""


def formatted(number: str | None) -> str | None:
    return phone.parse(number)["phone_formatted"] if number else None


async def placed(ctx, body: dict, number: str) -> dict:
    """The body with the lead and the contact that it means: those of the contact it names, or
    else of the number under the key `number`. What nobody has stays open."""
    contact_id, lead_id = body.get("contact_id"), body.get("lead_id")
    if (contact_id and lead_id) or not all(
        isinstance(id, str | None) for id in (contact_id, lead_id)
    ):
        return body
    if contact_id:
        rows = await ctx.rows(await whose("id", False), sought=contact_id)
    else:
        rows = await having(ctx, body.get(number), lead_id)
    if not rows:
        return body
    return body | {"lead_id": rows[0]["lead_id"], "contact_id": rows[0]["id"]}


async def having(ctx, text: object, lead_id: str | None) -> list:
    """Who has this number: of several contacts the one that changed last."""
    try:
        sought = phone.parse(text)["phone"] if isinstance(text, str) and text else None
    except ValueError:  # which the check of the field will say in words
        sought = None
    if not sought:
        return []
    return await ctx.rows(await whose("number", bool(lead_id)), sought=sought, lead_id=lead_id)


@shapes(4)
def whose(by: str, of_lead: bool) -> Statement:
    contact = resources["contact"]
    rows, sought = query.rows(contact), parameter("sought")
    same = rows.c.id == sought if by == "id" else numbers(rows.c.phones).bool_op("?")(sought)
    found = query.owned(contact, rows, rows.c.id, rows.c.lead_id).where(same)
    if of_lead:
        found = found.where(rows.c.lead_id == parameter("lead_id"))
    return Statement(found.order_by(rows.c.date_updated.desc(), rows.c.id).limit(1))
