"""The run of an import: a job that uses some rows of the file, and queues the rest of itself. What
the rows make, how far the import is, and the next job are one transaction, so that a run that
is killed goes on where it was, and no row is used twice."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from ajar import acting, jobs
from ajar.clock import Clock
from ajar.config import Settings
from ajar.errors import ApiError, NotFound
from ajar.halving import in_halves
from ajar.importing import reading, reports, undoing, writing
from ajar.importing.checking import Checks
from ajar.importing.converting import Converter, Line
from ajar.importing.matching import Rule
from ajar.importing.names import Names
from ajar.importing.planning import Planner
from ajar.importing.tables import key, problem
from ajar.importing.targets import Known
from ajar.kernel import events, ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources
from ajar.providers import store

BATCH = 1000  # rows
RUNNING = ("checking", "running")
GIVEN_UP = "It failed too often; the log of the server says why."
COUNTERS = (
    "rows_processed",
    "rows_skipped",
    "rows_failed",
    "leads_created",
    "leads_updated",
    "contacts_created",
    "contacts_updated",
    "opportunities_created",
    "opportunities_updated",
    "notes_created",
)


async def begin(ctx, id: str, dry: bool) -> ops.Row:
    """Have the file imported; `dry`: only find out what that would do."""
    row = await ops.get(ctx, resources["import"], id)
    for table in (key, problem):
        await writing.forget(ctx, id, table)
    zero = dict.fromkeys((f"n_{name}" for name in COUNTERS), 0)
    begun = zero | {"place": row["first_row"], "error": None, "problems_file_id": None}
    return await started(ctx, row, begun | {"status": "checking" if dry else "running"})


async def undo(ctx, id: str) -> ops.Row:
    """Have what the import did undone."""
    resource = resources["import"]
    row = await ops.get(ctx, resource, id)
    row = await started(ctx, row, {"status": "reverting", "n_reverted": 0, "n_conflicts": 0})
    await events.log(ctx, resource, row, "reverting")
    return row


async def started(ctx, row: ops.Row, begun: dict) -> ops.Row:
    """For whoever asks; jobs of what was begun before it do nothing more."""
    begun = begun | {"run": row["run"] + 1, "caller": acting.kept(ctx)}
    row = await ops.write(ctx, resources["import"], row, row | begun)
    await ctx.defer("import.run", id=row["id"], run=row["run"])
    return row


@jobs.task("import.run")
async def run(ctx, id: str, run: int) -> None:
    if await step(ctx, id, run):
        await ctx.defer("import.run", id=id, run=run)


@jobs.periodic("*/5 * * * *", "import.give_up")
async def give_up(db: Any, settings: Settings) -> None:
    """An import whose job failed for the last time says so. What it did can be undone."""
    for organization_id, user_id, args in await jobs.given_up(db, "import.run"):
        who, now = Caller(organization_id, user_id), Clock(settings.time)()
        ctx = Context(db, who, now, settings=settings)
        if row := await unfinished(ctx, args["id"], args["run"]):
            await end(ctx, row | {"error": GIVEN_UP}, "failed")


async def unfinished(ctx, id: str, run: int | None = None) -> ops.Row | None:
    """The import if there is still something to do, and the run or undoing is this one, or any."""
    with contextlib.suppress(NotFound):  # it was a draft again, and that was deleted
        row = await ops.get(ctx, resources["import"], id)
        if row["status"] in (*RUNNING, "reverting") and run in (None, row["run"]):
            return row
    return None


async def step(ctx, id: str, run: int | None = None) -> bool:
    """Use the next rows of the file, or undo some; whether more is to be done."""
    if not (row := await unfinished(ctx, id, run)):
        return False
    ctx = acting.for_whoever_asked(ctx, row["caller"], import_id=id)
    if row["status"] == "reverting":
        return await undoing.step(ctx, row)
    try:
        lines, place = await batch(ctx, row)
        counts = await Batch(ctx, row).use(lines)
    except (FileNotFoundError, ApiError) as error:
        await end(ctx, row | {"error": str(error) or "The file is gone."}, "failed")
        return False
    counts["rows_processed"] = len(lines)
    more = {f"n_{name}": row[f"n_{name}"] + counts[name] for name in COUNTERS}
    row = await ops.write(ctx, resources["import"], row, row | more | {"place": place})
    if row["n_rows_processed"] < row["n_rows"]:
        return True
    await end(ctx, row, "checked" if row["status"] == "checking" else "completed")
    return False


async def batch(ctx, row: dict) -> tuple[list[tuple[int, list[str]]], int]:
    """The next rows with their numbers, and where they end. An empty line is no row."""
    kept = store.opened(ctx.settings)
    lines: list[tuple[int, list[str]]] = []
    place = row["place"]
    if row["n_rows_processed"] >= row["n_rows"]:
        return lines, place
    async for cells, end in nonempty(reading.opened(kept, ctx.organization_id, row), place):
        lines.append((row["n_rows_processed"] + len(lines) + 1, cells))
        place = end
        if len(lines) == BATCH:
            break
    return lines, place


async def nonempty(file: reading.File, place: int) -> AsyncIterator[tuple[list[str], int]]:
    async for cells, end in file.rows(place):
        if cells:
            yield cells, end


class Batch:
    """Some rows of a file, used in one transaction."""

    def __init__(self, ctx, row: dict):
        self.ctx, self.row = ctx, row
        self.dry = row["status"] == "checking"

    async def use(self, rows: list[tuple[int, list[str]]]) -> Counter[str]:
        ctx = self.ctx
        if not rows:
            return Counter()
        known = await Known.of(ctx)
        try:
            self.converter = Converter(self.row, known, await Names.of(ctx))
        except ValueError as error:  # a field that is no longer there
            raise ApiError(str(error)) from None
        target = known.target(self.row["match_field"]) if self.row["match_field"] else None
        self.rule = Rule(self.row["match_by"], target)
        lines = [self.converter.line(number, cells) for number, cells in rows]
        good = [line for line in lines if not line.problems]
        counts = await self.used(good) if good else Counter()
        wrong = [line for line in lines if line.problems]
        await writing.complain(ctx, self.row["id"], [complaint(line) for line in wrong])
        return counts + Counter(rows_failed=len(wrong))

    async def used(self, lines: list[Line]) -> Counter[str]:
        """Where the database, or a rule of a resource, refuses what was checked, one of the rows
        does not stop the rest."""

        def refused(line: Line, reason: str) -> Counter[str]:
            line.problems[:] = [{"column": "", "reason": reason}]
            return Counter()

        return sum(await in_halves(self.ctx, self.carried_out, lines, refused), Counter())

    async def carried_out(self, lines: list[Line]) -> Counter[str]:
        ctx, id = self.ctx, self.row["id"]
        for line in lines:
            line.problems.clear()  # of an attempt with more of them
        checks = await Checks.of(ctx, self.converter, self.row, lines)
        planner = Planner(checks, self.rule, self.row["on_match"], self.dry)
        keys = {key for line in lines for key in self.rule.keys(line)}
        await planner.know(ctx, lines, await writing.known(ctx, id, keys))
        for line in lines:
            planner.place(line)
        counts = writing.counted(planner.plan)
        if not self.dry:
            await writing.write(ctx, id, planner.plan)
        await writing.remember(ctx, id, planner.plan)
        return counts


def complaint(line: Line) -> dict[str, Any]:
    cells = [cell.replace("\0", "") for cell in line.cells]
    return {"row": line.number, "problems": line.problems, "cells": cells}


async def end(ctx, row: dict, status: str) -> None:
    """The run is over: what it leaves are its counts, and the rows that it could not use."""
    resource = resources["import"]
    old = await ops.get(ctx, resource, row["id"])
    file_id = await reports.problems_file(ctx, row) if row["n_rows_failed"] else None
    await writing.forget(ctx, row["id"], key)
    ended = {"status": status, "error": row["error"], "problems_file_id": file_id}
    new = await ops.write(ctx, resource, old, old | ended)
    if status == "completed":
        await events.log(ctx, resource, new, "completed")
