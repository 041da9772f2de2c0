"""That another lead became part of this one."""

from ajar.kernel import Choice, Ref, Text
from ajar.resources.activity import Activity


class LeadMerge(
    Activity,
    path="activity/lead_merge",
    prefix="acti",
    type="LeadMerge",
    verbs=("list", "get"),
):
    """A lead was folded into the one whose timeline this stands on."""

    source_lead_id = Ref("lead", readonly=True, on_delete="keep")
    destination_lead_id = Ref("lead", readonly=True, on_delete="keep")
    source_display_name = Text(readonly=True)
    destination_display_name = Text(readonly=True)
    merge_status = Choice("pending", "in_progress", "completed", "errored", readonly=True)
    error_message = Text(readonly=True)
