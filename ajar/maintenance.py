"""What keeps a server tidy while nobody looks."""

from datetime import timedelta
from typing import Any

from ajar import files, partitions
from ajar.clock import Clock
from ajar.config import Settings
from ajar.http.repeating import KEPT
from ajar.jobs import periodic

__all__ = [
    "files",
    "forget_answers",
    "forget_failures",
    "forget_outdated",
    "forget_runs",
    "partitions",
]
# A code or token that came back is told from an unknown one until it would have expired anyway.
OUTDATED = (
    "delete from session where date_expires < now()",
    "delete from password_reset where date_expires < now()",
    "delete from sign_in_attempt where date_last < now() - interval '2 days'",
    "delete from oauth_token where date_expires < now()",
    """delete from oauth_grant where date_created < now() - interval '1 day'
    and not exists (select from oauth_token where grant_id = oauth_grant.id)""",
    """delete from oauth_app where organization_id is null
    and date_created < now() - interval '30 days'
    and not exists (select from oauth_grant where client_id = oauth_app.id)""",
    # Why a bulk action left some objects as they were.
    """delete from search_found using bulk_action
    where search_found.organization_id = bulk_action.organization_id and of_id = bulk_action.id
    and bulk_action.date_updated < now() - interval '30 days'""",
)
GIVEN_UP = """
delete from procrastinate_jobs where status in ('failed', 'cancelled', 'aborted') and not exists (
    select from procrastinate_events
    where job_id = procrastinate_jobs.id and at > now() - interval '30 days')"""

GONE = "delete from sequence_progress where gone_at < $1"


@periodic("47 3 * * *", "jobs.forget_failures")
async def forget_failures(db: Any, settings: Settings) -> None:
    """A job that was given up is kept for a month, for whoever wants to know why."""
    await db.execute(GIVEN_UP)


@periodic("57 3 * * *", "sequence.forget_deleted")
async def forget_runs(db: Any, settings: Settings) -> None:
    """Where runs stood that were deleted so long ago that nobody can bring them back."""
    await db.execute(GONE, Clock(settings.time)() - timedelta(days=settings.event_retention_days))


@periodic("17 * * * *", "accounts.forget_outdated")
async def forget_outdated(db: Any, settings: Settings) -> None:
    """What nobody can sign in with any more; apps that registered themselves for nothing; and
    what was told of bulk actions that are long done."""
    for statement in OUTDATED:
        await db.execute(statement)


@periodic("27 * * * *", "idempotency.forget")
async def forget_answers(db: Any, settings: Settings) -> None:
    """What was answered to an Idempotency-Key is kept for a day; an index knows what is older."""
    await db.execute("set local statement_timeout = '10min'")
    oldest = Clock(settings.time)() - KEPT
    await db.execute("delete from idempotency_key where date_created <= $1", oldest)
