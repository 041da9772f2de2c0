"""RFC 8707: an app that says what it wants a token for must mean this server."""

from urllib.parse import urlencode

import pytest

from tests.oauth.conftest import answered
from tests.oauth.test_tokens import refused

ELSEWHERE = [
    "https://evil.example/mcp",
    "https://evil.example",
    "http://testserver.evil.example/mcp",
    "http://testserver@evil.example/mcp",
    "http://testserver/other",
    "http://testserver/mcp?x=y",
    "http://testserver/mcp#x",
    "http://testserver/mcp/../other",
    "urn:mcp",
    "/mcp",
    "http://[",
    "x",
]


@pytest.fixture
def here(world):
    return world.app.settings.address


def test_a_resource_of_this_server_is_good(flow, here):
    for path in ("", "/", "/mcp", "/mcp/", "/api/v1", "/api/v1/"):
        code = flow.code(resource=here + path)

        tokens = flow.exchange(code, resource=here + path).json()

        assert flow.call(tokens["access_token"]).status_code == 200
        assert flow.refresh(tokens["refresh_token"], resource=here + path).status_code == 200


def test_the_metadata_names_it(world, flow):
    told = world.client.get("/.well-known/oauth-protected-resource/mcp").json()

    assert flow.exchange(flow.code(resource=told["resource"])).status_code == 200


def test_the_name_by_which_it_was_asked_is_its_own(flow):
    for resource in ("http://testserver/mcp", "https://TestServer/mcp"):
        assert flow.exchange(flow.code(resource=resource), resource=resource).status_code == 200


def test_another_resource_is_refused(flow):
    for resource in ELSEWHERE:
        assert answered(flow.authorize(resource=resource))["error"] == "invalid_target", resource
        code = flow.code()
        assert refused(flow.exchange(code, resource=resource)) == (400, "invalid_target")
        tokens = flow.exchange(code).json()  # the code was not used up
        again = flow.refresh(tokens["refresh_token"], resource=resource)
        assert refused(again) == (400, "invalid_target")
        assert flow.refresh(tokens["refresh_token"]).status_code == 200


def test_of_several_each_must_be_of_this_server(flow, here, world):
    asked = {"grant_type": "authorization_code", "code": flow.code()}
    asked |= {"client_id": flow.app["client_id"], "client_secret": flow.app["client_secret"]}
    pairs = [
        *asked.items(),
        ("code_verifier", "v" * 64),
        ("redirect_uri", "https://app.example/callback"),
    ]

    def exchange(*resources):
        said = urlencode([*pairs, *(("resource", one) for one in resources)])
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return world.client.post("/oauth2/token/", content=said, headers=kind)

    assert refused(exchange(f"{here}/mcp", "https://evil.example")) == (400, "invalid_target")
    assert exchange(f"{here}/mcp", here).status_code == 200


def test_who_is_refused_goes_back_with_what_was_sent_along(flow):
    told = answered(flow.authorize(resource="https://evil.example"))

    assert told["state"] == "xyz" and "code" not in told
