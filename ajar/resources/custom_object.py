"""Custom objects."""

from ajar.errors import ApiError
from ajar.kernel import EXACT, Ref, Text, Tracked, operation, ops, query
from ajar.kernel.operations import list_parameters
from ajar.resources.custom_field import instance
from ajar.resources.custom_field.holding import CustomValues
from ajar.resources.custom_field.kinds import OBJECT


class CustomObject(
    Tracked,
    path="custom_object",
    prefix="custobj",
    created=201,
    deleted=204,
    order="date_created",
    usual=1000,
    most=1000,
):
    """A thing that a lead has, of a type that the organization has added."""

    custom_object_type_id = Ref(
        "custom_object_type", required=True, fixed=True, on_delete="cascade", filter=EXACT
    )
    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT)
    name = Text(required=True, most=255, example="Batmobile")
    custom = CustomValues(OBJECT)

    @staticmethod
    async def prepare(ctx, old, new):
        await instance.check(ctx, OBJECT, old, new, complete=True)


@operation(
    "custom_object.list",
    "GET",
    "/custom_object/",
    of=CustomObject,
    parameters=tuple(list_parameters(CustomObject)),
)
async def list_(ctx, params, body):
    """Those of one lead."""
    if not params.get("lead_id"):
        raise ApiError("lead_id is required.")
    return await query.page(ctx, CustomObject, params)


@operation("custom_object.delete", "DELETE", "/custom_object/{id}/", status=204, of=CustomObject)
async def delete(ctx, params, body):
    """Who may not change it may not delete it."""
    await instance.check_role(ctx, OBJECT, await ops.get(ctx, CustomObject, params["id"]))
    await ops.delete(ctx, CustomObject, params["id"])
    return {}
