"""Acting for somebody later. What they may do and see when they ask is kept with what they ask
for, and holds until that is done."""

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

from ajar.kernel.context import Caller, Context


def kept(ctx: Context) -> dict[str, Any]:
    """The rights of who asks, as JSON."""
    caller = ctx.caller
    offset = ctx.now.astimezone(ctx.zone).utcoffset() or timedelta(0)
    return {
        "permissions": sorted(caller.permissions),
        "visible_to": None if caller.visible_to is None else list(caller.visible_to),
        "visible_keys": list(caller.visible_keys),
        "visible_unassigned": caller.visible_unassigned,
        "minutes_ahead": round(offset.total_seconds() / 60),
    }


def for_whoever_asked(ctx: Context, asked: dict, **meta: str) -> Context:
    """A job's context with the rights of whoever made this row. What it changes is told in events
    of their own, which say why (`meta`): they are not folded into what somebody did before."""
    rights = asked["rights"]
    people = rights["visible_to"]
    caller = Caller(
        ctx.organization_id,
        asked["created_by"],
        permissions=frozenset(rights["permissions"]),
        visible_to=None if people is None else tuple(people),
        visible_keys=tuple(rights["visible_keys"]),
        visible_unassigned=rights["visible_unassigned"],
    )
    zone = timezone(timedelta(minutes=rights["minutes_ahead"]))
    return replace(ctx, caller=caller, zone=zone, fold=timedelta(0), meta=dict(meta))
