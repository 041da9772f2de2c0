"""Who is in a group."""

from ajar.kernel import Ref, Resource


class GroupMember(Resource, path="group/member", prefix="gmem", verbs=(), logged=False):
    """A user in a group."""

    group_id = Ref("group", required=True, on_delete="cascade")
    user_id = Ref("user", required=True, on_delete="cascade")
