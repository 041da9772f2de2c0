"""OAuth applications: programs that act for users who let them. Admins register them."""

from ajar import ids, paging, scopes
from ajar.credentials import hashed, text
from ajar.errors import NotFound
from ajar.formats import redirect
from ajar.kernel import List, Text, operation
from ajar.kernel.fields import cleaned

USUAL = f"{scopes.FULL} {scopes.OFFLINE}"
COLUMNS = (
    "id, organization_id, name, redirect_uris, scope, secret_hash is not null as confidential,"
    " created_by, date_created, date_updated"
)
ADD = f"""
insert into oauth_app (organization_id, id, name, redirect_uris, scope, secret_hash, created_by,
date_created, date_updated) values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning {COLUMNS}"""
LIST = f"""
select {COLUMNS} from oauth_app where organization_id = $1 order by id limit $2 + 1 offset $3"""
GET = f"select {COLUMNS} from oauth_app where organization_id = $1 and id = $2"
CHANGE = f"""
update oauth_app set name = $3, redirect_uris = $4, scope = $5, date_updated = $6
where organization_id = $1 and id = $2 returning {COLUMNS}"""
NEW_SECRET = f"""
update oauth_app set secret_hash = $3, date_updated = $4
where organization_id = $1 and id = $2 and secret_hash is not null returning {COLUMNS}"""
DELETE = "delete from oauth_app where organization_id = $1 and id = $2 returning id"


class Redirects(List):
    """Where users are sent back to: one of these, letter by letter."""

    most = 20

    def items(self, value):
        return [redirect.checked(item) for item in value]


class Scope(Text):
    """What the app may ask for, as words with spaces in between."""

    def clean(self, value, answer=None):
        words = (super().clean(value) or "").split()
        if unknown := [word for word in words if word not in scopes.SCOPES]:
            raise ValueError(f'There is no scope "{unknown[0]}".')
        return " ".join(dict.fromkeys(words)) or USUAL


TAKEN = {
    "name": Text(required=True, most=255),
    "redirect_uris": Redirects(required=True),
    "scope": Scope(most=255),
}
for _name, _field in TAKEN.items():
    _field.name = _name


@operation("oauth_app.list", "GET", "/oauth_app/", parameters=("_limit", "_skip"))
async def list_(ctx, params, body):
    """Those that the organization has registered."""
    limits = paging.window(params)
    rows = await ctx.db.fetch(LIST, ctx.organization_id, limits["limit"], limits["skip"])
    data = [printable(row) for row in rows[: limits["limit"]]]
    return {"data": data, "has_more": len(rows) > limits["limit"]}


@operation("oauth_app.get", "GET", "/oauth_app/{id}/")
async def get(ctx, params, body):
    return printable(found(await ctx.db.fetchrow(GET, ctx.organization_id, params["id"])))


@operation("oauth_app.create", "POST", "/oauth_app/", status=201, takes=TAKEN)
async def create(ctx, params, body):
    """`client_secret` is shown now and never again."""
    said = cleaned(TAKEN, body)
    secret = text(43)
    row = await add(ctx.db, ctx.now, ctx.organization_id, secret, created_by=ctx.user_id, **said)
    return {**printable(row), "client_secret": secret}


async def add(db, now, organization_id, secret, *, name, redirect_uris, scope, created_by=None):
    """An app without a secret cannot keep one: it runs on the machine of its user."""
    hash = hashed(secret) if secret else None
    values = (ids.new("oa2client"), name, redirect_uris, scope, hash, created_by, now)
    return await db.fetchrow(ADD, organization_id, *values)


@operation("oauth_app.update", "PUT", "/oauth_app/{id}/", takes=TAKEN)
async def update(ctx, params, body):
    """Tokens that were issued keep their scope."""
    old = found(await ctx.db.fetchrow(f"{GET} for update", ctx.organization_id, params["id"]))
    said = cleaned(TAKEN, {name: old[name] for name in TAKEN} | body)
    values = (params["id"], *said.values(), ctx.now)
    return printable(await ctx.db.fetchrow(CHANGE, ctx.organization_id, *values))


@operation("oauth_app.rotate_secret", "POST", "/oauth_app/{id}/rotate_secret/")
async def rotate_secret(ctx, params, body):
    """The old secret works no longer. Tokens go on working."""
    secret = text(43)
    values = (params["id"], hashed(secret), ctx.now)
    row = found(await ctx.db.fetchrow(NEW_SECRET, ctx.organization_id, *values))
    return {**printable(row), "client_secret": secret}


@operation("oauth_app.delete", "DELETE", "/oauth_app/{id}/")
async def delete(ctx, params, body):
    """Nothing that it holds works from now on."""
    found(await ctx.db.fetchrow(DELETE, ctx.organization_id, params["id"]))
    await ctx.forget_rights()
    return {}


def found(row):
    if not row:
        raise NotFound("There is no such OAuth application.")
    return row


def printable(row) -> dict:
    times = ("date_created", "date_updated")
    shown = {name: row[name].isoformat(timespec="microseconds") for name in times}
    return {**row, **shown, "client_id": row["id"]}
