"""What browsers are told with every answer."""

import pytest
from starlette.testclient import TestClient

from ajar.app import App
from ajar.config import Settings

PATHS = [
    "/",
    "/api/v1/me/",
    "/api/v1/nothing/",
    "/api/v1/openapi.json",
    "/auth/session/",
    "/auth/sign_in/",
    "/auth/password/reset/?token=x",
    "/docs",
    "/forms/orga_x/form_x/",
    "/go/file/x/",
    "/healthz",
    "/mcp",
    "/metrics",
    "/nothing",
    "/oauth2/authorize/",
    "/readyz",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(world, path):
    headers = world.client.get(path, headers={"accept": "text/html"}).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert "default-src 'none'" in headers["content-security-policy"]
    for name in ("content-security-policy", "referrer-policy", "x-content-type-options"):
        assert len(headers.get_list(name)) == 1
    assert "strict-transport-security" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/docs", "/auth/sign_in/", "/oauth2/authorize/?client_id=x", "/"])
def test_no_page_stands_in_a_frame(world, path):
    headers = world.client.get(path, headers={"accept": "text/html"}).headers

    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_form_may_stand_in_a_frame_and_runs_nothing(world, api):
    form = api.make("form", is_published=True)
    path = f"/forms/{api.organization_id}/{form['id']}/"

    policy = world.client.get(path).headers["content-security-policy"]

    assert "frame-ancestors" not in policy and "default-src 'none'" in policy
    assert "script-src" not in policy and "unsafe" not in policy


def test_over_https_browsers_stay_there(tmp_path, postgres):
    here = {"database_url": postgres, "data": tmp_path, "public_url": "https://crm.example"}
    with TestClient(App(Settings(**here), postgres)) as client:
        for path in ("/healthz", "/api/v1/me/", "/auth/sign_in/"):
            told = client.get(path).headers["strict-transport-security"]
            assert int(told.partition("max-age=")[2]) >= 31_536_000


def test_numbers_are_for_this_machine(world):
    def status(client=("127.0.0.1", 1), **headers):
        asked = TestClient(world.app, client=client)
        asked.portal = world.client.portal
        return asked.get("/metrics", headers=headers).status_code

    assert status() == status(("::1", 1)) == 200
    assert status(("192.0.2.1", 1)) == status(("10.0.0.1", 1)) == 403
    for name in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert status(**{name: "127.0.0.1"}) == 403


def test_numbers_are_read_with_a_token(world, monkeypatch):
    token = "a token for the numbers"
    monkeypatch.setattr(world.app, "settings", Settings(metrics_token=token))

    def status(said):
        return world.client.get("/metrics", headers={"authorization": said}).status_code

    assert status(f"Bearer {token}") == 200
    assert [status(said) for said in ("", token, "Bearer ", f"Bearer {token}x")] == [403] * 4
