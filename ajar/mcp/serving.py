"""The protocol itself is the SDK's: it is shown the tools, and passes on what is asked of them.

It is stateless, so that any process may answer any request.
"""

import asyncio
from typing import Any

import mcp_types as types
import msgspec
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

import ajar
from ajar import openapi, scopes
from ajar.errors import NotFound
from ajar.mcp import calling, tools
from ajar.mcp.calling import ASKED, Agent
from ajar.mcp.tools import ANYTHING, Tool

ABOUT = """A CRM: leads (companies) have contacts (people), opportunities (deals), tasks, and
activities such as notes, calls and e-mails. Ids begin with what they are the id of (lead_, cont_).
A list answers `data`, `has_more` and, if there is more, a `cursor` to pass on. Money is in cents.
Custom fields are arguments named custom.ID. An update changes what is given and leaves the rest;
null empties a field."""


class Serving:
    """The SDK's server, for as long as this process runs."""

    def __init__(self, api: Any):
        self.agent = Agent(api)
        self.server: Any = Server(
            "ajar",
            title="Ajar",
            version=ajar.__version__,
            instructions=ABOUT,
            on_list_tools=self.list,
            on_call_tool=self.call,
            get_tool_input_schema=lambda name: None,
        )
        self.server.middleware.clear()  # it is for traces, which nobody collects
        self.manager = StreamableHTTPSessionManager(
            self.server, json_response=True, stateless=True, max_request_body_size=api.most_bytes
        )
        self.app = self.manager.asgi_app
        self.ready, self.over = asyncio.Event(), asyncio.Event()

    async def begin(self) -> None:
        self.running = asyncio.create_task(self.run())
        await self.ready.wait()

    async def run(self) -> None:
        """What the SDK begins, the same task must end."""
        async with self.manager.run():
            self.ready.set()
            await self.over.wait()

    async def end(self) -> None:
        self.over.set()
        await self.running

    async def list(self, ctx: Any, params: Any) -> types.ListToolsResult:
        asked = ctx.request.scope[ASKED]
        known = [described(*one) for one in calling.listed(asked.reach)]
        return types.ListToolsResult(tools=known)

    async def call(self, ctx: Any, params: Any) -> types.CallToolResult:
        asked = ctx.request.scope[ASKED]
        try:
            tool = calling.named(params.name)
        except NotFound as error:
            return problem(str(error))
        result = await self.agent.use(asked, tool, params.arguments or {})
        if result.data is None:
            return problem(result.problem)
        content = types.TextContent(type="text", text=msgspec.json.encode(result.data).decode())
        return types.CallToolResult(content=[content], structured_content=result.data)


def problem(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def described(tool: Tool, schema: dict[str, Any]) -> types.Tool:
    scope, title = tools.scope_of(tool), tool.name.replace("_", " ").capitalize()
    hints = types.ToolAnnotations(
        title=title,
        read_only_hint=scope == scopes.READ,
        destructive_hint=scope == scopes.DESTRUCTIVE,
        idempotent_hint=scope == scopes.READ or tools.operation_of(tool).method != "POST",
        open_world_hint=tool.name == "enrich_field",
    )
    return types.Tool(
        name=tool.name, title=title, description=said(tool), input_schema=schema, annotations=hints
    )


def said(tool: Tool) -> str:
    """What the description of the API says, and what is special here."""
    if tool.operation == ANYTHING:
        return tool.about
    operation = tools.operation_of(tool)
    resource = openapi.said(operation.resource) if operation.resource else ""
    texts = (f"{openapi.summary(operation)}.", openapi.said(operation.call), resource, tool.about)
    return " ".join(dict.fromkeys(text for text in texts if text))
