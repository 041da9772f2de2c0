"""Files that nobody used in time are forgotten."""

from datetime import timedelta
from typing import Any

import structlog

from ajar.clock import Clock
from ajar.config import Settings
from ajar.files.storage import path_of, small_path_of
from ajar.jobs import periodic
from ajar.providers import store
from ajar.resources.file import TO_USE

# Whoever uses a file in the last moment must still find it when the transaction ends.
AFTER = TO_USE + timedelta(hours=1)
MOST = 1000  # of an organization at a time: what is left has another turn
FORGET = """DELETE FROM file WHERE file.organization_id = $1 AND id IN (
    SELECT id FROM file WHERE file.organization_id = $1 AND used_at IS NULL AND date_created < $2
    LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id"""
log = structlog.get_logger()


@periodic("23 * * * *", "files.forget_unused")
async def forget(db: Any, settings: Settings) -> None:
    """First the rows, so that a store that fails brings them back; then what was stored."""
    before = Clock(settings.time)() - AFTER
    kept = store.opened(settings)
    for (organization_id,) in await db.fetch("SELECT id FROM organization"):
        rows = await db.fetch(FORGET, organization_id, before, MOST)
        for (id,) in rows:
            paths = path_of(organization_id, id), small_path_of(organization_id, id)
            await kept.delete(paths)
        if rows:
            log.info("unused files forgotten", organization=organization_id, files=len(rows))
