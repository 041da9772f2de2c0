"""Letters about signing in. Links are made by the job that sends them, so that no queue holds a
secret; and it is the job that looks whether there is an account, so that nobody who asks can tell
by what is answered, or by how long that takes."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from ajar import ids
from ajar.access import SIGN_IN
from ajar.jobs import enqueue, task
from ajar.letters.sending import post
from ajar.signing_in import attempts, links

NOBODYS = ""  # accounts belong to no organization
TO_JOIN = timedelta(days=7)
FIND = """
select id, email, oidc_subject is not null and password_hash is null as elsewhere
from account where lower(email) = lower($1) and exists (
    select from membership where user_id = account.id and is_active)"""
EMAIL = "select email from account where id = $1"
INVITED = """
select account.email, organization.name as organization, account.password_hash is null as new,
    trim(concat_ws(' ', inviter.first_name, inviter.last_name)) as inviter
from membership join account on account.id = membership.user_id
join organization on organization.organization_id = membership.organization_id
left join "user" inviter
    on inviter.organization_id = membership.organization_id and inviter.id = $3
where membership.organization_id = $1 and membership.user_id = $2 and membership.is_active"""
FORGOTTEN = "/auth/password/forgotten/"


async def ask_for_link(db: Any, email: str) -> None:
    """The same for every address."""
    given = {"email": email, "id": ids.new("mail")}
    await enqueue(db, "letter.reset", NOBODYS, None, given)


async def of_change(db: Any, account_id: str, letter: str) -> None:
    """Tell somebody what was changed about how they sign in."""
    given = {"account_id": account_id, "letter": letter, "id": ids.new("mail")}
    await enqueue(db, "letter.notice", NOBODYS, None, given)


@task("letter.reset")
async def reset(ctx: Any, email: str, id: str) -> None:
    account = await ctx.db.fetchrow(FIND, email)
    if not account or not ctx.settings.smtp_url:
        return
    here = ctx.settings.address
    if account["elsewhere"]:
        about = {"provider": ctx.settings.oidc_name, "link": here + SIGN_IN}
        await post(ctx, account["email"], "reset_elsewhere", id, about)
    else:
        await post_link(ctx, account["email"], "reset", id, links.LASTS, {})


@task("letter.notice")
async def told(ctx: Any, account_id: str, letter: str, id: str) -> None:
    about = {"link": ctx.settings.address + FORGOTTEN}
    if email := await ctx.db.fetchval(EMAIL, account_id):
        await post(ctx, email, letter, id, about)


@task("letter.invite")
async def invite(ctx: Any, user_id: str, id: str) -> None:
    """Who has no password yet chooses one, unless people sign in elsewhere. An organization that
    invites very many does so slowly: it is strangers who get these letters."""
    here, counted = ctx.settings, ("invitations", ctx.organization_id)
    if wait := await attempts.left(ctx.db, ctx.now, *counted):
        later = ctx.now + timedelta(seconds=wait)
        return await ctx.defer("letter.invite", at=later, user_id=user_id, id=id)
    invited = await ctx.db.fetchrow(INVITED, ctx.organization_id, user_id, ctx.user_id)
    if not invited or not here.smtp_url:
        return
    email, about = invited["email"], {n: invited[n] for n in ("organization", "inviter")}
    if invited["new"] and not here.oidc_issuer:
        about["days"] = TO_JOIN.days
        await post_link(ctx, email, "invitation", id, TO_JOIN, about)
    else:
        about |= {"days": 0, "link": here.address + SIGN_IN}
        await post(ctx, email, "invitation", id, about)
    with suppress(attempts.Wait):  # another worker was faster
        await attempts.count(ctx.db, ctx.now, *counted)


async def post_link(
    ctx: Any, email: str, letter: str, id: str, lasts: timedelta, about: dict[str, Any]
) -> None:
    """Nothing is written before it is sent: a transaction that has written, and waits for a mail
    server, would have webhooks wait as well."""
    token = links.new()
    await post(ctx, email, letter, id, about | {"link": links.to(ctx.settings.address, token)})
    await links.keep(ctx.db, token, email, ctx.now + lasts)
