"""Filling in custom fields with what others know."""

from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import ApiError, Invalid, Unavailable
from ajar.kernel import Bool, Choice, Text, operation, ops, query, render
from ajar.kernel.fields import cleaned
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.providers.enrichment import Answer, Enrichment, Service, Unusable
from ajar.resources.custom_field.kinds import CONTACT, LEAD, Kind, applies
from ajar.resources.custom_field.values import fits

KINDS = {kind.name: kind for kind in (LEAD, CONTACT)}
TYPES = ("text", "textarea", "number", "date", "datetime", "choices")
TOLD = ("id", "name", "type", "description", "choices", "accepts_multiple_values")
WANTED = {
    "organization_id": Text(required=True),
    "object_type": Choice(*KINDS, required=True),
    "object_id": Text(required=True),
    "field_id": Text(required=True),
    "set_new_value": Bool(default=True),
    "overwrite_existing_value": Bool(),
}
ASKED = ("organization_id", "object_type", "object_id", "field_id")
log = structlog.get_logger()


@operation("enrich_field.run", "POST", "/enrich_field/", takes=WANTED, alone=True)
async def run(ctx, params, body):
    """Ask what should be in a field of a lead or a contact, and put it there. No transaction is
    open while the answer is waited for."""
    wanted = cleaned(WANTED, body)
    if wanted["organization_id"] != ctx.organization_id:
        raise Invalid(fields={"organization_id": "Object does not exist."})
    known, field = await subject(ctx, wanted)
    answer = await asked(ctx, wanted, known, field)
    if answer.value is not None and wanted["set_new_value"]:
        await put(ctx, wanted, answer.value)
    told = {"confidence": answer.confidence or "", "reasoning": answer.reasoning or ""}
    return {name: wanted[name] for name in ASKED} | {"value": answer.value} | told


async def subject(ctx, wanted: dict) -> tuple[str, dict]:
    """The object as JSON text, and the definition of its field; both must be there."""
    ids = {name: wanted[name] for name in ("object_id", "field_id")}
    (found,) = await ctx.rows(await both(KINDS[wanted["object_type"]]), **ids)
    errors = {name: "Object does not exist." for name in ids if found[name] is None}
    if errors:
        raise Invalid(fields=errors)
    field = found["field_id"]
    if field["type"] not in TYPES:
        raise Invalid(fields={"field_id": f"Fields of type {field['type']} cannot be enriched."})
    return found["object_id"], field


@shapes(2)
def both(kind: Kind) -> Statement:
    resource = resources[kind.holder]
    rows, fields = query.rows(resource), query.rows(resources["custom_field"])
    one = query.owned(resource, rows, render.text(resource, None, rows))
    one = one.where(rows.c.id == parameter("object_id")).scalar_subquery()
    definition = sa.cast(func.row_to_json(fields.table_valued()), JSONB)
    meant = query.related(resources["custom_field"], fields, definition).where(
        fields.c.id == parameter("field_id"), applies(kind, fields)
    )
    return Statement(sa.select(one.label("object_id"), meant.scalar_subquery().label("field_id")))


async def asked(ctx, wanted: dict, known: str, field: dict) -> Answer:
    """An answer that fits the field."""
    told = {name: field[name] for name in TOLD}
    try:
        service = provider(ctx.settings)
        answer = await service.ask(wanted["object_type"], msgspec.Raw(known.encode()), told)
        nothing = answer.value in (None, "", [])
        answer.value = None if nothing else fits(field, answer.value, {})
    except (Unusable, ValueError) as error:
        log.warning("enrichment failed", field=field["id"], error=str(error))
        raise Unavailable(f"The enrichment service gave no usable answer. {error}") from None
    return answer


def provider(settings: Any) -> Enrichment:
    if not settings.enrichment_url:
        raise ApiError(
            "No enrichment service is set up here: an administrator can name one"
            " in AJAR_ENRICHMENT_URL."
        )
    return Service(settings.enrichment_url, settings.enrichment_key)


async def put(ctx, wanted: dict, value: Any) -> None:
    """Store it, unless there is a value already that shall stay."""
    resource, key = resources[KINDS[wanted["object_type"]].holder], f"custom.{wanted['field_id']}"
    async with ctx.db.transaction():
        row = await ops.get(ctx, resource, wanted["object_id"])
        if wanted["overwrite_existing_value"] or key not in row["custom"]:
            await ops.update(ctx, resource, row["id"], {key: value})
