"""Renting a phone number."""

from ajar.errors import ApiError, Invalid
from ajar.kernel import Bool, Choice, Text, operation
from ajar.kernel.fields import cleaned
from ajar.rights import NUMBERS, need


class Country(Text):
    """Two letters."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if len(value) != 2 or not (value.isascii() and value.isalpha()):
            raise ValueError("Must be the two letters of a country.")
        return value.upper()


REQUEST = {
    "country": Country(required=True),
    "sharing": Choice("personal", "group", required=True),
    "prefix": Text(most=20),
    "bundle_id": Text(most=255),
    "carrier_type": Choice("local", "national", "mobile", "tollfree"),
    "with_sms": Bool(),
    "with_mms": Bool(),
}


class NoCarrier(ApiError):
    """There is nobody to rent a number from."""

    def __init__(self):
        super().__init__("No carrier is set up here: an administrator can add numbers.")
        self.body["status"] = "error"


@operation(
    "phone_number.request.internal.create",
    "POST",
    "/phone_number/request/internal/",
    status=201,
    takes=REQUEST,
)
async def rent(ctx, params, body):
    """A number costs money; without a carrier there is none."""
    wanted = cleaned(REQUEST, body)
    if wanted["with_mms"] and not wanted["with_sms"]:
        raise Invalid(fields={"with_mms": "This takes with_sms, too."})
    if wanted["sharing"] == "group":
        need(ctx, NUMBERS)
    raise NoCarrier()
