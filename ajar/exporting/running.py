"""The steps of an export, each of which is a job that queues the next one."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import structlog

from ajar import acting, jobs
from ajar.clock import Clock
from ajar.config import Settings
from ajar.errors import ApiError
from ajar.exporting import documents, packing
from ajar.files.storage import path_of
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.providers import store
from ajar.resources.export import OPPORTUNITIES, Export, columns, opportunity
from ajar.resources.export.lead import FOUND
from ajar.resources.file import File
from ajar.resources.opportunity import Opportunity
from ajar.search import kept, target

STEP = 200  # objects that are read at a time
PART = 2000  # objects in a part
# Each of these may take long to write; so many are read at a time, and in a part.
LARGE_STEP, LARGE_PART = 20, 400
MUCH = 200_000  # letters
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
log = structlog.get_logger()


@jobs.task("export.run")
async def run(ctx, id: str) -> None:
    """Do what comes next."""
    export = await ops.get(ctx, Export, id)
    step = STEPS.get(export["status"])
    if not step:
        return
    me = acting.for_whoever_asked(ctx, export["rights"])
    export = await ops.write(ctx, Export, export, export | await step(me, export))
    if export["status"] in STEPS:
        await ctx.defer("export.run", id=id)
    else:
        await kept.forget(ctx, id, whole=True)
        await ctx.defer("export.discard", id=id, parts=export["parts"])


@jobs.task("export.discard")
async def discard(ctx, id: str, parts: int) -> None:
    """The parts are no longer needed."""
    paths = [part_of(ctx.organization_id, id, number) for number in range(parts + 1)]
    await store.opened(ctx.settings).delete(paths)


@jobs.periodic("*/5 * * * *", "export.give_up")
async def give_up(db: Any, settings: Settings) -> None:
    """An export whose job failed for the last time says so."""
    for organization_id, user_id, args in await jobs.given_up(db, "export.run"):
        ctx = Context(db, Caller(organization_id, user_id), Clock(settings.time)())
        export = await ops.get(ctx, Export, args["id"])
        if export["status"] in STEPS:
            await ops.write(ctx, Export, export, export | {"status": "error"})
            await kept.forget(ctx, export["id"], whole=True)
            await ctx.defer("export.discard", id=export["id"], parts=export["parts"])


async def begin(ctx, export: dict) -> dict[str, Any]:
    """So that everybody sees that it has begun."""
    return {"status": "started"}


async def load(ctx, export: dict) -> dict[str, Any]:
    """Find what it is about, once and for all; and of a CSV file, what its columns are."""
    try:
        found = await find(ctx, export)
    except ApiError as error:  # what it names is gone
        log.warning("an export cannot be begun", id=export["id"], error=error.body)
        return {"status": "error"}
    chosen = await columns.chosen(ctx, export) if export["format"] == "csv" else None
    return {"status": "in_progress", "n_docs": found, "columns": chosen}


async def find(ctx, export: dict) -> int:
    if export["type"] == OPPORTUNITIES:
        params = await opportunity.filters(ctx, export["params"] or {})
        return await kept.keep_listed(ctx, export["id"], Opportunity, params)
    wanted = columns.HOLDER[export["type"]]
    search = await target.understood(ctx, export, FOUND[export["type"]])
    below = wanted if search.query.type.name != wanted else ""
    return (await kept.keep(ctx, export["id"], search, below))[0]


async def work(ctx, export: dict) -> dict[str, Any]:
    """One part; and after the last, all of them together."""
    if export["parts"] and export["n_docs_processed"] == export["n_docs"]:
        return await join(ctx, export)
    large = export["include_activities"] or export["include_smart_fields"]
    step, size = (LARGE_STEP, LARGE_PART) if large else (STEP, PART)
    last = min(export["n_docs_processed"] + size, export["n_docs"])
    part = packing.Part(export["checksum"], export["size"])
    path = part_of(ctx.organization_id, export["id"], export["parts"])
    texts = documents.pieces(ctx, export, last, step)
    await store.opened(ctx.settings).write(path, packed(part, texts))
    known = {"checksum": part.checksum, "size": part.size, "parts": export["parts"] + 1}
    return known | {"n_docs_processed": last}


async def packed(part: packing.Part, texts: AsyncIterator[str]) -> AsyncIterator[bytes]:
    """Much at a time, beside what else there is to do."""
    waiting = io.StringIO()
    async for text in texts:
        waiting.write(text)
        if waiting.tell() > MUCH:
            if data := await asyncio.to_thread(part.add, waiting.getvalue().encode()):
                yield data
            waiting = io.StringIO()
    yield part.add(waiting.getvalue().encode()) + part.end()


async def join(ctx, export: dict) -> dict[str, Any]:
    """One file, which is there or not."""
    file = await ops.add(
        ctx,
        File,
        filename=f"{export['type']}-{export['id'][5:13]}.{export['format']}",
        content_type=TYPES[export["format"]],
        content_encoding="gzip",
        owner_id=export["created_by"],
        uploaded_at=ctx.now,
        used_at=ctx.now,
        size=0,
    )
    here = store.opened(ctx.settings)
    whole = Counted(joined(here, ctx.organization_id, export))
    await here.write(path_of(ctx.organization_id, file["id"]), whole)
    row = await ops.get(ctx, File, file["id"])
    await ops.write(ctx, File, row, row | {"size": whole.size})
    return {"status": "done", "file_id": file["id"]}


class Counted:
    """Pieces, and how much they are."""

    def __init__(self, pieces: AsyncIterator[bytes]):
        self.pieces, self.size = pieces, 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = bytes(await anext(self.pieces))
        self.size += len(piece)
        return piece


async def joined(here: store.Store, organization_id: str, export: dict) -> AsyncIterator[bytes]:
    yield packing.HEADER
    for number in range(export["parts"]):
        content = await here.read(part_of(organization_id, export["id"], number))
        async for piece in content.pieces:
            yield piece
    yield packing.trailer(export["checksum"], export["size"])


def part_of(organization_id: str, id: str, number: int) -> str:
    return path_of(organization_id, f"{id}.{number}")


STEPS = {"created": begin, "started": load, "in_progress": work}
