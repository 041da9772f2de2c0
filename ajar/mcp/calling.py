"""A tool is called: its arguments become those of an operation, and the answer a result."""

import base64
import difflib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.datastructures import Headers

from ajar.errors import ApiError, Forbidden, Invalid, NotFound
from ajar.http.api import Api, answered
from ajar.http.request import Call, check_values
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation
from ajar.mcp import schemas, tools
from ajar.mcp.tools import ANYTHING, TOOLS, Tool
from ajar.mcp.words import told

ASKED = "ajar.asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the MCP server, and who makes it."""

    call: Call
    headers: Headers
    caller: Caller
    reach: str  # the scope that it is held to


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answers: an object, or what is wrong."""

    data: dict[str, Any] | None
    problem: str = ""


class Agent:
    """Runs tools through the operations that HTTP has: with their rights, limits and events."""

    def __init__(self, api: Api):
        self.api = api

    async def use(self, asked: Asked, tool: Tool, arguments: dict[str, Any]) -> Result:
        try:
            check_values(arguments)
            if not tools.reaches(asked.reach, tool):
                wanted = f'The tool takes the scope "{tools.scope_of(tool)}"'
                raise Forbidden(f'{wanted}, and this connection has "{asked.reach}".')
            return Result(await self.done(asked, tool, arguments))
        except ApiError as error:
            return Result(None, told(tool, error.status, error.body))

    async def done(self, asked: Asked, tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
        if tool.operation == ANYTHING:
            schemas.check(schemas.of(tool), arguments)
            return await self.fetched(asked, tool, arguments["id"])
        path, params, body = schemas.apart(tool, arguments)
        fixed = {
            name: value(asked.caller) if callable(value) else value
            for name, value in tool.fixed.items()
        }
        operation = tools.operation_of(tool)
        path = {name: fixed.pop(name, value) for name, value in path.items()}
        if tool.expects:
            await self.expected(asked, tool, path)
        if operation.method in ("POST", "PUT"):
            body |= fixed
        else:
            params |= fixed
        data = await self.answer(asked, tool, operation, path, params, body)
        return paged(tool, params, data)

    async def expected(self, asked: Asked, tool: Tool, path: dict[str, str]) -> None:
        """Refuse what the tool is not for."""
        getter = tools.operations()[f"{tool.operation.rpartition('.')[0]}.get"]
        found = await self.answer(asked, tool, getter, path, {}, {})
        wrong = {
            name: f'Must be "{value}" and is "{found[name]}": another tool is for this.'
            for name, value in tool.expects.items()
            if found[name] != value
        }
        if wrong:
            raise Invalid(fields=wrong)

    async def fetched(self, asked: Asked, tool: Tool, id: str) -> dict[str, Any]:
        """Whatever has this id: of some ids it does not tell of which kind they are."""
        for name, said in tools.getters(id):
            operation = tools.operations()[name]
            path = {name: said[name] for name in schemas.in_path(operation)}
            params = {name: value for name, value in said.items() if name not in path}
            try:
                found = await self.answer(asked, tool, operation, path, params, {})
            except NotFound:
                continue
            if rows := found.get("data", [found]):
                return rows[0]
        raise NotFound(f'No object has the id "{id}".')

    async def answer(
        self, asked: Asked, tool: Tool, operation: Operation, path: dict, params: dict, body: dict
    ) -> dict[str, Any]:
        """What the operation answers; its refusal is raised."""
        call = Call(asked.call.scope, asked.call.receive)
        call.request_id, call.headers = asked.call.request_id, asked.headers
        call.headers_out = {"x-request-id": call.request_id}
        call.path, call.meta = operation.path.format_map(path), {"mcp_tool": tool.name}
        call.least = tools.scope_of(tool)
        started = time.perf_counter()
        response = await answered(
            call, lambda call: self.api.perform(call, operation, path, params, body)
        )
        self.api.observe(call.name, response.status_code, time.perf_counter() - started)
        said = msgspec.json.decode(response.body) if response.body else {}
        if response.status_code >= 400:
            raise refusal(response.status_code, said)
        return said


def refusal(status: int, body: dict[str, Any]) -> ApiError:
    error = (NotFound if status == 404 else ApiError)("")
    error.status, error.body = status, body
    return error


def paged(tool: Tool, params: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
    """A list says where to go on, and what the tool adds to its rows."""
    rows = data.get("data")
    if not isinstance(rows, list):
        return data
    if tool.add:
        data["data"] = rows = [row | tool.add(row) for row in rows]
    if data.get("has_more") and "cursor" not in data:
        data["cursor"] = str(int(params.get("_skip") or 0) + len(rows))
    return data


def listed(reach: str) -> Iterator[tuple[Tool, dict[str, Any]]]:
    """The tools that a connection may use, and what each takes."""
    return ((tool, schemas.of(tool)) for tool in tools.allowed(reach))


def named(name: str) -> Tool:
    if tool := TOOLS.get(name):
        return tool
    near = difflib.get_close_matches(name, TOOLS, 1)  # the name itself might be a secret
    raise NotFound("There is no tool of this name." + (f" Did you mean {near[0]}?" if near else ""))


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()
