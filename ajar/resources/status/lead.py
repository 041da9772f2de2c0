"""Lead statuses."""

from ajar.kernel import EXACT, Resource, Text, operation, ops
from ajar.resources.status import Position, keep_one


class LeadStatus(
    Resource, path="status/lead", prefix="stat", order="position", usual=1000, most=1000
):
    """A stage a lead can be in. Each organization keeps its own list."""

    label = Text(required=True, most=255, filter=EXACT, example="Potential")
    color = Text(most=255)
    position = Position()

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()


@operation("status.lead.delete", "DELETE", "/status/lead/{id}/", of=LeadStatus)
async def delete(ctx, params, body):
    """Its leads must have got another one before."""
    await keep_one(ctx, LeadStatus, params["id"])
    await ops.delete(ctx, LeadStatus, params["id"])
    return {}
