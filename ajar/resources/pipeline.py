"""Pipelines."""

from typing import Any

from ajar.errors import Invalid, NotFound
from ajar.kernel import (
    Children,
    CreatedAt,
    CreatedBy,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.status import Position, keep_one
from ajar.resources.status.opportunity import OpportunityStatus


class Pipeline(
    Resource,
    path="pipeline",
    prefix="pipe",
    created=201,
    deleted=204,
    order="position",
    usual=1000,
    most=1000,
    logged=False,
):
    """The stages of one kind of sale."""

    name = Text(required=True, most=255, example="Sales")
    position = Position()
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)
    created_by = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True)

    statuses = Children(
        "status.opportunity", by="pipeline_id", fields=("id", "label", "type"), order="position"
    )

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()


@operation(
    "pipeline.create", "POST", "/pipeline/", status=201, of=Pipeline, parameters=("_fields",)
)
async def create(ctx, params, body):
    """A pipeline may bring its statuses along."""
    pipeline = await ops.create(ctx, Pipeline, body)
    await arrange(ctx, pipeline["id"], body.get("statuses"))
    ctx.headers["location"] = f"/api/v1/pipeline/{pipeline['id']}/"
    return await render.one(ctx, Pipeline, pipeline["id"], params.get("_fields"))


@operation("pipeline.update", "PUT", "/pipeline/{id}/", of=Pipeline, parameters=("_fields",))
async def update(ctx, params, body):
    """`statuses` says a new order, and may name statuses of other pipelines, which move here."""
    await ops.update(ctx, Pipeline, params["id"], body)
    if body.get("statuses"):
        await arrange(ctx, params["id"], body["statuses"])
        await ops.touch(ctx, Pipeline, params["id"])
    return await render.one(ctx, Pipeline, params["id"], params.get("_fields"))


@operation("pipeline.delete", "DELETE", "/pipeline/{id}/", status=204, of=Pipeline)
async def delete(ctx, params, body):
    """Its statuses must be gone, or have moved to another pipeline."""
    await keep_one(ctx, Pipeline, params["id"])
    await ops.delete(ctx, Pipeline, params["id"])
    return {}


async def arrange(ctx, pipeline_id: str, sent: Any) -> None:
    """Put statuses in the order that is sent. Those of the pipeline that are left out stay, at
    the end."""
    if not isinstance(sent or [], list):
        raise Invalid(fields={"statuses": "Value must be of list type."})
    ids, errors = [], {}
    for index, item in enumerate(sent or []):
        try:
            ids.append(await status_id(ctx, pipeline_id, item))
        except Invalid as error:
            errors[str(index)] = error.body
    if errors:
        raise Invalid(fields={"statuses": {"errors": errors}})
    rest = [row["id"] for row in await ctx.rows(await of_pipeline(), pipeline_id=pipeline_id)]
    for position, id in enumerate(dict.fromkeys(ids + rest)):
        status = await ops.get(ctx, OpportunityStatus, id)
        moved = status | {"pipeline_id": pipeline_id, "position": position}
        if moved != status:
            await ops.write(ctx, OpportunityStatus, status, moved)


async def status_id(ctx, pipeline_id: str, item: Any) -> str:
    """Of a status that exists, or of a new one."""
    if not isinstance(item, dict):
        raise Invalid(errors=["Value must be of dict type."])
    if "id" not in item:
        status = item | {"pipeline_id": pipeline_id}
        return (await ops.create(ctx, OpportunityStatus, status))["id"]
    try:
        return (await ops.get(ctx, OpportunityStatus, str(item["id"])))["id"]
    except NotFound:
        raise Invalid(fields={"id": "Object does not exist."}) from None


@shapes(1)
def of_pipeline() -> Statement:
    """The statuses of a pipeline, in order."""
    rows = query.rows(OpportunityStatus)
    found = query.owned(OpportunityStatus, rows, rows.c.id)
    found = found.where(rows.c.pipeline_id == parameter("pipeline_id"))
    return Statement(found.order_by(*query.ordering(OpportunityStatus, rows, "position")))
