"""A refusal in words that an agent can act upon: which field, why, and what would be right."""

from collections.abc import Iterator
from typing import Any

from ajar.mcp import schemas
from ajar.mcp.tools import TOOLS, Tool

UNKNOWN = "Object does not exist."
MOST = 40  # choices that are named


def told(tool: Tool, status: int, body: dict[str, Any]) -> str:
    if status == 404:
        return f"{message(body)} There is nothing with this id that you may see."
    if status == 429:
        return f"Too many requests: wait {body['error']['rate_reset']} seconds, then go on."
    lines = [f"{name}: {reason}{hint(tool, name, reason)}" for name, reason in flat(body)]
    return "\n".join([*lines, *body.get("errors", ())]) or message(body)


def message(body: dict[str, Any]) -> str:
    error = body.get("error", "This was refused.")
    return error if isinstance(error, str) else str(error.get("message"))


def flat(body: dict[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Every reason, under the whole name of what it is about: `contacts[0].emails[1].email`."""
    for name, reason in body.get("field-errors", {}).items():
        whole = f"{within}.{name}" if within else name
        if isinstance(reason, str):
            yield whole, reason
            continue
        for index, item in reason.get("errors", {}).items():
            place = f"{whole}[{index}]"
            if isinstance(item, str):
                yield place, item
                continue
            yield from flat(item, place)
            yield from ((place, text) for text in item.get("errors", ()))


def hint(tool: Tool, name: str, reason: str) -> str:
    """What could be said instead."""
    schema = schemas.of(tool)
    for part in name.replace("]", "").split("."):
        known = schema.get("items", schema).get("properties", {})
        schema = known.get(part.partition("[")[0], {})
    choices = [str(one) for one in schema.get("enum", ()) if one is not None]
    if choices and "one of" not in reason:
        return f" Choices: {', '.join(choices[:MOST])}."
    if reason == UNKNOWN and (finder := finder_of(schema.get("description", ""))):
        return f" `{finder}` finds one."
    return ""


def finder_of(description: str) -> str | None:
    """The tool that lists what a reference may name."""
    kind = description.removeprefix("Id of a ").removeprefix("Id of an ").rstrip(".")
    lists = (f"{kind}.list", f"{kind.rpartition('.')[0]}.list")
    names = (one.name for one in TOOLS.values() if one.operation in lists)
    return next(names, None)
