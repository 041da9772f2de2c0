"""The tools: each is an operation of the API under the name that agents know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

from ajar import scopes
from ajar.kernel.operations import Operation, all_operations
from ajar.kernel.registry import resources
from ajar.search import schema

ANYTHING = "*"  # the operation of a tool that finds it out from an id
ACTIVITY = "acti"  # an id does not tell of which kind an activity is


@dataclass(frozen=True, slots=True, eq=False)
class Tool:
    """What it is called, and what it does. Its arguments are those of the operation."""

    name: str
    operation: str
    about: str = ""  # beside what the operation says of itself
    scope: str = ""  # the least that allows it, if not what the operation takes
    fixed: dict[str, Any] = field(default_factory=dict)  # said always; of the caller, a function
    named: dict[str, str] = field(default_factory=dict)  # arguments that have another name here
    expects: dict[str, Any] = field(default_factory=dict)  # what must be so before anything is done
    schema: Callable[[], dict[str, Any]] | None = None  # of its arguments, where nobody declares it
    add: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # to each row of a list


def organization(caller: Any) -> str:
    return caller.organization_id


def mention(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What goes into rich text to speak to somebody."""

    def added(row: dict[str, Any]) -> dict[str, Any]:
        id, label = escape(row["id"]), escape(row.get("name") or row.get("email") or kind)
        data = f'class="mention" data-type="mention" data-id="{id}" data-label="{label}"'
        return {"mention_html": f"<span {data}>@{label}</span>"}

    return added


def grammar() -> dict[str, Any]:
    return schema.grammar(tuple(resources))


def identified() -> dict[str, Any]:
    id = {"type": "string", "description": "The id of any object."}
    return {"type": "object", "properties": {"id": id}, "required": ["id"]}


READ = [
    Tool("org_info", "organization.get", fixed={"id": organization}),
    Tool("org_users", "user.list", add=mention("user")),
    Tool("find_groups", "group.list", add=mention("group")),
    Tool(
        "search",
        "lead.list",
        'Words that leads have, or a query such as `status:"Potential" calls > 2`.',
    ),
    Tool("lead_search", "data.search", "Ask `get_fields` for the names first.", schema=grammar),
    Tool("get_fields", "data.fields"),
    Tool("activity_search", "activity.list", "Newest first."),
    Tool("paginate_search", "saved_search.results", named={"smart_view_id": "id"}),
    Tool("fetch", ANYTHING, "Any object, by its id.", scopes.READ, schema=identified),
    Tool("fetch_lead", "lead.get"),
    Tool("fetch_contact", "contact.get"),
    Tool("find_lead_statuses", "status.lead.list"),
    Tool("fetch_lead_status", "status.lead.get"),
    Tool("find_lead_smart_views", "saved_search.list", fixed={"type": "lead"}),
    Tool("fetch_lead_smart_view", "saved_search.get"),
    Tool("find_opportunities", "opportunity.list"),
    Tool("fetch_opportunity", "opportunity.get"),
    Tool("fetch_opportunity_status", "status.opportunity.get"),
    Tool("find_pipelines_and_opportunity_statuses", "pipeline.list"),
    Tool("fetch_pipeline_and_opportunity_statuses", "pipeline.get"),
    Tool("find_tasks", "task.list"),
    Tool("fetch_task", "task.get"),
    Tool("find_call_tasks", "task.list", "Calls to make.", fixed={"_type": "outgoing_call"}),
    Tool("fetch_call_task", "task.get", expects={"_type": "outgoing_call"}),
    Tool("find_notes", "activity.note.list"),
    Tool("fetch_note", "activity.note.get"),
    Tool("fetch_call", "activity.call.get"),
    Tool("find_call_outcomes", "outcome.list", "`applies_to` names what each is for."),
    Tool("find_meeting_outcomes", "outcome.list", "`applies_to` names what each is for."),
    Tool("fetch_comment", "comment.get"),
    Tool(
        "find_lead_custom_fields",
        "custom_field_schema.get",
        "Of leads.",
        fixed={"object_type": "lead"},
    ),
    Tool(
        "find_contact_custom_fields",
        "custom_field_schema.get",
        "Of contacts.",
        fixed={"object_type": "contact"},
    ),
    Tool(
        "find_opportunity_custom_fields",
        "custom_field_schema.get",
        "Of opportunities.",
        fixed={"object_type": "opportunity"},
    ),
    Tool("find_custom_activities", "custom_activity.list"),
    Tool("find_custom_activity_instances", "activity.custom.list", "Newest first."),
    Tool("fetch_custom_activity_instance", "activity.custom.get"),
    Tool("find_custom_object_types", "custom_object_type.list"),
    Tool("fetch_custom_object_type", "custom_object_type.get"),
    Tool("find_custom_object_instances", "custom_object.list"),
    Tool("fetch_custom_object_instance", "custom_object.get"),
    Tool("find_email_templates", "email_template.list"),
    Tool("fetch_email_template", "email_template.get"),
    Tool("find_sms_templates", "sms_template.list"),
    Tool("fetch_sms_template", "sms_template.get"),
    Tool("find_scheduling_links", "scheduling_link.list"),
    Tool("find_forms", "form.list"),
    Tool("find_workflows", "sequence.list"),
    Tool("list_roles", "role.list"),
    Tool("fetch_role", "role.get"),
]
SAFE = [
    Tool("create_lead", "lead.create", "Contacts are made by `create_contact`."),
    Tool("create_contact", "contact.create"),
    Tool("create_lead_status", "status.lead.create"),
    Tool("create_opportunity", "opportunity.create", "`value` is in cents."),
    Tool("create_opportunity_status_tool", "status.opportunity.create"),
    Tool("create_pipeline", "pipeline.create"),
    Tool("create_task", "task.create", fixed={"_type": "lead"}),
    Tool("create_note", "activity.note.create"),
    Tool("create_comment", "comment.create"),
    Tool("create_custom_activity_instance", "activity.custom.create"),
    Tool("create_custom_object_instance", "custom_object.create"),
    Tool(
        "create_draft_email",
        "activity.email.create",
        "A draft: it is not sent.",
        scopes.SAFE,
        fixed={"status": "draft"},
    ),
    Tool("create_email_template", "email_template.create"),
    Tool("create_sms_template", "sms_template.create"),
    Tool("create_workflow", "sequence.create", "As a draft.", fixed={"status": "draft"}),
]
CHANGED = {
    "lead": "lead",
    "contact": "contact",
    "lead_status": "status.lead",
    "lead_smart_view": "saved_search",
    "opportunity": "opportunity",
    "opportunity_status_tool": "status.opportunity",
    "pipeline": "pipeline",
    "task": "task",
    "note": "activity.note",
    "custom_activity_instance": "activity.custom",
    "custom_object_instance": "custom_object",
    "email_template": "email_template",
    "sms_template": "sms_template",
}
CALL, DRAFT = {"_type": "outgoing_call"}, {"status": "draft"}
DESTRUCTIVE = [
    *(Tool(f"update_{name}", f"{operation}.update") for name, operation in CHANGED.items()),
    *(Tool(f"delete_{name}", f"{operation}.delete") for name, operation in CHANGED.items()),
    Tool("create_call_task", "task.create", "A call to make.", scopes.DESTRUCTIVE, fixed=CALL),
    Tool("update_call_task", "task.update", expects=CALL),
    Tool("delete_call_task", "task.delete", expects=CALL),
    Tool("update_draft_email", "activity.email.update", fixed=DRAFT, expects=DRAFT),
    Tool("enrich_field", "enrich_field.run", fixed={"organization_id": organization}),
]
TOOLS = {tool.name: tool for tool in (*READ, *SAFE, *DESTRUCTIVE)}


@cache
def operations() -> dict[str, Operation]:
    return all_operations()


def operation_of(tool: Tool) -> Operation:
    return operations()[tool.operation]


def scope_of(tool: Tool) -> str:
    """The least scope that allows it."""
    if tool.scope:
        return tool.scope
    operation = operation_of(tool)
    return scopes.needed(operation.name, operation.method)


def allowed(reach: str) -> Iterator[Tool]:
    return (tool for tool in TOOLS.values() if reaches(reach, tool))


def reaches(reach: str, tool: Tool) -> bool:
    return scopes.step(reach) >= scopes.STEPS.index(scope_of(tool))


def getters(id: str) -> list[tuple[str, dict[str, str]]]:
    """The operations that may know this id, and what to ask them."""
    prefix = id.partition("_")[0]
    if prefix == ACTIVITY:
        return [("activity.list", {"id__in": id})]
    kinds = [name for name, one in resources.items() if one.about.prefix == prefix]
    return [(f"{name}.get", {"id": id}) for name in kinds if f"{name}.get" in operations()]
