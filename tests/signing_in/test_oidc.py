"""Signing in at an identity provider, which runs beside the test."""

import dataclasses
import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest


@pytest.fixture(scope="module")
def issuer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = str(Path(__file__).with_name("provider.py"))
    command = [sys.executable, script, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


class Visitor:
    """A browser on the way to the provider and back."""

    def __init__(self, world, person, issuer):
        self.world, self.person, self.issuer = world, person, issuer

    def begin(self, **params):
        answer = self.get("/auth/oidc/", params=params)
        assert answer.status_code == 303, answer.text
        self.cookie = answer.cookies["ajar_oidc"]
        self.world.client.cookies.clear()
        return answer.headers["location"]

    def come_back(self, there, **said):
        """What the provider says, and where it sends the browser."""
        said = {"email": self.person.email} | said
        httpx2.get(f"{self.issuer}/say", params={"said": json.dumps(said)})
        back = httpx2.get(there).headers["location"]
        return back[back.index("/auth/oidc/callback/") :]

    def arrive(self, path):
        answer = self.get(path, headers={"cookie": f"ajar_oidc={self.cookie}"})
        self.world.client.cookies.clear()
        return answer

    def get(self, path, **options):
        return self.world.client.get(path, follow_redirects=False, **options)

    def enter(self, **said):
        return self.arrive(self.come_back(self.begin(), **said))


@pytest.fixture
def visitor(world, person, issuer, monkeypatch):
    settings = dataclasses.replace(
        world.app.settings,
        oidc_issuer=issuer,
        oidc_client_id="ajar",
        oidc_client_secret="hush",
        oidc_name="Wayne Sign-on",
    )
    monkeypatch.setattr(world.app.door, "settings", settings)
    return Visitor(world, person, issuer)


def session(answer):
    return answer.headers["set-cookie"].partition("ajar=")[2].partition(";")[0]


def test_whom_the_provider_knows_is_let_in(visitor, person, api):
    answer = visitor.enter()

    assert answer.status_code == 303, answer.text
    person.cookie = session(answer)
    assert person.ask("GET", "/api/v1/me/").json()["id"] == api.user_id


def test_the_way_leads_back_to_where_somebody_wanted_to_go(visitor):
    wanted = "/oauth2/authorize/?client_id=x"
    there = visitor.begin(next=wanted)

    assert visitor.arrive(visitor.come_back(there)).headers["location"] == wanted


def test_the_way_leads_to_no_other_site(visitor):
    there = visitor.begin(next="https://evil.example/")

    assert visitor.arrive(visitor.come_back(there)).headers["location"] == "/auth/sign_in/"


@pytest.mark.parametrize(
    "said",
    [
        {"forged": True},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1000},
        {"email_verified": False},
        {"email_verified": None},
        {"email": None},
        {"email": "nobody@example.com"},
    ],
    ids=str,
)
def test_what_cannot_be_believed_lets_nobody_in(visitor, said):
    answer = visitor.enter(**said)

    assert answer.status_code == 401
    assert "ajar=" not in answer.headers.get("set-cookie", "")


def test_somebody_else_with_the_same_address_is_not_let_in(visitor):
    assert visitor.enter(sub="1").status_code == 303

    assert visitor.enter(sub="2").status_code == 401
    assert visitor.enter(sub="1").status_code == 303


def test_the_way_back_belongs_to_the_browser_that_went(visitor):
    back = visitor.come_back(visitor.begin())
    visitor.begin()

    assert visitor.arrive(back).status_code == 401
    visitor.cookie = "x"
    assert visitor.arrive(back).status_code == 401


def test_a_provider_that_refuses_is_heard(visitor):
    visitor.begin()
    state = visitor.cookie.split(".")[0]

    answer = visitor.arrive(f"/auth/oidc/callback/?error=access_denied&state={state}")

    assert answer.status_code == 401


def test_a_provider_that_is_away_is_told_in_words(visitor, world, monkeypatch):
    away = dataclasses.replace(world.app.door.settings, oidc_issuer="http://127.0.0.1:1")
    monkeypatch.setattr(world.app.door, "settings", away)

    assert visitor.get("/auth/oidc/").status_code == 400


def test_the_page_offers_it(visitor, world):
    assert "Sign in at Wayne Sign-on" in world.client.get("/auth/sign_in/").text
    world.client.cookies.clear()


def test_without_a_provider_there_is_no_such_way(world):
    assert world.client.get("/auth/oidc/").status_code == 404
