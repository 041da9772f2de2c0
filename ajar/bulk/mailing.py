"""Mail to many: drafts of a template that leave at once, written as a client would write them."""

from ajar.bulk import contacts
from ajar.bulk.pieces import One, one_by_one
from ajar.errors import ApiError
from ajar.kernel import ops
from ajar.kernel.registry import resources


@one_by_one
async def mail(ctx, action: dict, ids: list[str]) -> One:
    found = await contacts.chosen(ctx, action["object_type"], ids, action["contact_preference"])

    async def write(id: str) -> None:
        known = found[id]
        if not known:
            raise ApiError("There is no contact with an email address.")
        wanted = [one for one in known if not one.unsubscribed]
        if not wanted:
            raise ApiError("The address is unsubscribed.")
        for address in wanted:
            await write_to(ctx, action, address)

    return write


async def write_to(ctx, action: dict, address: contacts.Address) -> None:
    """One email, which says whose it is."""
    email = resources["activity.email"]
    body = {
        "status": "outbox",
        "lead_id": address.lead_id,
        "contact_id": address.contact_id,
        "to": [address.email],
        "template_id": action["template_id"],
        "sender": action["sender"],
        "account_id": action["email_account_id"],
    }
    new = await ops.check(ctx, email, body)
    await ops.write(ctx, email, {}, new | {"bulk_email_action_id": action["id"]})
