"""What an object of a custom type must be before it is saved."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import Forbidden, Invalid
from ajar.kernel import query
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.custom_field.holding import role
from ajar.resources.custom_field.kinds import Kind, applies, terms


async def check(ctx, kind: Kind, old: dict, new: dict, complete: bool) -> None:
    """Refuse it to who may not make or change it, and, where it must be complete, without a
    value that its type requires."""
    found = await ctx.rows(await facts(kind), type_id=new[kind.owner])
    if not found:
        raise Invalid(fields={kind.owner: "Object does not exist."})
    (type_,) = found
    if not old and type_["api_create_only"] and ctx.source == "ui":
        raise Forbidden("Only programs may create objects of this type.")
    refuse_role(type_)
    keys = [PREFIX + id for id in type_["required"] or ()] if complete else []
    if missing := [key for key in keys if key not in new["custom"]]:
        raise Invalid(fields=dict.fromkeys(missing, "This field is required."))


async def check_role(ctx, kind: Kind, row: dict) -> None:
    """Refuse to delete it for who may not change it."""
    for type_ in await ctx.rows(await facts(kind), type_id=row[kind.owner]):
        refuse_role(type_)


def refuse_role(type_: Any) -> None:
    if type_["editable_with_roles"] and type_["role"] not in type_["editable_with_roles"]:
        raise Forbidden("Your role may not change objects of this type.")


@shapes(2)
def facts(kind: Kind) -> Statement:
    """Who may write objects of a type, who asks, and which fields it requires."""
    type_id, types, fields = parameter("type_id"), resources[kind.types], resources["custom_field"]
    rows, field = query.rows(types), query.rows(fields)
    said = terms(kind, field, type_id).op("->", return_type=JSONB)("required")
    required = sa.case(
        (field.c._type == "shared", sa.cast(said, sa.Boolean)), else_=field.c.required
    )
    ids = query.related(fields, field, func.array_agg(field.c.id))
    ids = ids.where(applies(kind, field, type_id), required).scalar_subquery()
    facts = rows.c.api_create_only, rows.c.editable_with_roles
    found = query.related(types, rows, *facts, role().label("role"), ids.label("required"))
    return Statement(found.where(rows.c.id == type_id))
