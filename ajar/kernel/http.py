"""HTTP: find the operation, sign the caller in, run it; a change in one transaction."""

import difflib
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl

import asyncpg
import msgspec
import structlog
from starlette.datastructures import Headers
from starlette.responses import Response

from ajar.errors import ApiError, Invalid, NotAllowed, NotFound, TooLarge, Unavailable
from ajar.formats import zone
from ajar.kernel import ids
from ajar.kernel.clock import Clock
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import Operation

PREFIX = "/api/v1"
UNKNOWN = (
    "The requested URL was not found on the server. If you entered the URL manually please "
    "check your spelling and try again."
)
LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)
log = structlog.get_logger()


class Router:
    """A tree of path segments: finding costs what the path is long, however many there are."""

    def __init__(self, operations: Iterable[Operation]):
        self.root: dict[Any, Any] = {}
        for operation in operations:
            self.add(operation, operation.path)
            if about := getattr(operation.resource, "about", None):
                for alias in about.aliases:
                    self.add(operation, operation.path.replace(f"/{about.path}/", f"/{alias}/"))

    def add(self, operation: Operation, path: str) -> None:
        node, names = self.root, []
        for segment in path.strip("/").split("/"):
            if segment[0] == "{":
                names.append(segment[1:-1])
            node = node.setdefault("{}" if segment[0] == "{" else segment, {})
        node["", operation.method] = operation, names

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Literal segments win: /lead/merge/ is not the lead called "merge". With or without
        a slash at the end, or a doubled one: each is answered."""
        node, values = self.root, []
        for segment in filter(None, path.split("/")):
            if segment not in node:
                values.append(segment)
            node = node.get(segment) or node.get("{}") or {}
        if found := node.get(("", method)):
            operation, names = found
            return operation, dict(zip(names, values, strict=True))
        raise elsewhere(method, [key[1] for key in node if isinstance(key, tuple)])


def elsewhere(method: str, methods: list[str]) -> ApiError:
    if not methods:
        return NotFound(UNKNOWN)
    if method == "POST" and "PUT" in methods:
        return NotFound("This object exists already at its own URL: use PUT to change it.")
    error = NotAllowed("The method is not allowed for the requested URL.")
    error.headers = {"allow": ", ".join(sorted(methods))}
    return error


class SignIn(Protocol):
    """Tells whom a credential stands for; `forget` ends what it remembers of that."""

    async def __call__(self, db: Any, headers: Headers) -> Caller: ...

    def forget(self) -> None: ...


class Api:
    """Everything under /api/v1: an ASGI application. `limit(caller, operation)` counts a
    request, and answers headers."""

    pool: asyncpg.Pool

    def __init__(
        self,
        operations: dict[str, Operation],
        *,
        sign_in: SignIn,
        limit: Callable[[Caller, Operation], dict[str, str]],
        clock: Clock,
        observe: Callable[[str, int, float], None],
        most_bytes: int,
        fold: timedelta,
        origin: str,
    ):
        self.router = Router(operations.values())
        self.sign_in, self.limit, self.clock, self.observe = sign_in, limit, clock, observe
        self.most_bytes, self.fold, self.origin = most_bytes, fold, origin

    async def __call__(self, scope, receive, send) -> None:
        started = time.perf_counter()
        call = Call(scope, receive)
        try:
            response = await self.respond(call)
        except ApiError as error:
            response = answer(error.body, error.status, call.headers_out | error.headers)
        except LOST as error:
            log.warning("database unavailable", request_id=call.request_id, error=repr(error))
            refusal = Unavailable("The database did not answer; try again in a moment.")
            response = answer(refusal.body, 503, call.headers_out | {"retry-after": "1"})
        except Exception:  # a bug: the one place that answers for all of them
            log.exception("request failed", request_id=call.request_id, path=scope["path"])
            body = {"error": "Something went wrong here; the server's log says what."}
            response = answer(body, 500, call.headers_out)
        await response(scope, receive, send)
        self.observe(call.name, response.status_code, time.perf_counter() - started)

    async def respond(self, call: "Call") -> Response:
        method = call.method
        body = await call.body(self.most_bytes) if method in ("POST", "PUT") else {}
        method = call.headers.get("x-http-method-override", method).upper()
        params = query_of(call, body.pop("_params", None))
        operation, found = self.router.find(method, call.path)
        call.name = operation.name
        async with self.pool.acquire() as db:
            caller = await self.sign_in(db, call.headers)
            call.headers_out |= self.limit(caller, operation)
            if params:
                self.notice(call, operation, params)
            ctx = self.context(db, caller, call, method)
            try:
                result = await self.run(ctx, operation, params | found, body)
            except asyncpg.IntegrityConstraintViolationError as error:
                raise conflict(error) from None
        return answer(result, operation.status, call.headers_out)

    async def run(self, ctx: Context, operation: Operation, params: dict, body: dict) -> Any:
        if operation.alone:
            return await operation.call(ctx, params, body)
        async with ctx.db.transaction():
            result = await operation.call(ctx, params, body)
        if ctx.rights_changed:
            self.sign_in.forget()
        return result

    def context(self, db, caller: Caller, call: "Call", method: str) -> Context:
        try:
            here = zone.from_offset(call.headers.get("x-tz-offset") or "0")
        except ValueError as error:
            raise ApiError(f"x-tz-offset: {error}") from None
        meta = {"request_method": method, "request_path": PREFIX + call.path}
        ctx = Context(db, caller, self.clock(), here, call.request_id, self.fold, self.origin)
        ctx.meta, ctx.headers = meta, call.headers_out
        return ctx

    def notice(self, call: "Call", operation: Operation, params: dict) -> None:
        """Parameters that mean nothing here are ignored, as on the original, but not in silence."""
        ignored = sorted(params.keys() - operation.parameters)
        if not ignored:
            return
        if call.headers.get("x-ajar-strict") == "1":
            raise ApiError(" ".join(unknown(name, operation) for name in ignored))
        names = ", ".join(ignored).encode("ascii", "backslashreplace").decode()
        call.headers_out["x-ajar-ignored-parameters"] = names.replace("\n", " ").replace("\r", " ")


def unknown(name: str, operation: Operation) -> str:
    near = difflib.get_close_matches(name, operation.parameters, 1, 0.5)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'Unknown parameter "{name}".{hint}'


class Call:
    """One request as it came in, and what is known of its answer so far."""

    def __init__(self, scope, receive):
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        self.path: str = scope["path"].removeprefix(PREFIX)
        self.headers = Headers(scope=scope)
        self.request_id = ids.new("req")
        self.headers_out = {"x-request-id": self.request_id}
        self.name = "unknown"

    async def body(self, most: int) -> dict:
        raw = await self.raw(most)
        if not raw:
            return {}
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/json" and not kind.endswith("+json"):
            raise ApiError("Please send valid JSON with a 'Content-Type: application/json' header.")
        return parse(raw)

    async def raw(self, most: int) -> bytes:
        chunks, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ApiError("The request ended before its body did.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > most:
                raise TooLarge(f"The request body is larger than {most} bytes.")
            if not message.get("more_body"):
                return b"".join(chunks)


def parse(raw: bytes) -> dict:
    try:
        body = msgspec.json.decode(raw)
    except RecursionError:
        raise ApiError("The request contains JSON that is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ApiError("The request contains invalid JSON.") from None
    if not isinstance(body, dict):
        raise ApiError("JSON data must be a dict.")
    check_text(body)
    return body


def check_text(value: Any, depth: int = 0) -> None:
    """PostgreSQL keeps neither NUL characters in a text nor numbers of any size."""
    if depth > 50:
        raise ApiError("The request contains JSON that is nested too deeply.")
    if isinstance(value, str):
        if "\0" in value:
            raise ApiError("The request contains a NUL character.")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            check_text(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_text(item, depth + 1)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ApiError("The request contains a number that is too large.")


def query_of(call: Call, replaced: Any) -> dict[str, str]:
    """What the query string says, or the `_params` in the body instead of it. A key that
    comes twice is a list, like one with commas."""
    if "\0" in call.path:
        raise NotFound(UNKNOWN)
    if replaced is not None:
        if not isinstance(replaced, dict):
            raise ApiError("_params must be a dict.")
        return {key: text_of(value) for key, value in replaced.items()}
    text = call.scope["query_string"].decode("latin-1")
    params: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True) if text else ():
        if "\0" in key or "\0" in value:
            raise ApiError("The query string contains a NUL character.")
        params[key] = f"{params[key]},{value}" if key in params else value
    return params


def text_of(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(text_of(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def conflict(error: asyncpg.IntegrityConstraintViolationError) -> ApiError:
    """What only the database could see: another request was quicker."""
    name = str(getattr(error, "constraint_name", ""))
    if isinstance(error, asyncpg.UniqueViolationError) and name.startswith("uq__"):
        return Invalid(fields={name.rpartition("__")[2]: "This value is already taken."})
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return Invalid(errors=["An object that this refers to, or is used by, has changed."])
    return Invalid(errors=["Object already exists."])


def answer(result: Any, status: int, headers: dict[str, str]) -> Response:
    if status == 204:
        return Response(None, 204, headers)
    content = result if isinstance(result, str) else msgspec.json.encode(result)
    return Response(content, status, headers, media_type="application/json")


def encode(value: Any) -> str:
    """For jsonb parameters: JSON text is passed on as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def prepare(db: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await db.set_type_codec(
            kind, schema="pg_catalog", encoder=encode, decoder=msgspec.json.decode
        )


async def untouched(db: asyncpg.Connection) -> None:
    """No session state is ever left behind, so there is nothing to reset."""


def pool(database: str, size: int) -> asyncpg.Pool:
    return asyncpg.create_pool(
        database,
        min_size=min(size, 2),
        max_size=size,
        init=prepare,
        reset=untouched,
        statement_cache_size=200,
        max_cached_statement_lifetime=0,
        server_settings={"statement_timeout": "30s", "application_name": "ajar"},
    )
