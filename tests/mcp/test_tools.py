"""What agents can do."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ajar.mcp import tools
from ajar.scopes import DESTRUCTIVE, READ, SAFE

NEVER = ("send", "enrol", "merge", "bulk", "export", "api_key", "oauth", "webhook", "role_")


def test_every_tool_is_listed_with_what_it_takes_and_does(agent):
    listed = agent.tools()

    assert listed.keys() == tools.TOOLS.keys()
    for name, tool in listed.items():
        scope = tools.scope_of(tools.TOOLS[name])
        assert tool.annotations.read_only_hint == (scope == READ), name
        assert tool.annotations.destructive_hint == (scope == DESTRUCTIVE), name
        assert tool.input_schema["type"] == "object" and tool.description
    assert listed["update_lead"].annotations.idempotent_hint
    assert not listed["create_lead"].annotations.idempotent_hint


def test_arguments_are_those_that_the_api_declares(agent):
    listed = agent.tools()

    note = listed["create_note"].input_schema
    assert note["required"] == ["lead_id"]
    assert note["properties"]["lead_id"] == {"type": "string", "description": "Id of a lead."}
    task = listed["create_task"].input_schema["properties"]
    assert task["priority"]["enum"] == ["high", "medium", None]
    assert "_type" not in task and "organization_id" not in task
    assert "^custom\\." in listed["update_lead"].input_schema["patternProperties"]


def test_no_tool_sends_or_gives_rights(agent):
    assert [name for name in agent.tools() if any(word in name for word in NEVER)] == []


def test_both_ways_of_the_protocol_are_spoken(api, agent_of):
    for mode in ("legacy", "2026-07-28"):
        agent = agent_of(api, mode=mode)

        assert agent.ok("org_info")["id"] == api.organization_id
        assert "search" in agent.tools()


def test_what_is_done_is_done_as_over_http(api, agent):
    lead = agent.ok("create_lead", name="Wayne Enterprises")
    requests = {answer.headers["x-request-id"] for answer in agent.said}

    assert api.ok("get", f"/lead/{lead['id']}/") | {"html_url": lead["html_url"]} == lead
    (event,) = api.ok("get", f"/event/?object_id={lead['id']}")["data"]
    assert event["action"] == "created" and event["request_id"] in requests
    assert event["api_key_id"] and event["user_id"] == api.user_id
    assert event["meta"]["mcp_tool"] == "create_lead"
    assert event["meta"]["request_path"] == "/api/v1/lead/"


def test_content_says_the_same_as_text(api, agent):
    result = agent.use("fetch_lead", id=api.make("lead")["id"])

    assert json.loads(result.content[0].text) == result.structured_content


def test_an_update_changes_what_is_given(api, agent):
    lead = api.make("lead", description="Old")

    changed = agent.ok("update_lead", id=lead["id"], description=None)

    assert (changed["name"], changed["description"]) == (lead["name"], None)
    assert agent.ok("delete_lead", id=lead["id"]) == {}
    assert api.get(f"/lead/{lead['id']}/").status_code == 404


def test_custom_fields_are_arguments(api, agent):
    id = api.make("custom_field.lead", type="text")["id"]

    lead = agent.ok("create_lead", **{f"custom.{id}": "blue"})

    assert lead[f"custom.{id}"] == "blue"
    assert [one["id"] for one in agent.ok("find_lead_custom_fields")["fields"]] == [id]


def test_a_list_is_read_to_its_end(api, agent):
    made = {api.make("task", text=f"Task {n}")["id"] for n in range(5)}

    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = agent.ok("find_tasks", _limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [task["id"] for task in page["data"]]
        cursor, pages = page.get("cursor"), pages + 1

    assert (len(seen), set(seen), pages) == (5, made, 3)


def test_a_search_is_read_to_its_end(api, agent):
    made = {api.make("lead", name=f"Lead {n}")["id"] for n in range(3)}
    query = {"type": "object_type", "object_type": "lead"}

    first = agent.ok("lead_search", query=query, _limit=2)
    last = agent.ok("lead_search", query=query, _limit=2, cursor=first["cursor"])

    assert {row["id"] for row in first["data"] + last["data"]} == made
    assert last["cursor"] is None


def test_words_and_conditions_find_leads(api, agent):
    api.make("lead", name="Ace Chemicals")
    wanted = api.make("lead", name="Wayne Enterprises")

    assert [row["id"] for row in agent.ok("search", query="wayne")["data"]] == [wanted["id"]]


def test_a_smart_view_is_read_by_its_id(api, agent):
    lead, view = api.make("lead"), api.make("saved_search")

    assert agent.ok("paginate_search", smart_view_id=view["id"])["data"][0]["id"] == lead["id"]


def test_anything_is_fetched_by_its_id(api, agent):
    note, contact = api.make("activity.note"), api.make("contact")
    status = api.make("status.opportunity")
    field = api.make("custom_field.contact")

    for made in (note, contact, status, field):
        assert agent.ok("fetch", id=made["id"])["id"] == made["id"]
    for id in ("lead_0000000000000000000000", "acti_0000000000000000000000", "nothing"):
        assert id in agent.refused("fetch", id=id)


def test_colleagues_come_with_their_mention(api, agent):
    (user,) = agent.ok("org_users")["data"]
    lead = api.make("lead")

    html = f"<p>{user['mention_html']}, look!</p>"
    note = agent.ok("create_note", lead_id=lead["id"], note_html=html)

    assert f'data-id="{api.user_id}"' in note["note_html"]


def test_a_draft_is_only_a_draft(api, agent):
    lead = api.make("lead")
    draft = agent.ok("create_draft_email", lead_id=lead["id"], subject="Hello")

    assert draft["status"] == "draft"
    changed = agent.ok("update_draft_email", id=draft["id"], subject="Good day")
    assert (changed["subject"], changed["status"]) == ("Good day", "draft")
    assert "status" in agent.refused("create_draft_email", lead_id=lead["id"], status="outbox")
    sent = api.make("activity.email", lead_id=lead["id"], status="sent", sender="a@example.com")
    assert '"sent"' in agent.refused("update_draft_email", id=sent["id"], subject="No")


def test_a_call_task_is_no_other_task(api, agent):
    contact = api.make("contact")
    call = agent.ok("create_call_task", lead_id=contact["lead_id"], contact_id=contact["id"])
    other = api.make("task", lead_id=contact["lead_id"])

    assert call["_type"] == "outgoing_call"
    assert [task["id"] for task in agent.ok("find_call_tasks")["data"]] == [call["id"]]
    assert "another tool" in agent.refused("delete_call_task", id=other["id"])
    assert agent.ok("delete_call_task", id=call["id"]) == {}


MADE = {
    "custom_activity": lambda api: api.make("custom_field.activity")["custom_activity_type_id"],
    "custom_object_type": lambda api: api.make("custom_object")["custom_object_type_id"],
}


def arguments(api, tool):
    """What makes a call of it good."""
    base, _, verb = tool.operation.rpartition(".")
    if tool.name == "lead_search":
        return {"query": {"type": "object_type", "object_type": "lead"}}
    if tool.name == "paginate_search":
        return {"smart_view_id": api.make("saved_search")["id"]}
    if tool.name == "find_custom_object_instances":
        return {"lead_id": api.make("lead")["id"]}
    if tool.name == "fetch":
        return {"id": api.make("lead")["id"]}
    if tool.operation == "task.create":
        contact = api.make("contact")
        return {"lead_id": contact["lead_id"], "contact_id": contact["id"], "text": "Call"}
    body = api.body(base) if verb == "create" else {}
    if verb in ("get", "update", "delete") and "id" not in tool.fixed and base in tools.resources:
        more = tool.expects
        if "_type" in more:
            contact = api.make("contact")
            more = more | {"contact_id": contact["id"], "lead_id": contact["lead_id"]}
        made = MADE[base](api) if base in MADE else api.make(base, **more)["id"]
        return {"id": made}
    return {name: value for name, value in body.items() if name not in tool.fixed}


def test_each_tool_does_what_it_says(api, agent):
    wanted = [tool for tool in tools.TOOLS.values() if tool.name != "enrich_field"]
    said = [(tool.name, arguments(api, tool)) for tool in wanted]

    def question(name, given):
        return lambda client: client.call_tool(name, given)

    results = agent.ask(*(question(*one) for one in said))

    problems = {
        name: (given, result.content[0].text)
        for (name, given), result in zip(said, results, strict=True)
        if result.is_error
    }
    assert problems == {}


def test_enriching_says_what_is_missing(api, agent):
    field = api.make("custom_field.lead", type="text")["id"]
    asked = {"object_type": "lead", "object_id": api.make("lead")["id"], "field_id": field}

    assert "AJAR_ENRICHMENT_URL" in agent.refused("enrich_field", **asked)


@pytest.mark.parametrize("scope", [READ, SAFE, DESTRUCTIVE])
def test_a_tool_needs_no_more_than_its_group_says(scope):
    group = {READ: tools.READ, SAFE: tools.SAFE, DESTRUCTIVE: tools.DESTRUCTIVE}[scope]

    assert {tools.scope_of(tool) for tool in group} == {scope}


def test_the_documentation_has_every_tool():
    page = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text()

    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE) == list(tools.TOOLS)


def test_the_protocol_costs_nothing_until_it_is_spoken():
    """The SDK is a tenth of the server's memory."""
    program = (
        "import sys, ajar.app; sys.exit(any(name in sys.modules for name in ('mcp', 'mcp_types')))"
    )

    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
