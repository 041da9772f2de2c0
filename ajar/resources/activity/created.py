"""How a lead came to be."""

from ajar.kernel import Text
from ajar.resources.activity import Activity


class LeadCreated(
    Activity,
    path="activity/created",
    prefix="acti",
    type="Created",
    verbs=("list", "get"),
    logged=False,
):
    """The beginning of a lead's timeline; written with the lead, and gone with it."""

    source = Text(readonly=True)
    import_id = Text(readonly=True)
