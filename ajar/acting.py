"""Acting for somebody later. What they may do and see when they ask is kept with what they ask
for, and holds until that is done."""

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

from ajar.kernel.context import Caller, Context

AS_THEY_ARE = ("user_id", "api_key_id", "oauth_client_id", "visible_unassigned")


def kept(ctx: Context) -> dict[str, Any]:
    """Who asks, and their rights, as JSON."""
    caller = ctx.caller
    offset = ctx.now.astimezone(ctx.zone).utcoffset() or timedelta(0)
    return {name: getattr(caller, name) for name in AS_THEY_ARE} | {
        "permissions": sorted(caller.permissions),
        "visible_to": None if caller.visible_to is None else list(caller.visible_to),
        "visible_keys": list(caller.visible_keys),
        "minutes_ahead": round(offset.total_seconds() / 60),
    }


def for_whoever_asked(ctx: Context, asked: dict[str, Any], **meta: str) -> Context:
    """A job's context in the name of somebody, as it was kept. What it changes is told in events
    of their own, which say why (`meta`): they are not folded into what somebody did before."""
    people = asked["visible_to"]
    caller = Caller(
        ctx.organization_id,
        permissions=frozenset(asked["permissions"]),
        visible_to=None if people is None else tuple(people),
        visible_keys=tuple(asked["visible_keys"]),
        **{name: asked[name] for name in AS_THEY_ARE},
    )
    zone = timezone(timedelta(minutes=asked["minutes_ahead"]))
    return replace(ctx, caller=caller, zone=zone, fold=timedelta(0), meta=ctx.meta | meta)
