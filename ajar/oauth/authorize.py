"""/oauth2/authorize/: the page on which a user lets an app act for them, in one organization."""

from html import escape
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from starlette.responses import RedirectResponse, Response

from ajar import html, scopes
from ajar.credentials import proof
from ajar.errors import ApiError, Forbidden
from ajar.formats import redirect
from ajar.oauth import grants, metadata
from ajar.oauth.protocol import CodeGrant, Request, Server
from ajar.signing_in import pages, sessions
from ajar.signing_in.sessions import Session

MEANS = {
    scopes.FULL: "do everything that you may do",
    scopes.READ: "read what you may see",
    scopes.SAFE: "create leads, contacts, notes, tasks and the like",
    scopes.DESTRUCTIVE: "change and delete what you may change and delete",
    scopes.OFFLINE: "go on while you are away, until you take this back",
}


async def ask(visit) -> Response:
    grant = await asked(visit)
    if isinstance(grant, Response):
        return grant
    session = await sessions.found(visit)
    if not session:
        return pages.way_in(visit)
    return await consent(visit, grant, session)


async def decide(visit) -> Response:
    grant = await asked(visit)
    if isinstance(grant, Response):
        return grant
    session = await sessions.current(visit)
    sent = await visit.form()
    visit.check_form(sent, session.cookie)
    if sent.get("decision") != "allow":
        return back(visit, grant.redirect_uri, error="access_denied")
    known = [row["id"] for row in await sessions.organizations(visit.db, session.account_id)]
    organization_id = sent.get("organization_id", "")
    if organization_id not in known:
        raise Forbidden("You are not a member of this organization.")
    whose = {"organization_id": organization_id, "user_id": session.account_id}
    async with visit.transaction():
        scope = scopes.narrowed(grant.request.scope, sent.get("reach", ""))
        code = await granted(visit, grant, scope, **whose)
    return back(visit, grant.redirect_uri, code=code)


async def asked(visit) -> CodeGrant | Response:
    """What the app asks for, if it may. While it is not sure who asks and where to answer, the
    user is told what is wrong; after that the app."""
    request = Request("GET", visit.call.headers, visit.pairs)
    app = await grants.app(visit.db, request.named)
    server = Server(app, None, visit.now, metadata.resources(visit))
    try:
        return server.get_consent_grant(request)
    except OAuth2Error as error:
        if not error.redirect_uri:
            text = error.description or str(error.error)
            raise ApiError(f"The app asks in a way that cannot be answered. {text}") from None
        return back(
            visit, error.redirect_uri, **{name: str(value) for name, value in error.get_body()}
        )


async def granted(visit, grant: Any, scope: str, **whose: str) -> str:
    said, request = grant.request.payload.data, grant.request
    id = await grants.grant(visit.db, visit.now, client_id=request.client.id, scope=scope, **whose)
    sent = said.get("redirect_uri"), said.get("code_challenge")
    return await grants.code(visit.db, visit.now, id, scope, *sent)


def back(visit, address: str, **said: str) -> Response:
    """To the app, with what it sent along, and who says so (RFC 9207)."""
    state = visit.query.get("state")
    said |= ({"state": state} if state else {}) | {"iss": visit.settings.address}
    return RedirectResponse(add_params_to_uri(address, list(said.items())), 303)


async def consent(visit, grant: Any, session: Session) -> Response:
    app, scope = grant.request.client, grant.request.scope
    rows = await sessions.organizations(visit.db, session.account_id)
    choices = "".join(choice(row, session.organization_id) for row in rows)
    means = "".join(f"<li>{escape(MEANS[word])}</li>" for word in scope.split())
    there = redirect.origin(grant.redirect_uri)
    unknown = "" if app.organization_id else "It registered itself: nobody here has checked it."
    action = f"/oauth2/authorize/?{visit.call.scope['query_string'].decode('latin-1')}"
    body = (
        html.paragraph(f"You are signed in as {session.email}.")
        + html.paragraph(unknown, "problem")
        + f"<p>{escape(app.name)} wants to</p><ul>{means}</ul>"
        + f"<p><small>You will be sent to {escape(there)}</small></p>"
        + html.form(
            action,
            proof(session.cookie),
            f"<p>In which organization?</p>{choices}",
            reaches(scope),
            html.button("Allow", "decision", "allow"),
            html.button("Deny", "decision", "deny"),
        )
    )
    return html.page(f"Let {app.name} in?", body, goes_to=there)


def reaches(scope: str) -> str:
    """How far to let it: an app asks for all that it could ever use."""
    steps = scopes.within(scope)
    if len(steps) < 2:
        return ""
    asked = scopes.farthest(scope)
    radios = (
        f'<label><input type="radio" name="reach" value="{word}"'
        f"{' checked' if word == asked else ''}> {escape(MEANS[word])}</label>"
        for word in steps
    )
    return f"<p>How far may it go?</p>{''.join(radios)}"


def choice(row, current: str) -> str:
    checked = " checked" if row["id"] == current else ""
    radio = f'<input type="radio" name="organization_id" value="{escape(row["id"])}"{checked}>'
    return f"<label>{radio} {escape(row['name'])}</label>"
