"""From the page of consent to tokens, and what may go wrong on the way."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.oauth.conftest import Flow

CALLBACK = "https://app.example/callback"


def refused(answer):
    return answer.status_code, answer.json()["error"]


def brought_back(answer):
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_a_code_becomes_tokens_of_the_user_in_the_organization(flow, api):
    tokens = flow.tokens()

    assert tokens.keys() == {
        "token_type",
        "access_token",
        "refresh_token",
        "expires_in",
        "scope",
        "organization_id",
        "user_id",
    }
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "all.full_access offline_access"
    assert tokens["organization_id"] == api.organization_id
    assert tokens["user_id"] == api.user_id
    me = flow.call(tokens["access_token"]).json()
    assert (me["id"], me["organization_id"]) == (api.user_id, api.organization_id)


def test_as_clients_of_the_original_do_it(flow):
    """No PKCE, no redirect_uri, nothing but what its documentation has."""
    answer = flow.authorize(code_challenge=None, code_challenge_method=None, redirect_uri=None)

    code = flow.allow(answer)["code"]

    tokens = flow.token(grant_type="authorization_code", code=code).json()
    assert flow.call(tokens["access_token"]).status_code == 200


def test_the_secret_may_be_the_password_of_basic_authentication(flow, world):
    said = {"grant_type": "authorization_code", "code": flow.code(), "code_verifier": "v" * 64}
    basic = flow.app["client_id"], flow.app["client_secret"]

    answer = world.client.post("/oauth2/token/", data=said, auth=basic)

    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_state_and_issuer_come_back(flow, world):
    answer = flow.allow(flow.authorize(state="a&b=c"))

    assert answer["state"] == "a&b=c"
    assert answer["iss"] == world.app.settings.address


def test_whoever_declines_sends_no_code(flow):
    page = flow.authorize()

    answer = flow.allow(page, decision="deny")

    assert answer["error"] == "access_denied"
    assert "code" not in answer


def test_a_code_works_once_and_ends_its_tokens_when_it_comes_back(flow):
    code = flow.code()
    tokens = flow.exchange(code).json()

    assert refused(flow.exchange(code)) == (400, "invalid_grant")

    assert flow.call(tokens["access_token"]).status_code == 401
    assert refused(flow.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_code_is_good_for_five_minutes(flow, clock):
    code = flow.code()
    clock.pass_by(minutes=5)

    assert refused(flow.exchange(code)) == (400, "invalid_grant")


def test_another_verifier_is_refused(flow):
    code = flow.code()

    wrong = flow.token(grant_type="authorization_code", code=code, code_verifier="w" * 64)

    assert refused(wrong) == (400, "invalid_grant")
    missing = flow.token(grant_type="authorization_code", code=code)
    assert refused(missing) == (400, "invalid_request")


def test_another_redirect_uri_is_refused_at_the_exchange(flow):
    said = {"code": flow.code(), "code_verifier": "v" * 64, "redirect_uri": f"{CALLBACK}/x"}

    answer = flow.token(grant_type="authorization_code", **said)

    assert refused(answer) == (400, "invalid_grant")


def test_a_wrong_secret_is_refused(flow):
    assert refused(flow.exchange(flow.code(), client_secret="x"))[1] == "invalid_client"
    assert refused(flow.exchange(flow.code(), client_secret=None))[1] == "invalid_client"


def test_the_code_of_another_app_is_refused(flow, api):
    code = flow.code()
    other = api.ok("post", "/oauth_app/", json={"name": "Joker", "redirect_uris": [CALLBACK]})

    known = {name: other[name] for name in ("client_id", "client_secret")}

    assert refused(flow.exchange(code, **known)) == (400, "invalid_grant")
    assert flow.exchange(code).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "https://app.example/callback/../x"},
        {"redirect_uri": "https://app.example/callback?x=1"},
        {"redirect_uri": "https://app.example.evil.example/callback"},
        {"redirect_uri": "//app.example/callback"},
        {"client_id": "oa2client_unknown"},
        {"client_id": None},
    ],
)
def test_while_it_is_not_sure_where_to_answer_nobody_is_sent_anywhere(flow, said):
    answer = flow.authorize(**said)

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<form" not in answer.text


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "mcp.read"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
    ],
)
def test_the_app_is_told_what_is_wrong(flow, said, error):
    answer = brought_back(flow.authorize(**said))

    assert (answer["error"], answer["state"]) == (error, "xyz")


def test_somebody_who_is_not_signed_in_signs_in_first(flow, person):
    flow.browser.cookies.clear()

    sent = flow.authorize()

    assert sent.status_code == 303
    page = flow.browser.ask("GET", sent.headers["location"])
    there = flow.browser.submit(page, email=person, password="correct horse battery staple")
    consent = flow.browser.ask("GET", there.headers["location"])
    assert "code" in flow.allow(consent)


def test_nobody_chooses_an_organization_of_others(flow, stranger):
    page = flow.authorize()

    answer = flow.browser.submit(page, decision="allow", organization_id=stranger.organization_id)

    assert answer.status_code == 403


def test_consent_takes_the_page_it_was_asked_on(flow):
    page = flow.authorize()
    said = {"decision": "allow", "organization_id": flow.organization_id}

    forged = flow.browser.submit(page, csrf="0" * 64, **said)
    elsewhere = {"origin": "https://evil.example"}
    url = f"{page.request.url.path}?{page.request.url.query.decode()}"
    foreign = flow.browser.ask("POST", url, data=said, headers=elsewhere)

    assert (forged.status_code, foreign.status_code) == (403, 403)


def test_the_page_cannot_be_framed_and_runs_nothing(flow):
    page = flow.authorize()

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example;" in policy
    assert page.headers["cache-control"] == "no-store"


def test_the_name_of_an_app_is_only_text(flow, api):
    body = {"name": "<script>alert(1)</script>", "redirect_uris": [CALLBACK]}
    app = api.ok("post", "/oauth_app/", json=body)

    page = flow.authorize(client_id=app["client_id"])

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("path", ["token", "revoke"])
def test_what_is_no_form_is_refused(world, path):
    assert world.client.post(f"/oauth2/{path}/", json={}).status_code == 400
    assert world.client.post(f"/oauth2/{path}/", data={"x": "y"}).status_code in (400, 401)
    assert world.client.get(f"/oauth2/{path}/").status_code == 405


def test_an_unknown_grant_type_is_refused(flow):
    answer = flow.token(grant_type="password", username="a", password="b")

    assert refused(answer) == (400, "unsupported_grant_type")


def test_a_person_says_how_far_an_app_may_go(flow):
    page = flow.authorize()
    code = flow.allow(page, reach="mcp.read")["code"]

    tokens = flow.exchange(code).json()

    assert sorted(tokens["scope"].split()) == ["mcp.read", "offline_access"]
    refused = flow.call(tokens["access_token"], "POST", "/lead/", json={"name": "No"})
    assert refused.status_code == 403


def test_no_farther_than_the_app_asks(world, api, browser, person):
    body = {"name": "Reader", "redirect_uris": [CALLBACK], "scope": "mcp.read"}
    app = api.ok("post", "/oauth_app/", json=body)
    browser.sign_in(person)
    flow = Flow(world, browser, app, api.organization_id)

    code = flow.allow(flow.authorize(), reach="all.full_access")["code"]

    assert flow.exchange(code).json()["scope"] == "mcp.read"
