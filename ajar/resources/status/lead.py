"""Lead statuses."""

from ajar.kernel import EXACT, Int, Resource, Text


class LeadStatus(Resource, path="status/lead", prefix="stat", order="position"):
    """A stage a lead can be in. Each organization keeps its own list."""

    label = Text(required=True, most=255, filter=EXACT, example="Potential")
    color = Text()
    position = Int(readonly=True, hidden=True)
