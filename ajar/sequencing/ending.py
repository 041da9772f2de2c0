"""What becomes of runs when something happens: to them, to their sequence, or to whom they are
about."""

from ajar import jobs
from ajar.kernel import ops
from ajar.kernel.registry import resources
from ajar.sequencing.progress import (
    AT_ONCE,
    RUN,
    begun,
    forgotten,
    look_again,
    status_of,
    stepped_back,
    under_way,
    unsettled,
    waiting,
)


async def begin(ctx, run: dict) -> None:
    """It goes on, or for the first time; or it rests, and nothing of it is due."""
    due_at = ctx.now if run["status"] == "active" else None
    values = {"id": run["id"], "sequence_id": run["sequence_id"], "due_at": due_at}
    await ctx.rows(await begun(), **values, since=run["start_date"] or ctx.now)


async def called(ctx, task_id: str) -> None:
    """The task of a call is done, or gone: whoever waits for it looks again."""
    await ctx.rows(await waiting(), task_id=task_id)


async def heard_from(ctx, contact_id: str, reason: str) -> None:
    """A contact answered (`reply-received`, `call-answered`, `meeting-booked`): what the runs
    were for is reached, also of those that rest."""
    for row in await ctx.rows(await under_way("contact_id"), ids=[contact_id]):
        await become(ctx, row["id"], "goal", reason)


async def moved(ctx, leads: dict[str, str]) -> None:
    """Leads got a status: runs of sequences that end on it have reached their goal."""
    for status_id in dict.fromkeys(leads.values()):
        ids = [id for id, one in leads.items() if one == status_id]
        for row in await ctx.rows(await under_way("lead_id", True), ids=ids, status_id=status_id):
            await become(ctx, row["id"], "goal", "lead-status-changed")


async def become(ctx, id: str, status: str, reason: str | None = None) -> None:
    """Put a run in another state, whether the caller sees its lead or not."""
    with ctx.unlimited():
        run = await ops.get(ctx, resources[RUN], id)
        new = run | {"status": status, "status_reason": reason}
        await ops.write(ctx, resources[RUN], run, new)


@jobs.task("sequence.settle")
async def settle(ctx, id: str) -> None:
    """Bring the runs of a sequence in line with its status as it is now; if they are many, in
    more than one transaction."""
    status = await ctx.value(await status_of(), id=id)
    found = await ctx.rows(await unsettled(status), id=id)
    if not status:
        await ctx.rows(await forgotten(), id=id)
    for row in found[:AT_ONCE]:
        if status == "active":
            await become(ctx, row["id"], "active")
        elif status:
            await become(ctx, row["id"], "paused", "workflow-paused")
        else:
            await become(ctx, row["id"], "finished", "sequence-deleted")
    if len(found) > AT_ONCE:
        await ctx.defer("sequence.settle", id=id)


async def rearrange(ctx, old: dict, new: dict) -> None:
    """Runs that were at a step which is gone stand after the one before it; all look again."""
    left = {step["id"] for step in new["steps"]}
    before = None
    for step in old["steps"]:
        if step["id"] in left:
            before = step["id"]
        else:
            await ctx.rows(await stepped_back(), id=new["id"], gone=step["id"], done_id=before)
    await ctx.rows(await look_again(), id=new["id"])
