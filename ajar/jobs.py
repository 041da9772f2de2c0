"""Work for later: queued in the transaction of the change that asks for it, so that both
happen or neither does. `ajar.worker` runs it, in other processes.

A run is one transaction. It may come twice to what lies outside the database: look before you
act. Work that takes long does one batch and queues the rest of itself, and so goes on
where it was after a crash. A run that fails is tried again after each of GAPS.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ajar.config import Settings

GAPS = tuple(
    timedelta(**gap)
    for gap in (
        {"seconds": 10},
        {"minutes": 1},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 8},
        {"hours": 24},
    )
)
QUEUE = "ajar"
LETTERS = "letter"  # tasks of this name, and a dot; a mail server that is slow holds up no other
ENQUEUE = """
select procrastinate_defer_jobs_v1(array[
    row($4::text, $1::text, 0, null, null, $2::jsonb, $3::timestamptz)
    ::procrastinate_job_to_defer_v1
])"""
WORKERS = """
select (count(*) + 1) / 2 from procrastinate_workers  -- each process is two, one for letters
where last_heartbeat > now() - interval '30 seconds'"""
GIVEN_UP = """
select args->>'organization_id', args->>'user_id', args->'args'
from procrastinate_jobs where task_name = $1 and status = 'failed'"""


@dataclass(frozen=True)
class Periodic:
    """What is done again and again, and belongs to no organization."""

    cron: str
    run: "Callable[[Any, Settings], Awaitable[None]]"


tasks: "dict[str, Callable[..., Awaitable[None]]]" = {}
periodics: dict[str, Periodic] = {}


def task(name: str) -> Callable:
    """Register `async def f(ctx, **args)` as what runs when `name` is deferred. It acts for the
    user who asked, and sees all that the organization has; or see `ajar.acting`."""

    def register(function: Callable) -> Callable:
        tasks[name] = function
        return function

    return register


def periodic(cron: str, name: str) -> Callable:
    """Register `async def f(db, settings)`. Of several processes one runs it; one run ends before
    the next begins; what fell into a pause of up to two days is made up for, once."""

    def register(function: Callable) -> Callable:
        periodics[name] = Periodic(cron, function)
        return function

    return register


async def enqueue(
    db: Any,
    name: str,
    organization_id: str,
    user_id: str | None,
    args: dict,
    at: datetime | None = None,
    request_id: str | None = None,
) -> None:
    """What `ctx.defer` does; for periodic tasks, which have no context."""
    if not db.is_in_transaction():
        raise RuntimeError(f"{name} is deferred outside of a transaction")
    caller = {"organization_id": organization_id, "user_id": user_id, "request_id": request_id}
    queue = LETTERS if name.startswith(f"{LETTERS}.") else QUEUE
    await db.execute(ENQUEUE, name, caller | {"args": args}, at, queue)


async def given_up(db: Any, name: str) -> list[tuple[str, str | None, dict]]:
    """Of the jobs of a task that failed for the last time: organization, user, and arguments."""
    return [tuple(row) for row in await db.fetch(GIVEN_UP, name)]
