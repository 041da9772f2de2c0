"""How messages leave: the statuses that mails and text messages share, and how one may follow
another.

A message that came in (`inbox`), went out (`sent`) or failed to (`error`) has happened, and is only
logged. A `draft` may change in every way. It leaves at once, from the `outbox`, which may hold it
for some seconds (`send_in`); or, `scheduled`, at a time of its own (`date_scheduled`). Until it
has left it can be called back: it is a draft again.

A kind of message declares `status`, `activity_at`, `date_scheduled`, `date_sent` and a hidden
`send_in`. Its `prepare` calls `settle`, its `changed` calls `tell`, and its update operation
`update`.
"""

from typing import Any

from ajar.errors import Invalid
from ajar.kernel import events, ops

STATUSES = ("inbox", "draft", "scheduled", "outbox", "sent", "error")
LEAVING = ("scheduled", "outbox")
LONGEST_WAIT = 59  # seconds in the outbox, during which one may think better of it
# What a client may make of a message. What leaves becomes `sent` or `error` by itself.
NEXT = {
    "draft": ("draft", "scheduled", "outbox"),
    "scheduled": ("draft",),
    "outbox": ("draft",),
}


def settle(ctx, old: dict, new: dict) -> None:
    """Complete what says when a message leaves or left, or refuse it."""
    errors = {}
    if new["status"] == "scheduled" and not new["date_scheduled"]:
        errors["date_scheduled"] = "This field is required."
    if new["status"] != "outbox":
        if new["send_in"] is not None and new["send_in"] != old.get("send_in"):
            errors["send_in"] = "Only a message in the outbox can wait."
        new["send_in"] = None
    if errors:
        raise Invalid(fields=errors)
    if new["status"] == "sent" != old.get("status"):
        logged = not old and (new["activity_at"] or new["date_created"])
        new["date_sent"] = new["activity_at"] = logged or ctx.now


async def tell(ctx, resource: Any, old: dict, new: ops.Row) -> None:
    """That a message has really left; one that is logged as sent left elsewhere."""
    if old and new and new["status"] == "sent" != old["status"]:
        await events.log(ctx, resource, new, "sent")


async def update(ctx, resource: Any, id: str, body: dict) -> ops.Row:
    """What a client asks of a message: drafts change, what is about to leave can be called back,
    and what has happened stays as it was."""
    old = await ops.get(ctx, resource, id)
    new = await ops.update(ctx, resource, id, body)
    fields = resource.about.stored.items()
    changed = [name for name, field in fields if not field.readonly and new[name] != old[name]]
    if not changed or new["status"] in NEXT.get(old["status"], ()):
        return new
    if "status" in changed:
        reason = f'A message cannot go from "{old["status"]}" to "{new["status"]}".'
        raise Invalid(fields={"status": reason})
    raise Invalid(fields=dict.fromkeys(changed, "Only a draft can be changed."))
