"""/auth/...: signing in and out for programs that run in a browser, as JSON."""

from typing import Any

from starlette.responses import Response

from ajar.credentials import same
from ajar.errors import Forbidden, Invalid
from ajar.http.api import answer
from ajar.signing_in import factors, people, resets, sessions
from ajar.signing_in.people import Said
from ajar.signing_in.sessions import Session


async def show(visit) -> Response:
    """Who is signed in, and the token that changes need beside the cookie."""
    return answer(await told(visit, await sessions.current(visit)), 200, {})


async def begin(visit) -> Response:
    visit.must_come_from_here()
    body = await visit.json()
    said = {name: text(body, name) for name in ("email", "password")}
    more = {name: text(body, name, needed=False) for name in ("code", "organization_id")}
    session = await people.sign_in(visit, Said(**said, **more))
    response = answer(await told(visit, session), 200, {})
    sessions.put_cookie(visit, response, session.cookie, visit.settings.session_days * 86400)
    return response


async def move(visit) -> Response:
    session = await changing(visit)
    async with visit.transaction():
        await sessions.move(visit, session, text(await visit.json(), "organization_id"))
    return await show(visit)


async def end(visit) -> Response:
    session = await changing(visit)
    async with visit.transaction():
        await sessions.end(visit, session)
    response = answer({}, 200, {})
    sessions.put_cookie(visit, response, "", 0)
    return response


async def end_others(visit) -> Response:
    """Sign out everywhere else."""
    session = await changing(visit)
    async with visit.transaction():
        await sessions.end_all(visit.db, session.account_id, session.cookie)
    return answer({}, 200, {})


async def change_password(visit) -> Response:
    session = await changing(visit)
    body = await visit.json()
    await people.sure(visit, session, text(body, "current_password", session.has_password))
    await resets.change(visit, session, body.get("password"))
    return answer({}, 200, {})


async def forgotten_password(visit) -> Response:
    visit.must_come_from_here()
    await resets.ask(visit, text(await visit.json(), "email"))
    return answer({}, 200, {})


async def reset_password(visit) -> Response:
    visit.must_come_from_here()
    body = await visit.json()
    await resets.use(visit, text(body, "token"), body.get("password"))
    return answer({}, 200, {})


async def offer_factor(visit) -> Response:
    session = await changing(visit)
    password = text(await visit.json(), "password", session.has_password)
    await people.sure(visit, session, password)
    return answer(await factors.offer(visit.db, visit.vault, session.account_id), 200, {})


async def confirm_factor(visit) -> Response:
    session = await changing(visit)
    code = text(await visit.json(), "code")
    async with visit.transaction():
        codes = await factors.confirm(visit.db, visit.vault, session.account_id, code, visit.now)
    return answer({"recovery_codes": codes}, 200, {})


async def stop_factor(visit) -> Response:
    """With the password and a code: whoever has only one of them stays held up."""
    session = await changing(visit)
    body = await visit.json()
    password = text(body, "password", session.has_password)
    await people.sure(visit, session, password, text(body, "code", session.totp_active))
    async with visit.transaction():
        await factors.stop(visit.db, session.account_id)
    return answer({}, 200, {})


async def changing(visit) -> Session:
    """Who is signed in, if it is a page of ours that asks."""
    session = await sessions.current(visit)
    if not same(visit.call.headers.get("x-csrf-token", ""), session.proof):
        raise Forbidden("Signed in by a cookie, a change needs the header x-csrf-token.")
    return session


async def told(visit, session: Session) -> dict[str, Any]:
    organizations = await sessions.organizations(visit.db, session.account_id)
    return {
        "id": session.id,
        "user_id": session.account_id,
        "email": session.email,
        "organization_id": session.organization_id,
        "organizations": [dict(row) for row in organizations],
        "second_factor": session.totp_active,
        "csrf_token": session.proof,
    }


def text(body: dict, name: str, needed: bool = True) -> str:
    value = body.get(name)
    if value is None or value == "":
        if needed:
            raise Invalid(fields={name: "This field is required."})
        return ""
    if not isinstance(value, str) or len(value) > 1000:
        raise Invalid(fields={name: "Value must be a text of at most 1000 characters."})
    return value
