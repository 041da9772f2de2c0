"""What was granted to whom, and the tokens of it: rows of the database, by hashes."""

from datetime import datetime, timedelta
from typing import Any

from ajar import ids
from ajar.credentials import hashed, text
from ajar.kernel.context import RIGHTS, Context
from ajar.oauth.protocol import App, Issued, Server, Token
from ajar.resources import oauth_app

CODE_LASTS = timedelta(minutes=5)
APP = "select * from oauth_app where id = $1"
TOKEN = """
select token.*, granted.client_id, granted.organization_id, granted.user_id
from oauth_token token join oauth_grant granted on granted.id = token.grant_id
where token.hash = $1 for update of token, granted"""
MEMBER = """
select exists (select from membership where organization_id = $1 and user_id = $2 and is_active)"""
GRANT = """
insert into oauth_grant (id, client_id, organization_id, user_id, scope, date_created)
values ($1, $2, $3, $4, $5, $6)"""
ADD = """
insert into oauth_token (hash, grant_id, kind, scope, date_created, date_expires, redirect_uri,
code_challenge) values ($1, $2, $3, $4, $5, $6, $7, $8)"""
# The first use counts, or each use would begin the grace anew.
USED = "update oauth_token set date_used = coalesce(date_used, $2) where hash = $1"
END = "delete from oauth_grant where id = $1"
END_TOKEN = "delete from oauth_token where hash = $1"


async def app(db: Any, client_id: str) -> App | None:
    row = await db.fetchrow(APP, client_id)
    return App(row) if row else None


async def found(db: Any, secret: str) -> Token | None:
    """The token, locked with its grant, if its user is still a member."""
    row = await db.fetchrow(TOKEN, hashed(secret)) if secret else None
    member = row and await db.fetchval(MEMBER, row["organization_id"], row["user_id"])
    return Token(row) if member else None


async def grant(db, now, *, client_id, organization_id, user_id, scope) -> str:
    id = ids.new("oa2grant")
    await db.execute(GRANT, id, client_id, organization_id, user_id, scope, now)
    return id


async def code(db, now, grant_id: str, scope: str, redirect_uri=None, challenge=None) -> str:
    made = f"oa2code_{text(43)}"
    values = (grant_id, "code", scope, now, now + CODE_LASTS, redirect_uri, challenge)
    await db.execute(ADD, hashed(made), *values)
    return made


async def keep(db: Any, now: datetime, server: Server, refresh: timedelta) -> None:
    """Write what was decided."""
    if server.issued:
        await keep_tokens(db, now, server.issued, server.access, refresh)
    if server.used:
        await db.execute(USED, server.used, now)
    gone = server.broken
    if server.revoked and server.revoked.kind == "refresh":
        gone = server.revoked.grant_id
    elif server.revoked:
        await db.execute(END_TOKEN, server.revoked.hash)
    if gone:
        await db.execute(END, gone)
    if gone or server.revoked:
        await db.execute(f"notify {RIGHTS}")


async def keep_tokens(
    db: Any, now: datetime, issued: Issued, access: timedelta, refresh: timedelta
) -> None:
    grant, said = issued.grant, issued.tokens
    lasting = [("access", said["access_token"], said["scope"], access)]
    if token := said.get("refresh_token"):
        lasting.append(("refresh", token, grant.scope, refresh))
    for kind, token, scope, lasts in lasting:
        values = (grant.grant_id, kind, scope, now, now + lasts, None, None)
        await db.execute(ADD, hashed(token), *values)


async def connected(
    ctx: Context, name: str, redirect_uri: str, scope: str = oauth_app.USUAL
) -> dict[str, str]:
    """An app of the context's organization that its user has let in, and the tokens of that:
    `client_id`, `client_secret`, `redirect_uri`, `access_token`, `refresh_token`. For fixtures."""
    secret = text(43)
    made = {"name": name, "redirect_uris": [redirect_uri], "scope": scope}
    registered = {"created_by": ctx.user_id, **made}
    row = await oauth_app.add(ctx.db, ctx.now, ctx.organization_id, secret, **registered)
    whose = {"organization_id": ctx.organization_id, "user_id": ctx.user_id}
    id = await grant(ctx.db, ctx.now, client_id=row["id"], scope=scope, **whose)
    tokens = {"access": f"oa2at_{text(43)}", "refresh": f"oa2rt_{text(43)}"}
    for kind, token in tokens.items():
        lasts = timedelta(days=3650)  # nobody is there to consent again
        values = (id, kind, scope, ctx.now, ctx.now + lasts, None, None)
        await ctx.db.execute(ADD, hashed(token), *values)
    return {
        "client_id": row["id"],
        "client_secret": secret,
        "redirect_uri": redirect_uri,
        "access_token": tokens["access"],
        "refresh_token": tokens["refresh"],
    }
