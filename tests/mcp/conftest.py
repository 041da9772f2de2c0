"""An agent: the SDK's own client, over HTTP, of a server that is really served."""

import asyncio
from dataclasses import dataclass, field

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.clients.conftest import Served


@dataclass
class Agent:
    """Connects anew for each question, as any process of the server may answer it."""

    url: str
    headers: dict
    mode: str = "auto"
    said: list = field(default_factory=list)  # the answers, as HTTP has them

    def ask(self, *questions):
        """Questions over one connection: functions of the client."""

        async def asked():
            async def keep(answer):
                self.said.append(answer)

            options = {"headers": self.headers, "event_hooks": {"response": [keep]}, "timeout": 20}
            options["verify"] = False  # to read all certificates takes longer than the rest
            async with httpx2.AsyncClient(**options) as http:
                transport = streamable_http_client(self.url, http_client=http)
                async with Client(transport, mode=self.mode) as client:
                    return [await question(client) for question in questions]

        return asyncio.run(asked())

    def tools(self):
        (listed,) = self.ask(lambda client: client.list_tools())
        return {tool.name: tool for tool in listed.tools}

    def use(self, name, /, **arguments):
        (result,) = self.ask(lambda client: client.call_tool(name, arguments))
        return result

    def ok(self, name, /, **arguments):
        result = self.use(name, **arguments)
        assert not result.is_error, result.content[0].text
        return result.structured_content

    def refused(self, name, /, **arguments):
        result = self.use(name, **arguments)
        assert result.is_error, result.structured_content
        return result.content[0].text


@pytest.fixture(scope="session")
def served(world, postgres, tmp_path_factory):
    with Served(postgres, tmp_path_factory.mktemp("mcp")) as served:
        yield served


@pytest.fixture
def agent_of(served):
    """Call it with an organization's client and a scope."""

    def made(api, scope=None, **options):
        headers = {"close-api-key": api.key} | ({"close-scope": scope} if scope else {})
        return Agent(f"{served.url}/mcp", headers, **options)

    return made


@pytest.fixture
def agent(api, agent_of):
    return agent_of(api)
