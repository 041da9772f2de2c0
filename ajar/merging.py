"""Two leads become one: what hangs off the source moves, and the source is deleted."""

import contextlib
from typing import Any

import msgspec

from ajar.errors import ApiError, Invalid, NotFound
from ajar.kernel import Text, events, ops, query
from ajar.kernel.fields import cleaned
from ajar.kernel.registry import resources
from ajar.kernel.relations import referrers

SINGLE = ("name", "description", "url")
LEADS = {"source": Text(required=True), "destination": Text(required=True)}


async def merge(ctx, lead: Any, body: dict) -> None:
    """Single values of the destination win, lists are joined, everything below moves."""
    source, destination = await both(ctx, lead, body)
    ids = {
        "merge_source_lead_id": source["id"],
        "merge_destination_lead_id": destination["id"],
    }
    ctx.meta = ctx.meta | ids
    told = {
        "lead_id": destination["id"],
        "source_lead_id": source["id"],
        "destination_lead_id": destination["id"],
        "source_display_name": msgspec.json.decode(source.json)["display_name"],
        "destination_display_name": msgspec.json.decode(destination.json)["display_name"],
        "merge_status": "completed",
        "user_id": ctx.user_id,
    }
    with ctx.unlimited():
        for child, field in referrers(lead):
            await move(ctx, child, field.name, source, destination)
    await ops.delete(ctx, lead, source["id"])
    row = await ops.write(ctx, lead, destination, joined(source, destination))
    await ops.add(ctx, resources["activity.lead_merge"], **told)
    await events.log(ctx, lead, row, "merged")


async def both(ctx, lead: Any, body: dict) -> tuple[ops.Row, ops.Row]:
    """The two leads, locked in the order of their ids: two merges never wait for each other."""
    body = cleaned(LEADS, body)
    if body["source"] == body["destination"]:
        raise Invalid(errors=["A lead cannot be merged into itself."])
    found: dict[str, ops.Row] = {}
    for name in sorted(LEADS, key=lambda name: body[name]):
        with contextlib.suppress(NotFound):
            found[name] = await ops.get(ctx, lead, body[name])
    for name in LEADS:
        if name not in found:
            raise absent(f"{name.capitalize()} lead does not exist.")
    return found["source"], found["destination"]


def absent(message: str) -> ApiError:
    error = NotFound(message)
    error.body = {"errors": [message]}
    return error


async def move(ctx, child: Any, name: str, source: dict, destination: dict) -> None:
    """The rows of one kind, each with its event. How the source began goes with the source."""
    if child.about.name == "activity.created":
        return
    for record in await ctx.rows(await query.referring(child, name), targets=[source["id"]]):
        row = await ops.get(ctx, child, record["id"])
        await ops.write(ctx, child, row, row | {name: destination["id"]})


def joined(source: dict, destination: dict) -> dict:
    new = dict(destination)
    for name in SINGLE:
        new[name] = destination[name] or source[name]
    new["custom"] = source["custom"] | destination["custom"]
    known = destination["addresses"]
    new["addresses"] = known + [item for item in source["addresses"] if item not in known]
    return new
