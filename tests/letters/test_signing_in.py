"""Letters with which people get in: a new password, an invitation; and what they are told of it."""

import base64
import re
from urllib.parse import urlsplit

import asyncpg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from ajar.config import Settings
from ajar.signing_in import attempts

NEW = "a quite different password"
ASK, CHOOSE = "/auth/password/forgotten/", "/auth/password/reset/"


@pytest.fixture
def signs_in(browser):
    def tried(email, password):
        body = {"email": email, "password": password}
        return browser("POST", "/auth/session/", json=body).status_code == 200

    return tried


def test_who_forgot_the_password_chooses_another_by_mail(
    world, api, mail, browser, send_form, signs_in, email_of, with_password
):
    email, old = email_of(api), with_password()
    page = browser("GET", re.search(r'href="([^"]*forgotten/)"', sign_in_page(browser))[1])
    assert "on its way" in send_form(page, email=email.upper()).text
    world.work()
    (letter,) = mail.letters
    assert (letter.to, letter.subject) == ([email], "Choose a new password")

    link = urlsplit(letter.link)
    page = browser("GET", f"{link.path}?{link.query}")
    assert send_form(page, password=NEW).headers["location"] == "/auth/sign_in/"

    assert (signs_in(email, old), signs_in(email, NEW)) == (False, True)
    again = send_form(page, password=old)
    assert (again.status_code, "This link was used" in again.text) == (400, True)


def sign_in_page(browser):
    return browser("GET", "/auth/sign_in/").text


@pytest.mark.parametrize("form", [True, False])
def test_nobody_learns_who_has_an_account(world, api, mail, browser, send_form, email_of, form):
    def asked(email):
        if form:
            answer = send_form(browser("GET", ASK), email=email)
        else:
            answer = browser("POST", ASK, json={"email": email})
        left_out = ("x-request-id",)
        shown = {name: v for name, v in answer.headers.items() if name not in left_out}
        queued = world.sql("select task_name from procrastinate_jobs")
        world.sql("delete from procrastinate_jobs")
        return answer.status_code, answer.text, shown, [tuple(row) for row in queued]

    known, unknown = asked(email_of(api)), asked("nobody@example.com")

    assert known == unknown
    assert known[0] == 200
    assert known[3] == [("letter.reset",)]


def test_nothing_is_sent_to_who_has_no_account_or_belongs_nowhere(
    world, api, mail, browser, email_of
):
    member = api.join(email="gone@team.example")
    world.work()
    mail.letters.clear()
    api.ok("delete", f"/membership/{member.member['id']}/")
    for email in ("nobody@example.com", "gone@team.example"):
        assert browser("POST", ASK, json={"email": email}).status_code == 200
    world.work()

    assert mail.letters == []


def test_links_lead_to_the_public_address_whatever_the_request_says(
    world, api, mail, browser, email_of
):
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    browser("POST", ASK, json={"email": email_of(api)}, headers=headers)
    world.work()

    assert mail.letters[0].link.startswith("https://crm.example/auth/password/reset/?token=")


def test_no_queue_holds_a_link(world, api, mail, browser, email_of):
    browser("POST", ASK, json={"email": email_of(api)})

    (row,) = world.sql("select args::text from procrastinate_jobs")
    assert "token" not in row["args"]
    assert world.sql("select from password_reset where account_id = $1", api.user_id) == []


def test_what_could_not_be_sent_leaves_no_link(world, api, use, browser, email_of):
    use("smtp://127.0.0.1:1")
    browser("POST", ASK, json={"email": email_of(api)})
    world.work()

    assert world.sql("select from password_reset where account_id = $1", api.user_id) == []


def test_a_mail_server_that_is_slow_holds_no_webhook_back(world, api, mail, browser, email_of):
    """Deliveries wait for transactions that have written something, see docs/webhooks.md."""
    written, take = [], mail.handle_DATA

    async def looked(*mail):
        busy = (
            "select query from pg_stat_activity"
            " where backend_xid is not null and datname = current_database()"
        )
        db = await asyncpg.connect(world.app.database)
        written.extend(await db.fetch(busy))
        await db.close()
        return await take(*mail)

    mail.handle_DATA = looked
    browser("POST", ASK, json={"email": email_of(api)})
    world.work()
    api.join(email="new@wayne.example")
    world.work()  # one at a time, as each writes in the end

    assert (len(mail.letters), written) == (2, [])
    (row,) = world.sql("select count(*) from password_reset where date_expires > $1", world.clock())
    assert row["count"] >= 2


def test_who_asks_again_and_again_has_to_wait(world, api, mail, browser, email_of, clock):
    clock.stand(clock())

    def asked(email):
        return browser("POST", ASK, json={"email": email})

    for email in (email_of(api), "nobody@example.com"):
        answers = [asked(email) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["retry-after"] == "1"
    clock.pass_by(minutes=15)
    assert asked(email_of(api)).status_code == 200


def test_who_asks_for_many_has_to_wait(world, mail, browser, clock):
    clock.stand(clock())
    asked = [browser("POST", ASK, json={"email": f"n{n}@example.com"}) for n in range(21)]

    assert [answer.status_code for answer in asked] == [200] * 20 + [429]


@pytest.mark.parametrize(
    "email", ["null", '""', "5", '"nobody"', r'"a@b\r\nBcc: c@d"', r'"a\ud800@b"', r'"a\u0000@b"']
)
def test_what_is_no_address_is_refused(mail, browser, waiting, email):
    sent = {"content": f'{{"email": {email}}}', "headers": {"content-type": "application/json"}}

    assert browser("POST", ASK, **sent).status_code == 400
    assert waiting() == []


def test_a_form_of_another_site_sends_nothing(mail, browser, waiting):
    headers = {"origin": "https://evil.example"}
    said = {"data": {"email": "a@b.example"}, "headers": headers}

    assert browser("POST", ASK, **said).status_code == 403
    said = {"json": {"email": "a@b.example"}, "headers": headers}
    assert browser("POST", ASK, **said).status_code == 403
    assert waiting() == []


def test_where_no_mail_is_sent_everybody_is_told_so(api, browser, email_of, waiting):
    """Who is known here is not told by that, either."""
    answers = [browser("POST", ASK, json={"email": one}) for one in (email_of(api), "x@b.example")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
    assert "ask whoever runs it" in browser("GET", ASK).text
    assert waiting() == []


def test_who_signs_in_elsewhere_is_told_where(world, api, mail, use, browser, email_of):
    use(f"smtp://127.0.0.1:{mail.port}", oidc_issuer="https://id.example", oidc_name="Wayne ID")
    set_ = "update account set oidc_subject = 'x', password_hash = null where id = $1"
    world.sql(set_, api.user_id)
    browser("POST", ASK, json={"email": email_of(api)})
    world.work()

    (letter,) = mail.letters
    assert "you sign in at Wayne ID" in letter.said
    assert letter.link == "https://crm.example/auth/sign_in/"


def test_a_new_member_is_invited_and_chooses_a_password(
    world, api, mail, browser, send_form, signs_in, clock
):
    clock.stand(clock())
    api.join(email="alfred@wayne.example")
    world.work()
    (letter,) = mail.letters
    assert (letter.to, letter.subject) == (
        ["alfred@wayne.example"],
        "You are invited to Wayne Enterprises",
    )
    assert "Bruce Wayne has made you a member of Wayne Enterprises." in letter.said

    clock.pass_by(days=6)
    link = urlsplit(letter.link)
    page = browser("GET", f"{link.path}?{link.query}")
    assert send_form(page, password=NEW).status_code == 303
    world.work()

    assert signs_in("alfred@wayne.example", NEW)
    assert len(mail.letters) == 1  # the first password is no change of one


def test_an_invitation_is_good_for_a_week(world, api, mail, browser, clock):
    clock.stand(clock())
    api.join(email="late@wayne.example")
    world.work()
    token = mail.letters[0].link.partition("token=")[2]
    clock.pass_by(days=7)

    said = {"token": token, "password": NEW}
    assert browser("POST", CHOOSE, json=said).status_code == 400


def test_who_can_sign_in_already_is_only_told(world, api, stranger, mail, email_of, with_password):
    with_password(stranger)
    api.ok("post", "/membership/", json={"email": email_of(stranger), "role_id": "user"})
    world.work()

    (letter,) = mail.letters
    assert "as you do already" in letter.said
    assert letter.link == "https://crm.example/auth/sign_in/"


def test_who_is_a_member_is_not_invited_again_but_who_comes_back_is(world, api, mail):
    member = api.join(email="alfred@wayne.example")
    world.work()
    body = {"email": "alfred@wayne.example", "role_id": "user"}
    api.ok("post", "/membership/", json=body)
    world.work()
    once = len(mail.letters)
    api.ok("delete", f"/membership/{member.member['id']}/")
    api.ok("post", "/membership/", json=body)
    world.work()

    assert (once, len(mail.letters)) == (1, 2)


def test_who_invites_very_many_does_so_slowly(world, api, mail, waiting, clock, monkeypatch):
    monkeypatch.setitem(attempts.FREE, "invitations", -6)  # the first is 7 too many: 128 seconds
    for name in ("alfred", "lucius"):
        api.join(email=f"{name}@wayne.example")
        world.work()
    assert (len(mail.letters), waiting(due=True)) == (1, ["letter.invite"])
    clock.pass_by(seconds=128)
    world.work()

    assert (len(mail.letters), waiting()) == (2, [])


def test_a_membership_that_is_refused_invites_nobody(world, api, mail):
    assert api.post("/membership/", json={"email": "a@b.example"}).status_code == 400
    world.work()

    assert mail.letters == []


def test_everybody_hears_that_their_password_or_factor_was_changed(
    world, api, mail, browser, email_of, with_password
):
    email, old = email_of(api), with_password()
    signed_in = browser("POST", "/auth/session/", json={"email": email, "password": old})
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    headers = {"cookie": cookie, "x-csrf-token": signed_in.json()["csrf_token"]}

    def said(method, path, **body):
        answer = browser(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    said("PUT", "/auth/password/", current_password=old, password=NEW)
    factor = said("POST", "/auth/second_factor/", password=NEW)
    code = code_of(factor["secret"], world.clock())
    (recovery, *_) = said("PUT", "/auth/second_factor/", code=code)["recovery_codes"]
    said("DELETE", "/auth/second_factor/", password=NEW, code=recovery)
    world.work()

    assert [letter.to for letter in mail.letters] == [[email]] * 2
    subjects = {letter.subject for letter in mail.letters}
    assert subjects == {"Your password was changed", "Your second factor was taken away"}
    assert {letter.link for letter in mail.letters} == {f"https://crm.example{ASK}"}


def code_of(secret, now):
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(raw, 6, SHA1(), 30).generate(int(now.timestamp())).decode()


def test_a_mail_server_needs_a_sender():
    with pytest.raises(ValueError, match="AJAR_MAIL_FROM must be set"):
        Settings.from_environment({"AJAR_SMTP_URL": "smtp://a:hush@b"})
