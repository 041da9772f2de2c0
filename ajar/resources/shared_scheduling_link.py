"""Shared scheduling links."""

import re

import sqlalchemy as sa

from ajar.kernel import Text, computed
from ajar.resources.scheduling_link import Link


class SharedSchedulingLink(Link, path="shared_scheduling_link", order="-date_created"):
    """A tag for templates, behind which each user puts a page of their own."""

    template_tag = Text(readonly=True)

    @computed(json={"type": ["string", "null"]})
    def url(link):
        return sa.null()

    @computed(json={"type": ["string", "null"]})
    def user_id(link):
        return sa.null()

    @computed(json={"type": "string"})
    def type(link):
        return sa.literal("SHARED")

    @computed(json={"type": "string"})
    def source(link):
        return sa.literal("MANUAL")

    @computed(json={"type": ["string", "null"]})
    def source_id(link):
        return sa.null()

    @computed(json={"type": ["string", "null"]})
    def source_type(link):
        return sa.null()

    @computed(json={"type": ["integer", "null"]})
    def duration_in_minutes(link):
        return sa.null()

    @staticmethod
    async def prepare(ctx, old, new):
        """Templates name the tag, so it stays when the link gets another name."""
        if not old:
            new["template_tag"] = slug(new["name"])


def slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")
