"""Custom activities."""

from ajar.errors import ApiError
from ajar.kernel import EXACT, IN, Bool, Choice, DateTime, List, Ref, Text, operation, ops, query
from ajar.kernel.operations import list_parameters
from ajar.resources.activity import Activity
from ajar.resources.custom_field import instance
from ajar.resources.custom_field.holding import CustomValues
from ajar.resources.custom_field.kinds import ACTIVITY


class CustomActivity(
    Activity,
    path="activity/custom",
    prefix="acti",
    type="CustomActivity",
    object_type="activity.custom_activity",
):
    """An activity of a type that the organization has added. A draft may lack what a
    published one must have."""

    custom_activity_type_id = Ref(
        "custom_activity", required=True, fixed=True, on_delete="cascade", filter=EXACT | IN
    )
    status = Choice("draft", "published", required=True, default="published")
    pinned = Bool()
    pinned_at = DateTime(readonly=True)
    source = Text(readonly=True)
    mentions = List(readonly=True)
    mentions_updated_at = DateTime(readonly=True)
    last_published_at = DateTime(readonly=True)
    custom = CustomValues(ACTIVITY)

    @staticmethod
    async def prepare(ctx, old, new):
        published = new["status"] == "published"
        await instance.check(ctx, ACTIVITY, old, new, complete=published)
        if published and old.get("status") != "published":
            new["last_published_at"] = ctx.now
        if new["pinned"] != old.get("pinned", False):
            new["pinned_at"] = ctx.now if new["pinned"] else None
        if not old:
            new["source"] = ctx.source


@operation(
    "activity.custom.list",
    "GET",
    "/activity/custom/",
    of=CustomActivity,
    parameters=tuple(list_parameters(CustomActivity)),
)
async def list_(ctx, params, body):
    """Those of one type only together with a lead."""
    for name in ("custom_activity_type_id", "custom_activity_type_id__in"):
        if params.get(name) and not params.get("lead_id"):
            raise ApiError(f"{name} can only be used together with lead_id.")
    return await query.page(ctx, CustomActivity, params)


@operation("activity.custom.delete", "DELETE", "/activity/custom/{id}/", of=CustomActivity)
async def delete(ctx, params, body):
    """Who may not change it may not delete it."""
    await instance.check_role(ctx, ACTIVITY, await ops.get(ctx, CustomActivity, params["id"]))
    await ops.delete(ctx, CustomActivity, params["id"])
    return {}
