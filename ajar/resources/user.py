"""Users."""

from sqlalchemy import func

from ajar.kernel import CreatedAt, Ref, Resource, Text, UpdatedAt, computed


class User(Resource, path="user", prefix="user", verbs=("list", "get"), logged=False):
    """A person of the organization, present or past."""

    email = Text(readonly=True)
    first_name = Text(readonly=True)
    last_name = Text(readonly=True)
    image = Text(readonly=True)
    last_used_timezone = Text(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)

    @computed(json={"type": "string"}, lazy=True)
    def name(user):
        return func.trim(user.first_name + " " + user.last_name)


class UserRef(Ref):
    """A user; where lists are filtered by it, a group stands for its members."""
