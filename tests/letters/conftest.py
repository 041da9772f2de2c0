"""A mail server on a real port, and what it was sent."""

import asyncio
import re
import ssl
import subprocess
import threading
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from ajar import passwords

PASSWORD = "correct horse battery staple"
FROM = "Ajar <crm@ajar.example>"


class Letter:
    """One mail, as who receives it sees it."""

    def __init__(self, envelope):
        self.message = message_from_bytes(envelope.content, policy=default)
        self.to = envelope.rcpt_tos
        parts = {part.get_content_type(): part for part in self.message.iter_parts()}
        self.text = parts["text/plain"].get_content().replace("\r\n", "\n")
        self.html = parts["text/html"].get_content()

    @property
    def subject(self):
        return self.message["subject"]

    @property
    def said(self):
        """The text, however its lines are broken."""
        return " ".join(self.text.split())

    @property
    def link(self):
        (found,) = re.findall(r"^https?://\S+$", self.text, re.MULTILINE)
        assert found.replace("&", "&amp;") in self.html
        return found


class MailServer:
    """Answers each RCPT with the next of `answers`, then takes everything. With `login` it lets in
    nobody else, and only over TLS."""

    def __init__(self, *answers, login=None, tls=None, plain=False, any_address=False):
        self.answers, self.letters, self.tried = list(answers), [], []
        self.names, self.secure = set(), []
        options = {"tls_context": tls, "hostname": "mail.example", "require_starttls": bool(tls)}
        options["enable_SMTPUTF8"] = any_address
        if login:
            options |= {"authenticator": self.let_in, "auth_require_tls": not plain}
            options |= {"auth_required": True}
        self.login, self.loop = login, asyncio.new_event_loop()
        made = self.loop.create_server(lambda: SMTP(self, **options), "127.0.0.1", 0)
        self.server = self.loop.run_until_complete(made)
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def let_in(self, server, session, envelope, mechanism, said):
        assert isinstance(said, LoginPassword)
        known = (said.login.decode(), said.password.decode())
        self.tried.append(known)
        return AuthResult(success=known == self.login, handled=False)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.names.add(hostname)
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers and (answer := self.answers.pop(0)):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(Letter(envelope))
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def close(self):
        async def end():
            self.server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def to(self, email):
        return [letter for letter in self.letters if letter.to == [email]]


@pytest.fixture(autouse=True)
def nothing_left(world):
    """Of what other tests have deferred, or failed at, or still wait for."""
    world.sql("delete from procrastinate_jobs")
    world.sql("delete from sign_in_attempt")
    world.sql("update webhook set status = 'paused'")


@pytest.fixture
def mail_server():
    made = []

    def start(*answers, **options):
        made.append(MailServer(*answers, **options))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def use(world, monkeypatch):
    """Have the server and its worker send mail by this URL, and know these settings."""

    def used(url, **settings):
        known = {"smtp_url": url, "mail_from": FROM, "public_url": "https://crm.example"}
        here = replace(world.app.settings, **known | settings)
        monkeypatch.setattr(world.app, "settings", here)
        monkeypatch.setattr(world.app.door, "settings", here)

    return used


@pytest.fixture
def mail(mail_server, use):
    """A mail server that takes everything, and that is used."""
    server = mail_server()
    use(f"smtp://127.0.0.1:{server.port}")
    return server


@pytest.fixture
def email_of(world):
    def known(api):
        (row,) = world.sql("select email from account where id = $1", api.user_id)
        return row["email"]

    return known


@pytest.fixture
def waiting(world):
    """The tasks that are in the queue; call it with True to make all of them due."""

    def tasks(due=False):
        if due:
            world.sql("update procrastinate_jobs set scheduled_at = null")
        return [row[0] for row in world.sql("select task_name from procrastinate_jobs")]

    return tasks


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """(file, context of a server): good for localhost, for whoever trusts the file."""
    directory = tmp_path_factory.mktemp("tls")
    key, file = directory / "key.pem", directory / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(file)]
    subprocess.run([*command, *about, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context


@pytest.fixture
def browser(world):
    """Asks for pages and sends their forms; cookies are kept by name for one form."""

    def ask(method, path, **options):
        answer = world.client.request(method, path, follow_redirects=False, **options)
        world.client.cookies.clear()
        return answer

    return ask


@pytest.fixture
def send_form(browser):
    """Fill in the form of a page, as a browser does."""

    def sent(page, **said):
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        action = re.search(r'action="([^"]*)"', page.text)[1].replace("&amp;", "&")
        headers = {"cookie": f"ajar_form={page.cookies['ajar_form']}"}
        return browser("POST", action, data=hidden | said, headers=headers)

    return sent


@pytest.fixture
def with_password(world, api):
    """Call it for somebody who is to have one; it is returned."""

    def given(who=api):
        kept = passwords.hasher.hash(PASSWORD)
        world.sql("update account set password_hash = $2 where id = $1", who.user_id, kept)
        return PASSWORD

    return given
