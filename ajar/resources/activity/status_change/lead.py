"""What a change of a lead's status leaves on its timeline."""

from ajar.kernel import Lookup, Ref
from ajar.resources.activity import Activity


class LeadStatusChange(
    Activity,
    path="activity/status_change/lead",
    prefix="acti",
    type="LeadStatusChange",
    object_type="activity.lead_status_change",
    verbs=("list", "get", "create", "delete"),
):
    """A lead went from one status to another. Creating or deleting one changes no lead."""

    old_status_id = Ref("status.lead", on_delete="keep", fixed=True)
    new_status_id = Ref("status.lead", on_delete="keep", fixed=True, required=True)

    old_status_label = Lookup("old_status_id", "label")
    new_status_label = Lookup("new_status_id", "label")
