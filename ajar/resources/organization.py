"""Organizations."""

from ajar.kernel import Resource, Text, Tracked


class Organization(
    Tracked, path="organization", prefix="orga", verbs=("get", "update"), logged=False
):
    """Whom everything belongs to."""

    name = Text(most=255)
    currency = Text()
    currency_symbol = Text(readonly=True)
