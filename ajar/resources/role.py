"""Roles."""

from dataclasses import dataclass

from ajar.kernel import Choice, CreatedAt, List, Resource, Text, UpdatedAt

RESTRICTED = (
    "delete_own_activities",
    "delete_own_opportunities",
    "delete_own_tasks",
    "calling",
    "view_all_leads",
)
USER = (
    *RESTRICTED,
    "bulk_import",
    "bulk_email",
    "bulk_sequence_subscriptions",
    "delete_leads",
    "merge_leads",
    "manage_others_activities",
    "manage_others_opportunities",
    "manage_others_tasks",
)
SUPERUSER = (
    *USER,
    "bulk_delete",
    "bulk_edit",
    "call_coach_barge",
    "call_coach_listen",
    "export",
    "manage_customizations",
    "manage_email_sequences",
    "manage_group_numbers",
    "manage_team_email_templates",
    "manage_team_smart_views",
)
ADMIN = (*SUPERUSER, "manage_organization")


@dataclass(frozen=True)
class BuiltIn:
    """A role that every organization has and nobody may change."""

    name: str
    permissions: tuple[str, ...]


BUILT_IN = {
    "admin": BuiltIn("Admin", ADMIN),
    "superuser": BuiltIn("Super User", SUPERUSER),
    "user": BuiltIn("User", USER),
    "restricteduser": BuiltIn("Restricted User", RESTRICTED),
}


class Role(Resource, path="role", prefix="role", created=201, logged=False, order="date_created"):
    """What its members may do, and which leads they see."""

    name = Text(required=True, most=255, example="Closer")
    permissions = List(required=True, example=["calling", "view_all_leads"])
    visibility_user_lcf_behavior = Choice("require_assignment", "allow_unassigned")
    visibility_user_lcf_ids = List()
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)
