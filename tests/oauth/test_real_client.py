"""Authlib's own client completes the flow, over a real socket."""

import re
import threading
import time
from contextlib import contextmanager

import pytest
import requests
import uvicorn
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from ajar.app import App
from ajar.config import Settings
from ajar.http.protocol import Protocol

PASSWORD = "correct horse battery staple"


@contextmanager
def serving(database, data):
    app = App(Settings(database_url=database, data=data, pool_size=2, rate_limit=0), database)
    config = uvicorn.Config(app, port=0, log_config=None, http=Protocol, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def url(world, postgres, tmp_path):
    with serving(postgres, tmp_path) as url:
        yield url


def consented(url, address, person):
    """What a person does in a browser: sign in, and allow. Where the app finds itself again."""
    browser = requests.Session()
    page = browser.get(address)
    page = submit(browser, url, page, email=person, password=PASSWORD)
    organization = re.search(r'name="organization_id" value="(\w+)"', page.text)[1]
    said = {"decision": "allow", "organization_id": organization}
    return submit(browser, url, page, follow=False, **said).headers["location"]


def submit(browser, url, page, follow=True, **said):
    action = re.search(r'action="([^"]*)"', page.text)[1].replace("&amp;", "&")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return browser.post(url + action, data=hidden | said, allow_redirects=follow)


def test_authlib_signs_in_refreshes_and_revokes(url, api, app, person):
    client = OAuth2Session(
        app["client_id"],
        app["client_secret"],
        redirect_uri="https://app.example/callback",
        scope="all.full_access offline_access",
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
    )
    verifier = "x" * 50
    address, state = client.create_authorization_url(
        f"{url}/oauth2/authorize/", code_verifier=verifier
    )

    back = consented(url, address, person)
    options = {"authorization_response": back, "state": state, "code_verifier": verifier}
    token = client.fetch_token(f"{url}/oauth2/token/", **options)

    assert client.get(f"{url}/api/v1/me/").json()["id"] == api.user_id
    fresh = client.refresh_token(f"{url}/oauth2/token/", refresh_token=token["refresh_token"])
    assert fresh["access_token"] != token["access_token"]
    assert client.get(f"{url}/api/v1/me/").status_code == 200
    revoked = client.revoke_token(f"{url}/oauth2/revoke/", fresh["refresh_token"])
    assert revoked.status_code == 200
    ended = client.get(f"{url}/api/v1/me/")
    assert ended.status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{url}/oauth2/token/", refresh_token=fresh["refresh_token"])
