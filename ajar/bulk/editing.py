"""Changing many objects: each piece is locked and read by one statement, and written by one."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from ajar import many
from ajar.errors import ApiError
from ajar.halving import in_words
from ajar.kernel import ops, render
from ajar.kernel.custom import PREFIX
from ajar.search import catalogue


async def edit(ctx, action: dict, ids: list[str]) -> dict[str, str]:
    """Change these objects as an update of each would; but for those of which it says why not."""
    resource = catalogue.types()[action["object_type"]].resource
    rows = await many.get(ctx, resource, ids)
    data, ask = change(action), asking()
    fields = {n: f for n, f in resource.about.stored.items() if f.sent(data)}
    reasons, changes = {}, []
    for id in ids:
        try:
            if id not in rows:
                raise render.missing(resource)
            new = rows[id] | await ops.clean(ctx, resource, fields, rows[id], data, ask=ask)
        except ApiError as error:
            reasons[id] = in_words(error)
            continue
        if new != rows[id]:
            changes.append((rows[id], new))
    await many.update(ctx, resource, changes)
    return reasons


def asking() -> Callable[..., Awaitable[dict]]:
    """What `ops` asks about a body, asked once: it is the same for most objects of a piece."""
    answers: dict[bytes, dict] = {}

    async def ask(ctx, resource, asked: dict[str, Any]) -> dict:
        key = msgspec.json.encode(asked)
        if key not in answers:
            answers[key] = await ops.ask(ctx, resource, asked)
        return answers[key]

    return ask


def change(action: dict) -> dict[str, Any]:
    """As the body of an update has it."""
    if action["type"] == "set_lead_status":
        return {"status_id": action["lead_status_id"]}
    key, how = f"{PREFIX}{action['custom_field_id']}", action["custom_field_operation"]
    if action["type"].startswith("clear"):
        return {key: None}
    several = action["custom_field_values"]
    value = action["custom_field_value"][0] if several is None else several
    return {key if how == "replace" else f"{key}.{how}": value}
