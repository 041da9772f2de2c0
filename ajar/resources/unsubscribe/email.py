"""Addresses that get no bulk mail."""

from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import Resource, Text, operation, ops, query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.contact import Email, addresses


class UnsubscribedEmail(
    Resource,
    path="unsubscribe/email",
    prefix="unsub",
    object_type="unsubscribed_email",
    verbs=("list",),
    order="-id",
    usual=1000,
    most=1000,
):
    """An address that gets no bulk mail; contacts that have it show so."""

    organization_id = Text(readonly=True, hidden=True)
    id = Text(readonly=True, hidden=True)
    email = Email(required=True, fixed=True, unique=True, most=500)


@operation(
    "unsubscribe.email.create",
    "POST",
    "/unsubscribe/email/",
    status=201,
    takes={"email": UnsubscribedEmail.email},
)
async def create(ctx, params, body):
    """One that is on the list already stays on it, once."""
    new = await ops.check(ctx, UnsubscribedEmail, body)
    ctx.headers["location"] = f"/api/v1/unsubscribe/email/{quote(new['email'])}/"
    if id := await known(ctx, new["email"]):
        return (await ops.get(ctx, UnsubscribedEmail, id)).json
    row = await ops.write(ctx, UnsubscribedEmail, {}, new)
    with ctx.unlimited():
        await mark(ctx, new["email"], True)
    return row.json


@operation("unsubscribe.email.delete", "DELETE", "/unsubscribe/email/{email_address}/")
async def delete(ctx, params, body):
    """It gets bulk mail again."""
    id = await known(ctx, params["email_address"])
    if not id:
        raise render.missing(UnsubscribedEmail)
    row = await ops.delete(ctx, UnsubscribedEmail, id)
    with ctx.unlimited():
        await mark(ctx, row["email"], False)
    return row.json


async def known(ctx, email: str) -> str | None:
    return await ctx.value(await by_address(), email=email)


async def mark(ctx, email: str, unsubscribed: bool) -> None:
    """Say so at every contact, also at those that the caller does not see."""
    contact = resources["contact"]
    for record in await ctx.rows(await with_address(), email=email):
        row = await ops.get(ctx, contact, record["id"])
        emails = [
            item | {"is_unsubscribed": unsubscribed}
            if item["email"].lower() == email.lower()
            else item
            for item in row["emails"]
        ]
        if emails != row["emails"]:
            await ops.write(ctx, contact, row, row | {"emails": emails})


@shapes(1)
def by_address() -> Statement:
    rows = query.rows(UnsubscribedEmail)
    same = func.lower(rows.c.email) == func.lower(parameter("email"))
    return Statement(query.owned(UnsubscribedEmail, rows, rows.c.id).where(same))


@shapes(1)
def with_address() -> Statement:
    """The contacts that have an address, whatever the case of its letters."""
    rows = query.rows(resources["contact"])
    wanted = func.jsonb_build_array(func.lower(parameter("email")))
    found = query.related(resources["contact"], rows, rows.c.id)
    has = addresses(rows.c.emails).op("@>", return_type=sa.Boolean)(sa.cast(wanted, JSONB))
    return Statement(found.where(has).order_by(rows.c.id))
