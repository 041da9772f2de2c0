"""Who demo data is about, and what it is filed under: made once in an organization, through the
same doors as everything else."""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import quote
from typing import Any, NamedTuple

from sqlalchemy.dialects.postgresql import insert

from ajar.accounts import account
from ajar.formats import phone
from ajar.kernel import ops, query
from ajar.kernel.context import Context
from ajar.kernel.registry import resources
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.seeding import definitions
from ajar.seeding.definitions import FIELDS
from ajar.seeding.ids import Ids

PEOPLE = (
    ("Ada Keller", "superuser"),
    ("Ben Okafor", "user"),
    ("Carmen Diaz", "user"),
    ("Dana Kim", "user"),
    ("Elena Rossi", "restricteduser"),
)
GROUPS = {"Demo Sales": (0, 1, 2), "Demo Success": (3, 4)}
NUMBER = "+165055501{:02}"  # kept for stories: nobody has one
MAIL = ["email_syncing", "calendar_syncing"]

OWN = Ids(0)  # so that other seeds add leads to the same team
Row = dict[str, Any]
ID = parameter("id")


class Colleague(NamedTuple):
    """A user, with what they call and write from."""

    id: str
    first: str
    name: str
    email: str
    phone: phone.Phone
    account_id: str

    @property
    def address(self) -> str:
        """As the header of a mail has it."""
        return f'"{quote(self.name)}" <{self.email}>'


@dataclass(frozen=True)
class Type:
    """A type of custom activities or objects, with the keys of its fields by their names."""

    id: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Team:
    """What rows of demo data refer to."""

    organization_id: str
    currency: str
    people: list[Colleague]
    statuses: list[str]
    stages: list[dict]  # opportunity statuses, each with `id` and `type`
    fields: dict[str, dict[str, str]]  # keys of custom values, by kind and name
    visit: Type
    contract: Type
    outcomes: list[str]
    voicemail: str
    form: dict
    calling: dict  # sequences
    mailing: dict


async def assemble(ctx: Context) -> Team:
    """Find the organization's demo users and what they work with, or make it."""
    users = [await add_person(ctx, number) for number in range(len(PEOPLE))]
    for number, (name, members) in enumerate(GROUPS.items()):
        await add_group(ctx, number, name, [users[member] for member in members])
    statuses = [row["id"] for row in await ctx.rows(await listed("status.lead"))]
    stages = [dict(row) for row in await ctx.rows(await listed("status.opportunity"))]
    people = [await equip(ctx, n, id) for n, id in enumerate((ctx.user_id, *users)) if id]
    currency = (await ctx.rows(await listed("organization")))[0]["currency"]
    visit = await add_type(ctx, "custom_activity", "activity", definitions.VISIT)
    contract = await add_type(ctx, "custom_object_type", "custom_object_type", definitions.CONTRACT)
    *outcomes, voicemail = await add_all(ctx, "outcome", definitions.OUTCOMES)
    return Team(
        organization_id=ctx.organization_id,
        currency=currency,
        people=people,
        statuses=statuses,
        stages=stages,
        fields=await add_values(ctx, contract.id),
        visit=visit,
        contract=contract,
        outcomes=outcomes,
        voicemail=voicemail,
        form=await add_form(ctx),
        **await add_sequences(ctx),
    )


async def add_person(ctx: Context, number: int) -> str:
    (name, role), id = PEOPLE[number], f"user_{OWN(number)}"
    first, last = name.split(" ")
    email = f"{first.lower()}@demo.example"
    if not await known(ctx, "user", id):
        person = {"id": id, "email": email, "first_name": first, "last_name": last}
        await ctx.rows(await account_of(), id=id, email=email)
        await ops.add(ctx, resources["user"], **person)
        member = {"id": f"memb_{OWN(number)}", "user_id": id, "role_id": role, "is_active": True}
        more = {"auto_record_calls": "unset", "track_email_opens": True}
        await ops.add(ctx, resources["membership"], **member, **more)
    return id


async def add_group(ctx: Context, number: int, name: str, members: list[str]) -> None:
    id = f"group_{OWN(number)}"
    if not await known(ctx, "group", id):
        await ops.add(ctx, resources["group"], id=id, name=name)
        for user in members:
            member = {"id": user.replace("user_", "gmem_"), "group_id": id, "user_id": user}
            await ops.add(ctx, resources["group.member"], **member)


async def equip(ctx: Context, number: int, id: str) -> Colleague:
    """A number and a mailbox of a user's own. The mailbox keeps what came and went; it sends
    nothing."""
    user = await known(ctx, "user", id) or {}
    name = f"{user['first_name'] or ''} {user['last_name'] or ''}".strip() or user["email"]
    body = {"number": NUMBER.format(60 + number), "user_id": id, "label": "Demo"}
    line = await made(ctx, "phone_number", number, body)
    identity = {"name": name, "email": user["email"]}
    mailbox = await made(
        ctx,
        "connected_account",
        number,
        _type="google",
        user_id=id,
        email=user["email"],
        identities=[identity],
        default_identity=identity,
        available_features=MAIL,
        enabled_features=MAIL,
        synced_calendars=[user["email"]],
    )
    first = user["first_name"] or name
    return Colleague(id, first, name, user["email"], phone.parse(line["number"]), mailbox["id"])


async def made(
    ctx: Context, name: str, number: int, body: dict[str, Any] | None = None, **decided: Any
) -> Row:
    """The so-manieth of a kind, as it is or as `body` asks for it; `decided` is what the server
    says of it."""
    resource, id = resources[name], f"{resources[name].about.prefix}_{OWN(number)}"
    if row := await known(ctx, name, id):
        return row
    row = await ops.check(ctx, resource, body or {}) | decided | {"id": id}
    return await ops.write(ctx, resource, {}, row)


async def add_all(ctx: Context, name: str, bodies: Iterable[dict]) -> list[str]:
    return [(await made(ctx, name, number, body))["id"] for number, body in enumerate(bodies)]


async def add_type(ctx: Context, name: str, kind: str, body: dict) -> Type:
    id = (await made(ctx, name, 0, body))["id"]
    return Type(id, await add_fields(ctx, kind, {f"{name.removesuffix('_type')}_type_id": id}))


async def add_values(ctx: Context, contract: str) -> dict[str, dict[str, str]]:
    """The keys of custom values; a shared field is one of several kinds."""
    terms = {"editable_with_roles": [], "required": False}
    kinds = definitions.SHARED_BY
    associations = [{"object_type": kind, **terms} for kind in kinds]
    shared = await add_fields(ctx, "shared", {}, associations=associations)
    return {
        kind: await add_fields(ctx, kind, {definitions.TYPE: contract}) | shared for kind in kinds
    }


async def add_fields(ctx: Context, kind: str, known: dict, **decided: Any) -> dict[str, str]:
    """The keys of their values, by name. `known` are ids that a definition has a place for."""
    first, keys = 1000 * (1 + list(FIELDS).index(kind)), {}
    for number, body in enumerate(FIELDS[kind], first):
        places = {n: id for n, id in known.items() if n != definitions.TYPE or n in body}
        row = await made(ctx, f"custom_field.{kind}", number, body | places, **decided)
        keys[row["name"]] = f"custom.{row['id']}"
    return keys


async def add_form(ctx: Context) -> Row:
    fields = [
        {"id": f"formfld_{OWN(number)}", "required": False, "choices": [], "maps_to": None}
        | {"type": "text", **field}
        for number, field in enumerate(definitions.FORM["fields"])
    ]
    return await made(ctx, "form", 0, definitions.FORM, fields=fields)


async def add_sequences(ctx: Context) -> dict[str, Row]:
    templates = await add_all(ctx, "email_template", definitions.TEMPLATES)
    calling = await add_sequence(ctx, 0, definitions.CALLING)
    steps = zip(definitions.MAILING["steps"], templates, strict=False)
    mails = [step | {"email_template_id": id} for step, id in steps]
    mailing = await add_sequence(ctx, 1, definitions.MAILING | {"steps": mails})
    return {"calling": calling, "mailing": mailing}


async def add_sequence(ctx: Context, number: int, body: dict) -> Row:
    checked = await ops.check(ctx, resources["sequence"], body)
    steps = [
        step | {"id": f"seqstep_{OWN(10 * number + place)}"}
        for place, step in enumerate(checked["steps"])
    ]
    return await made(ctx, "sequence", number, body, steps=steps)


async def known(ctx: Context, name: str, id: str) -> Row | None:
    """The row, whoever may see it."""
    rows = await ctx.rows(await sought(name), id=id)
    return dict(rows[0]) if rows else None


@shapes(50)
def sought(name: str) -> Statement:
    rows = query.rows(resources[name])
    columns = (rows.c[column] for column in resources[name].about.stored)
    return Statement(query.related(resources[name], rows, *columns).where(rows.c.id == ID))


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
