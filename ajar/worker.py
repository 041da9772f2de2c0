"""Runs what was deferred, and what comes round with the clock: one process of any number.

procrastinate hands out the jobs. What a run changes and the note that it is done are one
transaction, so that a job whose worker is killed, and that is therefore given out again, changes
nothing twice. A worker that stops saying that it is alive loses its jobs to the others.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import procrastinate
import psycopg_pool
import structlog
from procrastinate import exceptions
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from ajar import (
    bulk,  # noqa: F401 (it has tasks, like the next)
    database,
    exporting,  # noqa: F401
    jobs,
    maintenance,  # noqa: F401 (it has periodic tasks)
    metrics,
    resources,
    webhooks,
)
from ajar.clock import Clock
from ajar.config import Settings
from ajar.http.api import LOST
from ajar.kernel.context import Caller, Context
from ajar.letters import sending  # noqa: F401 (they have tasks)
from ajar.signing_in import notices  # noqa: F401

AT_ONCE = 5  # jobs a process, and one letter
ALIVE = 30.0  # seconds without a sign of life, after which a worker counts as dead
SWEEP = 10.0
PAUSE = 1.0
MADE_UP_FOR = timedelta(days=2)
SOON = timedelta(minutes=5)
OPTIONS: Any = {
    "concurrency": AT_ONCE,
    "fetch_job_polling_interval": 1.0,
    "shutdown_graceful_timeout": 20.0,
    "delete_jobs": "successful",
    "stalled_worker_timeout": ALIVE,
    "install_signal_handlers": False,
}
LETTERS: Any = OPTIONS | {"queues": [jobs.LETTERS], "concurrency": 1, "listen_notify": False}
DONE = "done"
NOTE = f"""
update procrastinate_jobs set task_name = '{DONE}', args = '{{}}'
where id = $1 and attempts = $2 and status = 'doing' returning id"""
HOLDS = """
select id from procrastinate_jobs
where id = %(id)s and attempts = %(attempts)s and status = 'doing'"""
DUE = """
select exists (select from procrastinate_jobs
where status = 'todo' and (scheduled_at is null or scheduled_at <= now()))"""
log = structlog.get_logger()


class Lost(Exception):
    """The job was given to another worker, because this one seemed dead."""


class Manager(JobManager):
    """Leaves a job alone that another worker has by now."""

    async def finish_job(self, job: Job, status: Any, delete_job: bool) -> None:
        if await self.holds(job):
            await super().finish_job(job, status, delete_job)

    async def retry_job(self, job: Job, *args: Any, **decision: Any) -> None:
        if await self.holds(job):
            await super().retry_job(job, *args, **decision)

    async def holds(self, job: Job) -> bool:
        given = {"id": job.id, "attempts": job.attempts}
        return bool(await self.connector.execute_query_all_async(HOLDS, **given))


class Retry(procrastinate.BaseRetryStrategy):
    """When to try again what failed; never, after the last of the gaps."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):  # the worker was told to stop
            return procrastinate.RetryDecision()
        gap = self.gap(job.attempts)
        if not gap:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": round(gap.total_seconds())})

    def gap(self, attempts: int) -> timedelta | None:
        return jobs.GAPS[attempts] if attempts < len(jobs.GAPS) else None


class RetrySoon(Retry):
    """For what is periodic, and must not stay away for long because it failed."""

    def gap(self, attempts: int) -> timedelta:
        return min(super().gap(attempts) or SOON, SOON)


class Worker:
    """One process's share of the work, over connections of its own."""

    def __init__(self, settings: Settings, url: str, clock: Clock | None = None):
        resources.load()
        self.settings, self.url = settings, url
        self.clock = clock or Clock(settings.time)
        self.connector = procrastinate.PsycopgConnector(
            conninfo=url,
            min_size=1,
            max_size=AT_ONCE + 1,
            kwargs={"application_name": "ajar worker"},
        )
        late = {"max_delay": MADE_UP_FOR.total_seconds()}
        self.app = procrastinate.App(connector=self.connector, periodic_defaults=late)
        self.app.job_manager = Manager(self.connector)
        self.told_to_stop = asyncio.Event()

    async def run(self) -> None:
        """Until told to stop; where the database goes away, until it is back."""
        self.register(periodic=True)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.told_to_stop.set)
        while not self.told_to_stop.is_set():
            try:
                await self.work()
            except (*LOST, exceptions.ConnectorException, psycopg_pool.PoolTimeout) as error:
                log.warning("the worker lost the database", error=repr(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told_to_stop.wait(), PAUSE)

    async def drain(self) -> None:
        """Do what is due now, and no more: for tests."""
        self.register(periodic=False)
        async with self.connected():
            while await self.pool.fetchval(DUE):
                await self.app.run_worker_async(wait=False, listen_notify=False, **OPTIONS)

    async def work(self) -> None:
        async with self.connected():
            parts = [
                asyncio.create_task(self.app.run_worker_async(queues=[jobs.QUEUE], **OPTIONS)),
                asyncio.create_task(self.app.run_worker_async(**LETTERS)),
                asyncio.create_task(self.sweep()),
                asyncio.create_task(webhooks.run(self.url, self.settings, self.clock)),
                asyncio.create_task(self.told_to_stop.wait()),
            ]
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                part.cancel()  # jobs get their time to end
            for outcome in await asyncio.gather(*parts, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        pool = database.pool(self.url, AT_ONCE + 1, self.settings.job_statement_seconds)
        async with self.app.open_async(), pool as self.pool:
            yield

    async def sweep(self) -> None:
        """Queue again what workers had begun that are dead now."""
        while True:
            for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=ALIVE):
                log.warning("a job lost its worker", task=job.task_name, job=job.id)
                with contextlib.suppress(exceptions.ConnectorException):  # others sweep as well
                    await self.again(job)
            await asyncio.sleep(SWEEP)

    async def again(self, job: Job) -> None:
        """At once; but what killed its worker each time is given up like what failed."""
        if job.attempts < len(jobs.GAPS):
            await self.app.job_manager.retry_job(job)
        else:
            await self.app.job_manager.finish_job(job, Status.FAILED, delete_job=False)

    def register(self, *, periodic: bool) -> None:
        """Tell procrastinate what there is to run."""
        self.app.task(name=DONE, queue=jobs.QUEUE)(nothing)
        for name, function in jobs.tasks.items():
            options = {"name": name, "queue": jobs.QUEUE, "retry": Retry(), "pass_context": True}
            self.app.task(**options)(self.deferred(function))
        for name, one in jobs.periodics.items() if periodic else ():
            options = {"name": name, "queue": jobs.QUEUE, "retry": RetrySoon()}
            alone = {"pass_context": True, "lock": name, "queueing_lock": name}
            self.app.periodic(cron=one.cron)(self.app.task(**options, **alone)(self.timed(one)))

    def deferred(self, function: Callable[..., Awaitable[None]]) -> Callable:
        async def run(given: JobContext, organization_id, user_id, request_id, args) -> None:
            async def act(db: Any) -> None:
                ctx = Context(db, Caller(organization_id, user_id), self.clock())
                ctx.request_id, ctx.origin = request_id, self.settings.address
                ctx.settings = self.settings
                ctx.fold = timedelta(seconds=self.settings.event_consolidation_seconds)
                await function(ctx, **args)

            await self.once(given.job, act)

        return run

    def timed(self, periodic: jobs.Periodic) -> Callable:
        async def run(given: JobContext, timestamp: int) -> None:
            await self.once(given.job, lambda db: periodic.run(db, self.settings))

        return run

    async def once(self, job: Job, act: Callable[[Any], Awaitable[None]]) -> None:
        """One run of a job, in a transaction that also notes that it is done."""
        started, outcome = time.perf_counter(), "failed"
        try:
            async with self.pool.acquire() as db, db.transaction():
                await act(db)
                if not await db.fetchval(NOTE, job.id, job.attempts):
                    raise Lost
            outcome = "done"
        except Lost:
            outcome = "lost"
            log.warning("a job was given to another worker", task=job.task_name, job=job.id)
        except Exception:
            log.exception("task failed", task=job.task_name, job=job.id, run=job.attempts + 1)
            raise
        finally:
            metrics.ran(job.task_name, outcome, time.perf_counter() - started)


async def nothing() -> None:
    """What is left of a job whose worker was killed after its work was done."""
