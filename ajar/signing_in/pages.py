"""The pages on which people sign in and choose a password."""

from html import escape
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from ajar import html
from ajar.access import SIGN_IN
from ajar.credentials import proof
from ajar.errors import ApiError
from ajar.signing_in import endpoints, people, resets, sessions
from ajar.signing_in.links import PATH
from ajar.signing_in.notices import FORGOTTEN
from ajar.signing_in.people import Said

ON_ITS_WAY = "If somebody signs in with this address, a mail with a link is on its way to it."
ONCE = 'autocomplete="one-time-code" inputmode="numeric"'


def way_in(visit) -> Response:
    """To signing in, and back to where somebody wanted to go."""
    wanted = f"{visit.call.scope['path']}?{visit.call.scope['query_string'].decode('latin-1')}"
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", 303)


async def sign_in(visit) -> Response:
    session = await sessions.found(visit)
    if session and "next" not in visit.query:
        text = f"You are signed in as {session.email}."
        return html.page("Signed in", html.paragraph(text))
    return asked(visit)


def asked(visit, email: str = "", problem: str = "", status: int = 200) -> Response:
    """The code has its field from the start: the page does not tell whether a password is right."""
    fields = (
        html.paragraph(problem, "problem"),
        html.field("E-mail", "email", "email", email, 'required autocomplete="username"'),
        html.field("Password", "password", "password", more='autocomplete="current-password"'),
        html.field("Code, if you use a second factor", "code", more=ONCE),
        html.button("Sign in"),
    )
    action = f"{SIGN_IN}?next={quote(visit.next, safe='')}"
    body = html.form(action, proof(visit.form_cookie), *fields)
    if visit.settings.oidc_issuer:
        there = escape(f"/auth/oidc/?next={quote(visit.next, safe='')}")
        body += f'<p><a href="{there}">Sign in at {escape(visit.settings.oidc_name)}</a></p>'
    body += f'<p><a href="{FORGOTTEN}">Forgotten your password?</a></p>'
    return visit.keep_form(html.page("Sign in to Ajar", body, status))


async def signed_in(visit) -> Response:
    sent = await visit.form()
    visit.check_form(sent, visit.cookies.get("ajar_form", ""))
    said = Said(sent.get("email", ""), sent.get("password", ""), sent.get("code", ""))
    try:
        session = await people.sign_in(visit, said)
    except people.CodeMissing:
        return asked(visit, said.email, people.WRONG, 401)
    except ApiError as error:
        response = asked(visit, said.email, error.body["error"], error.status)
        response.headers.update(error.headers)
        return response
    response = RedirectResponse(visit.next, 303)
    sessions.put_cookie(visit, response, session.cookie, visit.settings.session_days * 86400)
    return response


async def forgotten_password(visit) -> Response:
    if not visit.settings.smtp_url:
        return html.page("A new password", html.paragraph(resets.NO_MAIL))
    return forgotten(visit)


def forgotten(visit, problem: str = "", status: int = 200) -> Response:
    body = html.form(
        FORGOTTEN,
        proof(visit.form_cookie),
        html.paragraph(problem, "problem"),
        html.field("E-mail", "email", "email", more='required autocomplete="username"'),
        html.button("Send me a link"),
    )
    return visit.keep_form(html.page("A new password", body, status))


async def asked_for_link(visit) -> Response:
    """As a form of the page above, or as JSON. The answer is the same for every address."""
    if "json" in visit.call.headers.get("content-type", ""):
        return await endpoints.forgotten_password(visit)
    sent = await visit.form()
    visit.check_form(sent, visit.cookies.get("ajar_form", ""))
    try:
        await resets.ask(visit, endpoints.text(sent, "email"))
    except ApiError as error:
        said = error.body.get("field-errors", {}).get("email") or error.body.get("error", "")
        response = forgotten(visit, str(said), error.status)
        response.headers.update(error.headers)
        return response
    return html.page("A new password", html.paragraph(ON_ITS_WAY))


async def new_password(visit) -> Response:
    return choose(visit, visit.query.get("token", ""))


def choose(visit, token: str, problem: str = "", status: int = 200) -> Response:
    body = html.form(
        PATH,
        proof(visit.form_cookie),
        html.paragraph(problem, "problem"),
        f'<input type="hidden" name="token" value="{escape(token)}">',
        html.field("New password", "password", "password", more='autocomplete="new-password"'),
        html.button("Use this password"),
    )
    response = visit.keep_form(html.page("Choose a password", body, status))
    response.headers["referrer-policy"] = "no-referrer"  # the address holds the token
    return response


async def reset_password(visit) -> Response:
    """As a form of the page above, or as JSON."""
    if "json" in visit.call.headers.get("content-type", ""):
        return await endpoints.reset_password(visit)
    sent = await visit.form()
    visit.check_form(sent, visit.cookies.get("ajar_form", ""))
    token = sent.get("token", "")
    try:
        await resets.use(visit, token, sent.get("password"))
    except ApiError as error:
        said = error.body.get("field-errors", {}).get("password") or error.body.get("error", "")
        return choose(visit, token, str(said), error.status)
    return RedirectResponse(SIGN_IN, 303)


def problem(text: str, status: int) -> Response:
    return html.page("That did not work", html.paragraph(text), status)
