"""`ajar undo`: take back what the event log tells of."""

from datetime import UTC
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ajar import resources, undoing
from ajar.clock import Clock
from ajar.commands import Data, Trouble, settings
from ajar.commands.apikey import within
from ajar.errors import ApiError, Conflict
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources as registry
from ajar.resources.role import ADMIN

WHOSE = {
    "event": "select organization_id from event where id = $1 limit 1",
    "request": "select organization_id from event where request_id = $1"
    " or (jsonb_array_length(steps) > 1 and steps @> jsonb_build_array("
    "jsonb_build_object('request_id', $1::text))) limit 1",
    "lead": "select organization_id from event where object_id = $1 and action = 'deleted' limit 1",
}


def undo(
    event: Annotated[str | None, typer.Option(metavar="ID", help="What this event tells.")] = None,
    request: Annotated[str | None, typer.Option(metavar="ID", help="All it changed.")] = None,
    lead: Annotated[str | None, typer.Option(metavar="ID", help="The deletion of this.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it means.")] = False,
    force: Annotated[bool, typer.Option(help="Also what has been changed since then.")] = False,
    data: Data = None,
) -> None:
    """Take back an event, all that a request changed, or the deletion of a lead."""
    given = [(name, id) for name, id in zip(WHOSE, (event, request, lead), strict=True) if id]
    if len(given) != 1:
        raise Trouble("say one of --event, --request and --lead")
    ((kind, id),) = given
    here = settings(AJAR_DATA=data)
    resources.load()

    async def act(db: Any) -> dict:
        organization_id = await db.fetchval(WHOSE[kind], id)
        if not organization_id:
            raise Trouble(f"the event log knows nothing of the {kind} {id}")
        caller = Caller(organization_id, permissions=frozenset(ADMIN))
        ctx = Context(db, caller, Clock(here.time)(), UTC, origin=here.address)
        ctx.settings, ctx.meta = here, {"command": "ajar undo"}
        return await undone(ctx, kind, id, dry_run=dry_run, force=force)

    try:
        show(within(data, act), dry_run)
    except Conflict as error:
        show(error.body, True)
        raise Trouble("nothing was undone: --force does all that is possible") from None
    except ApiError as error:
        raise Trouble(str(error)) from None


async def undone(ctx: Context, kind: str, id: str, **how: bool) -> dict:
    if kind == "lead":
        return await undoing.restore(ctx, registry["lead"], id, **how)
    find = undoing.log.of_event if kind == "event" else undoing.log.of_request
    changes = await find(ctx, id)
    if not changes:
        raise Trouble(f"the {kind} {id} has changed no object")
    return await undoing.undo(ctx, id, changes, **how)


def show(told: dict, only_told: bool) -> None:
    """A line for each object; then what stands in the way."""
    table = Table("kind", "id", "would be" if only_told else "is", "fields", "without")
    for one in told["objects"]:
        fields, lost = ", ".join(one["fields"]), ", ".join(one["lost"])
        table.add_row(one["object_type"], one["object_id"], one["action"], fields, lost)
    Console(width=None if Console().is_terminal else 200).print(table)
    for one in told["conflicts"]:
        more = ", ".join([*one.get("fields", ()), *one.get("hanging", ())])
        print(f"{one['object_type']} {one['object_id']}: {one['reason']} {more}".rstrip())
