"""Who may do what. Every operation is named in RULES, with what it takes; what nobody has named is
for those who manage the organization, and a test says so. Which leads somebody sees is another
matter: see `ajar.kernel.query`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ajar.errors import Forbidden

MANAGE = "manage_organization"
CUSTOMIZE = "manage_customizations"
NUMBERS = "manage_group_numbers"
SEQUENCES = "manage_email_sequences"
TEMPLATES = "manage_team_email_templates"
VIEWS = "manage_team_smart_views"
NOBODY = "nobody"  # no permission is enough


@dataclass(frozen=True)
class Takes:
    """What a caller must be allowed. Whose a row is, is said by the first of `owner` that is
    filled; one without an owner is somebody else's. `also` is needed for some requests only: the
    operation itself asks, as it reads the body."""

    right: str | None = None
    owner: tuple[str, ...] = ()
    own: str | None = None
    others: str | Callable[[dict], str] | None = None
    also: dict[str, str] = field(default_factory=dict)  # permission: when


@dataclass(frozen=True)
class Rule:
    """What operations of these resources take."""

    resources: str
    verbs: str
    takes: Takes

    def names(self) -> Iterator[tuple[str, str]]:
        """(operation, resource)"""
        for resource in self.resources.split():
            yield from ((f"{resource}.{verb}", resource) for verb in self.verbs.split())


def right(name: str) -> Takes:
    return Takes(name)


def owned(*owner: str, others: str | Callable[[dict], str], own: str | None = None) -> Takes:
    return Takes(owner=owner, own=own, others=others)


def sometimes(**also: str) -> Takes:
    return Takes(also=also)


def of_a_number(number: dict) -> str:
    """Those of a group are for whoever manages them; those of users for these alone."""
    return NUMBERS if number["is_group_number"] else NOBODY


ANYBODY = Takes()
READ, CHANGE = "list get", "create update delete"
WRITTEN = (
    "activity.call activity.custom activity.email activity.note activity.sms"
    " activity.whatsapp_message"
)
LOGGED = f"{WRITTEN} activity.status_change.lead activity.status_change.opportunity"
HAPPENED = "activity.emailthread activity.form_submission activity.meeting activity.task_completed"
FIELDS = (
    "custom_field.activity custom_field.contact custom_field.custom_object_type"
    " custom_field.lead custom_field.opportunity custom_field.shared"
)
ASSOCIATIONS = "custom_field.shared.association custom_field.shared.association.of_type"
SCHEMAS = "custom_field_schema custom_field_schema.of_type"
REPORTS = (
    "report.activity report.custom report.funnel.opportunity.stages"
    " report.funnel.opportunity.totals report.sent_emails report.statuses.lead"
    " report.statuses.opportunity"
)
OWNER = ("user_id", "created_by")
ASSIGNED = ("assigned_to", "created_by")
ACTIVITIES = "manage_others_activities"

RULES = (
    # Leads, and what hangs off them. Whoever does not see a lead sees nothing of it.
    Rule("lead contact opportunity task", "list get create", ANYBODY),
    Rule("lead contact", "update", ANYBODY),
    Rule("lead", "delete", right("delete_leads")),
    Rule("lead", "merge", right("merge_leads")),
    Rule("contact", "delete", ANYBODY),
    # Undoing takes what it takes by hand, object by object: see `ajar.undoing`.
    Rule("lead", "restore", ANYBODY),
    Rule("event request", "undo", ANYBODY),
    Rule("opportunity", "update", owned(*OWNER, others="manage_others_opportunities")),
    Rule(
        "opportunity",
        "delete",
        owned(*OWNER, own="delete_own_opportunities", others="manage_others_opportunities"),
    ),
    Rule("task", "update bulk_update", owned(*ASSIGNED, others="manage_others_tasks")),
    Rule("task", "delete", owned(*ASSIGNED, own="delete_own_tasks", others="manage_others_tasks")),
    # Activities
    Rule("activity", "list", ANYBODY),
    Rule(f"{LOGGED} {HAPPENED} activity.created activity.lead_merge", READ, ANYBODY),
    Rule(LOGGED, "create", ANYBODY),
    Rule(f"{WRITTEN} activity.meeting", "update", owned(*OWNER, others=ACTIVITIES)),
    Rule(
        f"{LOGGED} {HAPPENED}",
        "delete",
        owned(*OWNER, own="delete_own_activities", others=ACTIVITIES),
    ),
    Rule("activity.meeting", "integration.upsert", ANYBODY),
    Rule("comment", "list get create", ANYBODY),
    Rule("comment", "update", owned("created_by", others=NOBODY)),
    Rule("comment", "delete", owned("created_by", own="delete_own_activities", others=ACTIVITIES)),
    Rule("comment_thread", READ, ANYBODY),
    Rule("file", "upload", ANYBODY),
    # Custom objects; types and fields have `editable_with_roles` beside this.
    Rule("custom_object", f"{READ} {CHANGE}", ANYBODY),
    Rule(f"{FIELDS} custom_activity custom_object_type", READ, ANYBODY),
    Rule(f"{FIELDS} custom_activity custom_object_type", CHANGE, right(MANAGE)),
    Rule(f"{ASSOCIATIONS} {SCHEMAS}", "get", ANYBODY),
    Rule("custom_field.shared.association", "create", right(MANAGE)),
    Rule(ASSOCIATIONS, "update delete", right(MANAGE)),
    Rule(SCHEMAS, "update", right(MANAGE)),
    Rule("enrich_field", "run", ANYBODY),
    # Searching and reporting
    Rule("data", "search fields schema", ANYBODY),
    Rule("saved_search", "list get create results", ANYBODY),
    Rule("saved_search", "update delete", owned("user_id", others=VIEWS)),
    Rule(REPORTS, "get", ANYBODY),
    Rule("report.activity.metrics report.custom.fields", "list", ANYBODY),
    Rule("event", READ, ANYBODY),
    # Many at once
    Rule("bulk_action.delete", f"{READ} create update", right("bulk_delete")),
    Rule("bulk_action.edit", f"{READ} create update", right("bulk_edit")),
    Rule("bulk_action.email", f"{READ} create update", right("bulk_email")),
    Rule(
        "bulk_action.sequence_subscription",
        f"{READ} create update",
        right("bulk_sequence_subscriptions"),
    ),
    Rule("export", READ, right("export")),
    Rule("export.lead export.opportunity", "list create", right("export")),
    Rule("import", f"{READ} {CHANGE} run cancel undo", right("bulk_import")),
    Rule("import.problem import.conflict", "list", right("bulk_import")),
    # Workflows and templates
    Rule("sequence", READ, ANYBODY),
    Rule("sequence", CHANGE, right(SEQUENCES)),
    Rule("sequence_subscription", f"{READ} {CHANGE}", ANYBODY),
    Rule("email_template sms_template", "list get create", ANYBODY),
    Rule("email_template", "render", ANYBODY),
    Rule("email_template sms_template", "update delete", owned("created_by", others=TEMPLATES)),
    Rule("unsubscribe.email", "list create delete", ANYBODY),
    # How an organization works
    Rule("status.lead status.opportunity pipeline form", READ, ANYBODY),
    Rule("status.lead status.opportunity pipeline form", CHANGE, right(CUSTOMIZE)),
    Rule("outcome playbook", READ, ANYBODY),
    Rule("outcome playbook", CHANGE, right(CUSTOMIZE)),
    Rule("playbook", "archive unarchive", right(CUSTOMIZE)),
    Rule("integration_link", READ, ANYBODY),
    Rule("integration_link", CHANGE, right(MANAGE)),
    Rule("scheduling_link", f"{READ} {CHANGE}", ANYBODY),
    Rule("scheduling_link.integration", "upsert delete", ANYBODY),
    Rule("shared_scheduling_link", READ, ANYBODY),
    Rule("shared_scheduling_link", CHANGE, right(CUSTOMIZE)),
    Rule(
        "shared_scheduling_link_association",
        "map unmap",
        sometimes(**{CUSTOMIZE: "for another user"}),
    ),
    # Telephones and mailboxes
    Rule("phone_number", READ, ANYBODY),
    Rule("phone_number", "create", sometimes(**{NUMBERS: "for a group, or another user"})),
    Rule("phone_number", "update delete", owned("user_id", others=of_a_number)),
    Rule("phone_number.request.internal", "create", sometimes(**{NUMBERS: "for a group"})),
    Rule("blocked_phone_number", "list get create", ANYBODY),
    Rule("blocked_phone_number", "update delete", owned("created_by", others=MANAGE)),
    Rule("blocked_phone_number.settings", "get", ANYBODY),
    Rule("blocked_phone_number.settings", "update", right(MANAGE)),
    Rule("dialer connected_account", READ, ANYBODY),
    Rule("send_as", f"{READ} create bulk_edit delete_by_user", ANYBODY),
    Rule("send_as", "delete", owned("allowing_user_id", others=NOBODY)),
    # People, and the organization itself
    Rule("me", "get", ANYBODY),
    Rule("user", READ, ANYBODY),
    Rule("user.availability", "list", ANYBODY),
    Rule("organization", "get", ANYBODY),
    Rule("organization", "update", right(MANAGE)),
    Rule("role group", READ, ANYBODY),
    Rule("role group", CHANGE, right(MANAGE)),
    Rule("group.member", "add remove", right(MANAGE)),
    Rule("membership", "create delete", right(MANAGE)),
    Rule(
        "membership",
        "update bulk_update",
        Takes(owner=("user_id",), others=MANAGE, also={MANAGE: "for another role"}),
    ),
    Rule("membership", "pinned_views.get", ANYBODY),
    Rule("membership", "pinned_views.update", owned("user_id", others=MANAGE)),
    # Programs. Webhooks are seen by who made them, and by those who manage the organization.
    Rule("webhook", f"{READ} {CHANGE} rotate_key test redeliver", ANYBODY),
    Rule("webhook.delivery", f"{READ} redeliver", ANYBODY),
    Rule("api_key", "list create", ANYBODY),
    Rule("api_key", "delete", sometimes(**{MANAGE: "for that of another user"})),
    Rule("oauth_app", f"{READ} {CHANGE} rotate_secret", right(MANAGE)),
    Rule("oauth_grant", "list", ANYBODY),
    Rule("oauth_grant", "delete", sometimes(**{MANAGE: "for that of another user"})),
)
UNNAMED = "", right(MANAGE)


@cache
def table() -> dict[str, tuple[str, Takes]]:
    """By operation: the resource it is about, and what it takes."""
    return {name: (resource, rule.takes) for rule in RULES for name, resource in rule.names()}


def check(ctx: Any, operation: str, params: dict) -> None:
    """Refuse what the caller may not do. Whose a row is, is seen when the operation has found it;
    that is asked of no statement of its own."""
    resource, takes = table().get(operation, UNNAMED)
    if takes.right:
        need(ctx, takes.right)
    if takes.owner:
        ctx.guard = guard(takes, resource, params.get("id"))


def guard(takes: Takes, resource: str, id: str | None) -> Callable[[Any, Any, dict], None]:
    """Looks at the row with this id; without one, at every row of the resource."""

    def look(ctx: Any, found: Any, row: dict) -> None:
        if found.about.name == resource and id in (None, row["id"]):
            look_at(ctx, takes, row)

    return look


def allow(ctx: Any, operation: str, row: dict) -> None:
    """Refuse what the caller may not do to this row."""
    _, takes = table().get(operation, UNNAMED)
    if takes.right:
        need(ctx, takes.right)
    look_at(ctx, takes, row)


def look_at(ctx: Any, takes: Takes, row: dict) -> None:
    owner = next((row[name] for name in takes.owner if row[name]), None)
    others = takes.others(row) if callable(takes.others) else takes.others
    if wanted := takes.own if owner == ctx.user_id else others:
        need(ctx, wanted)


def need(ctx: Any, permission: str) -> None:
    if permission == NOBODY:
        raise Forbidden("Only the user whose it is may do this.")
    if permission not in ctx.caller.permissions:
        raise Forbidden(f'This takes the permission "{permission}".')
