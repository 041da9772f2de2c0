"""Apps: registered by admins, or by themselves; and where programs find out how."""

import pytest

CALLBACK = "https://app.example/callback"
CLAUDE = {
    "client_name": "Agent",
    "redirect_uris": ["http://127.0.0.1:7777/callback"],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
}


def test_a_secret_is_shown_once(api, app):
    assert app["client_id"] == app["id"]
    assert app["client_id"].startswith("oa2client_")
    assert len(app["client_secret"]) >= 40
    shown = api.ok("get", f"/oauth_app/{app['id']}/")
    assert shown == {k: v for k, v in app.items() if k != "client_secret"}
    assert api.ok("get", "/oauth_app/") == {"data": [shown], "has_more": False}


def test_an_app_is_changed_in_part(api, app):
    changed = api.ok("put", f"/oauth_app/{app['id']}/", json={"name": "Robin"})

    assert changed["name"] == "Robin"
    assert changed["redirect_uris"] == [CALLBACK]


def test_a_new_secret_replaces_the_old_one(flow, api):
    old = flow.app["client_secret"]
    path = f"/oauth_app/{flow.app['id']}/rotate_secret/"
    flow.app = api.ok("post", path)

    assert flow.exchange(flow.code(), client_secret=old).status_code in (400, 401)
    assert flow.exchange(flow.code()).status_code == 200


def test_what_an_app_held_ends_with_it(flow, api):
    token = flow.tokens()["access_token"]

    api.ok("delete", f"/oauth_app/{flow.app['id']}/")

    assert flow.call(token).status_code == 401
    assert flow.authorize().status_code == 400


def test_an_app_of_another_organization_is_unknown(api, app, stranger):
    path = f"/oauth_app/{app['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"name": "x"}).status_code == 404
    assert stranger.post(f"{path}rotate_secret/").status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.ok("get", "/oauth_app/")["data"] == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name", "redirect_uris"}),
        ({"name": "x", "redirect_uris": "https://a.example"}, {"redirect_uris"}),
        ({"name": 1, "redirect_uris": ["http://a.example/"]}, {"name", "redirect_uris"}),
        ({"name": "x", "redirect_uris": ["javascript:alert(1)"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["data:text/html,x"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["https://a.example/#x"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["https://u:p@a.example/"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["https://a.example/;script-src *"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["https://a.example:x/"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": ["/callback"]}, {"redirect_uris"}),
        ({"name": "x", "redirect_uris": [CALLBACK], "scope": "everything"}, {"scope"}),
    ],
)
def test_what_is_wrong_is_named(api, body, wrong):
    answer = api.post("/oauth_app/", json=body)

    assert answer.status_code == 400
    assert answer.json()["field-errors"].keys() == wrong


def test_discovery_leads_to_everything(world):
    answer = world.client.get("/.well-known/oauth-authorization-server").json()

    here = world.app.settings.address
    assert answer["issuer"] == here
    assert answer["authorization_endpoint"] == f"{here}/oauth2/authorize/"
    assert answer["token_endpoint"] == f"{here}/oauth2/token/"
    assert answer["revocation_endpoint"] == f"{here}/oauth2/revoke/"
    assert answer["registration_endpoint"] == f"{here}/oauth2/register/"
    assert answer["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert answer["code_challenge_methods_supported"] == ["S256"]
    methods = set(answer["token_endpoint_auth_methods_supported"])
    assert methods == {"none", "client_secret_basic", "client_secret_post"}
    assert set(answer["scopes_supported"]) >= {"all.full_access", "offline_access", "mcp.read"}


def register(world, **said):
    world.sql("delete from sign_in_attempt")
    return world.client.post("/oauth2/register/", json=CLAUDE | said)


def test_an_app_registers_itself_and_comes_as_far_as_a_user_lets_it(flow, world):
    registered = register(world)
    assert registered.status_code == 201, registered.text
    flow.app = registered.json()
    assert "client_secret" not in flow.app
    asked = {"redirect_uri": "http://127.0.0.1:9999/callback", "scope": "mcp.read"}

    page = flow.authorize(**asked)  # the port of a program on one's own machine is free

    assert "nobody here has checked it" in page.text
    said = {"organization_id": flow.organization_id, "decision": "allow"}
    there = flow.browser.submit(page, **said).headers["location"]
    assert there.startswith("http://127.0.0.1:9999/callback?code=")
    code = there.partition("code=")[2].partition("&")[0]
    sent = {"grant_type": "authorization_code", "code": code}
    assert flow.token(**sent).json()["error"] == "invalid_request"
    tokens = flow.token(**sent, redirect_uri=asked["redirect_uri"], code_verifier="v" * 64).json()
    assert tokens["scope"] == "mcp.read"
    assert flow.call(tokens["access_token"], path="/lead/").status_code == 200


def test_an_app_without_a_secret_needs_a_challenge(flow, world):
    flow.app = register(world, redirect_uris=[CALLBACK]).json()

    answer = flow.authorize(code_challenge=None, code_challenge_method=None)

    assert "error=invalid_request" in answer.headers["location"]


def test_an_app_that_registered_itself_does_not_get_everything(flow, world):
    flow.app = register(world, redirect_uris=[CALLBACK], scope="all.full_access").json()

    assert "all.full_access" not in flow.app["scope"]
    answer = flow.authorize(scope="all.full_access")
    assert "error=invalid_scope" in answer.headers["location"]


def test_an_app_that_can_keep_a_secret_is_given_one(world):
    app = register(world, token_endpoint_auth_method="client_secret_post").json()

    assert len(app["client_secret"]) >= 40
    assert app["client_secret_expires_at"] == 0


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://a.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [1]}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
        ({"response_types": [["code"]]}, "invalid_client_metadata"),
    ],
)
def test_an_app_that_cannot_be_served_is_told_why(world, said, error):
    answer = register(world, **said)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_registering_has_an_end(world):
    world.sql("delete from sign_in_attempt")
    answers = [world.client.post("/oauth2/register/", json=CLAUDE) for _ in range(22)]
    world.sql("delete from sign_in_attempt")

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
