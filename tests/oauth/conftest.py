"""An app, and a person with a browser who lets it in."""

import itertools
import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ajar import passwords

number = itertools.count()
PASSWORD = "correct horse battery staple"
HASH = passwords.hasher.hash(PASSWORD)
CALLBACK = "https://app.example/callback"
VERIFIER = "v" * 64
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Browser:
    """Keeps cookies and sends forms; nothing is followed by itself."""

    client: object
    cookies: dict = field(default_factory=dict)

    def ask(self, method, path, **options):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"accept": "text/html", "cookie": cookies} | options.pop("headers", {})
        options = {"headers": headers, "follow_redirects": False} | options
        self.client.cookies.clear()
        answer = self.client.request(method, path, **options)
        self.cookies |= dict(answer.cookies)
        self.client.cookies.clear()
        return answer

    def submit(self, page, **said):
        """Send the form of a page."""
        action = re.search(r'action="([^"]*)"', page.text)[1].replace("&amp;", "&")
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        return self.ask("POST", action, data=hidden | said)

    def sign_in(self, email, password=PASSWORD, **said):
        page = self.ask("GET", "/auth/sign_in/")
        return self.submit(page, email=email, password=password, **said)


@pytest.fixture
def browser(world):
    return Browser(world.client)


@pytest.fixture
def person(world, api, browser):
    """The e-mail address of the admin of the organization, who has a password now."""
    email = f"selina{next(number)}@{os.getpid()}.example"
    world.sql(
        "update account set email = $2, password_hash = $3 where id = $1", api.user_id, email, HASH
    )
    return email


@pytest.fixture
def app(api):
    return api.ok("post", "/oauth_app/", json={"name": "Batcave", "redirect_uris": [CALLBACK]})


@dataclass
class Flow:
    """The way of an app to its tokens, a step at a time."""

    world: object
    browser: Browser
    app: dict
    organization_id: str

    def authorize(self, **said):
        asked = {"client_id": self.app["client_id"], "response_type": "code", "state": "xyz"}
        asked |= {"redirect_uri": CALLBACK, "code_challenge_method": "S256"}
        asked |= {"code_challenge": create_s256_code_challenge(VERIFIER)} | said
        asked = {name: value for name, value in asked.items() if value is not None}
        return self.browser.ask("GET", "/oauth2/authorize/", params=asked)

    def allow(self, page, **said):
        said = {"organization_id": self.organization_id, "decision": "allow"} | said
        return answered(self.browser.submit(page, **said))

    def code(self, **said):
        return self.allow(self.authorize(**said))["code"]

    def exchange(self, code, **said):
        return self.token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
            **said,
        )

    def refresh(self, token, **said):
        return self.token(grant_type="refresh_token", refresh_token=token, **said)

    def token(self, **said):
        return self.post("/oauth2/token/", **said)

    def post(self, path, **said):
        known = {"client_id": self.app["client_id"], "client_secret": self.app.get("client_secret")}
        sent = {name: value for name, value in (known | said).items() if value is not None}
        return self.world.client.post(path, data=sent)

    def tokens(self, **said):
        answer = self.exchange(self.code(**said))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, token, method="GET", path="/me/", **options):
        headers = {"authorization": f"Bearer {token}"}
        return self.world.client.request(method, f"/api/v1{path}", headers=headers, **options)


def answered(redirect) -> dict:
    """What the browser brings back to the app."""
    assert redirect.status_code == 303, redirect.text
    assert redirect.headers["location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(redirect.headers["location"]).query))


@pytest.fixture
def flow(world, api, browser, person, app):
    assert browser.sign_in(person).status_code == 303
    return Flow(world, browser, app, api.organization_id)
