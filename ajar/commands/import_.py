"""`ajar import csv`: a file from this machine, while a server runs or not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ajar import database, migrating, resources
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import reached
from ajar.commands.seed import found
from ajar.config import Settings
from ajar.errors import ApiError, Invalid
from ajar.importing import running
from ajar.importing.matching import RULES
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import all_operations
from ajar.providers import store
from ajar.providers.store import path_of
from ajar.resources.file import File
from ajar.resources.role import ADMIN

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("rows, ready in"),
    TimeRemainingColumn(),
)
PIECE = 1024 * 1024
program = typer.Typer(no_args_is_help=True, help="Import leads, contacts and opportunities.")
CsvFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV file.")]
Mapping = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=FIELD", help="What a column fills in; nothing for none."),
]
Match = Annotated[str, typer.Option(help=f"{', '.join(RULES[:-1])}, or a custom field.")]
Encoding = Annotated[str | None, typer.Option(help="What the file is written in.")]
Delimiter = Annotated[str | None, typer.Option(help="What stands between cells.")]
Status = Annotated[str | None, typer.Option(help="The id of the status of new leads.")]
Owner = Annotated[str | None, typer.Option(help="The id of the user of new opportunities.")]
Country = Annotated[str | None, typer.Option(help="From where numbers are dialled: DE.")]
Organization = Annotated[
    str | None, typer.Option(metavar="ID", help="Where; else in the first organization.")
]
Key = Annotated[str | None, typer.Option(help="A key of the organization, instead of its id.")]


@program.callback()
def group() -> None:
    """Import leads, contacts and opportunities."""


@program.command()
def csv(
    file: CsvFile,
    map: Mapping = None,
    match: Match = "none",
    on_match: Annotated[str, typer.Option(help="skip, update or fill.")] = "skip",
    dry_run: Annotated[bool, typer.Option(help="Only tell what would become of it.")] = False,
    header: Annotated[bool, typer.Option(help="Whether the first row names the columns.")] = True,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    status: Status = None,
    owner: Owner = None,
    country: Country = None,
    date_order: Annotated[str | None, typer.Option(help="ymd, mdy or dmy.")] = None,
    organization: Organization = None,
    api_key: Key = None,
    data: Data = None,
) -> None:
    """Import a CSV file, or tell what would become of it, while a server runs or not.

    When this is stopped, a server that runs or is started goes on with it."""
    by_field = "." in match
    body = {"match_by": "custom_field" if by_field else match, "has_header": header}
    body |= {"match_field": match if by_field else None, "on_match": on_match}
    body |= {"encoding": encoding, "delimiter": delimiter, "date_order": date_order}
    body |= {"lead_status_id": status, "user_id": owner, "country": country}
    wanted = Wanted(file, body | {"filename": file.name}, map or [], dry_run)
    tell(imported(settings(AJAR_DATA=data), wanted, organization, api_key))


def imported(
    here: Settings, wanted: "Wanted", organization: str | None, api_key: str | None
) -> dict:
    resources.load()
    with reached(here) as url, Progress(*COLUMNS) as progress:
        migrating.upgrade(url)
        organization_id, user_id = asyncio.run(found(url, organization, api_key))
        session = Session(here, url, organization_id, user_id, progress)
        try:
            return asyncio.run(session.all(wanted))
        except Invalid as error:
            raise Trouble(told(error)) from None
        except ApiError as error:
            raise Trouble(str(error)) from None


@dataclass(frozen=True)
class Wanted:
    """A file, what the API would be told of it, and what its columns mean."""

    file: Path
    body: dict
    mapping: list[str]
    dry: bool


def told(error: Invalid) -> str:
    fields = [f"{name}: {reason}" for name, reason in error.body["field-errors"].items()]
    return " ".join([*fields, *error.body["errors"]])


def tell(row: dict) -> None:
    print(f"import: {row['id']} ({row['status']})")
    for name, number in row.items():
        if name.startswith("n_") and number:
            print(f"{name.removeprefix('n_').replace('_', ' ')}: {number}")
    if row["problems_url"]:
        print(f"rows to correct: {row['problems_url']}")


class Session:
    """A connection on which an import is made and run, as a job would do it. A worker that is
    there takes turns with it: each of them takes what the other has not done."""

    def __init__(
        self, here: Settings, url: str, organization_id: str, user_id: str, progress: Progress
    ):
        self.here, self.url, self.progress = here, url, progress
        self.who = organization_id, user_id
        self.operations = all_operations()

    async def all(self, wanted: Wanted) -> dict:
        self.db = await database.connect(self.url)
        try:
            id = await self.drafted(wanted)
            await self.call("import.run", {"dry_run": wanted.dry}, id)
            return await self.run(id)
        finally:
            await self.db.close()

    async def drafted(self, wanted: Wanted) -> str:
        kept = await self.inside(stored, wanted.file)
        row = await self.call("import.create", wanted.body | {"file": kept})
        if wanted.mapping:
            await self.call("import.update", {"mapping": changed(row, wanted.mapping)}, row["id"])
        return row["id"]

    async def run(self, id: str) -> dict:
        row = await self.call("import.get", {}, id)
        bar = self.progress.add_task("importing", total=row["n_rows"])
        while row["status"] in running.RUNNING:
            await self.inside(running.step, id)
            row = await self.call("import.get", {}, id)
            self.progress.update(bar, completed=row["n_rows_processed"])
        return row

    async def call(self, name: str, body: dict, id: str = "") -> dict:
        """What the API would answer."""
        function = self.operations[name].call
        return msgspec.json.decode(await self.inside(function, {"id": id}, body))

    async def inside(self, function: Any, *args: Any) -> Any:
        """Call it in a transaction of its own."""
        caller = Caller(*self.who, permissions=frozenset(ADMIN))
        async with self.db.transaction():
            ctx = Context(self.db, caller, Clock(self.here.time)(), origin=self.here.address)
            ctx.settings = self.here
            return await function(ctx, *args)


async def stored(ctx: Context, path: Path) -> str:
    """The id of a file that is kept as it is, whatever its size."""
    file = ops.fresh(ctx, File) | {"filename": path.name, "content_type": "text/csv"}
    times = {"uploaded_at": ctx.now, "used_at": ctx.now}
    await ops.write(ctx, File, {}, file | times | {"size": path.stat().st_size})
    place = path_of(ctx.organization_id, file["id"])
    await store.opened(ctx.settings).write(place, pieces(path))
    return file["id"]


async def pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def changed(row: dict, said: list[str]) -> list[str | None]:
    """What columns fill in, where somebody says something else than was guessed."""
    mapping, names = list(row["mapping"]), [column["name"] for column in row["columns"]]
    for one in said:
        name, equals, field = one.rpartition("=")
        if not equals or name not in names:
            raise Trouble(f"--map {one}: there is no such column: {', '.join(names)}")
        mapping[names.index(name)] = field or None
    return mapping
