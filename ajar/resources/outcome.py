"""Outcomes."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import Choice, Signed, Text, computed


class Outcome(
    Signed, path="outcome", prefix="outcome", created=201, logged=False, order="-date_created"
):
    """How a call or a meeting went: what users choose from. Those that had one that is deleted
    keep its id."""

    name = Text(required=True, most=255, example="No answer")
    description = Text(example="Nobody picked up.")
    type = Choice("custom", "vm-dropped", required=True, default="custom")

    @computed(json={"type": "array", "items": {"type": "string", "enum": ["calls", "meetings"]}})
    def applies_to(outcome):
        """It follows from the type, whatever is sent."""
        calls = func.json_build_array("calls")
        both = func.json_build_array("calls", "meetings")
        return sa.case((outcome.type == "vm-dropped", calls), else_=both)
