"""`ajar init`: an organization with its first user, made from the command line."""

import asyncio
from typing import Annotated

import typer

from ajar import bootstrap, logs, migrating
from ajar.commands import Data, settings
from ajar.commands.database import reached


def init(
    organization: Annotated[str, typer.Option(metavar="NAME", help="What it is called.")],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Of its first user, an admin.")],
    name: Annotated[str, typer.Option(help="The name of that user.")] = "Admin",
    password: Annotated[
        str | None, typer.Option(help="To sign in with; made up if it is not given.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="A key that is to work; or one is made up.")
    ] = None,
    data: Data = None,
) -> None:
    """Make an organization, unless it is there; while a server runs or before.

    The same call again changes nothing."""
    here = settings(AJAR_DATA=data)
    logs.configure(here)
    wanted = bootstrap.Wanted(organization, email, name, password, api_key)
    with reached(here) as url:
        migrating.upgrade(url)
        made = asyncio.run(bootstrap.ensure(url, here, wanted))
    print(f"organization: {made.organization_id}")
    print(f"user: {made.user_id}")
    for what, secret in (("password", made.password), ("API key", made.key)):
        if secret:
            print(f"{what}: {secret}")
