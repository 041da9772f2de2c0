"""Phone numbers."""

import sqlalchemy as sa

from ajar.errors import Invalid
from ajar.formats import phone
from ajar.kernel import (
    EXACT,
    Bool,
    Choice,
    CreatedAt,
    DateTime,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    computed,
)
from ajar.resources.blocked_phone_number import Number
from ajar.resources.references import Refs
from ajar.rights import NUMBERS, need

OF_GROUPS = ("participants", "phone_numbers")


class OwnNumber(Number):
    def parse(self, ctx, text):
        """What no number is finds nothing. A + is read as a blank in a query string."""
        digits = text.strip()
        try:
            return phone.parse(f"+{digits}" if digits.isdigit() else digits)["phone"]
        except ValueError:
            return text


class Numbers(List):
    """Outside numbers, as E.164."""

    def items(self, value):
        return [phone.parse(number)["phone"] for number in super().items(value)]


class Label(Text):
    blank = ""


class Greeting(Text):
    """The address of an MP3 file."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and not (value.startswith("https://") and value.endswith(".mp3")):
            raise ValueError("Must be the https address of an mp3 file.")
        return value


class PhoneNumber(Resource, path="phone_number", prefix="phon", order="-date_created"):
    """A number that users call from and are called at: one user's own, or a group's."""

    number = OwnNumber(required=True, fixed=True, most=255, filter=EXACT, example="+442039550100")
    number_formatted = Text(readonly=True)
    country = Text(readonly=True)
    label = Label(most=255, example="Office")
    type = Choice("internal", "external", "virtual", required=True, fixed=True, default="virtual")
    is_group_number = Bool(fixed=True, filter=EXACT)
    user_id = Ref("user", fixed=True, filter=EXACT)
    participants = Refs("user")
    phone_numbers = Numbers()
    phone_numbers_formatted = List(readonly=True)
    forward_to = Number(most=255)
    forward_to_formatted = Text(readonly=True)
    forward_to_enabled = Bool()
    press_1_to_accept = Bool()
    voicemail_greeting_url = Greeting(most=2000)
    carrier = Choice("twilio", "plivo", fixed=True)
    carrier_type = Choice("local", "national", "mobile", "tollfree", "shortcode", fixed=True)
    address_id = Text(readonly=True)
    bundle_id = Text(readonly=True)
    is_premium = Bool(readonly=True)
    is_verified = Bool(readonly=True)
    sms_enabled = Bool(readonly=True)
    mms_enabled = Bool(readonly=True)
    supports_sms_to_countries = List(readonly=True)
    supports_mms_to_countries = List(readonly=True)
    next_billing_on = DateTime(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)

    @computed(json={"type": ["number", "null"]})
    def last_billed_price(phone_number):
        """Nothing is billed here."""
        return sa.null()

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            complete(ctx, new)
        written_out(old, new)


def complete(ctx, number: dict) -> None:
    """A personal number is of somebody, a group's of nobody. Who adds one for others needs the
    permission."""
    if number["is_group_number"] and number["user_id"]:
        raise Invalid(fields={"user_id": "A group number has participants, not a user."})
    if not number["is_group_number"]:
        number["user_id"] = number["user_id"] or ctx.user_id
    if number["user_id"] != ctx.user_id:
        need(ctx, NUMBERS)


def written_out(old: dict, new: dict) -> None:
    """As people read them."""
    if not new["is_group_number"] and (wrong := [name for name in OF_GROUPS if new[name]]):
        raise Invalid(fields=dict.fromkeys(wrong, "Only a group number has these."))
    if not old:
        parsed = phone.parse(new["number"])
        new["number_formatted"], new["country"] = parsed["phone_formatted"], parsed["country"]
    to = new["forward_to"]
    new["forward_to_formatted"] = phone.parse(to)["phone_formatted"] if to else None
    new["phone_numbers_formatted"] = [
        phone.parse(number)["phone_formatted"] for number in new["phone_numbers"]
    ]
