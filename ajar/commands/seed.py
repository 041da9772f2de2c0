"""`ajar seed`: data to look at, and to measure with."""

import asyncio
import json
from typing import Annotated, Any

import asyncpg
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ajar import migrating, resources, seeding
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import reached
from ajar.config import Settings
from ajar.credentials import hashed
from ajar.kernel.context import Caller, Context
from ajar.resources.role import ADMIN as ADMIN_MAY
from ajar.seeding import fixtures as made_for_tests

ADMIN = """
select member.organization_id, member.user_id from membership member
where member.role_id = 'admin' and member.is_active and ($1::text is null or $1 = organization_id)
order by member.organization_id, member.id limit 1"""
BY_KEY = "select organization_id from api_key where hash = $1"
OWNER = "select organization_id, user_id, id from api_key where hash = $1"
UNKNOWN = "there is no such API key: see ajar apikey list"
COLUMNS = (
    TextColumn("seeding"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("leads, ready in"),
    TimeRemainingColumn(),
)


def seed(
    leads: Annotated[int, typer.Option(min=1, max=seeding.MOST, help="How many to add.")] = 1000,
    seed: Annotated[
        int, typer.Option(min=1, help="Another number gives other data, the same gives the same.")
    ] = 1,
    organization: Annotated[
        str | None, typer.Option(metavar="ID", help="Where; else in the first organization.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(help="A key of the organization, instead of its id.")
    ] = None,
    fixtures: Annotated[
        bool, typer.Option(help="Instead: what the API does not create, and its ids as JSON.")
    ] = False,
    data: Data = None,
) -> None:
    """Add made-up leads, with all that hangs off them, to an organization."""
    here = settings(AJAR_DATA=data)
    resources.load()
    if fixtures:
        return add_fixtures(here, api_key)
    with reached(here) as url, Progress(*COLUMNS) as progress:
        migrating.upgrade(url)
        admin = asyncio.run(found(url, organization, api_key))
        bar = progress.add_task("", total=leads)
        options = {"leads": leads, "seed": seed, "now": Clock(here.time)()}
        try:
            told = {"told": lambda leads: progress.advance(bar, leads)}
            asyncio.run(seeding.seed(url, *admin, **options, **told))
        except seeding.AlreadySeeded as error:
            raise Trouble(str(error)) from None


def add_fixtures(here: Settings, api_key: str | None) -> None:
    """For whoever has this key, and for tests: what stands on the output is all JSON."""
    if not api_key:
        raise Trouble("--fixtures needs --api-key: they are made for whoever has the key")

    async def owner(db: Any) -> Context:
        row = await db.fetchrow(OWNER, hashed(api_key.encode()))
        if not row:
            raise Trouble(UNKNOWN)
        caller = Caller(*row, permissions=frozenset(ADMIN_MAY))
        return Context(db, caller, Clock(here.time)(), origin=here.address)

    with reached(here) as url:
        migrating.upgrade(url)
        print(json.dumps(asyncio.run(made_for_tests.make(url, owner))))


async def found(url: str, organization: str | None, api_key: str | None) -> Any:
    """The organization, and an admin in whose name demo data is made."""
    db = await asyncpg.connect(url)
    try:
        if api_key:
            organization = await db.fetchval(BY_KEY, hashed(api_key.encode()))
            if not organization:
                raise Trouble(UNKNOWN)
        admin = await db.fetchrow(ADMIN, organization)
    finally:
        await db.close()
    if not admin:
        raise Trouble("there is no such organization yet: ajar serve and ajar init make one")
    return admin
