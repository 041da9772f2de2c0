"""The SDK's own client finds out how to be let in, registers itself, and is let in by a person."""

import asyncio
import itertools
import os
import re
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
import requests
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

from ajar import passwords
from ajar.scopes import READ, SAFE
from tests.oauth.test_real_client import PASSWORD, submit

CALLBACK = "http://127.0.0.1:33418/callback"
HASH = passwords.hasher.hash(PASSWORD)
number = itertools.count()


class Kept:
    """What a client remembers between its runs."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


@pytest.fixture
def person(world, api):
    email = f"barbara{next(number)}@{os.getpid()}.example"
    said = "update account set email = $2, password_hash = $3 where id = $1"
    world.sql(said, api.user_id, email, HASH)
    world.sql("delete from sign_in_attempt")
    return email


class Connection:
    """An agent whose user is sent to a browser when it has to be."""

    def __init__(self, url, person, reach):
        self.url, self.person, self.reach = url, person, reach
        self.kept, self.visits = Kept(), 0
        self.about = OAuthClientMetadata(
            client_name="Oracle",
            redirect_uris=[CALLBACK],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
        )

    async def visit(self, address):
        self.visits += 1
        self.back = await asyncio.to_thread(self.consent, address)

    def consent(self, address):
        """What a person does: sign in, and say how far it may go."""
        browser = requests.Session()
        page = browser.get(address)
        page = submit(browser, self.url, page, email=self.person, password=PASSWORD)
        organization = re.search(r'name="organization_id" value="(\w+)"', page.text)[1]
        said = {"decision": "allow", "organization_id": organization, "reach": self.reach}
        return submit(browser, self.url, page, follow=False, **said).headers["location"]

    async def returned(self):
        said = dict(parse_qsl(urlsplit(self.back).query))
        return AuthorizationCodeResult(code=said["code"], state=said["state"], iss=said["iss"])

    def ask(self, question):
        async def asked():
            auth = OAuthClientProvider(
                f"{self.url}/mcp", self.about, self.kept, self.visit, self.returned
            )
            async with httpx2.AsyncClient(auth=auth, timeout=20, verify=False) as http:
                transport = streamable_http_client(f"{self.url}/mcp", http_client=http)
                async with Client(transport) as client:
                    return await question(client)

        return asyncio.run(asked())


def test_a_client_is_let_in_by_a_person(api, person, served):
    agent = Connection(served.url, person, SAFE)

    lead = agent.ask(lambda client: client.call_tool("create_lead", {"name": "Wayne"}))

    id = lead.structured_content["id"]
    (event,) = api.ok("get", f"/event/?object_id={id}")["data"]
    assert event["oauth_client_id"] == agent.kept.client.client_id
    assert event["user_id"] == api.user_id
    refused = agent.ask(lambda client: client.call_tool("delete_lead", {"id": id}))
    assert refused.is_error
    assert agent.visits == 1 and agent.kept.tokens.refresh_token


def test_a_person_may_let_a_client_only_read(api, person, served):
    agent = Connection(served.url, person, READ)

    result = agent.ask(lambda client: client.call_tool("create_lead", {"name": "Wayne"}))

    assert result.is_error and READ in result.content[0].text


def test_what_a_person_takes_back_ends_the_connection(api, person, served):
    agent = Connection(served.url, person, READ)
    assert agent.ask(lambda client: client.call_tool("org_info", {})).structured_content
    token = agent.kept.tokens.access_token

    (grant,) = api.ok("get", "/oauth_grant/")["data"]
    api.ok("delete", f"/oauth_grant/{grant['id']}/")

    headers = {"authorization": f"Bearer {token}"}
    assert httpx2.post(f"{served.url}/mcp", headers=headers, json={}).status_code == 401
