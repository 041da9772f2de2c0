"""A change that is asked for twice with the same Idempotency-Key is made once, and answered twice.

The answer is kept by the transaction that makes the change, so that there is never one without the
other, whenever a process is killed. Refusals change nothing and are not kept: such a request may be
mended, and sent again with its key. Some answers tell a secret that is shown only once, so all of
them are encrypted.
"""

import hashlib
import re
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from starlette.datastructures import Headers

from ajar import scopes
from ajar.errors import ApiError, Conflict
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import Operation
from ajar.kernel.sql import TIME, metadata
from ajar.vault import Locked, Vault

HEADER, REPLAYED = "idempotency-key", "idempotency-replayed"
KEY = re.compile(r"[!-~]{1,255}")
KEPT = timedelta(hours=24)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("credential", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request", sa.LargeBinary, nullable=False),  # the hash of what was asked
    sa.Column("status", sa.BigInteger, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("date_created", TIME, nullable=False),
    sa.Index(None, "date_created"),
)

# Whoever has the lock is the only one to do this until its transaction ends.
FIND = """
with turn as materialized (select pg_try_advisory_xact_lock(
    hashtextextended('once ' || $1::text || ' ' || $2::text || ' ' || $3::text, 0)) as ours)
select ours, request, status, headers, answer from turn left join idempotency_key
on idempotency_key.organization_id = $1 and credential = $2 and key = $3 and date_created > $4"""
# What another transaction has kept since the one above began is not replaced.
KEEP = """
insert into idempotency_key
(organization_id, credential, key, request, status, headers, answer, date_created)
values ($1, $2, $3, $5, $6, $7, $8, $9)
on conflict (organization_id, credential, key) do update set request = excluded.request,
    status = excluded.status, headers = excluded.headers, answer = excluded.answer,
    date_created = excluded.date_created
where idempotency_key.date_created <= $4 returning true"""
OTHER = "This Idempotency-Key was sent with another request."
LOCKED = "This was done; but its answer was encrypted with another AJAR_SECRET_KEY."


class UnderWay(Conflict):
    """The same request is being answered just now."""

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is being done.")
        self.headers["retry-after"] = "1"


class Answer(NamedTuple):
    """What is kept of an answer: all that does not belong to the single request."""

    status: int
    content: str
    headers: dict[str, str]


class Answers:
    """Finds and keeps them. Both are one statement in the transaction of the change."""

    def __init__(self, settings: Any):
        self.vault = Vault(settings)

    async def find(self, ctx: Context, key: str, request: bytes) -> Answer | None:
        """The answer to this request; or nobody but this transaction is to give it."""
        found = await ctx.db.fetchrow(FIND, *place(ctx, key))
        if found["request"] is None:
            if not found["ours"]:
                raise UnderWay
            return None
        if found["request"] != request:
            raise Conflict(OTHER)
        try:
            content = self.vault.open(found["answer"])
        except Locked:
            raise Conflict(LOCKED) from None
        return Answer(found["status"], content, found["headers"] | {REPLAYED: "true"})

    async def keep(self, ctx: Context, key: str, request: bytes, answer: Answer) -> None:
        sealed = self.vault.seal(answer.content)
        what = request, answer.status, answer.headers, sealed, ctx.now
        if not await ctx.db.fetchval(KEEP, *place(ctx, key), *what):
            raise UnderWay


def place(ctx: Context, key: str) -> tuple[Any, ...]:
    return ctx.organization_id, credential(ctx.caller), key, ctx.now - KEPT


def credential(caller: Caller) -> str:
    """Whose keys they are: two programs of one organization may choose the same."""
    return caller.api_key_id or f"{caller.oauth_client_id or ''}:{caller.user_id}"


def key_of(headers: Headers, operation: Operation) -> str | None:
    """The key of a request that changes something; reading twice needs none."""
    key = headers.get(HEADER) if changes(operation) else None
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise ApiError("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def changes(operation: Operation) -> bool:
    return scopes.needed(operation.name, operation.method) != scopes.READ


def fingerprint(operation: Operation, params: dict, body: dict) -> bytes:
    """What was asked, however its keys were ordered and its address was written."""
    asked = operation.name, operation.path, operation.method, params, body
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).digest()
