"""What another site makes a browser do that is signed in here: nothing."""

import pytest

FORM = "application/x-www-form-urlencoded"
# What a form of another site can send without asking first.
SIMPLE = [
    (FORM, b"name=Evil&_method=PUT"),
    ("text/plain", b'{"name": "Evil"}'),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nEvil\r\n--x--',
    ),
    ("application/json", b'{"name": "Evil"}'),
]
ELSEWHERE = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


@pytest.fixture
def signed_in(person):
    person.sign_in()
    return person


@pytest.mark.parametrize(("kind", "body"), SIMPLE)
def test_a_form_of_another_site_changes_nothing(signed_in, api, kind, body):
    lead = api.make("lead", name="Wayne")
    asked = [
        ("POST", "/api/v1/lead/"),
        ("PUT", f"/api/v1/lead/{lead['id']}/"),
        ("DELETE", f"/api/v1/lead/{lead['id']}/"),
        ("POST", "/api/v1/lead/merge/"),
        ("POST", "/api/v1/data/search/"),
        ("POST", f"/api/v1/lead/{lead['id']}/"),
    ]
    for method, path in asked:
        for more in ({}, {"x-http-method-override": "DELETE"}, {"x-csrf-token": "0" * 64}):
            headers = ELSEWHERE | {"content-type": kind} | more
            answer = signed_in.ask(method, path, proven=False, headers=headers, content=body)
            assert answer.status_code in (400, 403, 404, 405), (method, path, answer.text)

    assert [one["name"] for one in api.ok("get", "/lead/")["data"]] == ["Wayne"]


@pytest.mark.parametrize(("kind", "body"), SIMPLE)
def test_another_site_cannot_change_how_one_signs_in(signed_in, world, kind, body):
    asked = [
        ("PUT", "/auth/session/"),
        ("DELETE", "/auth/session/"),
        ("DELETE", "/auth/session/others/"),
        ("PUT", "/auth/password/"),
        ("POST", "/auth/password/reset/"),
        ("POST", "/auth/second_factor/"),
        ("DELETE", "/auth/second_factor/"),
        ("POST", "/oauth2/authorize/"),
        ("POST", "/auth/sign_in/"),
    ]
    for method, path in asked:
        headers = ELSEWHERE | {"content-type": kind}
        answer = signed_in.ask(method, path, proven=False, headers=headers, content=body)
        assert answer.status_code in (400, 403), (method, path, answer.text)

    assert signed_in.ask("GET", "/auth/session/").status_code == 200


def test_another_site_cannot_sign_somebody_in(person):
    body = {"email": person.email, "password": "correct horse battery staple"}

    answer = person.ask("POST", "/auth/session/", headers=ELSEWHERE, json=body)

    assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_a_cookie_alone_reaches_no_agent_and_no_file_form(signed_in):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

    assert signed_in.ask("POST", "/mcp", headers=ELSEWHERE, json=body).status_code == 401
    assert (
        signed_in.ask("POST", "/go/file/", headers=ELSEWHERE, data={"key": "x"}).status_code >= 400
    )


def test_the_cookie_is_not_for_scripts_and_not_for_other_sites(person):
    cookie = person.sign_in().headers["set-cookie"].lower()

    assert "httponly" in cookie and "samesite=lax" in cookie
