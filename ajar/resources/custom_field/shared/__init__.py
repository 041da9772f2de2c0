"""Custom fields that several kinds of object have in common."""

from sqlalchemy import func

from ajar.kernel import Bool, Choice, List, ops, query
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.custom_field import CustomField, converting
from ajar.resources.custom_field.kinds import Kind, like, naming
from ajar.resources.custom_field.values import TYPES


class Associations(List):
    """Objects that have the field, each on terms of its own."""

    json = {"type": "array", "items": {"type": "object"}}


class SharedCustomField(
    CustomField,
    path="custom_field/shared",
    prefix="cf",
    type="shared",
    object_type="custom_fields.shared",
    aliases=("custom_fields/shared",),
):
    """A field that is defined once, for all that it is associated with. Each object has its
    own value in it."""

    type = Choice(*TYPES, required=True, fixed=True, example="text")
    accepts_multiple_values = Bool(fixed=True)
    editable_with_roles = List(readonly=True, hidden=True)  # each association says its own
    associations = Associations(readonly=True)


def matches(one: dict, kind: Kind, type_id: str | None) -> bool:
    return naming(kind, type_id).items() <= one.items()


async def part(ctx, field: ops.Row, kind: Kind, type_id: str | None) -> None:
    """End an association; the values in the field go with it."""
    rest = [one for one in field["associations"] if not matches(one, kind, type_id)]
    await ops.write(ctx, SharedCustomField, field, field | {"associations": rest})
    await converting.strip_from(ctx, kind, type_id, field["id"])


async def part_all(ctx, kind: Kind, type_id: str) -> None:
    """A type is gone: nothing is associated with it any longer."""
    for row in await ctx.rows(await associated(kind), type_id=type_id):
        await part(ctx, await ops.get(ctx, SharedCustomField, row["id"]), kind, type_id)


@shapes(2)
def associated(kind: Kind) -> Statement:
    """The shared fields of a type."""
    rows = query.rows(SharedCustomField)
    found = query.related(SharedCustomField, rows, rows.c.id)
    wanted = func.jsonb_build_array(like(kind, parameter("type_id")))
    return Statement(found.where(rows.c.associations.contains(wanted)))
