"""Opportunity statuses."""

from ajar.kernel import Choice, Int, Ref, Resource, Text


class OpportunityStatus(Resource, path="status/opportunity", prefix="stat", order="position"):
    """A stage an opportunity can be in, and whether it counts as open, won or lost."""

    label = Text(required=True, example="Proposal sent")
    type = Choice("active", "won", "lost", required=True, fixed=True, example="active")
    pipeline_id = Ref("pipeline", fixed=True, on_delete="restrict")
    position = Int(readonly=True, hidden=True)
