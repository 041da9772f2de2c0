"""Blocked phone numbers."""

from ajar.formats import phone
from ajar.kernel import Signed, Text


class Number(Text):
    """A phone number, kept as E.164."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        return phone.parse(value)["phone"] if value else value


class BlockedPhoneNumber(
    Signed,
    path="blocked_phone_number",
    prefix="bphn",
    created=201,
    deleted=204,
    logged=False,
    order="-date_created",
    indexes=("phone",),
):
    """A number that nobody in the organization can call, and that cannot call in."""

    phone = Number(required=True, fixed=True, most=255, example="+16505550100")
    reason = Text(required=True, example="Spam")
