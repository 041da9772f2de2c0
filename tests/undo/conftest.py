"""All that an organization has, before and after."""

import json
from typing import Any

import pytest

from ajar import resources
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.kernel.sql import metadata

resources.load()
OPERATIONS = all_operations()
# Lists that need this filter, and the list of what it may be.
NARROWED = {
    "comment": ("thread_id", "comment_thread"),
    "custom_object": ("lead_id", "lead"),
    "sequence_subscription": ("lead_id", "lead"),
}
WHEN = ("date_updated", "updated_at")  # an undo is a change, and says so
LEFT = {"event", "lead_tally", "file"}  # the log goes on; counted below; used is used


def without_when(value) -> Any:
    if isinstance(value, dict):
        return {key: without_when(one) for key, one in value.items() if key not in WHEN}
    return [without_when(one) for one in value] if isinstance(value, list) else value


def listed(api, about, **params):
    """Every row of a list."""
    rows, page = [], {"has_more": True}
    while page["has_more"]:
        where = params | {"_limit": about.most, "_skip": len(rows)}
        page = api.ok("get", f"/{about.path}/", params=where)
        rows += page["data"]
    return rows


def lists(api):
    """Every list of the organization, as clients get it."""
    found = {}
    for name, resource in sorted(registry.items()):
        about, operation = resource.about, OPERATIONS.get(f"{name}.list")
        if not operation or operation.path != f"/{about.path}/":
            continue
        if name in NARROWED:
            filter, of = NARROWED[name]
            ids = [row["id"] for row in listed(api, registry[of].about)]
            rows = [row for id in ids for row in listed(api, about, **{filter: id})]
        else:
            params = {"_type": "all"} if name == "task" else {}
            rows = listed(api, about, **params)
        for row in map(without_when, rows):
            found[name, row.get("id") or json.dumps(row)] = row
    found["leads"] = api.ok("get", "/lead/?_limit=1")["total_results"]
    return found


TABLES = [
    table
    for name, table in sorted(metadata.tables.items())
    if "organization_id" in table.c and name not in LEFT
]
# A run that comes back is looked at anew; where one stood that is gone is nobody's business.
STORED = " union all ".join(
    f"""select '{table.name}' as name, to_jsonb(one) - $2::text[] as row from "{table.name}" one
    where organization_id = $1"""
    + (" and gone_at is null" if "gone_at" in table.c else "")
    for table in TABLES
)


def stored(api):
    """Every row of every table, hidden columns and all."""
    rows = api.world.sql(STORED, api.organization_id, [*WHEN, "date_last_used", "due_at"])
    found = {}
    for name, row in rows:
        keys = [row[column.name] for column in metadata.tables[name].primary_key]
        found[f"table {name}", " ".join(keys)] = row
    return found


@pytest.fixture
def rows():
    """Call it with a client: all there is in the database."""
    return stored


@pytest.fixture
def everything():
    """The same, and what every list shows of it."""
    return lambda api: lists(api) | stored(api)


@pytest.fixture
def undo():
    """Undo the request of an answer, or whatever is at this path."""

    def undo(api, answer, **how):
        path = answer if isinstance(answer, str) else request(answer)
        return api.ok("post", f"{path}undo/", json=how)

    return undo


def request(answer):
    assert answer.status_code < 300, answer.text
    return f"/request/{answer.headers['x-request-id']}/"


@pytest.fixture
def family(api):
    """A lead with everything that a lead can have; its id, and the ids of what it has."""
    field, own = api.make("custom_field.lead"), api.make("custom_field.contact")
    lead = api.make("lead", name="Bluth", **{f"custom.{field['id']}": "x"})
    id = lead["id"]
    contact = api.make(
        "contact",
        lead_id=id,
        emails=[{"email": "gob@bluth.example"}],
        phones=[{"phone": "+16503334444"}],
        **{f"custom.{own['id']}": "y"},
    )
    both = {"lead_id": id, "contact_id": contact["id"]}
    opportunity = api.make("opportunity", **both)
    opportunity_note = api.make("activity.note", **both)
    made = [contact, opportunity, opportunity_note]
    made += [api.make("task", **both), api.make("task", **both, is_complete=True)]
    made += [api.make("activity.call", **both, phone="+16503334444")]
    mail = {"status": "inbox", "subject": "Hello", "body_text": "x", "sender": "gob@bluth.example"}
    made += [api.make("activity.email", **both, **mail, to=["bruce@wayne.example"])]
    made += [api.make("custom_object", lead_id=id), api.make("activity.custom", lead_id=id)]
    for about in (opportunity, opportunity_note, opportunity_note):
        made += [api.make("comment", object_id=about["id"])]
    made += [api.make("sequence_subscription", contact_id=contact["id"])]
    potential = api.make("status.lead", label="Won")
    api.ok("put", f"/lead/{id}/", json={"status_id": potential["id"]})
    return id, [one["id"] for one in made]
