"""`ajar migrate`: bring the database up to date. `ajar serve` does so by itself."""

from ajar import logs, migrating, sealing
from ajar.commands import Data, settings
from ajar.commands.database import reached


def migrate(data: Data = None) -> None:
    """Bring the database up to date; `serve` and `worker` do so by themselves."""
    here = settings(AJAR_DATA=data)
    logs.configure(here)
    with reached(here) as url:
        applied = migrating.upgrade(url)
        sealing.seal(url, here)
    print(f"The database is up to date: {applied} new." if applied else "It was up to date.")
