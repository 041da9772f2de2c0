"""Connections are lent again and again, and none that something is wrong with."""

import asyncio
from urllib.parse import urlsplit

import pytest

from ajar import database

SIZE = 3


@pytest.fixture
def lending(postgres):
    """Run a coroutine function with a pool of SIZE connections."""

    def run(function):
        async def lent():
            async with database.pool(postgres, SIZE) as pool:
                return await asyncio.wait_for(function(pool), 20)

        return asyncio.run(lent())

    return run


async def process(pool):
    async with pool.acquire() as db:
        return await db.fetchval("select pg_backend_pid()")


def test_whoever_asks_next_has_the_same_connection(lending):
    async def several(pool):
        return {await process(pool) for _ in range(5)}, pool.get_size(), pool.get_idle_size()

    processes, size, idle = lending(several)

    assert len(processes) == 1
    assert size == idle == 2  # so many are opened at first


def test_no_more_are_lent_than_there_are_and_who_waits_longest_is_next(lending):
    async def many(pool):
        used, most, order = 0, 0, []

        async def use(number):
            nonlocal used, most
            async with pool.acquire() as db:
                used += 1
                most = max(most, used)
                order.append(number)
                await db.fetchval("select pg_sleep(0.02)")
                used -= 1

        await every(pool)  # opened, which takes as long as others are waited for
        await asyncio.gather(*map(use, range(5 * SIZE)))
        return most, order

    assert lending(many) == (SIZE, [*range(5 * SIZE)])


def test_one_that_has_ended_is_not_lent_again(lending):
    async def ended(pool):
        async with pool.acquire() as one, pool.acquire() as other:
            pid = await one.fetchval("select pg_backend_pid()")
            await end(one, pid, by=other)
        return pid, await every(pool)

    pid, processes = lending(ended)

    assert len(processes - {pid}) == SIZE


def test_one_that_ends_while_nobody_has_it_is_replaced(lending):
    async def ended(pool):
        async with pool.acquire() as other:
            async with pool.acquire() as one:
                pid = await one.fetchval("select pg_backend_pid()")
            await end(one, pid, by=other)
        return pid, await every(pool)

    pid, processes = lending(ended)

    assert len(processes - {pid}) == SIZE


async def every(pool):
    """The processes of all connections, which are lent at once."""
    async with pool.acquire() as one, pool.acquire() as other, pool.acquire() as third:
        return {await db.fetchval("select pg_backend_pid()") for db in (one, other, third)}


async def end(one, pid, by):
    """And wait until this process has heard of it."""
    await by.execute("select pg_terminate_backend($1)", pid)
    while database.alive(one):
        await asyncio.sleep(0.01)


def test_what_failed_leaves_no_transaction_behind(lending):
    async def left(pool):
        with pytest.raises(ZeroDivisionError):
            async with pool.acquire() as db:
                await db.execute("begin; create table left_behind ()")
                raise ZeroDivisionError
        async with pool.acquire() as db:
            await db.execute("begin; create table left_behind ()")
        async with pool.acquire() as db:
            return db.is_in_transaction(), await db.fetchval("select to_regclass('left_behind')")

    assert lending(left) == (False, None)


def test_who_gives_up_waiting_or_asking_takes_no_connection_along(lending):
    async def given_up(pool):
        async def sleep():
            async with pool.acquire() as db:
                await db.execute("select pg_sleep(30)")

        for _ in range(2):
            tasks = [asyncio.create_task(sleep()) for _ in range(2 * SIZE)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return await every(pool)

    assert len(lending(given_up)) == SIZE


def test_who_still_has_one_at_the_end_is_waited_for(postgres):
    async def ended():
        pool, done = database.pool(postgres, SIZE), []

        async def use():
            async with pool.acquire() as db:
                done.append(await db.fetchval("select 1 from pg_sleep(0.3)"))

        async with pool:
            task = asyncio.create_task(use())
            await asyncio.sleep(0.1)
        await task
        return done

    assert asyncio.run(asyncio.wait_for(ended(), 20)) == [1]


MODE = "show plan_cache_mode"
ONCE, FOR_VALUES = "force_generic_plan", "force_custom_plan"


async def searched(pool):
    async with pool.acquire(searching=True) as db:
        await db.plan_for_values(True)
        return await db.fetchval("select pg_backend_pid()")


def test_what_was_searched_with_is_for_the_next_search_and_not_for_others(lending):
    async def several(pool):
        first = await searched(pool)
        others = {await process(pool) for _ in range(3)}
        return first, others, await searched(pool)

    first, others, second = lending(several)

    assert first == second
    assert first not in others


def test_who_does_not_search_has_statements_planned_once(lending):
    async def every_mode(pool):
        async with (
            pool.acquire(searching=True) as one,
            pool.acquire(searching=True) as other,
            pool.acquire(searching=True) as third,
        ):
            for db in (one, other, third):
                await db.plan_for_values(True)
            before = {await db.fetchval(MODE) for db in (one, other, third)}
        async with pool.acquire() as one, pool.acquire() as other, pool.acquire() as third:
            return before, {await db.fetchval(MODE) for db in (one, other, third)}

    assert lending(every_mode) == ({FOR_VALUES}, {ONCE})


def test_how_a_transaction_plans_ends_with_it(lending):
    async def modes(pool):
        async with pool.acquire() as db:
            async with db.transaction():
                await db.plan_for_values(True)
                during = await db.fetchval(MODE)
            with pytest.raises(ZeroDivisionError):
                async with db.transaction():
                    await db.plan_for_values(True)
                    raise ZeroDivisionError
            return during, await db.fetchval(MODE), db.for_values

    assert lending(modes) == (FOR_VALUES, ONCE, False)


def test_one_that_has_ended_since_a_search_is_replaced(lending):
    async def ended(pool):
        async with pool.acquire() as other:
            async with pool.acquire(searching=True) as one:
                await one.plan_for_values(True)
                pid = await one.fetchval("select pg_backend_pid()")
            await end(one, pid, by=other)
        return pid, await every(pool)

    pid, processes = lending(ended)

    assert len(processes - {pid}) == SIZE


@pytest.fixture
def compiling(postgres):
    """A server that compiles statements which take long, as PostgreSQL by itself does."""
    name = f'"{urlsplit(postgres).path[1:]}"'
    database.asked(postgres, f"alter database {name} set jit = on")
    yield
    database.asked(postgres, f"alter database {name} reset jit")


def test_statements_are_not_compiled(compiling, lending, postgres):
    async def setting(pool):
        async with pool.acquire() as db:
            return await db.fetchval("show jit")

    assert database.asked(postgres, "show jit")[0][0] == "on"
    assert lending(setting) == "off"
