"""Memberships."""

from ajar.kernel import Bool, Choice, Ref, Resource, Text


class Membership(Resource, path="membership", prefix="memb", verbs=("update",), logged=False):
    """That a user belongs to an organization, and with which role."""

    user_id = Ref("user", readonly=True, on_delete="cascade")
    role_id = Text(required=True)
    is_active = Bool(readonly=True, hidden=True)
    auto_record_calls = Choice("unset", "enabled", "disabled")
