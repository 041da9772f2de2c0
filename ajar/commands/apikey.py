"""`ajar apikey`: keys that programs use."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from ajar import bootstrap, founding
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import reached
from ajar.errors import Invalid
from ajar.kernel.context import RIGHTS, Caller, Context
from ajar.kernel.fields import cleaned
from ajar.resources.api_key import TAKEN
from ajar.scopes import FULL, STEPS

Answer = TypeVar("Answer")
Email = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Whose; not needed where there is one user.")
]
Organization = Annotated[
    str | None, typer.Option(metavar="NAME", help="Its name or id, for users of several.")
]
MEMBERS = """
select organization.id, organization.name, "user".id as user_id, "user".email
from membership member
join organization on organization.id = member.organization_id
join "user" on "user".organization_id = organization.id and "user".id = member.user_id
where member.is_active and ($1::text is null or lower("user".email) = lower($1))
and ($2::text is null or $2 in (organization.id, organization.name))
order by organization.id, "user".id limit 2"""
KEYS = """
select api_key.id, api_key.name, "user".email, organization.name as organization, api_key.scope,
to_char(api_key.date_created at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as created,
coalesce(to_char(api_key.date_expires at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), 'never') as ends,
coalesce(to_char(api_key.date_last_used at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), 'never') as used
from api_key
join organization on organization.id = api_key.organization_id
join "user" on "user".organization_id = organization.id and "user".id = api_key.user_id
where ($1::text is null or lower("user".email) = lower($1))
and ($2::text is null or $2 in (organization.id, organization.name))
order by api_key.date_created, api_key.id"""
program = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@program.command()
def create(
    email: Email = None,
    organization: Organization = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "Made by ajar apikey",
    scope: Annotated[str, typer.Option(help=f"How far it reaches: {', '.join(STEPS)}.")] = FULL,
    network: Annotated[
        list[str] | None,
        typer.Option(metavar="RANGE", help="From where alone it works; may be said several times."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long it works.")] = None,
    data: Data = None,
) -> None:
    """Make a key, and show it this once."""
    limits = checked({"name": name, "scope": scope, "networks": network})

    async def made(db: Any) -> str:
        found = await member(db, email, organization)
        caller = Caller(found["id"], found["user_id"])
        now = Clock()()
        limits["date_expires"] = now + timedelta(days=days) if days else None
        return await founding.add_key(Context(db, caller, now), **limits)

    print(within(data, made))


@program.command("list")
def list_(email: Email = None, organization: Organization = None, data: Data = None) -> None:
    """List the keys there are. The keys themselves are not kept."""
    rows = within(data, lambda db: db.fetch(KEYS, email, organization))
    columns = ("id", "name", "user", "organization", "scope", "created (UTC)", "ends", "last used")
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row.values())
    Console(width=None if Console().is_terminal else 200).print(table)


@program.command()
def revoke(
    id: Annotated[str, typer.Argument(help="As `list` shows it.")], data: Data = None
) -> None:
    """Have a key work no longer, from this moment on."""

    async def revoked(db: Any) -> str | None:
        await db.execute(f"notify {RIGHTS}")
        return await db.fetchval("delete from api_key where id = $1 returning id", id)

    if not within(data, revoked):
        raise Trouble(f"there is no API key {id}: see ajar apikey list")
    print(f"{id} is revoked.")


def checked(limits: dict[str, Any]) -> dict[str, Any]:
    try:
        return cleaned(TAKEN, limits)
    except Invalid as error:
        name, reason = next(iter(error.body["field-errors"].items()))
        raise Trouble(f"{name}: {reason}") from None


async def member(db: Any, email: str | None, organization: str | None) -> Any:
    found = await db.fetch(MEMBERS, email, organization)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Trouble("there is no such user: see ajar init")
    raise Trouble("there are several users: name one by --email, and by --organization")


def within(data: Any, act: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """Do it in a transaction on the database that the options mean."""

    async def connected(url: str) -> Answer:
        async with bootstrap.transaction(url) as db:
            return await act(db)

    with reached(settings(AJAR_DATA=data)) as url:
        return asyncio.run(connected(url))
