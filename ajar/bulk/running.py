"""The steps of a bulk action, each of which is a job that queues the next one."""

from functools import partial
from typing import Any

import structlog

from ajar import acting, jobs
from ajar.bulk import deleting, editing, enrolling, mailing, pieces
from ajar.clock import Clock
from ajar.config import Settings
from ajar.errors import ApiError, NotFound
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources
from ajar.search import kept, target

# By the kind of an action: what does it to a piece, and how many objects are a piece.
WORK: dict[str, tuple[pieces.Work, int]] = {
    "delete": (deleting.delete, 200),
    "edit": (editing.edit, 200),
    "email": (mailing.mail, 50),
    "sequence_subscription": (enrolling.work, 100),
}
log = structlog.get_logger()


@jobs.task("bulk_action.run")
async def run(ctx, kind: str, id: str, run: int) -> None:
    """Do what comes next, unless somebody has paused it, or let it go on, meanwhile, or has undone
    it."""
    resource = resources[f"bulk_action.{kind}"]
    try:
        action = await ops.get(ctx, resource, id)
    except NotFound:
        return
    step = STEPS.get(action["status"])
    if not step or action["run"] != run:
        return
    me = acting.for_whoever_asked(ctx, action["rights"], bulk_action_id=id)
    action = await ops.write(ctx, resource, action, action | await step(me, kind, action))
    if action["status"] in STEPS:
        await ctx.defer("bulk_action.run", kind=kind, id=id, run=run)
    else:
        await kept.forget(ctx, id, whole=False)


@jobs.periodic("*/5 * * * *", "bulk_action.give_up")
async def give_up(db: Any, settings: Settings) -> None:
    """An action whose job failed for the last time says so. It can be let go on."""
    for organization_id, user_id, args in await jobs.given_up(db, "bulk_action.run"):
        ctx = Context(db, Caller(organization_id, user_id), Clock(settings.time)())
        resource = resources[f"bulk_action.{args['kind']}"]
        action = await ops.get(ctx, resource, args["id"])
        if action["run"] == args["run"] and action["status"] in STEPS:
            await ops.write(ctx, resource, action, action | {"status": "error"})


async def begin(ctx, kind: str, action: dict) -> dict[str, Any]:
    """So that everybody sees that it has begun."""
    return {"status": "loading" if action["n_objects"] is None else "processing"}


async def load(ctx, kind: str, action: dict) -> dict[str, Any]:
    """Find what it is about, once and for all."""
    try:
        of = (action["object_type"],)
        search = await target.understood(ctx, action, of, action["narrowed"])
    except ApiError as error:  # what it names is gone
        log.warning("a bulk action cannot be begun", id=action["id"], error=error.body)
        return {"status": "error"}
    objects, leads = await kept.keep(ctx, action["id"], search)
    status = "processing" if objects else "done"
    return {"status": status, "n_objects": objects, "n_leads": leads}


async def work(ctx, kind: str, action: dict) -> dict[str, Any]:
    """One piece."""
    do, size = WORK[kind]
    done = {"of_id": action["id"], "after": action["n_objects_processed"], "limit": size}
    rows = await ctx.rows(await kept.piece(), **done)
    ids = [row["object_id"] for row in rows]
    reasons = await pieces.done(ctx, partial(do, ctx, action), ids)
    if reasons:
        places = {row["object_id"]: str(row["position"]) for row in rows}
        told = {places[id]: reason for id, reason in reasons.items()}
        await ctx.rows(await kept.noted(), of_id=action["id"], reasons=told)
    processed = action["n_objects_processed"] + len(rows)
    return {
        "status": "processing" if processed < action["n_objects"] else "done",
        "n_objects_processed": processed,
        "n_leads_processed": action["n_leads_processed"] + sum(row["is_first"] for row in rows),
        "n_objects_failed": action["n_objects_failed"] + len(reasons),
    }


STEPS = {"created": begin, "resuming": begin, "loading": load, "processing": work}
