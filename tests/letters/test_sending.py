"""How letters are sent: over a mail server that may be strict, fail, or be gone."""

import asyncio
import time
from email.utils import parsedate_to_datetime

import pytest

from ajar.commands import doctor
from ajar.config import Settings
from ajar.letters import later, writing
from ajar.letters.wording import WORDING
from ajar.providers import smtp
from ajar.worker import AT_ONCE, Worker

LOGIN = ("crm@ajar.example", "p@ss/word:1")
SAID = "crm%40ajar.example:p%40ss%2Fword%3A1"


@pytest.fixture
def write(world, api):
    """Have a letter sent to the admin, as a change would."""

    def asked(to=api):
        async def inside(ctx):
            await later(ctx.db, ctx.organization_id, to.user_id, "export_error", id="expo_x")

        api.within(inside)

    return asked


def test_a_letter_is_text_and_html_with_the_headers_of_a_program(
    world, api, mail, write, email_of, clock
):
    clock.stand(clock())
    write()
    world.work()

    (letter,) = mail.letters
    message = letter.message
    assert letter.to == [email_of(api)]
    assert (message["to"], message["from"]) == (email_of(api), "Ajar <crm@ajar.example>")
    assert message["subject"] == "Your export failed"
    assert message["auto-submitted"] == "auto-generated"
    assert parsedate_to_datetime(message["date"]) == clock().replace(microsecond=0)
    assert message["message-id"].endswith("@ajar.example>")
    assert message.get_content_type() == "multipart/alternative"
    assert "The export that you asked for in Wayne Enterprises could not" in letter.said
    assert "The export that you asked for in Wayne Enterprises could not" in letter.html
    assert letter.text.endswith("-- \nAjar at https://crm.example\n")
    assert mail.names == {"crm.example"}


def test_it_signs_in_over_tls(world, mail_server, use, write, certificate, monkeypatch):
    file, tls = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    there = mail_server(login=LOGIN, tls=tls)
    use(f"smtp://{SAID}@localhost:{there.port}")
    write()
    world.work()

    assert (len(there.letters), there.secure, there.tried) == (1, [True], [LOGIN])


def test_a_certificate_that_nobody_trusts_is_not_accepted(
    world, mail_server, use, write, certificate, waiting
):
    there = mail_server(login=LOGIN, tls=certificate[1])
    use(f"smtp://{SAID}@localhost:{there.port}")
    write()
    world.work()

    assert (there.letters, there.tried, waiting()) == ([], [], ["letter.send"])


# What the mail server of the test thinks of itself.
careless = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@careless
@pytest.mark.parametrize(("more", "tried"), [("", []), ("?tls=no", [LOGIN])])
def test_a_password_is_sent_in_the_clear_only_if_one_says_so(
    world, mail_server, use, write, more, tried
):
    there = mail_server(login=LOGIN, plain=True)
    use(f"smtp://{SAID}@127.0.0.1:{there.port}{more}")
    write()
    world.work()

    assert there.tried == tried
    assert len(there.letters) == len(tried)


def test_what_is_refused_for_now_is_tried_again(world, mail_server, use, write, waiting):
    there = mail_server("451 Later, please", "452 Still too early")
    use(f"smtp://127.0.0.1:{there.port}")
    write()
    for left in (["letter.send"], ["letter.send"], []):
        world.work()
        assert (waiting(due=True), bool(there.letters)) == (left, not left)


def test_what_is_refused_for_good_is_left(world, mail_server, use, write, waiting):
    there = mail_server("550 Nobody of this name")
    use(f"smtp://127.0.0.1:{there.port}")
    write()
    world.work()

    assert (waiting(), there.letters) == ([], [])


def test_a_sender_that_is_refused_may_be_right_at_the_next_try(world, mail, write, waiting):
    async def refused(server, session, envelope, address, options):
        return "553 Not yours"

    mail.handle_MAIL = refused
    write()
    world.work()
    assert waiting(due=True) == ["letter.send"]
    del mail.handle_MAIL
    world.work()

    assert (len(mail.letters), waiting()) == (1, [])


def test_a_mail_that_was_taken_is_not_sent_again_though_nobody_says_goodbye(
    world, mail, write, waiting, monkeypatch
):
    monkeypatch.setattr(smtp, "WHOLE", 0.3)
    monkeypatch.setattr(smtp, "GOODBYE", 0.5)
    mail.handle_QUIT = slow
    write()
    world.work()

    assert (len(mail.letters), waiting()) == (1, [])


def test_a_mail_gets_no_longer_than_it_may(world, mail, write, waiting, monkeypatch):
    monkeypatch.setattr(smtp, "WHOLE", 0.3)
    mail.handle_MAIL = mail.handle_QUIT = slow
    write()
    began = time.monotonic()
    world.work()

    assert (mail.letters, waiting()) == ([], ["letter.send"])
    assert time.monotonic() - began < 3


async def slow(*_):
    await asyncio.sleep(5)
    return "250 OK"


def test_mails_that_wait_for_a_silent_server_hold_up_nothing_else(
    world, api, use, write, waiting, monkeypatch
):
    """One at a time, and beside the rest."""
    here, most = [], []

    async def silent(reader, writer):
        here.append(writer)
        most.append(len(here))
        await reader.read()
        here.remove(writer)
        writer.close()

    async def worked():
        there = await asyncio.start_server(silent, "127.0.0.1", 0)
        use(f"smtp://127.0.0.1:{there.sockets[0].getsockname()[1]}")
        running = Worker(world.app.settings, world.app.database, world.clock)
        running.register(periodic=False)
        working = asyncio.create_task(running.work())
        while not await asyncio.to_thread(done):
            await asyncio.sleep(0.1)
        left = await asyncio.to_thread(waiting)
        running.told_to_stop.set()
        await working
        there.close()
        return left

    def done():
        return api.ok("get", f"/bulk_action/edit/{action['id']}/")["status"] == "done"

    monkeypatch.setattr(smtp, "STEP", 1.0)
    for _ in range(AT_ONCE + 1):
        write()
    api.make("lead")
    body = {"type": "set_lead_status", "lead_status_id": api.make("status.lead")["id"]}
    action = api.ok("post", "/bulk_action/edit/", json=body | {"send_done_email": False})

    left = asyncio.run(asyncio.wait_for(worked(), 20))

    assert len(left) >= AT_ONCE
    assert set(most) == {1}


def test_where_the_mail_server_is_gone_everything_else_goes_on(world, api, use, waiting):
    use("smtp://127.0.0.1:1")
    lead = api.make("lead")
    body = {"type": "set_lead_status", "lead_status_id": api.make("status.lead")["id"]}
    action = api.ok("post", "/bulk_action/edit/", json=body)
    world.work()

    assert api.ok("get", f"/bulk_action/edit/{action['id']}/")["status"] == "done"
    changed = api.ok("get", f"/lead/{lead['id']}/")["status_id"]
    assert (changed, waiting()) == (body["lead_status_id"], ["letter.send"])


def test_without_a_mail_server_nothing_is_sent_and_nothing_waits(world, api, write, waiting):
    write()
    api.join()
    world.work()

    assert waiting() == []


def test_who_has_left_is_told_nothing_more(world, api, mail, write, email_of):
    member = api.join(email="gone@team.example")
    write(to=member)
    api.ok("delete", f"/membership/{member.member['id']}/")
    world.work()

    assert mail.letters == []


def test_a_letter_that_comes_twice_has_one_id(world, api, mail, write):
    """A worker may be killed after it was sent, and before that is known."""
    write()
    copy = "insert into procrastinate_jobs (queue_name, task_name, args) select queue_name,"
    world.sql(f"{copy} task_name, args from procrastinate_jobs")
    world.work()

    first, second = mail.letters
    assert first.message["message-id"] == second.message["message-id"]


def test_a_name_adds_no_header_and_no_markup(world, api, mail, write):
    name = 'Bluth\r\nBcc: x@evil.example\r\n\r\n<a href="http://evil.example">'
    name += 9 * " It's free" + "!"
    world.sql("update organization set name = $1 where id = $2", name, api.organization_id)
    api.join(email="new@team.example")
    world.work()

    (letter,) = mail.letters
    assert letter.to == ["new@team.example"]
    assert (letter.message["bcc"], letter.message.keys().count("To")) == (None, 1)
    assert letter.subject.startswith("You are invited to Bluth Bcc: x@evil.example <a href=")
    assert "!" not in letter.said + letter.subject  # a name, and not a letter
    assert '<a href="http://evil' not in letter.html
    assert letter.html.count("<a ") == 1


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@y.example", "nobody", "a@b.example, c@d.example"]
)
def test_what_is_no_address_gets_nothing(world, api, mail, write, waiting, address):
    world.sql("update account set email = $1 where id = $2", address, api.user_id)
    write()
    world.work()

    assert (mail.letters, waiting()) == ([], [])


@pytest.mark.parametrize("able", [True, False])
def test_an_address_in_any_script_gets_it_if_the_mail_server_is_able(
    world, api, mail_server, use, write, waiting, able
):
    there = mail_server(any_address=able)
    use(f"smtp://127.0.0.1:{there.port}")
    address = f"jürgen.{api.user_id[-6:]}@bücher.example"
    world.sql("update account set email = $1 where id = $2", address, api.user_id)
    write()
    world.work()

    assert ([one.to for one in there.letters], waiting()) == ([[address]] * able, [])


ABOUT = {
    "id": "whsub_x",
    "organization": "Wayne & Sons",
    "inviter": "Bruce Wayne",
    "kind": "edit",
    "name": "leads.csv",
    "filename": "leads.csv",
    "provider": "Okta",
    "reason": "too_many_failures",
    "url": "https://hook.example/",
    "error": "The receiver answered 500.",
    **dict.fromkeys(("conflicts", "count", "days", "failed", "hours", "most", "waiting"), 7),
}


@pytest.mark.parametrize("letter", WORDING)
@pytest.mark.parametrize("reason", ["too_many_failures", "too_many_queued"])
def test_every_letter_can_be_written(world, letter, reason):
    here = Settings(smtp_url="smtp://x", mail_from="crm@ajar.example")
    about = ABOUT | {"reason": reason}
    if WORDING[letter].action:
        about["link"] = "https://crm.example/?token=x"
    message = writing.written(here, world.clock(), "a@b.example", letter, "mail_x", about)

    text, html = (part.get_content() for part in message.iter_parts())
    assert all(sign not in text + html for sign in ("{", "%}", "None", "&amp;amp;"))
    assert ("https://crm.example/?token=x" in text) == bool(WORDING[letter].action)
    assert text.count("\n\n") >= 2


@careless
def test_the_doctor_says_whether_mail_can_be_sent(mail_server):
    there = mail_server(login=LOGIN, plain=True)

    def found(url):
        known = {"mail_from": "crm@ajar.example"} if url else {}
        return doctor.of_mail(Settings(smtp_url=url, **known))

    where = f"127.0.0.1:{there.port}?tls=no"
    assert found(None) == (True, "mail, none is sent: AJAR_SMTP_URL is not set", "")
    assert found(f"smtp://{SAID}@{where}").good
    wrong = found(f"smtp://x:hush@{where}")
    assert (wrong.good, "does not let us in (535)" in wrong.about) == (False, True)
    assert "hush" not in wrong.about
    assert not found("smtp://127.0.0.1:1").good
    assert there.letters == []
