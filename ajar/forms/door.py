"""Where forms are sent to, and shown: for anybody, from any website, without signing in."""

import ipaddress
from datetime import UTC
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, Response

from ajar import forms
from ajar.errors import ApiError, Invalid, NotAllowed, NotFound
from ajar.forms import Sender, page
from ajar.http.api import Api, answer, answered
from ajar.http.request import Call
from ajar.http.router import UNKNOWN
from ajar.kernel.context import Caller, Context
from ajar.limits import Limits

FORMS = "/forms/"
MOST = 200_000  # bytes
MINUTE = 60.0
ENCODED = "application/x-www-form-urlencoded"
ANYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}


class Door:
    """An ASGI application: /forms/ORGANIZATION/FORM/ is a page, and takes what is filled in."""

    def __init__(self, api: Api, limits: Limits, rate: int):
        self.api, self.limits, self.rate = api, limits, rate

    async def __call__(self, scope, receive, send) -> None:
        call = Call(scope, receive)
        call.headers_out |= ANYWHERE
        response = await answered(call, self.respond)
        await response(scope, receive, send)

    async def respond(self, call: Call) -> Response:
        if call.method == "OPTIONS":
            return Response(None, 204, call.headers_out)
        if call.method not in ("GET", "HEAD", "POST"):
            raise NotAllowed("A form is read with GET and sent with POST.")
        names = call.path.removeprefix(FORMS).strip("/").split("/")
        if len(names) != 2 or "\0" in call.path:
            raise NotFound(UNKNOWN)
        if call.method == "POST":
            return await self.take(call, *names)
        async with self.api.pool.acquire() as db:
            form = await forms.published(self.context(db, call, names[0]), names[1])
        return shown(call, page.form(form))

    async def take(self, call: Call, organization_id: str, form_id: str) -> Response:
        await self.limits.address(network(call), self.rate, MINUTE)
        data, encoded = await sent(call)
        async with self.api.pool.acquire() as db, db.transaction():
            ctx = self.context(db, call, organization_id)
            form = await forms.published(ctx, form_id)
            if not data.get(page.HONEYPOT):  # which people do not see, and programs fill in
                try:
                    await forms.submit(ctx, form, data, sender(call, data))
                except Invalid as error:
                    if not encoded:
                        raise
                    return shown(call, page.form(form, data, error.body["field-errors"]), 400)
        if encoded:
            return shown(call, page.thanks(form))
        return answer({"status": "ok", "message": page.message(form)}, 200, call.headers_out)

    def context(self, db: Any, call: Call, organization_id: str) -> Context:
        """Nobody's: who fills in a form is not signed in."""
        ctx = Context(db, Caller(organization_id), self.api.clock(), UTC, call.request_id)
        ctx.fold, ctx.origin = self.api.fold, self.api.origin
        ctx.meta = {"request_method": call.method, "request_path": call.path}
        return ctx


async def sent(call: Call) -> tuple[dict, bool]:
    """What was filled in, and whether a browser encoded it by itself."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != ENCODED:
        return await call.body(MOST), False
    raw = await call.raw(MOST)
    try:
        data = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=500))
    except ValueError:
        raise ApiError("The form has too many fields.") from None
    if any("\0" in text for pair in data.items() for text in pair):
        raise ApiError("The request contains a NUL character.")
    return data, True


def sender(call: Call, data: dict) -> Sender:
    url = data.get("source_url")
    url = url if isinstance(url, str) and url else call.headers.get("referer")
    return Sender(
        ip_address=str(address(call) or "") or None,
        origin=call.headers.get("origin"),
        source_url=url,
    )


def address(call: Call) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address((call.scope.get("client") or ("",))[0])
    except ValueError:  # a socket of this machine
        return None


def network(call: Call) -> str:
    """Whoever has one IPv6 address has as many as there are in its network."""
    here = address(call)
    if here and here.version == 6:
        return str(ipaddress.ip_network((here, 64), strict=False))
    return str(here)


def shown(call: Call, html: str, status: int = 200) -> HTMLResponse:
    safe = {"content-security-policy": page.POLICY, "x-robots-tag": "noindex"}
    return HTMLResponse(html, status, call.headers_out | safe)
