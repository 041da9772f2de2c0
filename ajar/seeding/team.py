"""Who demo data is about, and what it is filed under: made once in an organization, through the
same doors as everything else."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from ajar.accounts import account
from ajar.kernel import ops, query
from ajar.kernel.context import Context
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.seeding.ids import Ids
from ajar.seeding.words import CHANNELS, INDUSTRIES, INTERESTS

PEOPLE = (
    ("Ada Keller", "superuser"),
    ("Ben Okafor", "user"),
    ("Carmen Diaz", "user"),
    ("Dana Kim", "user"),
    ("Elena Rossi", "restricteduser"),
)
GROUPS = {"Demo Sales": (0, 1, 2), "Demo Success": (3, 4)}
FIELDS: dict[str, tuple[dict[str, Any], ...]] = {
    "lead": (
        {"name": "Industry", "type": "choices", "choices": list(INDUSTRIES)},
        {"name": "Employees", "type": "number"},
        {"name": "Customer Since", "type": "date"},
        {"name": "Account Manager", "type": "user"},
        {
            "name": "Interests",
            "type": "choices",
            "choices": list(INTERESTS),
            "accepts_multiple_values": True,
        },
        {"name": "Customer Number", "type": "text"},
    ),
    "contact": ({"name": "Preferred Channel", "type": "choices", "choices": list(CHANNELS)},),
    "opportunity": (
        {"name": "Instead Of", "type": "text"},
        {"name": "Go Live", "type": "datetime"},
    ),
}

OWN = Ids(0)  # so that other seeds add leads to the same team
ID = parameter("id")


@dataclass(frozen=True)
class Team:
    """What rows of demo data refer to."""

    organization_id: str
    currency: str
    users: list[str]
    statuses: list[str]
    stages: list[dict]  # opportunity statuses, each with `id` and `type`
    lead_fields: list[str]
    contact_fields: list[str]
    opportunity_fields: list[str]


async def assemble(ctx: Context) -> Team:
    """Find the organization's demo users and custom fields, or make them."""
    users = [await add_person(ctx, number) for number in range(len(PEOPLE))]
    for number, (name, members) in enumerate(GROUPS.items()):
        await add_group(ctx, number, name, [users[member] for member in members])
    fields = [await add_fields(ctx, kind) for kind in FIELDS]
    statuses = [row["id"] for row in await ctx.rows(await listed("status.lead"))]
    stages = [dict(row) for row in await ctx.rows(await listed("status.opportunity"))]
    everyone = [id for id in (ctx.user_id, *users) if id]
    currency = (await ctx.rows(await listed("organization")))[0]["currency"]
    return Team(ctx.organization_id, currency, everyone, statuses, stages, *fields)


async def add_person(ctx: Context, number: int) -> str:
    (name, role), id = PEOPLE[number], f"user_{OWN(number)}"
    first, last = name.split(" ")
    email = f"{first.lower()}@demo.example"
    if await is_new(ctx, "user", id):
        person = {"id": id, "email": email, "first_name": first, "last_name": last}
        await ctx.rows(await account_of(), id=id, email=email)
        await ops.add(ctx, resources["user"], **person)
        member = {"id": f"memb_{OWN(number)}", "user_id": id, "role_id": role, "is_active": True}
        more = {"auto_record_calls": "unset", "track_email_opens": True}
        await ops.add(ctx, resources["membership"], **member, **more)
    return id


async def add_group(ctx: Context, number: int, name: str, members: list[str]) -> None:
    id = f"group_{OWN(number)}"
    if await is_new(ctx, "group", id):
        await ops.add(ctx, resources["group"], id=id, name=name)
        for user in members:
            member = {"id": user.replace("user_", "gmem_"), "group_id": id, "user_id": user}
            await ops.add(ctx, resources["group.member"], **member)


async def add_fields(ctx: Context, kind: str) -> list[str]:
    first, made = 1000 * (1 + list(FIELDS).index(kind)), []
    for number, definition in enumerate(FIELDS[kind]):
        made.append(id := f"cf_{OWN(first + number)}")
        if await is_new(ctx, f"custom_field.{kind}", id):
            await ops.add(ctx, resources[f"custom_field.{kind}"], id=id, **definition)
    return made


async def is_new(ctx: Context, name: str, id: str) -> bool:
    return not await ctx.rows(await known(name), id=id)


@shapes(20)
def known(name: str) -> Statement:
    rows = query.rows(resources[name])
    return Statement(query.related(resources[name], rows, rows.c.id).where(rows.c.id == ID))


@shapes(20)
def listed(name: str) -> Statement:
    rows = query.rows(resources[name])
    order = query.ordering(resources[name], rows)
    return Statement(query.related(resources[name], rows, *rows.c).order_by(*order))


@shapes(1)
def account_of() -> Statement:
    """Nobody has a password: these people never sign in."""
    values = {"id": ID, "email": parameter("email"), "date_created": parameter("now", TIME)}
    return Statement(insert(account).values(values).on_conflict_do_nothing())
