"""Roles: what members of an organization may do, and which leads they see."""

from dataclasses import dataclass

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ajar import paging
from ajar.errors import ApiError, Invalid
from ajar.kernel import (
    Choice,
    CreatedAt,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes

RESTRICTED = (
    "delete_own_activities",
    "delete_own_opportunities",
    "delete_own_tasks",
    "calling",
    "view_all_leads",
)
USER = (
    *RESTRICTED,
    "bulk_import",
    "bulk_email",
    "bulk_sequence_subscriptions",
    "delete_leads",
    "merge_leads",
    "manage_others_activities",
    "manage_others_opportunities",
    "manage_others_tasks",
)
SUPERUSER = (
    *USER,
    "bulk_delete",
    "bulk_edit",
    "call_coach_barge",
    "call_coach_listen",
    "export",
    "manage_customizations",
    "manage_email_sequences",
    "manage_group_numbers",
    "manage_team_email_templates",
    "manage_team_smart_views",
)
ADMIN = (*SUPERUSER, "manage_organization")
LONG_AGO = "0001-01-01T00:00:00"  # when the built-in roles were made, as clients know it


@dataclass(frozen=True)
class BuiltIn:
    """A role that every organization has and nobody may change."""

    name: str
    permissions: tuple[str, ...]


BUILT_IN = {
    "admin": BuiltIn("Admin", ADMIN),
    "superuser": BuiltIn("Super User", SUPERUSER),
    "user": BuiltIn("User", USER),
    "restricteduser": BuiltIn("Restricted User", RESTRICTED),
}


# Who is in an organization, and what `permissions` needs to know of them.
MEMBERS = """
select member.user_id, member.role_id, role.permissions from membership member left join role
on role.organization_id = member.organization_id and role.id = member.role_id
where member.organization_id = $1 and member.is_active"""


def permissions(member) -> tuple[str, ...]:
    """Of the role of a member."""
    role = BUILT_IN.get(member["role_id"])
    return role.permissions if role else tuple(member["permissions"] or ())


async def lock(ctx) -> None:
    """Until this transaction ends, nobody else changes who may do what in the organization."""
    await ctx.rows(await locked())


@shapes(1)
def locked() -> Statement:
    organization = resources["organization"]
    rows = query.rows(organization)
    return Statement(query.owned(organization, rows, rows.c.id).with_for_update(key_share=True))


class Permissions(List):
    """Names of what a role allows, each once. There may be none."""

    def clean(self, value, answer=None):
        return [] if value == [] else super().clean(value)

    def items(self, value):
        if unknown := [name for name in super().items(value) if name not in ADMIN]:
            raise ValueError(f'There is no permission "{unknown[0]}".')
        return list(dict.fromkeys(value))


class UserFields(List):
    """Ids of custom fields of leads that hold users."""

    most = 3
    asked_type = ARRAY(sa.Text)

    def asked(self, value):
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return value if value and texts else None

    def question(self, asked):
        definition = resources["custom_field.lead"]
        rows = query.rows(definition)
        found = query.related(definition, rows, sa.func.array_agg(rows.c.id))
        found = found.where(rows.c.id == sa.any_(asked), rows.c.type == "user")
        return found.scalar_subquery()

    def clean(self, value, answer=None):
        value = super().clean(value)
        if any(id not in (answer or ()) for id in value):
            raise ValueError("Each must be the id of a custom field of leads, of type user.")
        return value


class Role(
    Resource,
    path="role",
    prefix="role",
    created=201,
    logged=False,
    order="date_created",
    usual=1000,
    most=1000,
):
    """What its members may do, and which leads they see."""

    name = Text(required=True, most=255, example="Closer")
    permissions = Permissions(required=True, example=["calling", "view_all_leads"])
    visibility_user_lcf_behavior = Choice("require_assignment", "allow_unassigned")
    visibility_user_lcf_ids = UserFields()
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)

    @computed(json={"type": "boolean"})
    def editable(role):
        return sa.true()

    @staticmethod
    async def prepare(ctx, old, new):
        names = ("visibility_user_lcf_behavior", "visibility_user_lcf_ids")
        if "view_all_leads" in new["permissions"] and (useless := [n for n in names if new[n]]):
            reason = "Must be empty, because the role may view all leads."
            raise Invalid(fields=dict.fromkeys(useless, reason))

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()


class RoleRef(Ref):
    """A role: a built-in one by its word, or one of the organization's own by its id."""

    def __init__(self, **options):
        super().__init__("role", on_delete="keep", **options)  # role.delete looks who has it

    def asked(self, value):
        return None if built_in(value) else super().asked(value)

    def clean(self, value, answer=None):
        return value if built_in(value) else super().clean(value, answer)


def built_in(id) -> BuiltIn | None:
    return BUILT_IN.get(id) if isinstance(id, str) else None


@operation("role.list", "GET", "/role/", of=Role, parameters=tuple(list_parameters(Role)))
async def list_(ctx, params, body):
    """The built-in roles come first."""
    window = paging.window(params, Role.about.usual, Role.about.most)
    end = window["skip"] + window["limit"]
    first = [written(ctx, id, params) for id in list(BUILT_IN)[window["skip"] : end]]
    limit, skip = window["limit"] - len(first), max(0, window["skip"] - len(BUILT_IN))
    own = await query.page(ctx, Role, params | {"_limit": str(limit), "_skip": str(skip)})
    begin = '{"data":['
    rest = own.removeprefix(begin)
    comma = "," if first and rest[0] == "{" else ""
    return begin + ",".join(first) + comma + rest


@operation("role.get", "GET", "/role/{id}/", of=Role, parameters=("_fields",))
async def get(ctx, params, body):
    """A built-in role has a word for an id."""
    if params["id"] in BUILT_IN:
        return written(ctx, params["id"], params)
    return await render.one(ctx, Role, params["id"], params.get("_fields"))


def written(ctx, id: str, params: dict[str, str]) -> str:
    """A built-in role as JSON text."""
    role = BUILT_IN[id]
    shown = {
        "organization_id": ctx.organization_id,
        "id": id,
        "name": role.name,
        "permissions": sorted(role.permissions) if role.permissions == ADMIN else role.permissions,
        "visibility_user_lcf_behavior": None,
        "visibility_user_lcf_ids": [],
        "date_created": LONG_AGO,
        "date_updated": LONG_AGO,
        "editable": False,
    }
    if params.get("_fields"):
        names, _ = render.wanted(Role, params["_fields"])
        shown = {name: value for name, value in shown.items() if name in (names or ())}
    return msgspec.json.encode(shown).decode()


@operation("role.update", "PUT", "/role/{id}/", of=Role, parameters=("_fields",))
async def update(ctx, params, body):
    refuse_built_in(params["id"])
    return await show(ctx, Role, await ops.update(ctx, Role, params["id"], body), params)


@operation("role.delete", "DELETE", "/role/{id}/", of=Role)
async def delete(ctx, params, body):
    """Its members must have got another one before. Former members do not count."""
    refuse_built_in(params["id"])
    await lock(ctx)
    members = {"role_id": params["id"], "is_active": "true"}
    if await query.matching(ctx, resources["membership"], members, 1):
        raise Invalid(errors=["This Role still has members: give them another one first."])
    await ops.delete(ctx, Role, params["id"])
    return {}


def refuse_built_in(id: str) -> None:
    if id in BUILT_IN:
        raise ApiError(f'The role "{BUILT_IN[id].name}" is built in and cannot be changed.')
