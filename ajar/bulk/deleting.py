"""Deleting many objects, each as a request would."""

from ajar import many, rights
from ajar.bulk.pieces import One, one_by_one
from ajar.halving import in_words
from ajar.kernel import operations, render
from ajar.search import catalogue

# Of these nothing needs to be known but that they go.
ALIKE = ("lead", "activity.call")


async def delete(ctx, action: dict, ids: list[str]) -> dict[str, str]:
    resource = catalogue.types()[action["object_type"]].resource
    if resource.about.name not in ALIKE:
        return await each(ctx, action, ids)
    rights.check(ctx, f"{resource.about.name}.delete", {})
    gone = await many.delete(ctx, resource, ids)
    return {id: in_words(render.missing(resource)) for id in ids if id not in gone}


@one_by_one
async def each(ctx, action: dict, ids: list[str]) -> One:
    resource = catalogue.types()[action["object_type"]].resource
    operation = operations.all_operations()[f"{resource.about.name}.delete"]

    async def delete(id: str) -> None:
        rights.check(ctx, operation.name, {"id": id})
        await operation.call(ctx, {"id": id}, {})

    return delete
