"""What a schema or an association is about: an object, or one type of custom ones."""

from ajar.errors import Invalid, NotFound
from ajar.kernel import query, render
from ajar.kernel.registry import resources
from ajar.resources.custom_field.kinds import WORDS, Kind


async def of_path(ctx, params: dict[str, str]) -> tuple[Kind, str | None]:
    """As a path says it: `lead`, or `activity/ID`."""
    kind, type_id = WORDS.get(params["object_type"]), params.get("type_id")
    if not kind or bool(kind.owner) is not bool(type_id):
        raise NotFound(f'There is no object type "{params["object_type"]}".')
    if type_id and not await exists(ctx, kind, type_id):
        raise render.missing(resources[kind.types])
    return kind, type_id


async def of_body(ctx, body: dict) -> tuple[Kind, str | None]:
    """As a body says it: `object_type`, and the id of a type under a name of its own."""
    word = body.get("object_type")
    if word is None:
        raise Invalid(fields={"object_type": "This field is required."})
    kind = WORDS.get(word) if isinstance(word, str) else None
    if not kind:
        raise Invalid(fields={"object_type": "Not a valid choice."})
    if not kind.owner:
        return kind, None
    type_id = body.get(kind.owner)
    if not type_id:
        raise Invalid(fields={kind.owner: "This field is required."})
    if not isinstance(type_id, str) or not await exists(ctx, kind, type_id):
        raise Invalid(fields={kind.owner: "Object does not exist."})
    return kind, type_id


async def exists(ctx, kind: Kind, type_id: str) -> bool:
    return bool(await query.matching(ctx, resources[kind.types], {"id__in": type_id}, 1))
