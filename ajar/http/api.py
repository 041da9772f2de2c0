"""HTTP: find the operation, sign the caller in, run it; a change in one transaction."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import Any, Protocol

import asyncpg
import msgspec
import structlog
from starlette.datastructures import Headers
from starlette.responses import Response

from ajar import rights, scopes
from ajar.clock import Clock
from ajar.database import Pool
from ajar.errors import ApiError, Invalid, TookTooLong, Unavailable
from ajar.formats import zone
from ajar.formats.table import Table, wants_csv
from ajar.http import repeating
from ajar.http.request import PREFIX, Call, query_of, unknown
from ajar.http.router import Router
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import Operation

LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)
# Seconds to wait for what is in the way: the same request, or another one that locks what this one
# needs. Nothing was done yet, and what is in the way is over soon.
PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
# They may have to look through all there is, as may a search: so is any list that has a `query`.
SLOW = ("/report/", "/saved_search/")
SEARCHES = ("data.search", "saved_search.results")
AT_ONCE = contextlib.nullcontext()
log = structlog.get_logger()


class SignIn(Protocol):
    """Tells whom a credential stands for; `forget` ends what it remembers of that."""

    async def __call__(self, db: Any, headers: Headers, method: str, address: str) -> Caller: ...

    def forget(self) -> None: ...


class Api:
    """Everything under /api/v1: an ASGI application. `limit(caller, operation)` counts a
    request, and answers headers."""

    pool: Pool

    def __init__(
        self,
        operations: dict[str, Operation],
        *,
        sign_in: SignIn,
        limit: Callable[[Caller, Operation], Awaitable[dict[str, str]]],
        clock: Clock,
        observe: Callable[[str, int, float], None],
        most_bytes: int,
        fold: timedelta,
        origin: str,
        settings: Any,
    ):
        self.router = Router(operations.values())
        self.sign_in, self.limit, self.clock, self.observe = sign_in, limit, clock, observe
        self.most_bytes, self.fold, self.origin = most_bytes, fold, origin
        self.settings, self.answers = settings, repeating.Answers(settings)
        # However many ask what takes long, half of the connections are for what does not.
        self.slow = asyncio.Semaphore(max(1, settings.connections // 2))

    async def __call__(self, scope, receive, send) -> None:
        started = time.perf_counter()
        call = Call(scope, receive)
        response = await answered(call, self.respond)
        await response(scope, receive, send)
        self.observe(call.name, response.status_code, time.perf_counter() - started)

    async def respond(self, call: "Call") -> Response:
        for pause in PAUSES:
            try:
                return await self.attempt(call)
            except (repeating.UnderWay, asyncpg.TransactionRollbackError) as error:
                log.info("in the way", request_id=call.request_id, error=repr(error))
                await asyncio.sleep(pause)
        return await self.attempt(call)

    async def attempt(self, call: "Call") -> Response:
        method = call.method
        body = await call.body(self.most_bytes) if method in ("POST", "PUT") else {}
        if method == "POST":
            method = call.headers.get("x-http-method-override", method).upper()
        params = query_of(call, body.pop("_params", None))
        operation, found = self.router.find(method, call.path)
        return await self.perform(call, operation, found, params, body)

    async def perform(
        self, call: Call, operation: Operation, found: dict, params: dict, body: dict
    ) -> Response:
        """Run an operation for whoever calls; `found` is what its path names."""
        call.name, method = operation.name, operation.method
        if not call.caller:  # who is refused waits for no connection
            call.caller = await self.let_in(call, method, operation)
        if params:
            self.notice(call, operation, params)
        searching = operation.name in SEARCHES or "query" in params
        lane = self.slow if searching or operation.path.startswith(SLOW) else AT_ONCE
        async with lane, self.pool.acquire(searching=searching) as db:
            ctx = self.context(db, call.caller, call, method)
            try:
                if key := repeating.key_of(call.headers, operation):
                    kept = await self.once(ctx, key, operation, params | found, body)
                    return answer(kept.content, kept.status, call.headers_out | kept.headers)
                result = await self.run(ctx, operation, params | found, body)
            except asyncpg.IntegrityConstraintViolationError as error:
                raise conflict(error) from None
        if isinstance(result, Table):
            return tabular(result, call)
        return answer(result, operation.status, call.headers_out | ctx.headers)

    async def let_in(self, call: "Call", method: str, operation: Operation) -> Caller:
        caller = await self.sign_in(self.pool, call.headers, method, call.address)
        scopes.check(caller, operation, call.least)
        call.headers_out |= await self.limit(caller, operation)
        return caller

    async def run(self, ctx: Context, operation: Operation, params: dict, body: dict) -> Any:
        rights.check(ctx, operation.name, params)
        if operation.alone:
            return await operation.call(ctx, params, body)
        async with ctx.db.transaction():
            result = await operation.call(ctx, params, body)
        if ctx.rights_changed:
            self.sign_in.forget()
        return result

    async def once(
        self, ctx: Context, key: str, operation: Operation, params: dict, body: dict
    ) -> repeating.Answer:
        """What this request was answered before; or else do it, and keep what is answered, in the
        transaction that makes the change."""
        rights.check(ctx, operation.name, params)
        request = repeating.fingerprint(operation, params, body)
        async with ctx.db.transaction():
            if kept := await self.answers.find(ctx, key, request):
                return kept
            content = text(await operation.call(ctx, params, body), operation.status)
            kept = repeating.Answer(operation.status, content, ctx.headers)
            await self.answers.keep(ctx, key, request, kept)
        if ctx.rights_changed:
            self.sign_in.forget()
        return kept

    def context(self, db, caller: Caller, call: "Call", method: str) -> Context:
        here = UTC
        if offset := call.headers.get("x-tz-offset"):
            try:
                here = zone.from_offset(offset)
            except ValueError as error:
                raise ApiError(f"x-tz-offset: {error}") from None
        meta = {"request_method": method, "request_path": PREFIX + call.path}
        ctx = Context(db, caller, self.clock(), here, call.request_id, self.fold, self.origin)
        ctx.meta, ctx.settings = meta | call.meta, self.settings
        return ctx

    def notice(self, call: "Call", operation: Operation, params: dict) -> None:
        """Parameters that mean nothing here are ignored, as on the original, but not in silence."""
        ignored = sorted(params.keys() - operation.parameters)
        if not ignored:
            return
        if call.headers.get("x-ajar-strict") == "1":
            raise ApiError(" ".join(unknown(name, operation) for name in ignored))
        names = ", ".join(ignored)[:1000].encode("ascii", "backslashreplace").decode()
        call.headers_out["x-ajar-ignored-parameters"] = re.sub("[^ -~]", " ", names)


async def answered(call: Call, respond: Callable[[Call], Awaitable[Response]]) -> Response:
    """What the function answers, or what becomes of its failure."""
    try:
        return await respond(call)
    except ApiError as error:
        return answer(error.body, error.status, call.headers_out | error.headers)
    except LOST as error:
        refusal = unavailable(error, request_id=call.request_id)
        return answer(refusal.body, refusal.status, call.headers_out | refusal.headers)
    except Exception:  # a bug: the one place that answers for all of them
        log.exception("request failed", request_id=call.request_id, path=call.scope["path"])
        body = {"error": "Something went wrong here; the server's log says what."}
        return answer(body, 500, call.headers_out)


def unavailable(error: BaseException, **said: str) -> ApiError:
    """What the database did not do in time, or could not be asked for."""
    log.warning("database unavailable", error=repr(error), **said)
    if isinstance(error, asyncpg.QueryCanceledError) and "timeout" in str(error):
        return TookTooLong("This took the database too long and was given up: ask for less.")
    text = "The database did not answer; try again in a moment."
    return Unavailable(text, {"retry-after": "1"})


def conflict(error: asyncpg.IntegrityConstraintViolationError) -> ApiError:
    """What only the database could see: another request was quicker."""
    name = str(getattr(error, "constraint_name", ""))
    if isinstance(error, asyncpg.UniqueViolationError) and name.startswith("uq__"):
        return Invalid(fields={name.rpartition("__")[2]: "This value is already taken."})
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return Invalid(errors=["An object that this refers to, or is used by, has changed."])
    return Invalid(errors=["Object already exists."])


def tabular(result: Table, call: Call) -> Response:
    """A table in the form that is accepted."""
    if not wants_csv(call.headers.get("accept", "")):
        return answer(result.body, 200, call.headers_out)
    return Response(result.csv(), 200, call.headers_out, media_type="text/csv")


def answer(result: Any, status: int, headers: dict[str, str]) -> Response:
    if status == 204:
        return Response(None, 204, headers)
    content = result if isinstance(result, str) else msgspec.json.encode(result)
    return Response(content, status, headers, media_type="application/json")


def text(result: Any, status: int) -> str:
    """The body of an answer."""
    if status == 204:
        return ""
    return result if isinstance(result, str) else msgspec.json.encode(result).decode()
