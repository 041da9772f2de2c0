"""What a new organization begins with: its first user, statuses, a pipeline, a key."""

from typing import Any

from argon2 import PasswordHasher

from ajar import ids
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources
from ajar.resources.api_key import key_added, key_values, new_key
from ajar.resources.organization import Organization
from ajar.resources.role import ADMIN

LEAD_STATUSES = (
    "Potential",
    "Bad Fit",
    "Qualified",
    "Customer",
    "Interested",
    "Canceled",
    "Not Interested",
)
OPPORTUNITY_STATUSES = (
    ("Demo Completed", "active"),
    ("Proposal Sent", "active"),
    ("Contract Sent", "active"),
    ("Won", "won"),
    ("Lost", "lost"),
)


async def found(db, now, *, name: str, email: str, user_name: str, password: str | None) -> Context:
    """Make an organization with an admin; the context in which the admin acts."""
    first, _, last = user_name.partition(" ")
    organization_id, user_id = ids.new("orga"), await account(db, email, password, now)
    ctx = Context(db, Caller(organization_id, permissions=frozenset(ADMIN)), now)
    user = {"id": user_id, "email": email, "first_name": first, "last_name": last}
    await ops.add(ctx, resources["user"], **user)
    ctx.caller = Caller(organization_id, user_id, permissions=frozenset(ADMIN))
    await ops.add(ctx, Organization, id=organization_id, name=name, currency="USD")
    member = {"user_id": user_id, "role_id": "admin", "is_active": True}
    member |= {"auto_record_calls": "unset", "track_email_opens": True}
    await ops.add(ctx, resources["membership"], **member)
    await add_stages(ctx)
    return ctx


async def add_stages(ctx: Context) -> None:
    """What a lead, and a sale, goes through unless the organization says otherwise."""
    for position, label in enumerate(LEAD_STATUSES):
        await ops.add(ctx, resources["status.lead"], label=label, position=position)
    pipeline = await ops.add(ctx, resources["pipeline"], name="Sales", position=0)
    for position, (label, type_) in enumerate(OPPORTUNITY_STATUSES):
        values = {"label": label, "type": type_, "position": position}
        await ops.add(ctx, resources["status.opportunity"], pipeline_id=pipeline["id"], **values)


async def account(db, email: str, password: str | None, now) -> str:
    """What somebody signs in with, made unless they have one; its id."""
    known = "select id from account where lower(email) = lower($1)"
    if id := await db.fetchval(known, email):
        return id
    kept = PasswordHasher().hash(password) if password else None
    return await db.fetchval(
        "insert into account (id, email, password_hash, date_created) values ($1, $2, $3, $4)"
        " returning id",
        *(ids.new("user"), email, kept, now),
    )


async def add_key(ctx: Context, name: str, key: str | None = None, **limits: Any) -> str:
    """An API key of the context's user; only its hash is kept. `limits` may be a `scope`,
    `networks` and the `date_expires`."""
    key = key or new_key()
    await ctx.rows(await key_added(), **key_values(ctx, key, name=name, **limits))
    return key
