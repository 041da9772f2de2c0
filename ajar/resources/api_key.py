"""API keys: what programs sign in with. A key is shown once, when it is made."""

import ipaddress

import sqlalchemy as sa
from sqlalchemy import func

from ajar import ids, paging, scopes
from ajar.accounts import api_key
from ajar.credentials import hashed, text
from ajar.errors import Forbidden, Invalid, NotFound
from ajar.kernel import Choice, DateTime, List, Text, operation, query
from ajar.kernel.fields import cleaned
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.kernel.times import ISO

SHOWN = ("id", "organization_id", "user_id", "name", "scope", "networks")
TIMES = ("date_created", "date_expires", "date_last_used")


class Networks(List):
    """Addresses, or ranges of them (`192.0.2.0/24`), from where alone a key works."""

    most = 100

    def items(self, value):
        try:
            return [str(ipaddress.ip_network(item)) for item in super().items(value)]
        except ValueError:
            raise ValueError("Each must be an address or a range such as 192.0.2.0/24.") from None


TAKEN = {
    "name": Text(most=255),
    "scope": Choice(*scopes.STEPS),
    "networks": Networks(),
    "date_expires": DateTime(),
}
for _name, _field in TAKEN.items():
    _field.name = _name


@operation("api_key.list", "GET", "/api_key/", parameters=("_limit", "_skip"))
async def list_(ctx, params, body):
    """The caller's own: a client finds out here for whom it works."""
    limits = paging.window(params)
    return await ctx.value(await listed(), user_id=ctx.user_id, **limits)


@operation("api_key.create", "POST", "/api_key/", status=201, takes=TAKEN)
async def create(ctx, params, body):
    """One more for the caller. `key` is shown now and never again. `scope` limits what it may do,
    `networks` from where, `date_expires` how long."""
    said = cleaned(TAKEN, body)
    if said["date_expires"] and said["date_expires"] <= ctx.now:
        raise Invalid(fields={"date_expires": "It must be in the future."})
    key = new_key()
    values = key_values(ctx, key, **said | {"name": said["name"] or "API key"})
    (row,) = await ctx.rows(await key_added(), **values)
    return {**printable(row), "key": key}


@operation("api_key.delete", "DELETE", "/api_key/{id}/")
async def delete(ctx, params, body):
    """From this moment on it works no longer. One's own; an admin may revoke anybody's."""
    whose = None if "manage_organization" in ctx.caller.permissions else ctx.user_id
    if not await ctx.rows(await deleted(), id=params["id"], whose=whose):
        raise NotFound("There is no such API key.")
    await ctx.forget_rights()
    return {}


def new_key() -> str:
    return f"api_{text(22)}.{text(22)}"


def key_values(ctx, key: str, **said) -> dict:
    """The row of a key; only its hash is kept."""
    if not ctx.user_id:
        raise Forbidden("A key belongs to a user.")
    made = {"hash": hashed(key), "id": ids.new("api"), "user_id": ctx.user_id}
    networks = said.get("networks") or None
    limits = {"date_expires": said.get("date_expires"), "networks": networks}
    return made | limits | {"name": said["name"], "scope": said.get("scope") or scopes.FULL}


@shapes(1)
def key_added() -> Statement:
    free = ("hash", "id", "organization_id", "user_id", "name", "scope", "networks", "date_expires")
    values = {name: parameter(name, api_key.c[name].type) for name in free}
    values["date_created"] = parameter("now", TIME)
    shown = (api_key.c[name] for name in (*SHOWN, *TIMES))
    return Statement(sa.insert(api_key).values(values).returning(*shown))


@shapes(1)
def deleted() -> Statement:
    whose = parameter("whose")
    mine = sa.delete(api_key).where(
        api_key.c.organization_id == parameter("organization_id"),
        api_key.c.id == parameter("id"),
        sa.cast(whose, sa.Text).is_(None) | (api_key.c.user_id == whose),
    )
    return Statement(mine.returning(api_key.c.id))


@shapes(1)
def listed() -> Statement:
    mine = sa.select(api_key).where(
        api_key.c.organization_id == parameter("organization_id"),
        api_key.c.user_id == parameter("user_id"),
    )
    return query.listed(mine, [api_key.c.date_created, api_key.c.id], shown)


def shown(row: sa.FromClause) -> sa.ColumnElement:
    columns = [row.c[name] for name in SHOWN]
    times = [func.to_char(func.timezone("UTC", row.c[name]), ISO).label(name) for name in TIMES]
    one = sa.select(*columns, *times).correlate(row).subquery()
    json = sa.select(func.row_to_json(one.table_valued())).correlate(row).scalar_subquery()
    return sa.cast(json, sa.Text)


def printable(row) -> dict:
    """As the list shows it."""
    times = {name: row[name] and row[name].isoformat(timespec="microseconds") for name in TIMES}
    return {name: row[name] for name in SHOWN} | times
