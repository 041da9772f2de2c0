"""Types of custom activities."""

from ajar.kernel import IN, Bool, List, Text, Tracked, computed, operation, ops
from ajar.kernel.operations import show
from ajar.resources.custom_field.kinds import ACTIVITY, listed
from ajar.resources.custom_field.shared import part_all
from ajar.resources.custom_field_schema import arrange


class CustomActivityType(
    Tracked,
    path="custom_activity",
    prefix="actitype",
    object_type="custom_activity_type",
    created=201,
    deleted=204,
    order="date_created",
    usual=1000,
    most=1000,
):
    """A kind of activity that an organization adds. Its fields are added afterwards."""

    id = Text(readonly=True, filter=IN)
    name = Text(required=True, most=255, example="Discovery call")
    description = Text()
    api_create_only = Bool()
    editable_with_roles = List()
    is_archived = Bool()

    @computed(json={"type": "array", "items": {"type": "object"}})
    def fields(type):
        return listed(ACTIVITY, type.id)

    @staticmethod
    async def changed(ctx, old, new):
        if not new:
            await part_all(ctx, ACTIVITY, old["id"])


@operation(
    "custom_activity.update",
    "PUT",
    "/custom_activity/{id}/",
    of=CustomActivityType,
    parameters=("_fields",),
)
async def update(ctx, params, body):
    """`fields` says their order and nothing else about them."""
    type = await ops.update(ctx, CustomActivityType, params["id"], body)
    if body.get("fields"):
        type = await ops.get(ctx, CustomActivityType, type["id"])
        if await arrange(ctx, ACTIVITY, type["id"], body["fields"]):
            type = await ops.write(ctx, CustomActivityType, type, dict(type))
    return await show(ctx, CustomActivityType, type, params)
