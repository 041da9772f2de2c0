"""From a method and a path to the operation that is meant."""

from collections.abc import Iterable
from typing import Any

from ajar.errors import ApiError, NotAllowed, NotFound
from ajar.kernel.operations import Operation

UNKNOWN = (
    "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again."
)


class Router:
    """A tree of path segments: finding costs what the path is long, however many there are."""

    def __init__(self, operations: Iterable[Operation]):
        self.root: dict[Any, Any] = {}
        for operation in operations:
            self.add(operation, operation.path)
            if about := getattr(operation.resource, "about", None):
                for alias in about.aliases:
                    self.add(operation, operation.path.replace(f"/{about.path}/", f"/{alias}/"))

    def add(self, operation: Operation, path: str) -> None:
        node, names = self.root, []
        for segment in path.strip("/").split("/"):
            if segment[0] == "{":
                names.append(segment[1:-1])
            node = node.setdefault("{}" if segment[0] == "{" else segment, {})
        node["", operation.method] = operation, names

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Literal segments win: /lead/merge/ is not the lead called "merge". With or without
        a slash at the end, or a doubled one: each is answered."""
        node, values = self.root, []
        for segment in filter(None, path.split("/")):
            if segment not in node:
                values.append(segment)
            node = node.get(segment) or node.get("{}") or {}
        if found := node.get(("", method)):
            operation, names = found
            return operation, dict(zip(names, values, strict=True))
        raise elsewhere(method, [key[1] for key in node if isinstance(key, tuple)])


def elsewhere(method: str, methods: list[str]) -> ApiError:
    if not methods:
        return NotFound(UNKNOWN)
    if method == "POST" and "PUT" in methods:
        return NotFound("This object exists already at its own URL: use PUT to change it.")
    error = NotAllowed("The method is not allowed for the requested URL.")
    error.headers = {"allow": ", ".join(sorted(methods))}
    return error
