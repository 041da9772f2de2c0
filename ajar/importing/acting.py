"""In whose name an import goes on: that of whoever began it, who sees no more in a job than in a
request."""

from typing import Any

from ajar.kernel.context import Caller

KEPT = (
    "user_id",
    "api_key_id",
    "oauth_client_id",
    "visible_to",
    "visible_keys",
    "visible_unassigned",
)


def reach(caller: Caller) -> dict[str, Any]:
    """What is kept of somebody who begins something."""
    return {n: getattr(caller, n) for n in KEPT} | {"permissions": sorted(caller.permissions)}


def act_for(ctx, row: dict) -> None:
    """Do what follows in that name, and say what it is part of."""
    kept = row["caller"].items()
    said: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in kept}
    permissions = frozenset(said.pop("permissions"))
    ctx.caller = Caller(ctx.organization_id, permissions=permissions, **said)
    ctx.meta = ctx.meta | {"import_id": row["id"]}
