"""Deleting many objects, each as a request would."""

from collections.abc import Awaitable, Callable

from ajar import rights
from ajar.kernel import operations
from ajar.search import catalogue


async def prepared(ctx, action: dict, ids: list[str]) -> Callable[[str], Awaitable[None]]:
    resource = catalogue.types()[action["object_type"]].resource
    operation = operations.all_operations()[f"{resource.about.name}.delete"]

    async def delete(id: str) -> None:
        rights.check(ctx, operation.name, {"id": id})
        await operation.call(ctx, {"id": id}, {})

    return delete
