"""Groups."""

from ajar.kernel import Resource, Text


class Group(Resource, path="group", prefix="group", created=201, deleted=204, order="name"):
    """A named set of users, usable wherever a user is asked for."""

    name = Text(required=True, unique=True, most=255, example="Closers")
