"""What a sales team has set up: bodies that the API would take."""

from typing import Any

from ajar.seeding.words import (
    CHANNELS,
    CONTRACTS,
    INDUSTRIES,
    INTERESTS,
    REGIONS,
    SITES,
)

Bodies = tuple[dict[str, Any], ...]
TYPE = "referenced_custom_type_id"  # filled in when the type is known

FIELDS: dict[str, Bodies] = {
    "lead": (
        {"name": "Industry", "type": "choices", "choices": list(INDUSTRIES)},
        {"name": "Employees", "type": "number"},
        {"name": "Customer Since", "type": "date"},
        {"name": "Account Manager", "type": "user"},
        {
            "name": "Interests",
            "type": "choices",
            "choices": list(INTERESTS),
            "accepts_multiple_values": True,
        },
        {"name": "Customer Number", "type": "text"},
        {"name": "Main Contact", "type": "contact"},
        {"name": "Current Contract", "type": "custom_object", TYPE: ""},
        {"name": "Billing", "type": "textarea"},
        {"name": "Imported From", "type": "hidden"},
    ),
    "contact": ({"name": "Preferred Channel", "type": "choices", "choices": list(CHANNELS)},),
    "opportunity": (
        {"name": "Instead Of", "type": "text"},
        {"name": "Go Live", "type": "datetime"},
    ),
    "activity": (
        {"name": "Where", "type": "choices", "choices": list(SITES), "required": True},
        {"name": "Seats", "type": "number"},
        {"name": "Next Visit", "type": "date"},
        {"name": "Spoke With", "type": "contact", "accepts_multiple_values": True},
        {"name": "Report", "type": "textarea"},
    ),
    "custom_object_type": (
        {"name": "Kind", "type": "choices", "choices": list(CONTRACTS), "required": True},
        {"name": "Yearly Fee", "type": "number"},
        {"name": "Signed", "type": "datetime"},
        {"name": "Signed By", "type": "contact"},
        {"name": "Ends", "type": "date"},
    ),
    "shared": ({"name": "Region", "type": "choices", "choices": list(REGIONS)},),
}
SHARED_BY = ("lead", "contact", "opportunity")
VISIT = {"name": "Site Visit", "description": "What one of us saw there."}
CONTRACT = {"name": "Contract", "name_plural": "Contracts"}

OUTCOMES: Bodies = (
    {"name": "Interested", "description": "Wants to hear more."},
    {"name": "Call Again", "description": "Not now."},
    {"name": "Not Interested", "description": "And will not be soon."},
    {"name": "Left a Message", "type": "vm-dropped"},
)
TEMPLATES: Bodies = (
    {
        "name": "First Mail",
        "subject": "{{ lead.display_name }} and we",
        "body": "Hi {{ contact.first_name }},<br><br>shall we talk this week?<br>",
        "is_shared": True,
    },
    {
        "name": "Second Mail",
        "subject": "Once more",
        "body": "Hi {{ contact.first_name }},<br><br>did my mail reach you?<br>",
        "is_shared": True,
    },
    {"name": "Thanks", "subject": "Thank you", "body": "It was good to meet you.<br>"},
)
SMS_TEMPLATES: Bodies = (
    {"name": "Reminder", "text": "See you soon, {{ contact.first_name }}!", "is_shared": True},
)
PLAYBOOKS: Bodies = (
    {"name": "Discovery", "description": "What they have, and what they miss."},
    {"name": "Negotiation", "description": "What we can give, and what for."},
)
INTEGRATION_LINKS: Bodies = (
    {
        "name": "Search the Web",
        "type": "lead",
        "url": "https://search.example/?q={{ lead.display_name }}",
    },
    {
        "name": "Directory",
        "type": "contact",
        "url": "https://people.example/?name={{ contact.name }}",
    },
)
ROLES: Bodies = (
    {"name": "Demo Trainee", "permissions": ["calling", "view_all_leads", "delete_own_tasks"]},
)
BLOCKED: Bodies = ({"phone": "+16505550199", "reason": "Sells insurance."},)
SCHEDULING_LINKS: Bodies = (
    {"name": "Half an Hour", "url": "https://cal.example/demo/30"},
    {"name": "First Talk", "url": "https://cal.example/demo/first", "description": "On line."},
)
SHARED_SCHEDULING_LINKS: Bodies = ({"name": "Book a Demo", "description": "Of each user."},)

WEEK = {"ranges": [{"weekday": day, "start": "08:00", "end": "18:00"} for day in range(1, 6)]}
DAYS = 24 * 3600
CALLING = {
    "name": "Three Calls",
    "timezone": "America/New_York",
    "schedule": WEEK,
    "steps": [{"step_type": "call", "delay": delay * DAYS} for delay in (0, 2, 5)],
}
MAILING = {
    "name": "Two Mails",
    "timezone": "America/New_York",
    "schedule": WEEK,
    "steps": [{"step_type": "email", "delay": delay * DAYS} for delay in (0, 3)],
}
FORM = {
    "name": "Ask for a Demo",
    "is_published": True,
    "fields": [
        {"name": "Name", "required": True, "maps_to": "contact.name"},
        {"name": "E-mail", "type": "email", "required": True, "maps_to": "contact.email"},
        {"name": "Company", "maps_to": "lead.name"},
        {"name": "Plan", "type": "choices", "choices": ["Free", "Team"]},
        {"name": "Newsletter", "type": "checkbox"},
    ],
}


def view(name: str, type_: str, *conditions: dict, **more: Any) -> dict[str, Any]:
    queries = [{"type": "object_type", "object_type": type_}, *conditions]
    search = {"query": {"type": "and", "queries": queries}}
    return {"name": name, "type": type_, "s_query": search, **more}


def where(type_: str, field: str, **condition: Any) -> dict[str, Any]:
    regular = {"type": "regular_field", "object_type": type_, "field_name": field}
    return {"type": "field_condition", "field": regular, "condition": condition}


SMART_VIEWS: Bodies = (
    view("Never Called", "lead", where("lead", "num_calls", type="number_range", lt=1)),
    view(
        "Long Conversations",
        "lead",
        where("lead", "num_emails", type="number_range", gte=4),
        is_shared=True,
    ),
    view("With a Title", "contact", where("contact", "title", type="exists"), is_shared=True),
)
