"""Signing in at an identity provider. It must know the account's e-mail address; from then on
only the same person there is let in."""

from urllib.parse import quote, unquote

import structlog
from starlette.responses import RedirectResponse, Response

from ajar.credentials import text
from ajar.errors import ApiError, NotFound
from ajar.providers.oidc import Person, Provider, Trip, Untrusted
from ajar.signing_in import sessions
from ajar.signing_in.sessions import Session, SignedOut

BEGIN, BACK = "/auth/oidc/", "/auth/oidc/callback/"
COOKIE = "ajar_oidc"
MINUTES = 10
FIND = """
update account set oidc_subject = $2 where lower(email) = lower($1)
and (oidc_subject is null or oidc_subject = $2) returning id"""
log = structlog.get_logger()


def provider(visit) -> Provider:
    here = visit.settings
    if not (here.oidc_issuer and here.oidc_client_id):
        raise NotFound("No identity provider is set up.")
    callback = here.address + BACK
    secret = here.oidc_client_secret or ""
    return Provider(here.oidc_issuer, here.oidc_client_id, secret, callback)


async def begin(visit) -> Response:
    """To the provider; the cookie says which way back is this one."""
    trip = Trip(text(32), text(32), text(64))
    try:
        response = RedirectResponse(await provider(visit).way(trip), 303)
    except Untrusted as error:
        log.warning("identity provider", error=str(error))
        raise ApiError("The identity provider does not answer as it should.") from None
    wanted = quote(visit.next, safe="").replace(".", "%2E")
    kept = ".".join((trip.state, trip.nonce, trip.verifier, wanted))
    cookie = {"httponly": True, "samesite": "lax", "secure": visit.secure, "path": BEGIN}
    response.set_cookie(COOKIE, kept, max_age=MINUTES * 60, **cookie)
    return response


async def back(visit) -> Response:
    parts = visit.cookies.get(COOKIE, "").split(".")
    if len(parts) != 4:
        raise SignedOut("This took too long, or began in another browser: begin again.")
    *trip, kept = parts
    try:
        person = await provider(visit).person(Trip(*trip), visit.query, visit.now)
    except Untrusted as error:
        log.warning("identity provider", error=str(error))
        raise SignedOut("The identity provider did not let you in.") from None
    session = await enter(visit, person)
    response = RedirectResponse(visit.local(unquote(kept)), 303)
    sessions.put_cookie(visit, response, session.cookie, visit.settings.session_days * 86400)
    response.delete_cookie(COOKIE, path=BEGIN)
    return response


async def enter(visit, person: Person) -> Session:
    async with visit.transaction():
        account_id = await visit.db.fetchval(FIND, person.email, person.subject)
        if not account_id:
            raise SignedOut("There is no account for you here: ask an admin to invite you.")
        return await sessions.begin(visit, account_id)
