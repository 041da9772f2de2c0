"""The apps that a user lets act for them, and how to take that back."""

from ajar import paging
from ajar.errors import NotFound
from ajar.kernel import operation

LIST = """
select granted.id, granted.client_id, app.name, granted.scope, granted.date_created
from oauth_grant granted join oauth_app app on app.id = granted.client_id
where granted.organization_id = $1 and granted.user_id = $2
and exists (select from oauth_token token where token.grant_id = granted.id
    and (token.kind <> 'code' or token.date_used is not null))
order by granted.id limit $3 + 1 offset $4"""
DELETE = """
delete from oauth_grant where organization_id = $1 and id = $2
and (user_id = $3 or $4) returning id"""


@operation("oauth_grant.list", "GET", "/oauth_grant/", parameters=("_limit", "_skip"))
async def list_(ctx, params, body):
    """The caller's own, in this organization."""
    limits = paging.window(params)
    window = limits["limit"], limits["skip"]
    rows = await ctx.db.fetch(LIST, ctx.organization_id, ctx.user_id, *window)
    data = [
        {**row, "date_created": row["date_created"].isoformat(timespec="microseconds")}
        for row in rows[: limits["limit"]]
    ]
    return {"data": data, "has_more": len(rows) > limits["limit"]}


@operation("oauth_grant.delete", "DELETE", "/oauth_grant/{id}/")
async def delete(ctx, params, body):
    """Its tokens work no longer. One's own; an admin may take back anybody's."""
    admin = "manage_organization" in ctx.caller.permissions
    values = (ctx.organization_id, params["id"], ctx.user_id, admin)
    if not await ctx.db.fetchval(DELETE, *values):
        raise NotFound("There is no such grant.")
    await ctx.forget_rights()
    return {}
