"""The arguments of a tool, as its operation declares them: as JSON Schema, and taken apart into
what an operation is called with."""

import difflib
import re
from functools import cache
from typing import Any

from ajar import describe, openapi
from ajar.errors import Invalid
from ajar.http.request import text_of
from ajar.kernel.operations import Operation
from ajar.mcp.tools import Tool, operation_of

TEXT = {"type": "string"}
CURSOR = TEXT | {"description": "Where the answer before ended: its `cursor`."}
NOT_FOR_AGENTS = {"organization_id", "format", "_skip", "_cursor", "_expand"}
REQUIRED = "This field is required."


@cache
def of(tool: Tool) -> dict[str, Any]:
    """What the tool takes, as JSON Schema."""
    if tool.schema:
        return tool.schema()
    operation = operation_of(tool)
    body = describe.body(operation) or {}
    must = [*in_path(operation), *body.get("required", ())]
    known = {name: TEXT for name in in_path(operation)} | dict(asked(operation))
    known |= body.get("properties", {})
    if "_skip" in operation.parameters:
        known["cursor"] = CURSOR
    here = {there: name for name, there in tool.named.items()}
    free = {here.get(name, name): one for name, one in known.items() if shown(tool, name)}
    schema = {"type": "object", "properties": free}
    schema["required"] = [here.get(name, name) for name in must if shown(tool, name)]
    more = {"patternProperties": body["patternProperties"]} if "patternProperties" in body else {}
    return schema | more | ({} if more else {"additionalProperties": False})


def in_path(operation: Operation) -> list[str]:
    return re.findall(r"{(\w+)}", operation.path)


def asked(operation: Operation) -> Any:
    """The parameters of its query string, with what the description of the API says of them."""
    about = getattr(operation.resource, "about", None)
    for name, schema in describe.parameters(operation):
        if name.startswith("_type") and about and about.type:
            continue
        said = openapi.queried(operation, name, schema)
        text = {"description": said["description"]} if "description" in said else {}
        yield name, said["schema"] | text


def shown(tool: Tool, name: str) -> bool:
    return name not in tool.fixed and name not in NOT_FOR_AGENTS


def apart(tool: Tool, arguments: dict[str, Any]) -> tuple[dict, dict, dict]:
    """What goes into the path, the query string and the body; or all that is wrong with it."""
    check(of(tool), arguments)
    said = {tool.named.get(name, name): value for name, value in arguments.items()}
    operation, path = operation_of(tool), {}
    for name in in_path(operation):
        path[name] = said.pop(name, None) or tool.fixed.get(name)
    if operation.method in ("POST", "PUT"):
        fields = said.pop("_fields", None) if "_fields" in operation.parameters else None
        return path, {"_fields": text_of(fields)} if fields else {}, said
    if "_skip" in operation.parameters and "cursor" in said:
        said["_skip"] = said.pop("cursor")
    return path, {name: text_of(value) for name, value in said.items() if value is not None}, {}


def check(schema: dict[str, Any], arguments: dict[str, Any]) -> None:
    """What the API would pass over in silence, an agent should hear of. Values are looked at by the
    operation itself."""
    known, wrong = schema["properties"], {}
    patterns = schema.get("patternProperties", {})
    for name in arguments:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f' Did you mean "{near[0]}"?' if near else f" It has {', '.join(known)}."
            wrong[name] = f"The tool has no such argument.{hint}"
    missing = [name for name in schema.get("required", ()) if arguments.get(name) in (None, "")]
    wrong |= dict.fromkeys(missing, REQUIRED)
    if id := arguments.get("id"):
        wrong |= {} if isinstance(id, str) else {"id": "Value must be of str type."}
    if wrong:
        raise Invalid(fields=wrong)
