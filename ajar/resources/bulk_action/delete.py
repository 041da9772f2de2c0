"""Deleting all that a search finds."""

from ajar.kernel import Choice
from ajar.resources.bulk_action import BulkAction
from ajar.resources.connected_account import Object
from ajar.search import target

TYPES = {
    "lead": "lead",
    "contact": "contact",
    "call": "activity.call",
    "custom_activity": "activity.custom_activity",
    "form_submission": "activity.form_submission",
}


class BulkDelete(
    BulkAction,
    path="bulk_action/delete",
    prefix="bulkdelete",
    type="delete",
):
    """Objects of one type are deleted, each as if somebody had deleted it alone. To delete
    everything takes a query that says so."""

    bulk_object_type = Choice(*TYPES, required=True, default="lead", fixed=True)
    s_query = Object(fixed=True, example={"type": "match_all"})

    @classmethod
    async def mistakes(cls, ctx, new):
        if not new["query"] and not new["s_query"]:
            reason = 'This field is required: {"type": "match_all"} deletes everything.'
            return {"s_query": reason}
        new["s_query"] = new["s_query"] or target.EVERYTHING
        return {}

    @classmethod
    def types(cls, action):
        return (TYPES[action["bulk_object_type"]],)
