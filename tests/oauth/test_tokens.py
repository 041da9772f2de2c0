"""Tokens: how long they are good, what they reach, and how they end."""

import pytest

from ajar.oauth import grants

READING = {"scope": "mcp.read offline_access"}


def refused(answer):
    return answer.status_code, answer.json()["error"]


@pytest.fixture
def modest(flow, api):
    """The flow of an app that may ask for less than everything."""
    body = {"name": "Agent", "redirect_uris": ["https://app.example/callback"]}
    scope = "mcp.read mcp.write_safe mcp.write_destructive offline_access"
    flow.app = api.ok("post", "/oauth_app/", json=body | {"scope": scope})
    return flow


def test_a_refresh_token_becomes_new_tokens_of_the_same_grant(flow):
    first = flow.tokens()

    second = flow.refresh(first["refresh_token"]).json()

    assert second.keys() == first.keys()
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["organization_id"] == first["organization_id"]
    assert flow.call(second["access_token"]).status_code == 200
    assert flow.refresh(second["refresh_token"]).status_code == 200


def test_one_that_was_replaced_is_good_for_a_moment(flow, clock):
    """Programs that refresh twice at once must not lose their session."""
    clock.stand(clock())
    token = flow.tokens()["refresh_token"]
    one, other = flow.refresh(token).json(), flow.refresh(token).json()
    clock.pass_by(seconds=29)

    assert flow.refresh(token).status_code == 200
    assert flow.call(one["access_token"]).status_code == 200
    assert flow.refresh(other["refresh_token"]).status_code == 200


def test_one_that_comes_back_later_ends_everything(flow, clock):
    clock.stand(clock())
    token = flow.tokens()["refresh_token"]
    stolen = flow.refresh(token).json()
    clock.pass_by(seconds=15)
    flow.refresh(token)
    clock.pass_by(seconds=15)  # the grace began with the first use

    assert refused(flow.refresh(token)) == (400, "invalid_grant")

    assert flow.call(stolen["access_token"]).status_code == 401
    assert refused(flow.refresh(stolen["refresh_token"])) == (400, "invalid_grant")


def test_an_access_token_is_no_refresh_token(flow):
    tokens = flow.tokens()

    assert refused(flow.refresh(tokens["access_token"])) == (400, "invalid_grant")
    assert flow.call(tokens["refresh_token"]).status_code == 401
    assert flow.call(flow.code()).status_code == 401


def test_an_access_token_is_good_for_an_hour(flow, clock):
    clock.stand(clock())
    token = flow.tokens()["access_token"]
    clock.pass_by(minutes=59)
    assert flow.call(token).status_code == 200

    clock.pass_by(minutes=1)

    assert flow.call(token).status_code == 401


def test_a_refresh_token_is_good_for_ninety_days(flow, clock):
    clock.stand(clock())
    token = flow.tokens()["refresh_token"]
    clock.pass_by(days=90)

    assert refused(flow.refresh(token)) == (400, "invalid_grant")


def test_only_offline_access_gives_a_refresh_token(flow):
    tokens = flow.tokens(scope="all.full_access")

    assert tokens["scope"] == "all.full_access"
    assert "refresh_token" not in tokens


def test_another_app_cannot_refresh(flow, api):
    token = flow.tokens()["refresh_token"]
    body = {"name": "Joker", "redirect_uris": ["https://joker.example/"]}
    other = api.ok("post", "/oauth_app/", json=body)
    known = {name: other[name] for name in ("client_id", "client_secret")}

    assert refused(flow.refresh(token, **known)) == (400, "invalid_grant")


def test_revoking_a_refresh_token_takes_all_with_it(flow):
    tokens = flow.tokens()

    assert flow.post("/oauth2/revoke/", token=tokens["refresh_token"]).status_code == 200

    assert flow.call(tokens["access_token"]).status_code == 401
    assert refused(flow.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_revoking_an_access_token_leaves_the_rest(flow):
    tokens = flow.tokens()
    flow.call(tokens["access_token"])

    flow.post("/oauth2/revoke/", token=tokens["access_token"])

    assert flow.call(tokens["access_token"]).status_code == 401
    assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_revoking_what_is_unknown_is_no_mistake_and_what_is_not_ones_own_is(flow, api):
    token = flow.tokens()["refresh_token"]
    body = {"name": "Joker", "redirect_uris": ["https://joker.example/"]}
    other = api.ok("post", "/oauth_app/", json=body)
    known = {name: other[name] for name in ("client_id", "client_secret")}

    assert flow.post("/oauth2/revoke/", token="unknown").status_code == 200
    assert refused(flow.post("/oauth2/revoke/", token=token, **known)) == (400, "invalid_grant")
    assert flow.post("/oauth2/revoke/", token=token, client_secret="x").status_code in (400, 401)
    assert flow.refresh(token).status_code == 200


def test_who_is_no_longer_a_member_has_no_tokens(flow, world, api):
    tokens = flow.tokens()
    end = "update membership set is_active = false where organization_id = $1"
    world.sql(end, api.organization_id)
    world.app.sign_in.forget()

    assert flow.call(tokens["access_token"]).status_code == 401
    assert refused(flow.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_user_sees_and_ends_what_was_granted(flow, api):
    token = flow.tokens()["access_token"]
    (granted,) = api.ok("get", "/oauth_grant/")["data"]
    assert granted["client_id"] == flow.app["client_id"]

    api.ok("delete", f"/oauth_grant/{granted['id']}/")

    assert flow.call(token).status_code == 401
    assert api.ok("get", "/oauth_grant/")["data"] == []


def test_a_grant_of_another_organization_is_unknown(flow, api, stranger):
    flow.tokens()
    (granted,) = api.ok("get", "/oauth_grant/")["data"]

    assert stranger.delete(f"/oauth_grant/{granted['id']}/").status_code == 404


# What follows from an app being known


def test_events_name_the_app(flow, world, api):
    token = flow.tokens()["access_token"]

    lead = flow.call(token, "POST", "/lead/", json={"name": "Arkham"}).json()

    (event,) = api.ok("get", f"/event/?object_id={lead['id']}")["data"]
    assert event["oauth_client_id"] == flow.app["client_id"]
    assert (event["api_key_id"], event["user_id"]) == (None, api.user_id)


def test_changes_of_two_apps_do_not_become_one_event(flow, api, clock):
    """Though they follow on each other within seconds."""
    tokens = flow.tokens()
    lead = api.make("lead")
    for name in "ab":
        flow.call(tokens["access_token"], "PUT", f"/lead/{lead['id']}/", json={"name": name})
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "c"})

    events = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]

    assert {event["oauth_client_id"] for event in events} == {flow.app["client_id"], None}


def test_only_an_app_makes_links_by_its_own_ids(flow):
    token = flow.tokens()["access_token"]
    body = {"source_id": "1", "name": "Talk", "url": "https://cal.example/1"}

    made = flow.call(token, "POST", "/scheduling_link/integration/", json=body)
    changed = flow.call(token, "POST", "/scheduling_link/integration/", json=body | {"name": "X"})
    gone = flow.call(token, "DELETE", "/scheduling_link/integration/1/")

    assert (made.status_code, changed.status_code) == (200, 200)
    assert made.json()["oauth_client_id"] == flow.app["client_id"]
    assert changed.json()["id"] == made.json()["id"]
    assert gone.status_code == 204


def test_an_app_has_a_tab_of_its_name_beside_a_meeting(flow, api):
    token, at = flow.tokens()["access_token"], api.world.clock()
    lead = api.make("lead")["id"]
    meeting = api.add("activity.meeting", lead_id=lead, starts_at=at, ends_at=at)
    path, body = f"/activity/meeting/{meeting}/integration/", {"integration_data": {}}

    nothing = flow.call(token, "POST", path, json={})
    made = flow.call(token, "POST", path, json=body)
    changed = flow.call(token, "POST", path, json=body)

    assert (nothing.status_code, nothing.json()) == (200, {})
    assert made.json() == changed.json()
    assert made.json()["oauth_client"] == {"id": flow.app["client_id"], "name": "Batcave"}
    shown = api.ok("get", f"/activity/meeting/{meeting}/")["integrations"]
    assert [one["id"] for one in shown] == [made.json()["id"]]


# Scopes


def test_a_scope_for_reading_reads(modest):
    token = modest.tokens(**READING)["access_token"]

    assert modest.call(token, path="/lead/").status_code == 200
    answer = modest.call(token, "POST", "/lead/", json={})
    assert refused(answer) == (403, 'This takes the scope "mcp.write_safe".')


def test_a_scope_for_creating_does_not_change(modest):
    token = modest.tokens(scope="mcp.write_safe")["access_token"]

    lead = modest.call(token, "POST", "/lead/", json={}).json()

    path = f"/lead/{lead['id']}/"
    assert modest.call(token, path=path).status_code == 200
    assert modest.call(token, "PUT", path, json={"name": "x"}).status_code == 403
    assert modest.call(token, "DELETE", path).status_code == 403
    headers = {"x-http-method-override": "DELETE", "authorization": f"Bearer {token}"}
    hidden = modest.world.client.post(f"/api/v1{path}", headers=headers)
    assert hidden.status_code == 403


def test_a_scope_for_changing_makes_no_credentials(modest):
    token = modest.tokens(scope="mcp.write_destructive")["access_token"]

    lead = modest.call(token, "POST", "/lead/", json={}).json()

    assert modest.call(token, "DELETE", f"/lead/{lead['id']}/").status_code == 200
    assert modest.call(token, "POST", "/api_key/", json={}).status_code == 403
    assert modest.call(token, "POST", "/oauth_app/", json={}).status_code == 403


def test_a_narrower_scope_may_be_asked_for_when_refreshing(modest):
    tokens = modest.tokens(scope="mcp.write_destructive offline_access mcp.read")

    narrow = modest.refresh(tokens["refresh_token"], scope="mcp.read").json()

    assert narrow["scope"] == "mcp.read"
    assert modest.call(narrow["access_token"], "POST", "/lead/", json={}).status_code == 403
    wide = modest.refresh(narrow["refresh_token"], scope="all.full_access")
    assert refused(wide) == (400, "invalid_scope")


def test_no_scope_reaches_nothing(modest):
    token = modest.tokens(scope="offline_access")["access_token"]

    assert modest.call(token).status_code == 403


# For fixtures


def test_an_app_with_tokens_can_be_made_without_a_browser(world, api, flow):
    async def made(db):
        api.ctx.db = db
        return await grants.connected(api.ctx, "Fixture", "https://app.example/callback")

    fixture = world.call(made)

    assert fixture.keys() == {
        "client_id",
        "client_secret",
        "redirect_uri",
        "access_token",
        "refresh_token",
    }
    assert flow.call(fixture["access_token"]).json()["id"] == api.user_id
    flow.app = fixture
    assert flow.refresh(fixture["refresh_token"]).status_code == 200
    assert "code" in flow.allow(flow.authorize())
