"""Work for later: what the kernel promises about it, and how the worker keeps that."""

import asyncio

import pytest

from ajar import jobs
from ajar.jobs import GAPS
from ajar.kernel.context import Caller, Context
from ajar.worker import Worker

seen: list = []


@jobs.task("tests.note")
async def note(ctx, **args):
    seen.append((ctx.organization_id, ctx.user_id, args))


@jobs.task("tests.fail")
async def fail(ctx, label):
    await rename(ctx, label)
    raise ZeroDivisionError


@jobs.task("tests.count_down")
async def count_down(ctx, left):
    seen.append(left)
    if left:
        await ctx.defer("tests.count_down", left=left - 1)


async def rename(ctx, label):
    text = "update organization set name = $1 where organization_id = $2"
    await ctx.db.execute(text, label, ctx.organization_id)


@pytest.fixture(autouse=True)
def forgotten(world):
    world.sql("delete from procrastinate_jobs")
    seen.clear()


@pytest.fixture
def defer(world, api):
    """Defer a task for the organization, and commit or not."""

    def deferred(name, commit=True, at=None, **args):
        async def inside(db):
            transaction = db.transaction()
            await transaction.start()
            ctx = Context(db, Caller(api.organization_id, api.user_id), world.clock())
            await ctx.defer(name, at=at, **args)
            await (transaction.commit() if commit else transaction.rollback())

        world.call(inside)

    return deferred


def queued(world):
    text = "select task_name, status::text, attempts from procrastinate_jobs order by id"
    return [tuple(row) for row in world.sql(text)]


def test_a_job_runs_for_the_user_who_asked(world, api, defer):
    defer("tests.note", text="é", number=3)
    world.work()

    assert seen == [(api.organization_id, api.user_id, {"text": "é", "number": 3})]
    assert queued(world) == []


def test_a_job_goes_with_its_transaction(world, defer):
    defer("tests.note", commit=False)
    world.work()

    assert (seen, queued(world)) == ([], [])


def test_outside_of_a_transaction_nothing_is_deferred(world, api):
    async def outside(db):
        await Context(db, Caller(api.organization_id), world.clock()).defer("tests.note")

    with pytest.raises(RuntimeError, match=r"tests\.note"):
        world.call(outside)


def test_a_job_for_later_waits(world, defer, clock):
    defer("tests.note", at=world.clock().replace(year=2090))
    world.work()

    assert seen == []
    assert queued(world) == [("tests.note", "todo", 0)]


def test_a_long_task_queues_the_rest_of_itself(world, defer):
    defer("tests.count_down", left=3)
    world.work()

    assert seen == [3, 2, 1, 0]


def test_what_a_failed_run_changed_is_undone_and_it_is_tried_again_later(world, api, defer):
    defer("tests.fail", label="Changed")
    world.work()

    assert queued(world) == [("tests.fail", "todo", 1)]
    (wait,) = world.sql("select scheduled_at - now() as wait from procrastinate_jobs")
    assert 0 < wait["wait"].total_seconds() <= GAPS[0].total_seconds()
    assert api.ok("get", f"/organization/{api.organization_id}/")["name"] != "Changed"


def test_after_the_last_gap_a_job_is_given_up_and_kept(world, defer):
    defer("tests.fail", label="Changed")
    world.sql("update procrastinate_jobs set attempts = $1", len(GAPS))
    world.work()

    assert queued(world) == [("tests.fail", "failed", len(GAPS) + 1)]


def test_a_job_nobody_knows_fails(world, defer):
    defer("tests.of_another_version")
    world.work()

    assert queued(world) == [("tests.of_another_version", "failed", 1)]


@pytest.fixture
def dead(world, defer):
    """A job that a worker had begun when it was killed."""
    defer("tests.note")
    world.sql(
        "with dead as (insert into procrastinate_workers (last_heartbeat)"
        " values (now() - interval '1 hour') returning id)"
        " update procrastinate_jobs set status = 'doing', worker_id = dead.id from dead"
    )


def sweep_once(world):
    async def swept():
        worker = Worker(world.app.settings, world.app.database)
        async with worker.connected():
            sweeping = asyncio.create_task(worker.sweep())
            await asyncio.sleep(0.2)
            sweeping.cancel()

    asyncio.run(swept())


def test_what_a_killed_worker_had_begun_is_done_by_another(world, dead):
    sweep_once(world)
    world.work()

    assert len(seen) == 1
    assert queued(world) == []


def test_what_kills_its_worker_each_time_is_given_up(world, dead):
    world.sql("update procrastinate_jobs set attempts = $1", len(GAPS))
    sweep_once(world)

    assert queued(world)[0][1] == "failed"


def test_a_worker_that_lost_its_job_changes_nothing(world, api, defer):
    """It was taken for dead while it worked: another has the job, and the last word."""

    @jobs.task("tests.slow")
    async def slow(ctx):
        await rename(ctx, "Changed too late")
        await asyncio.to_thread(world.sql, "update procrastinate_jobs set attempts = attempts + 1")

    defer("tests.slow")
    world.work()

    assert queued(world) == [("tests.slow", "doing", 1)]
    assert api.ok("get", f"/organization/{api.organization_id}/")["name"] != "Changed too late"
    del jobs.tasks["tests.slow"]


def test_work_that_was_done_when_its_worker_was_killed_is_not_done_again(world, dead):
    """The note that it is done is part of its transaction."""
    world.sql("update procrastinate_jobs set task_name = 'done', args = '{}'")
    sweep_once(world)
    world.work()

    assert (seen, queued(world)) == ([], [])
