"""What a shared custom field is a field of, and on what terms."""

from typing import Any

from ajar.errors import Invalid, NotFound
from ajar.kernel import Bool, Choice, List, Text, operation, ops
from ajar.kernel.fields import cleaned
from ajar.resources.custom_field.kinds import KINDS, Kind, naming
from ajar.resources.custom_field.shared import SharedCustomField, matches, part
from ajar.resources.custom_field.subject import of_body, of_path

ALL = "/custom_field/shared/{scf_id}/association/"
ONE = ALL + "{object_type}/"
ONE_OF_TYPE = ONE + "{type_id}/"
TERMS: dict[str, Any] = {"editable_with_roles": List(), "required": Bool()}
TAKES = {
    "object_type": Choice(*(kind.name for kind in KINDS), required=True),
    "custom_activity_type_id": Text(),
    "custom_object_type_id": Text(),
    **TERMS,
}


@operation("custom_field.shared.association.create", "POST", ALL, status=201, takes=TAKES)
async def create(ctx, params, body):
    """From now on these objects have the field too."""
    field = await ops.get(ctx, SharedCustomField, params["scf_id"])
    kind, type_id = await of_body(ctx, body)
    if any(matches(one, kind, type_id) for one in field["associations"]):
        raise Invalid(fields={"object_type": "The field is associated with it already."})
    new = naming(kind, type_id) | cleaned(TERMS, body)
    await write(ctx, field, [*field["associations"], new])
    path = "/".join(filter(None, (kind.name, type_id)))
    ctx.headers["location"] = f"/api/v1/custom_field/shared/{field['id']}/association/{path}/"
    return new


async def get(ctx, params, body):
    """On what terms."""
    field = await ops.get(ctx, SharedCustomField, params["scf_id"])
    return pick(field, *await of_path(ctx, params))


async def update(ctx, params, body):
    """Only the terms change."""
    field = await ops.get(ctx, SharedCustomField, params["scf_id"])
    old = pick(field, *await of_path(ctx, params))
    new = old | cleaned({name: one for name, one in TERMS.items() if name in body}, body)
    await write(ctx, field, [new if one is old else one for one in field["associations"]])
    return new


async def delete(ctx, params, body):
    """The objects lose the field, and their values in it."""
    field = await ops.get(ctx, SharedCustomField, params["scf_id"])
    kind, type_id = await of_path(ctx, params)
    pick(field, kind, type_id)
    await part(ctx, field, kind, type_id)
    return {}


def pick(field: dict, kind: Kind, type_id: str | None) -> dict:
    found = [one for one in field["associations"] if matches(one, kind, type_id)]
    if not found:
        raise NotFound("The shared Custom Field is not associated with this.")
    return found[0]


async def write(ctx, field: ops.Row, associations: list[dict]) -> None:
    if associations != field["associations"]:
        new = field | {"associations": associations}
        await ops.write(ctx, SharedCustomField, field, new)


# A type of custom activities or objects is named by a second part of the path.
for suffix, path in (("", ONE), (".of_type", ONE_OF_TYPE)):
    name = f"custom_field.shared.association{suffix}"
    operation(f"{name}.get", "GET", path)(get)
    operation(f"{name}.update", "PUT", path, takes=TERMS)(update)
    operation(f"{name}.delete", "DELETE", path, status=204)(delete)
