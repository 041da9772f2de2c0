"""Pipelines."""

from ajar.kernel import Int, Text, Tracked


class Pipeline(
    Tracked,
    path="pipeline",
    prefix="pipe",
    created=201,
    deleted=204,
    order="position",
    logged=False,
):
    """The stages of one kind of sale."""

    name = Text(required=True, most=255, example="Sales")
    position = Int(readonly=True, hidden=True)
