"""What agents are told when something is wrong: in words that they can act upon."""

import httpx2
import pytest

from ajar.scopes import DESTRUCTIVE, READ, SAFE


def test_a_key_that_reads_does_not_write_and_is_told_so(api, agent_of):
    reader = agent_of(api, READ)

    text = reader.refused("create_lead", name="No")

    assert text == f'The tool takes the scope "{SAFE}", and this connection has "{READ}".'
    assert "create_lead" not in reader.tools() and "fetch_lead" in reader.tools()
    assert api.ok("get", "/lead/")["data"] == []


def test_each_scope_allows_what_those_before_it_do(api, agent_of):
    writer, lead = agent_of(api, SAFE), api.make("lead")

    assert writer.ok("fetch_lead", id=lead["id"])
    assert writer.ok("create_note", lead_id=lead["id"], note="Hello")
    assert writer.ok("create_draft_email", lead_id=lead["id"])
    assert DESTRUCTIVE in writer.refused("update_lead", id=lead["id"], name="No")
    assert DESTRUCTIVE in writer.refused("create_call_task", lead_id=lead["id"])
    assert agent_of(api, DESTRUCTIVE).ok("delete_lead", id=lead["id"]) == {}


def test_a_header_never_widens_what_a_key_may_do(api, agent_of):
    made = api.ok("post", "/api_key/", json={"name": "agent", "scope": READ})
    api.key = made["key"]

    assert READ in agent_of(api, DESTRUCTIVE).refused("create_lead", name="No")


def test_a_scope_that_is_none_is_refused(api, served):
    headers = {"close-api-key": api.key, "close-scope": "everything"}
    answer = httpx2.post(f"{served.url}/mcp", headers=headers, json={})

    assert answer.status_code == 400
    assert READ in answer.json()["error"]


def test_roles_hold_for_tools(api, agent_of, served):
    lead = api.make("lead")
    role = api.ok("post", "/role/", json={"name": "Careful", "permissions": []})
    member = f"/membership/{api.ok('get', '/me/')['memberships'][0]['id']}/"
    other = api.ok(
        "post", "/membership/", json={"email": f"{api.user_id}@x.example", "role_id": "admin"}
    )
    assert other and api.ok("put", member, json={"role_id": role["id"]})

    assert agent_of(api).use("delete_lead", id=lead["id"]).is_error


def test_every_wrong_argument_is_named_at_once(api, agent):
    text = agent.refused("create_lead", nme="No", colour="red")

    assert 'nme: The tool has no such argument. Did you mean "name"?' in text
    assert "colour: " in text
    assert api.ok("get", "/lead/")["data"] == []


def test_what_is_missing_is_named(agent):
    assert "lead_id: This field is required." in agent.refused("create_note", note="Hello")
    assert "id: This field is required." in agent.refused("fetch_lead")


def test_choices_are_told(api, agent):
    lead = api.make("lead")

    text = agent.refused("create_task", lead_id=lead["id"], text="x", priority="huge")

    assert "priority: Not a valid choice. Choices: high, medium." in text


def test_an_unknown_reference_names_the_tool_that_finds_one(agent):
    text = agent.refused("create_lead", status_id="stat_0000000000000000000000")

    assert text == "status_id: Object does not exist. `find_lead_statuses` finds one."


def test_a_mistake_in_a_list_is_named_where_it_is(api, agent):
    lead = api.make("lead")
    emails = [{"email": "gob@bluth.example", "type": "office"}, {"email": "nonsense"}]

    text = agent.refused("create_contact", lead_id=lead["id"], emails=emails)

    assert text.startswith("emails[1].email: ")


def test_a_wrong_type_is_named(agent):
    assert agent.refused("create_lead", name=7) == "name: Value must be of str type."
    assert "id" in agent.refused("fetch_lead", id=["x"])


@pytest.mark.parametrize("value", ["a\0b", 2**70, {"a": {}}], ids=["nul", "large", "dict"])
def test_what_cannot_be_kept_is_refused(agent, value):
    assert agent.refused("create_lead", name=value)


def test_a_cursor_that_is_none_is_refused(agent):
    assert agent.refused("find_tasks", cursor="soon")


def test_objects_of_another_organization_do_not_exist(api, stranger, agent):
    lead = stranger.make("lead")

    for tool in ("fetch", "fetch_lead", "delete_lead", "update_lead"):
        assert "id" in agent.refused(tool, id=lead["id"])
    assert "lead_id" in agent.refused("create_note", lead_id=lead["id"], note="Hello")
    assert agent.ok("find_notes", lead_id=lead["id"])["data"] == []
    assert stranger.ok("get", f"/lead/{lead['id']}/") == lead


def test_a_tool_that_does_not_exist_is_refused(agent):
    assert "no tool" in agent.refused("send_email")


def test_nobody_is_told_where_to_sign_in(api, served):
    answer = httpx2.post(f"{served.url}/mcp", json={})

    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    address = challenge.partition('resource_metadata="')[2].partition('"')[0]
    metadata = httpx2.get(address).json()
    assert metadata["resource"] == f"{served.url}/mcp"
    assert metadata["authorization_servers"] == [served.url]
    assert metadata == httpx2.get(f"{served.url}/.well-known/oauth-protected-resource").json()


@pytest.mark.parametrize("said", ["Bearer api_wrong", "Bearer", "Basic !", "Cookie x"])
def test_a_wrong_key_is_refused(served, said):
    answer = httpx2.post(f"{served.url}/mcp", headers={"authorization": said}, json={})

    assert answer.status_code == 401
    assert "resource_metadata" in answer.headers["www-authenticate"]


def test_a_cookie_does_not_sign_in(served):
    answer = httpx2.post(f"{served.url}/mcp", headers={"cookie": "ajar=x; __Host-ajar=x"}, json={})

    assert answer.status_code == 401


def test_there_is_nothing_to_listen_to(api, served):
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx2.request(method, f"{served.url}/mcp", headers={"close-api-key": api.key})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_body_that_is_too_large_is_refused(api, served):
    headers = {"close-api-key": api.key, "content-type": "application/json"}
    headers |= {"accept": "application/json, text/event-stream"}

    answer = httpx2.post(f"{served.url}/mcp", headers=headers, content=b"x" * (10 * 2**20 + 1))

    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"jsonrpc": "2.0"}', b"\xff"])
def test_what_is_not_the_protocol_is_refused(api, served, body):
    headers = {"close-api-key": api.key, "content-type": "application/json"}
    headers |= {"accept": "application/json, text/event-stream"}

    answer = httpx2.post(f"{served.url}/mcp", headers=headers, content=body)

    assert 400 <= answer.status_code < 500
