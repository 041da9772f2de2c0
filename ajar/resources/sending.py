"""How messages leave: the statuses that mails and text messages share, and how one may follow
another.

A message that came in (`inbox`), went out (`sent`) or failed to (`error`) has happened, and is only
logged. A `draft` may change in every way. It leaves at once, from the `outbox`, which may hold it
for some seconds (`send_in`); or, `scheduled`, at a time of its own (`date_scheduled`). Until it
has left it can be called back: it is a draft again.

A kind of message declares `status`, `date_scheduled` and a hidden `send_in`. Its `prepare` calls
`settle` and heeds `mistakes`, its `changed` calls `tell`, and its update operation `update`.
"""

from typing import Any

from ajar.errors import Invalid
from ajar.kernel import events, ops

STATUSES = ("inbox", "draft", "scheduled", "outbox", "sent", "error")
LEAVING = ("scheduled", "outbox")
LONGEST_WAIT = 59  # seconds in the outbox, during which one may think better of it
REQUIRED = "This field is required."
# What a client may make of a message. What leaves becomes `sent` or `error` by itself.
NEXT = {"draft": LEAVING, "scheduled": ("draft",), "outbox": ("draft",)}


def leaves(old: dict, new: dict) -> bool:
    """Whether a write is what hands the message over to be sent."""
    return new["status"] in LEAVING and old.get("status") not in LEAVING


def settle(old: dict, new: dict) -> None:
    """Forget when a message was to leave, once it no longer waits; unless it was just said."""
    over = {"send_in": old.get("status") == "outbox" and new["status"] != "outbox"}
    over["date_scheduled"] = old.get("status") == "scheduled" and new["status"] == "draft"
    for name in over:
        if over[name] and new[name] == old[name]:
            new[name] = None


def mistakes(message: dict) -> dict[str, str]:
    """What is wrong with when a message is to be sent, by field."""
    wrong = {}
    if message["status"] == "scheduled" and not message["date_scheduled"]:
        wrong["date_scheduled"] = REQUIRED
    if message["status"] != "outbox" and message["send_in"] is not None:
        wrong["send_in"] = "Only a message in the outbox can wait."
    return wrong


async def tell(ctx, resource: Any, old: dict, new: ops.Row) -> None:
    """That a message has really left; one that is logged as sent left elsewhere."""
    if old and new and new["status"] == "sent" != old["status"]:
        await events.log(ctx, resource, new, "sent")


async def update(ctx, resource: Any, id: str, body: dict) -> ops.Row:
    """What a client asks of a message: drafts change, what is about to leave can be called back,
    and what has happened stays as it was."""
    old = await ops.get(ctx, resource, id)
    fields = resource.about.stored.items()
    sent = {n: f for n, f in fields if not (f.readonly or f.fixed) and f.sent(body)}
    new = old | await ops.clean(ctx, resource, sent, old, body)
    check(old, new)
    return await ops.write(ctx, resource, old, new) if new != old else old


def check(old: dict, new: dict) -> None:
    """Whether a client may make this of a message."""
    if new["status"] not in (old["status"], *NEXT.get(old["status"], ())):
        reason = f'A message cannot go from "{old["status"]}" to "{new["status"]}".'
        raise Invalid(fields={"status": reason})
    if "draft" in (old["status"], new["status"]):
        return
    if changed := [name for name in new if new[name] != old[name]]:
        raise Invalid(fields=dict.fromkeys(changed, "Only a draft can be changed."))
