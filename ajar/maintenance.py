"""What keeps a server tidy while nobody looks."""

from typing import Any

from ajar import partitions
from ajar.config import Settings
from ajar.jobs import periodic

__all__ = ["forget_failures", "partitions"]
GIVEN_UP = """
delete from procrastinate_jobs where status in ('failed', 'cancelled', 'aborted') and not exists (
    select from procrastinate_events
    where job_id = procrastinate_jobs.id and at > now() - interval '30 days')"""


@periodic("47 3 * * *", "jobs.forget_failures")
async def forget_failures(db: Any, settings: Settings) -> None:
    """A job that was given up is kept for a month, for whoever wants to know why."""
    await db.execute(GIVEN_UP)
