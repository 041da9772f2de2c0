"""Files of exports that are a week old are deleted; that there were such exports is known on."""

from typing import Any

import structlog

from ajar.clock import Clock
from ajar.config import Settings
from ajar.files.storage import path_of
from ajar.jobs import periodic
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.providers import store
from ajar.resources.export import KEPT, Export
from ajar.resources.file import File

MOST = 1000  # of an organization at a time: what is left has another turn
OLD = f"""SELECT id, created_by FROM export WHERE export.organization_id = $1
AND file_id IS NOT NULL AND date_updated < $2 ORDER BY date_updated LIMIT {MOST}"""
log = structlog.get_logger()


@periodic("37 * * * *", "export.forget_old")
async def forget(db: Any, settings: Settings) -> None:
    """First the rows, so that a store that fails brings them back; then what was stored."""
    now = Clock(settings.time)()
    here = store.opened(settings)
    for (organization_id,) in await db.fetch("SELECT id FROM organization"):
        rows = await db.fetch(OLD, organization_id, now - KEPT)
        for id, user_id in rows:
            ctx = Context(db, Caller(organization_id, user_id), now)
            export = await ops.get(ctx, Export, id)
            await ops.delete(ctx, File, export["file_id"])
            await ops.write(ctx, Export, export, export | {"file_id": None})
            await here.delete([path_of(organization_id, export["file_id"])])
        if rows:
            log.info("old exports forgotten", organization=organization_id, files=len(rows))
