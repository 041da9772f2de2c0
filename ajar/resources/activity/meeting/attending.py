"""Who comes to a meeting, and when that means that nobody does."""

from ajar.kernel import Bool, Choice, Text, query
from ajar.kernel.registry import resources

ATTENDEE = {
    "name": Text(),
    "email": Text(),
    "contact_id": Text(),
    "user_id": Text(),
    "is_organizer": Bool(),
    "status": Choice("noreply", "yes", "no", "maybe"),
}


def called_off(meeting: dict) -> str | None:
    """Why a meeting will not be, if so. It is canceled where no calendar has it any more, or
    nobody of the lead is left to meet."""
    contacts = answers(meeting, "contact_id")
    if not contacts or not meeting["provider_calendar_ids"]:
        return "canceled"
    if "no" in contacts and "yes" not in contacts:
        return "declined-by-lead"
    return "declined-by-org" if set(answers(meeting, "user_id")) == {"no"} else None


def answers(meeting: dict, kind: str) -> list[str]:
    return [one["status"] for one in meeting["attendees"] if one[kind]]


async def left_behind(ctx, old: dict, new: dict) -> None:
    """A contact was deleted: those who remain meet the next one of them."""
    others = [one["contact_id"] for one in new["attendees"] if one["contact_id"]]
    others = [id for id in others if id != old["contact_id"]]
    among = {"id__in": ",".join(others), "lead_id": new["lead_id"]}
    there = await query.matching(ctx, resources["contact"], among, len(others)) if others else []
    new["attendees"] = [
        one if one["contact_id"] in there else one | {"contact_id": None}
        for one in new["attendees"]
    ]
    new["contact_id"] = next((id for id in others if id in there), None)
