"""Users."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import (
    CreatedAt,
    DateTime,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    computed,
    operation,
    query,
    render,
)
from ajar.kernel.registry import resources
from ajar.kernel.sql import NO_ITEMS, TEXTS, Statement, concat, parameter, shapes

AVATARS = "https://secure.gravatar.com/avatar/"


class User(
    Resource,
    path="user",
    prefix="user",
    verbs=("list", "get"),
    logged=False,
    order="first_name,last_name",
    sorts=("first_name", "last_name"),
):
    """A person of the organization, present or past."""

    organization_id = Text(readonly=True, hidden=True)
    email = Text(readonly=True)
    email_verified_at = DateTime(readonly=True)
    first_name = Text(readonly=True)
    last_name = Text(readonly=True)
    google_profile_image_url = Text(readonly=True)
    last_used_timezone = Text(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)

    @computed(json={"type": "string"}, lazy=True)
    def name(user):
        """Who was invited and never said a name is known by the address."""
        return func.coalesce(func.nullif(func.trim(full_name(user)), ""), user.email)

    @computed(json={"type": ["string", "null"]})
    def image(user):
        return concat(AVATARS, func.md5(func.lower(func.trim(user.email))))

    @computed(json={"type": "array", "items": {"type": "string"}})
    def organizations(user):
        """The organization, unless the user is no longer a member."""
        membership = resources["membership"]
        rows = query.rows(membership)
        active = query.related(membership, rows, rows.c.id)
        active = active.where(rows.c.user_id == user.id, rows.c.is_active).exists()
        return sa.case((active, func.json_build_array(user.organization_id)), else_=NO_ITEMS)


def full_name(user):
    return concat(user.first_name, " ", user.last_name)


class UserRef(Ref):
    """A user; where lists are filtered by it, a group stands for its members."""

    def read(self, ctx, suffix, text):
        people = text.split(",")
        if any(id.startswith("group_") for id in people):
            return "people", people
        return super().read(ctx, suffix, text)

    def compare(self, column, comparison, name):
        if comparison != "people":
            return super().compare(column, comparison, name)
        people, member = parameter(name, TEXTS), resources["group.member"]
        rows = query.rows(member)
        found = query.related(member, rows, rows.c.user_id).where(
            rows.c.group_id == sa.any_(people)
        )
        # One list, not two conditions: so the index of the column still serves.
        members = sa.cast(func.array(found.scalar_subquery()), TEXTS)
        return column == sa.any_(func.array_cat(people, members, type_=TEXTS))


@operation(
    "user.get",
    "GET",
    "/user/{id}/",
    of=User,
    parameters=("_fields", "_limit", "_skip", "_order_by"),
)
def get(ctx, params, body):
    """Clients send along what belongs to lists; it means nothing here."""
    return render.one(ctx, User, params["id"], params.get("_fields"))


@operation("user.availability.list", "GET", "/user/availability/", parameters=("organization_id",))
async def availability(ctx, params, body):
    """On which devices each member takes calls. There is no telephone yet: on none."""
    if params.get("organization_id", ctx.organization_id) != ctx.organization_id:
        raise render.missing(resources["organization"])
    return await ctx.value(await available())


@shapes(1)
def available() -> Statement:
    membership = resources["membership"]
    rows = query.rows(membership)
    one = func.json_build_object("user_id", rows.c.user_id, "availability", NO_ITEMS)
    data = render.array(sa.cast(one, sa.Text), [rows.c.user_id])
    text = sa.cast(func.json_build_object("data", data), sa.Text)
    return Statement(query.related(membership, rows, text).where(rows.c.is_active))
