"""`ajar password`: let somebody choose a password, where no mail can be sent to them."""

from typing import Annotated

import typer

from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.apikey import within
from ajar.signing_in import links


def password(
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Whose.")],
    data: Data = None,
) -> None:
    """Print a link with which somebody chooses a password. It works once, and for a day.

    When it is used, all their sessions end."""
    here = settings(AJAR_DATA=data)
    link = within(data, lambda db: links.link(db, here.address, email, Clock(here.time)()))
    if not link:
        raise Trouble(f"nobody signs in with {email}")
    print(link)
