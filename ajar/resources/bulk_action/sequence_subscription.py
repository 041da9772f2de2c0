"""Sequences for all that a search finds."""

from ajar.kernel import Choice, Ref, Text
from ajar.resources.bulk_action import BulkAction
from ajar.resources.contact import Email
from ajar.resources.sequence_subscription import REQUIRED, People

TO_SUBSCRIBE = (
    "sequence_id",
    "sender_account_id",
    "sender_name",
    "sender_email",
    "contact_preference",
)
# What a run can be given anew.
ASSIGNED = (
    "sender_account_id",
    "sender_name",
    "sender_email",
    "calls_assigned_to",
    "from_phone_number_id",
)


class BulkSequenceSubscription(
    BulkAction,
    path="bulk_action/sequence_subscription",
    prefix="bulkseqsub",
    type="sequence_subscription",
):
    """Contacts begin a sequence (`subscribe`); or their runs of one sequence, or of all where none
    is named, rest (`pause`), go on (`resume`, `resume_finished`) or are given to somebody else
    (`reassign`)."""

    action_type = Choice(
        "subscribe",
        "resume",
        "resume_finished",
        "pause",
        "reassign",
        required=True,
        fixed=True,
        example="pause",
    )
    contact_preference = Choice("lead", "contact", fixed=True)
    sequence_id = Ref("sequence", fixed=True, on_delete="keep")
    sender_account_id = Ref("connected_account", fixed=True, on_delete="keep")
    sender_name = Text(most=255, fixed=True)
    sender_email = Email(most=255, fixed=True)
    calls_assigned_to = People(fixed=True)
    from_phone_number_id = Ref("phone_number", fixed=True, on_delete="keep")

    @classmethod
    async def mistakes(cls, ctx, new):
        if new["action_type"] == "subscribe":
            return {name: REQUIRED for name in TO_SUBSCRIBE if not new[name]}
        if new["action_type"] == "reassign" and not any(new[name] for name in ASSIGNED):
            return {"calls_assigned_to": f"One of {', '.join(ASSIGNED)} is required."}
        return {}
