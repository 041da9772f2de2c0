"""`ajar worker`: one more process that does what was put off."""

import asyncio
from typing import Annotated

import typer

from ajar import family, logs, migrating, sealing
from ajar.commands import Data, settings
from ajar.commands.database import reached


def worker(
    data: Data = None,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
) -> None:
    """Run jobs, beside those that a server runs: any number of these share the work."""
    # Not in the process of a server: what this needs is large, and its metrics have their place.
    from ajar.worker import Worker

    here = settings(AJAR_DATA=data)
    logs.configure(here)
    if until_eof:
        family.end_with_input()
    with reached(here) as url:
        migrating.upgrade(url)
        sealing.seal(url, here)
        asyncio.run(run(Worker, here, url))


async def run(kind, here, url: str) -> None:
    await kind(here, url).run()
