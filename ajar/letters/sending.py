"""Sending letters, in jobs. One that fails is tried again like any job. What the mail server will
never take is left, and the log says so."""

from collections.abc import Mapping
from typing import Any

import structlog

from ajar.jobs import task
from ajar.letters.writing import written
from ajar.providers import smtp

MEMBER = """
select account.email, organization.name as organization from membership
join account on account.id = membership.user_id
join organization on organization.organization_id = membership.organization_id
where membership.organization_id = $1 and membership.user_id = $2 and membership.is_active"""
log = structlog.get_logger()


@task("letter.send")
async def send(ctx: Any, letter: str, id: str, about: dict[str, Any]) -> None:
    """To the user of the job, unless they have left the organization."""
    if member := await ctx.db.fetchrow(MEMBER, ctx.organization_id, ctx.user_id):
        about = about | {"organization": member["organization"]}
        await post(ctx, member["email"], letter, id, about)


async def post(ctx: Any, to: str, letter: str, id: str, about: Mapping[str, Any]) -> None:
    """To an address, now. Where no mail server is set up, nothing is sent."""
    here = ctx.settings
    if not here.smtp_url:
        return
    try:
        message = written(here, ctx.now, to, letter, id, dict(about))
        await smtp.send(here.smtp_url, message, here.address)
    except (ValueError, smtp.Refused) as error:
        log.warning("a letter was refused", letter=letter, id=id, error=str(error))
