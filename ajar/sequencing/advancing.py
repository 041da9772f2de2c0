"""Going on with runs. Once a minute those that are due become jobs, one for each. A job looks at
its run as it is then: it may come too early, or twice."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ajar import jobs
from ajar.clock import Clock
from ajar.config import Settings
from ajar.formats.schedule import opening
from ajar.kernel import ops
from ajar.kernel.registry import resources
from ajar.sequencing.ending import become
from ajar.sequencing.progress import RUN, callers, next_turn, placed, state, unsubscribed

A_MINUTE = 1000  # runs of one organization that are woken
PATIENCE = 3600  # seconds for a call that need not be made
LEASE = timedelta(days=2)  # longer than a job is tried again
DUE = f"""
update sequence_progress set due_at = $1 + $2::interval
from organization cross join lateral (
    select organization_id, subscription_id from sequence_progress
    where organization_id = organization.organization_id and due_at <= $1
    order by due_at limit {A_MINUTE}
) due join {RUN} run on run.organization_id = due.organization_id and run.id = due.subscription_id
where sequence_progress.organization_id = due.organization_id
and sequence_progress.subscription_id = due.subscription_id
returning due.organization_id, due.subscription_id, run.created_by_id"""


@jobs.periodic("* * * * *", "sequence.wake")
async def every_minute(db: Any, settings: Settings) -> None:
    await wake(db, Clock(settings.time)())


async def wake(db: Any, now: datetime) -> None:
    """Queue a job for every run that is due, in every organization."""
    for row in await db.fetch(DUE, now, LEASE):
        caller = row["organization_id"], row["created_by_id"]
        await jobs.enqueue(db, "sequence.advance", *caller, {"id": row["subscription_id"]})


@jobs.task("sequence.advance")
async def advance(ctx, id: str) -> None:
    """Do the step of a run that is due, or say when to look again."""
    found = await ctx.rows(await state(), id=id)
    if not found:
        return
    run = found[0]
    if run["status"] != "active":
        await put(ctx, id, due_at=None)
    elif run["steps"] is None:
        await become(ctx, id, "finished", "sequence-deleted")
    elif run["sequence_status"] != "active":
        await become(ctx, id, "paused", "workflow-paused")
    elif run["call_id"]:
        await wait(ctx, run)
    else:
        await go_on(ctx, run)


async def wait(ctx, run: Any) -> None:
    """For a call: until it is made, or, where it need not be, until its time is over."""
    step = next((step for step in run["steps"] if step["id"] == run["call_id"]), None)
    until = patience(step, run["since"]) if step else ctx.now
    if run["called"] is False and (until is None or until > ctx.now):
        await put(ctx, run["subscription_id"], due_at=until)
        return
    await done(ctx, run, step)


def patience(step: dict, since: datetime) -> datetime | None:
    allowed = step["step_allowed_delay"]
    seconds = PATIENCE if allowed is None else allowed
    return None if step["required"] else since + timedelta(seconds=seconds)


async def go_on(ctx, run: Any) -> None:
    step = following(run["steps"], run["done_id"])
    if not step:
        await become(ctx, run["subscription_id"], "finished")
        return
    due = max(run["since"] + timedelta(seconds=step["delay"]), ctx.now)
    ranges = (run["schedule"] or {}).get("ranges", [])
    if (start := opening(ranges, ZoneInfo(run["timezone"]), due)) > ctx.now:
        await put(ctx, run["subscription_id"], due_at=start)
        return
    await STEPS[step["step_type"]](ctx, run, step)


def following(steps: list[dict], done_id: str | None) -> dict | None:
    """The step after this one; the first, after none."""
    places = {step["id"]: place for place, step in enumerate(steps)}
    return next(iter(steps[places.get(done_id, -1) + 1 :]), None)


async def done(ctx, run: Any, step: dict | None) -> None:
    """The next step counts from now. A step that is no more cannot be said to be done."""
    done_id = step["id"] if step else run["done_id"]
    clear = {"call_id": None, "task_id": None}
    await put(ctx, run["subscription_id"], done_id=done_id, since=ctx.now, due_at=ctx.now, **clear)


async def call(ctx, run: Any, step: dict) -> None:
    """Somebody gets a task, each in turn."""
    people = await ctx.value(await callers(), ids=run["calls_assigned_to"])
    if not people:
        await become(ctx, run["subscription_id"], "error", "assignees-missing")
        return
    number = await ctx.value(await next_turn(), sequence_id=run["sequence_id"])
    wanted = {
        "_type": "outgoing_call",
        "lead_id": run["lead_id"],
        "contact_id": run["contact_id"],
        "assigned_to": people[(number - 1) % len(people)],
        "text": run["sequence_name"],
        "date": ctx.now.astimezone(ZoneInfo(run["timezone"])).date().isoformat(),
    }
    task = await ops.create(ctx, resources["task"], wanted)
    waits = {"call_id": step["id"], "task_id": task["id"], "since": ctx.now}
    await put(ctx, run["subscription_id"], due_at=patience(step, ctx.now), **waits)


async def mail(ctx, run: Any, step: dict) -> None:
    """Whoever wants no mail is spared it. Nothing can send any from an account yet."""
    email = run["contact_email"] or ""
    if await ctx.value(await unsubscribed(), email=email):
        await done(ctx, run, step)
        return
    await become(ctx, run["subscription_id"], "error", "account-invalid")


async def text(ctx, run: Any, step: dict) -> None:
    """No carrier takes messages yet."""
    reason = "sms-failed" if run["from_phone_number_id"] else "no-user-phone"
    await become(ctx, run["subscription_id"], "error", reason)


STEPS: dict[str, Callable[[Any, Any, dict], Awaitable[None]]] = {
    "call": call,
    "email": mail,
    "sms": text,
}


async def put(ctx, id: str, **values: Any) -> None:
    """Where a run stands."""
    given = {f"new_{name}": value for name, value in values.items()}
    await ctx.rows(await placed(tuple(sorted(values))), id=id, **given)
