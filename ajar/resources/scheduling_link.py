"""Scheduling links: where somebody can be booked."""

import sqlalchemy as sa

from ajar.errors import Forbidden
from ajar.formats import link
from ajar.kernel import EXACT, Choice, Int, Ref, Resource, Text, computed, operation, ops, query
from ajar.kernel.fields import cleaned
from ajar.kernel.sql import parameter
from ajar.kernel.times import CreatedAt, UpdatedAt


class Address(Text):
    """A scheme is added where it is missing."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        return link.with_scheme(value, "https") if value else value


class Link(
    Resource, prefix="schlnk", created=201, deleted=204, logged=False, usual=1000, most=1000
):
    """What links of a user and links of everybody share."""

    name = Text(required=True, most=255, example="Half an hour")
    description = Text(example="A first talk.")
    date_created = CreatedAt(readonly=True, hidden=True)
    date_updated = UpdatedAt(readonly=True, hidden=True)


class SchedulingLink(
    Link,
    path="scheduling_link",
    order="-date_created",
    seen_if=lambda row: row.user_id == parameter("user_id"),
):
    """A page where a user can be booked: each has their own."""

    url = Address(required=True, most=2000, example="https://cal.example/gob")
    user_id = Ref("user", readonly=True)
    source = Choice("MANUAL", "THIRD_PARTY", "CALENDLY", readonly=True)
    source_id = Text(readonly=True, filter=EXACT)
    source_type = Text(readonly=True)
    duration_in_minutes = Int(readonly=True)
    oauth_client_id = Text(readonly=True, filter=EXACT)

    @computed(json={"type": "string"})
    def type(link):
        return sa.literal("USER")

    @computed(json={"type": ["string", "null"]})
    def template_tag(link):
        return sa.null()

    @staticmethod
    async def prepare(ctx, old, new):
        new |= {"user_id": new["user_id"] or ctx.user_id, "source": new["source"] or "MANUAL"}


INTEGRATED = {
    "source_id": Text(required=True, most=255),
    "name": Text(required=True, most=255),
    "url": Address(required=True, most=2000),
    "source_type": Text(most=50),
    "description": Text(),
    "duration_in_minutes": Int(least=0, most=100_000),
}


def application(ctx) -> str:
    """The OAuth application that asks; nobody else may."""
    if not ctx.caller.oauth_client_id:
        raise Forbidden("Only an OAuth application can do this, with an access token.")
    return ctx.caller.oauth_client_id


async def integrated(ctx, source_id: str) -> list[str]:
    same = {"oauth_client_id": application(ctx), "source_id": source_id}
    return await query.matching(ctx, SchedulingLink, same, 1)


@operation(
    "scheduling_link.integration.upsert",
    "POST",
    "/scheduling_link/integration/",
    of=SchedulingLink,
    takes=INTEGRATED,
)
async def upsert(ctx, params, body):
    """An application makes a link, or changes the one that it made under this `source_id`."""
    client = application(ctx)
    ids = await integrated(ctx, str(body.get("source_id")))
    if ids:
        old = await ops.get(ctx, SchedulingLink, ids[0])
        values = cleaned(INTEGRATED, {name: old[name] for name in INTEGRATED} | body)
        return (await ops.write(ctx, SchedulingLink, old, old | values)).json
    made = cleaned(INTEGRATED, body) | {"source": "THIRD_PARTY", "oauth_client_id": client}
    return (await ops.add(ctx, SchedulingLink, **made)).json


@operation(
    "scheduling_link.integration.delete",
    "DELETE",
    "/scheduling_link/integration/{source_id}/",
    status=204,
    of=SchedulingLink,
)
async def delete(ctx, params, body):
    """An application takes back a link that it made."""
    ids = await integrated(ctx, params["source_id"])
    await ops.delete(ctx, SchedulingLink, ids[0] if ids else params["source_id"])
