"""Memberships: who belongs to an organization."""

import json

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, insert

from ajar import ids
from ajar.accounts import account
from ajar.errors import ApiError, Invalid
from ajar.kernel import (
    EXACT,
    IN,
    Bool,
    Choice,
    Field,
    Lookup,
    Ref,
    Resource,
    Text,
    computed,
    events,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import show
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, concat, parameter, shapes
from ajar.resources.contact import Email
from ajar.resources.references import Refs
from ajar.resources.role import BUILT_IN, Role, RoleRef, lock
from ajar.resources.user import User
from ajar.rights import MANAGE, need

MOST = 1000  # changed at once


class Membership(Resource, path="membership", prefix="memb", verbs=("update",), logged=False):
    """That a user belongs, or once belonged, to an organization, and with which role."""

    id = Text(readonly=True, filter=IN)
    user_id = Ref("user", readonly=True, unique=True, on_delete="cascade", filter=EXACT)
    role_id = RoleRef(required=True, filter=EXACT)
    is_active = Bool(readonly=True, hidden=True, filter=EXACT)
    auto_record_calls = Choice("unset", "enabled", "disabled", required=True)
    default_caller_id = Ref("phone_number")
    hangup_recording_url = Text()
    may_workflows_impersonate = Bool()
    track_email_opens = Bool()
    saved_view_ids = Refs("saved_search", hidden=True)

    user_email = Lookup("user_id", "email")
    user_first_name = Lookup("user_id", "first_name")
    user_last_name = Lookup("user_id", "last_name")
    user_full_name = Lookup("user_id", "name")
    user_image = Lookup("user_id", "image")

    @computed(json={"type": ["string", "null"]})
    def primary_personal_number(membership):
        """The first number that is the user's own."""
        return personal(membership, "id")

    @computed(json={"type": ["string", "null"]})
    def user_phone(membership):
        return personal(membership, "number")

    @computed(json={"type": "string"})
    def role(membership):
        """An older name for the same thing."""
        return membership.role_id

    @computed(json={"type": "array", "items": {"type": "string"}})
    def permissions_granted(membership):
        built_in = [
            (membership.role_id == id, jsonb(role.permissions)) for id, role in BUILT_IN.items()
        ]
        own = query.first(Role, "permissions", id=membership.role_id)
        return sa.case(*built_in, else_=func.coalesce(own, jsonb(())))

    @computed(json={"$ref": "#/components/schemas/User"}, lazy=True)
    def user(membership):
        rows = query.rows(User)
        whole = sa.cast(render.text(User, None, rows), sa.JSON)
        found = query.related(User, rows, whole).where(rows.c.id == membership.user_id)
        return found.scalar_subquery()

    @staticmethod
    async def prepare(ctx, old, new):
        """Somebody must be left who can let others in again."""
        if is_admin(old) and not is_admin(new) and not await other_admin(ctx, new["id"]):
            raise Invalid(errors=["An organization must have an admin: this is the last one."])

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()
        if new["is_active"] != bool(old.get("is_active")):
            action = "activated" if new["is_active"] else "deactivated"
            await events.log(ctx, Membership, new, action)


def personal(membership, name: str):
    numbers = resources["phone_number"]
    return query.first(numbers, name, "date_created", user_id=membership.user_id)


def jsonb(names: tuple[str, ...]):
    return sa.cast(sa.literal(json.dumps(names), sa.Text), JSONB)


def is_admin(member: dict) -> bool:
    return bool(member) and member["is_active"] and member["role_id"] == "admin"


async def other_admin(ctx, id: str) -> bool:
    admins = {"role_id": "admin", "is_active": "true"}
    return any(found != id for found in await query.matching(ctx, Membership, admins, 2))


class Invitation:
    """What must be known of somebody who is to be a member. The names are extras: they serve
    when the address is a new one."""

    email = Email(required=True, most=255)
    role_id = RoleRef(required=True)
    first_name = Text(most=255)
    last_name = Text(most=255)


INVITATION = {name: one for name, one in vars(Invitation).items() if isinstance(one, Field)}


@operation(
    "membership.create",
    "POST",
    "/membership/",
    of=Membership,
    parameters=("_fields",),
    takes=INVITATION,
)
async def create(ctx, params, body):
    """Make sure that whoever has this e-mail address is an active member. One who is already
    keeps the role."""
    await lock(ctx)
    invited = await ops.clean(ctx, Membership, INVITATION, {}, body)
    user_id = await user_of(ctx, invited)
    return await show(ctx, Membership, await activate(ctx, user_id, invited["role_id"]), params)


async def activate(ctx, user_id: str, role_id: str) -> ops.Row:
    found = await query.matching(ctx, Membership, {"user_id": user_id}, 1)
    wanted = {"is_active": True, "role_id": role_id}
    if not found:
        wanted |= {"user_id": user_id, "auto_record_calls": "unset", "track_email_opens": True}
        await ctx.defer("letter.invite", user_id=user_id, id=ids.new("mail"))
        return await ops.add(ctx, Membership, **wanted)
    member = await ops.get(ctx, Membership, found[0])
    if member["is_active"]:
        return member
    await ctx.defer("letter.invite", user_id=user_id, id=ids.new("mail"))
    return await ops.write(ctx, Membership, member, member | wanted)


async def user_of(ctx, invited: dict) -> str:
    """The id of the account with this address, which is a user of the organization from now on."""
    email = invited["email"]
    id = await ctx.value(await signed_up(), id=ids.new("user"), email=email)
    (known,) = await ctx.rows(await known_as(), id=id) or [{}]
    if known.get("organization_id") != ctx.organization_id:
        names = ("first_name", "last_name")
        said = {name: known.get(name) or invited[name] or "" for name in names}
        await ops.add(ctx, User, id=id, email=email, **said)
    return id


@shapes(1)
def signed_up() -> Statement:
    """The account of an address; made, if there is none."""
    email, now = parameter("email"), parameter("now", TIME)
    made = insert(account).values(id=parameter("id"), email=email, date_created=now)
    known = {"index_elements": [sa.text("lower(email)")], "set_": {"email": account.c.email}}
    return Statement(made.on_conflict_do_update(**known).returning(account.c.id))


@shapes(1)
def known_as() -> Statement:
    """What people call somebody: in this organization, else where they changed it last. Like
    accounts, names of people are not of one organization."""
    rows = query.rows(User)
    here = rows.c.organization_id == parameter("organization_id")
    found = sa.select(rows.c.organization_id, rows.c.first_name, rows.c.last_name)
    found = found.where(rows.c.id == parameter("id"))
    return Statement(found.order_by(here.desc(), rows.c.date_updated.desc()).limit(1))


@operation("membership.update", "PUT", "/membership/{id}/", of=Membership, parameters=("_fields",))
async def update(ctx, params, body):
    await lock(ctx)
    return await show(ctx, Membership, await change(ctx, params["id"], body), params)


async def change(ctx, id: str, body: dict) -> ops.Row:
    """Everybody decides for themselves, but not on the role."""
    member = await ops.get(ctx, Membership, id)
    if body.get("role_id", member["role_id"]) != member["role_id"]:
        need(ctx, MANAGE)
    return await ops.update(ctx, Membership, id, body)


@operation(
    "membership.bulk_update",
    "PUT",
    "/membership/",
    parameters=("id__in",),
    takes={name: one for name, one in Membership.about.stored.items() if not one.readonly},
)
async def bulk_update(ctx, params, body):
    """The same change to each membership whose id is in the list."""
    if not params.get("id__in"):
        raise ApiError("Say which memberships to change: id__in is required.")
    await lock(ctx)
    found = await query.matching(ctx, Membership, {"id__in": params["id__in"]}, MOST + 1)
    if len(found) > MOST:
        raise Invalid(errors=[f"It's not allowed to update more than {MOST} objects at once"])
    for id in found:
        await change(ctx, id, body)
    return {"count": len(found)}


@operation("membership.delete", "DELETE", "/membership/{id}/", of=Membership)
async def delete(ctx, params, body):
    """A membership is never gone: what its user did remains, and may be taken up again."""
    await lock(ctx)
    member = await ops.get(ctx, Membership, params["id"])
    if member["is_active"]:
        await ops.write(ctx, Membership, member, member | {"is_active": False})
    return {}


@operation("membership.pinned_views.get", "GET", "/membership/{id}/pinned_views/")
async def pinned_views(ctx, params, body):
    text = await ctx.value(await pinned(), id=params["id"])
    if text is None:
        raise render.missing(Membership)
    return text


@shapes(1)
def pinned() -> Statement:
    rows = query.rows(Membership)
    ids = concat('{"saved_view_ids":', sa.cast(rows.c.saved_view_ids, sa.Text), "}")
    return Statement(query.owned(Membership, rows, ids).where(rows.c.id == parameter("id")))


@operation(
    "membership.pinned_views.update",
    "PUT",
    "/membership/{id}/pinned_views/",
    takes={"saved_view_ids": Membership.about.stored["saved_view_ids"]},
)
async def pin_views(ctx, params, body):
    """The whole list, in its order."""
    if body.get("saved_view_ids") is None:
        raise Invalid(fields={"saved_view_ids": "This field is required."})
    chosen = {"saved_view_ids": body["saved_view_ids"]}
    member = await change(ctx, params["id"], chosen)
    return {"saved_view_ids": member["saved_view_ids"]}
