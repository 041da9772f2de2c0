"""/oauth2/...: what programs ask for."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from ajar.credentials import text
from ajar.errors import Forbidden
from ajar.formats import redirect
from ajar.http.api import answer
from ajar.oauth import grants, metadata
from ajar.oauth.protocol import METHODS, Request, Server
from ajar.resources import oauth_app
from ajar.scopes import DESTRUCTIVE, OFFLINE, READ, SAFE
from ajar.signing_in import attempts

ITSELF = f"{READ} {SAFE} {DESTRUCTIVE} {OFFLINE}"  # what an app nobody here has checked may ask for


async def token(visit) -> Response:
    """A code, or a refresh token, for tokens."""
    said = await visit.form()
    exchanged = said.get("refresh_token" if said.get("grant_type") == "refresh_token" else "code")
    return await decided(visit, exchanged or "", Server.create_token_response)


async def revoke(visit) -> Response:
    """A refresh token takes everything with it that came of the same consent."""
    said = await visit.form()

    def response(server, request):
        return server.create_endpoint_response("revocation", request)

    return await decided(visit, said.get("token") or "", response)


async def decided(visit, secret: str, respond) -> Response:
    """Read what the protocol needs, let it decide, and write what it decided: also when it refuses,
    as a token that comes back twice ends its grant."""
    request, here = Request("POST", visit.call.headers, visit.sent), visit.settings
    async with visit.transaction():
        app = await grants.app(visit.db, request.named)
        server = Server(
            app,
            await grants.found(visit.db, secret),
            visit.now,
            metadata.resources(visit),
            timedelta(seconds=here.oauth_access_seconds),
            timedelta(seconds=here.oauth_grace_seconds),
        )
        status, body, headers = respond(server, request)
        await grants.keep(visit.db, visit.now, server, timedelta(days=here.oauth_refresh_days))
    return answer(body, status, {name.lower(): value for name, value in headers.items()})


async def register(visit) -> Response:
    """An app makes itself known, as MCP clients do. It gets no further than a user lets it."""
    if not visit.settings.oauth_registration:
        raise Forbidden("Apps cannot register themselves here: ask an admin.")
    await attempts.count(visit.db, visit.now, "register", visit.address)
    body = await visit.json()
    if wrong := problem(body):
        return answer(wrong, 400, {})
    asked = str(body.get("scope") or ITSELF).split()
    scope = " ".join(word for word in ITSELF.split() if word in asked)
    said = {"redirect_uris": body["redirect_uris"], "scope": scope or ITSELF}
    said["name"] = str(body.get("client_name") or "An app without a name")[:255]
    method = body.get("token_endpoint_auth_method", "client_secret_basic")
    secret = None if method == "none" else text(43)
    row = await oauth_app.add(visit.db, visit.now, None, secret, **said)
    told: dict[str, Any] = {
        "client_id": row["id"],
        "client_id_issued_at": int(visit.now.timestamp()),
        "client_name": row["name"],
        "redirect_uris": row["redirect_uris"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "scope": row["scope"],
    }
    if secret:
        told |= {"client_secret": secret, "client_secret_expires_at": 0}
    return answer(told, 201, {})


def problem(body: dict[str, Any]) -> dict[str, str] | None:
    """Why an app cannot be registered as it says."""

    def wrong(text: str, error: str = "invalid_client_metadata") -> dict[str, str]:
        return {"error": error, "error_description": text}

    redirects = body.get("redirect_uris")
    if not isinstance(redirects, list) or not 0 < len(redirects) <= oauth_app.Redirects.most:
        return wrong("redirect_uris must be a list of 1 to 20 addresses.", "invalid_redirect_uri")
    try:
        for address in redirects:
            redirect.checked(address)
    except ValueError as error:
        return wrong(str(error), "invalid_redirect_uri")
    if body.get("token_endpoint_auth_method", METHODS[0]) not in METHODS:
        return wrong(f"token_endpoint_auth_method must be one of {', '.join(METHODS)}.")
    kinds = {"grant_types": ("authorization_code", "refresh_token"), "response_types": ("code",)}
    for name, known in kinds.items():
        asked = body.get(name, [])
        if not isinstance(asked, list) or any(word not in known for word in asked):
            return wrong(f"{name} may only have {', '.join(known)}.")
    return None
