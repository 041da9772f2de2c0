"""The table of everything a client can ask for, by its name in the API reference. Most of it
follows from the declarations. An endpoint that does not is a plain function under `@operation`,
and wins over a generated one of the same name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ajar import paging
from ajar.kernel import ops, query, render
from ajar.kernel.registry import resources
from ajar.kernel.resource import Resource


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    call: Callable  # (ctx, params, body) -> JSON text, or what becomes JSON
    status: int = 200
    resource: Any = None
    parameters: frozenset[str] = frozenset()  # what the query string may hold
    alone: bool = False  # it is one statement, or its only write is: no transaction is needed
    takes: dict[str, Any] | None = None  # the fields of its body, if not those of the resource


written: dict[str, Operation] = {}


def operation(
    name: str,
    method: str,
    path: str,
    *,
    status: int = 200,
    of: Any = None,
    parameters: tuple[str, ...] = (),
    alone: bool = False,
    takes: dict[str, Any] | None = None,
):
    """Register an endpoint. `of` is the resource it answers with, for the documentation."""

    def register(function):
        alone_ = alone or method == "GET"
        known = frozenset(parameters)
        written[name] = Operation(name, method, path, function, status, of, known, alone_, takes)
        return function

    return register


def all_operations() -> dict[str, Operation]:
    found = {op.name: op for resource in resources.values() for op in standard(resource)}
    return found | written


def standard(resource) -> Iterator[Operation]:
    """The operations a resource has for the asking."""
    about = resource.about

    def list_(ctx, params, body):
        return query.page(ctx, resource, params)

    def get(ctx, params, body):
        return render.one(ctx, resource, params["id"], params.get("_fields"))

    async def create(ctx, params, body):
        row = await ops.create(ctx, resource, body)
        if about.created == 201:
            ctx.headers["location"] = f"/api/v1{collection}{row['id']}/"
        return await show(ctx, resource, row, params)

    async def update(ctx, params, body):
        row = await ops.update(ctx, resource, params["id"], body)
        return await show(ctx, resource, row, params)

    async def delete(ctx, params, body):
        await ops.delete(ctx, resource, params["id"])
        return {}

    collection, item = f"/{about.path}/", f"/{about.path}/{{id}}/"
    possible = {
        "list": ("GET", collection, list_, 200, list_parameters(resource)),
        "create": ("POST", collection, create, about.created, {"_fields"}),
        "get": ("GET", item, get, 200, {"_fields"}),
        "update": ("PUT", item, update, 200, {"_fields"}),
        "delete": ("DELETE", item, delete, about.deleted, set()),
    }
    for verb in about.verbs:
        method, path, call, status, known = possible[verb]
        alone = method == "GET" or (verb == "create" and resource.changed is Resource.changed)
        known = frozenset(known)
        yield Operation(f"{about.name}.{verb}", method, path, call, status, resource, known, alone)


def list_parameters(resource) -> frozenset[str]:
    return frozenset((*paging.PARAMETERS, *query.filters(resource)))


async def show(ctx, resource, row: ops.Row, params: dict) -> str:
    """What was written, as its event has it; or the part of it that was asked for."""
    if "_fields" not in params:
        return row.json
    with ctx.unlimited():  # it may have put the row on a lead that is not theirs
        return await render.one(ctx, resource, row["id"], params["_fields"])
