"""What browsers and OAuth clients ask for outside of the API: signing in, and letting apps in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import cookie_parser
from starlette.responses import Response

from ajar.access import COOKIES, READING, SIGN_IN, SignIn
from ajar.config import Settings
from ajar.credentials import proof, same, text
from ajar.errors import ApiError, Forbidden, NotFound
from ajar.http.api import LOST, answer, unavailable
from ajar.http.request import Call, parse
from ajar.http.router import UNKNOWN, elsewhere
from ajar.oauth import authorize, endpoints, metadata
from ajar.resources.file import PATH as FILES
from ajar.signing_in import endpoints as signing_in
from ajar.signing_in import oidc, pages
from ajar.vault import Vault

MOST = 100_000  # bytes of a body
FORM = "application/x-www-form-urlencoded"
FORM_COOKIE = "ajar_form"
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
Handler = Callable[["Visit"], Awaitable[Response]]
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/auth/session"): signing_in.show,
    ("POST", "/auth/session"): signing_in.begin,
    ("PUT", "/auth/session"): signing_in.move,
    ("DELETE", "/auth/session"): signing_in.end,
    ("DELETE", "/auth/session/others"): signing_in.end_others,
    ("PUT", "/auth/password"): signing_in.change_password,
    ("GET", "/auth/password/forgotten"): pages.forgotten_password,
    ("POST", "/auth/password/forgotten"): pages.asked_for_link,
    ("GET", "/auth/password/reset"): pages.new_password,
    ("POST", "/auth/password/reset"): pages.reset_password,
    ("POST", "/auth/second_factor"): signing_in.offer_factor,
    ("PUT", "/auth/second_factor"): signing_in.confirm_factor,
    ("DELETE", "/auth/second_factor"): signing_in.stop_factor,
    ("GET", "/auth/sign_in"): pages.sign_in,
    ("POST", "/auth/sign_in"): pages.signed_in,
    ("GET", "/auth/oidc"): oidc.begin,
    ("GET", "/auth/oidc/callback"): oidc.back,
    ("GET", "/oauth2/authorize"): authorize.ask,
    ("POST", "/oauth2/authorize"): authorize.decide,
    ("POST", "/oauth2/token"): endpoints.token,
    ("POST", "/oauth2/revoke"): endpoints.revoke,
    ("POST", "/oauth2/register"): endpoints.register,
    ("GET", "/.well-known/oauth-authorization-server"): metadata.show,
    ("GET", "/.well-known/oauth-protected-resource"): metadata.show_resource,
    ("GET", "/.well-known/oauth-protected-resource/mcp"): metadata.show_resource,
}
PAGES = ("/oauth2/authorize", FILES)  # that somebody may want to see when they are asked to sign in
PREFIXES = ("/auth/", "/oauth2/", "/.well-known/")


class Visit:
    """One request, with all that is known of who makes it. Passwords and identity providers take
    their time: a connection is held for single statements, and for transactions, only."""

    def __init__(self, call: Call, pool: Any, now: datetime, settings: Settings, vault: Vault):
        self.call, self.pool, self.db, self.now = call, pool, pool, now
        self.settings, self.vault = settings, vault
        self.cookie = next((self.cookies[name] for name in COOKIES if name in self.cookies), "")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """`db` is one connection meanwhile."""
        try:
            async with self.pool.acquire() as self.db, self.db.transaction():
                yield
        finally:
            self.db = self.pool

    @cached_property
    def cookies(self) -> dict[str, str]:
        return cookie_parser(self.call.headers.get("cookie", ""))

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(self.pairs)

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        return pairs(self.call.scope["query_string"].decode("latin-1"))

    @property
    def address(self) -> str:
        return self.call.address

    @property
    def secure(self) -> bool:
        return self.settings.address.startswith("https:")

    @property
    def next(self) -> str:
        """Where somebody wanted to go when they were asked to sign in."""
        return self.local(self.query.get("next", ""))

    def local(self, wanted: str) -> str:
        """Only to a page of ours: or else an address of ours would lead anywhere."""
        parts = urlsplit(wanted) if wanted.isascii() and wanted.isprintable() else urlsplit("")
        ours = not parts.scheme and not parts.netloc and parts.path.startswith(PAGES)
        return wanted if ours and "\\" not in wanted else SIGN_IN

    async def json(self) -> dict[str, Any]:
        kind = self.call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # forms of other sites cannot send this
            raise ApiError("Please send valid JSON with a 'Content-Type: application/json' header.")
        return parse(await self.call.raw(MOST))

    async def form(self) -> dict[str, str]:
        kind = self.call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != FORM:
            raise ApiError(f"Please send a form with a 'Content-Type: {FORM}' header.")
        self.sent = pairs((await self.call.raw(MOST)).decode("utf-8", "replace"))
        return dict(self.sent)

    def must_come_from_here(self) -> None:
        """Browsers say which site a request comes from; other programs say nothing."""
        said = self.call.headers.get("origin")
        ours = urlsplit(self.settings.address)
        here = {
            f"{ours.scheme}://{ours.netloc}",
            f"{ours.scheme}://{self.call.headers.get('host')}",
        }
        if said and said not in here:
            raise Forbidden("This must come from a page of this server.")

    @cached_property
    def form_cookie(self) -> str:
        """What ties a form to the browser it was shown in, before anybody is signed in."""
        return self.cookies.get(FORM_COOKIE) or text(43)

    def keep_form(self, response: Response) -> Response:
        kept = {"httponly": True, "samesite": "lax", "secure": self.secure, "path": "/auth/"}
        response.set_cookie(FORM_COOKIE, self.form_cookie, **kept)
        return response

    def check_form(self, sent: dict[str, str], cookie: str) -> None:
        self.must_come_from_here()
        if not cookie or not same(sent.get("csrf", ""), proof(cookie)):
            raise Forbidden("This page is too old: load it again.")


def pairs(encoded: str) -> list[tuple[str, str]]:
    try:
        found = parse_qsl(encoded, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise ApiError("The request has too many fields.") from None
    if any("\0" in part for pair in found for part in pair):
        raise ApiError("The request contains a NUL character.")
    return found


class Door:
    """An ASGI application. `pool` is the API's, and there once the server has started."""

    pool: Any

    def __init__(self, settings: Settings, clock: Callable[[], datetime], sign_in: SignIn):
        self.settings, self.clock, self.sign_in = settings, clock, sign_in
        self.vault = Vault(settings)

    async def __call__(self, scope, receive, send) -> None:
        call = Call(scope, receive)
        try:
            response = await self.respond(call)
        except ApiError as error:
            response = self.refusal(call, error)
        except (TimeoutError, *LOST) as error:
            refusal = unavailable(error, request_id=call.request_id)
            response = answer(refusal.body, refusal.status, refusal.headers)
        if call.method not in READING:
            self.sign_in.forget()  # other processes hear of it in a moment
        for name, value in (HEADERS | call.headers_out).items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def respond(self, call: Call) -> Response:
        path = call.scope["path"].rstrip("/")
        handler = ROUTES.get((call.method, path))
        if not handler:
            methods = [method for method, known in ROUTES if known == path]
            raise elsewhere(call.method, methods) if methods else NotFound(UNKNOWN)
        return await handler(Visit(call, self.pool, self.clock(), self.settings, self.vault))

    def refusal(self, call: Call, error: ApiError) -> Response:
        """For people as a page, for programs as JSON."""
        if "text/html" in call.headers.get("accept", "") and call.method in ("GET", "POST"):
            return pages.problem(str(error.body.get("error") or error), error.status)
        return answer(error.body, error.status, error.headers)
