"""No secret leaves the place where it is made: a server that says all it can, and a database that
is read to the last column, show none of the secrets that were used."""

import base64
import re
import subprocess
import time
import zipfile
from urllib.parse import parse_qsl, urlsplit

import httpx2
import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from ajar.postgres.binaries import find
from ajar.postgres.server import url_of
from tests.commands.conftest import WITHIN
from tests.webhooks.conftest import Receiver

KEY = "api_canaryCANARYcanaryCANAR.keykeykeykeykeykeykeyk"
PASSWORD = "canary-password-of-the-admin"
MAIL_PASSWORD = "canary-password-of-the-mail-server"
CALLBACK = "https://app.example/callback"
TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE'"""


@pytest.fixture(scope="module")
def server(start):
    said = {
        "AJAR_LOG_LEVEL": "debug",
        "AJAR_LOG_FORMAT": "json",
        "AJAR_BOOTSTRAP_API_KEY": KEY,
        "AJAR_BOOTSTRAP_PASSWORD": PASSWORD,
        "AJAR_BOOTSTRAP_EMAIL": "admin@example.com",
        "AJAR_ALLOW_PRIVATE_ADDRESSES": "true",  # of the receiver of webhooks
        "AJAR_SMTP_URL": f"smtp://ajar:{MAIL_PASSWORD}@127.0.0.1:1",
        "AJAR_MAIL_FROM": "crm@example.com",
    }
    return start(**said).ready()


class Everything:
    """Uses each kind of secret, rightly and wrongly, and keeps what it used and what came back."""

    def __init__(self, url):
        self.http = httpx2.Client(base_url=url)
        self.secrets, self.refusals = {"key": KEY, "password": PASSWORD}, []
        self.receiver, self.told_agents = Receiver(), []
        self.secrets["mail"] = MAIL_PASSWORD

    def ask(self, method, path, **options):
        answer = self.http.request(method, path, **options)
        if answer.status_code >= 400:
            self.refusals.append(answer.text + str(answer.headers))
        return answer

    def keys(self):
        auth = (KEY, "")
        made = self.ask("POST", "/api/v1/api_key/", json={"name": "n"}, auth=auth).json()
        self.secrets["second key"] = made["key"]
        self.ask("GET", "/api/v1/me/", auth=(made["key"], ""))
        self.ask("DELETE", f"/api/v1/api_key/{made['id']}/", auth=auth)
        self.ask("GET", "/api/v1/me/", auth=(made["key"], ""))
        self.ask("POST", "/api/v1/lead/", json={"name": "n"}, auth=auth)
        body = {"name": "App", "redirect_uris": [CALLBACK]}
        self.app = self.ask("POST", "/api/v1/oauth_app/", json=body, auth=auth).json()
        self.secrets["client secret"] = self.app["client_secret"]

    def session(self):
        said = {"email": "admin@example.com", "password": PASSWORD}
        self.ask("POST", "/auth/session/", json=said | {"password": "canary-wrong-password"})
        self.secrets["wrong password"] = "canary-wrong-password"
        proof = self.ask("POST", "/auth/session/", json=said).json()["csrf_token"]
        self.secrets |= {"cookie": self.http.cookies["ajar"], "proof": proof}
        headers = {"x-csrf-token": proof}
        self.ask("POST", "/api/v1/lead/", json={"name": "m"}, headers=headers)
        self.ask("POST", "/api/v1/lead/", json={"name": "m"})
        offered = self.ask("POST", "/auth/second_factor/", json=said, headers=headers).json()
        self.secrets["factor"] = offered["secret"]
        secret = base64.b32decode(offered["secret"] + "=" * (-len(offered["secret"]) % 8))
        self.secrets["raw factor"] = secret.decode()
        code = TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode()
        confirmed = self.ask("PUT", "/auth/second_factor/", json={"code": code}, headers=headers)
        codes = confirmed.json()["recovery_codes"]
        self.secrets |= {f"recovery {n}": code for n, code in enumerate(codes)}

    def forgotten(self):
        """A mail that cannot be sent, which the log has."""
        self.ask("POST", "/auth/password/forgotten/", json={"email": "admin@example.com"})

    def tokens(self):
        asked = {"client_id": self.app["client_id"], "response_type": "code"}
        page = self.ask("GET", "/oauth2/authorize/", params=asked)
        organization = re.search(r'name="organization_id" value="(\w+)"', page.text)[1]
        form = {"csrf": self.secrets["proof"], "organization_id": organization}
        form["decision"] = "allow"
        back = self.ask("POST", "/oauth2/authorize/", params=asked, data=form)
        code = dict(parse_qsl(urlsplit(back.headers["location"]).query))["code"]
        self.secrets["code"] = code
        known = {n: self.app[n] for n in ("client_id", "client_secret")}
        exchange = known | {"grant_type": "authorization_code", "code": code}
        tokens = self.ask("POST", "/oauth2/token/", data=exchange).json()
        self.http.cookies.clear()
        self.keep(tokens, "first")
        refresh = known | {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        fresh = self.ask("POST", "/oauth2/token/", data=refresh).json()
        self.keep(fresh, "second")
        bearer = {"authorization": f"Bearer {fresh['access_token']}"}
        assert self.ask("GET", "/api/v1/me/", headers=bearer).status_code == 200
        self.ask("POST", "/api/v1/lead/", content=b"{", headers=bearer)
        self.ask("POST", "/oauth2/token/", data=exchange)
        self.ask("GET", "/api/v1/me/", headers=bearer)
        self.ask("GET", f"/api/v1/lead/{fresh['access_token']}/", headers={"authorization": "x"})

    def receive(self):
        """A webhook to a receiver that is there, about all that happens from now on."""
        kinds = ("lead", "contact", "activity.note", "saved_search", "group", "phone_number")
        events = [{"object_type": k, "action": a} for k in kinds for a in ("created", "updated")]
        events += [{"object_type": "membership", "action": "activated"}]
        events += [{"object_type": "export.lead", "action": "completed"}]
        body = {"url": self.receiver.url, "events": events}
        made = self.ask("POST", "/api/v1/webhook/", json=body, auth=(KEY, "")).json()
        self.webhook, self.secrets["live key"] = made["id"], made["signature_key"]

    def webhooks(self):
        """The keys that deliveries are signed with."""
        body = {
            "url": "https://hook.example/",
            "events": [{"object_type": "lead", "action": "created"}],
        }
        auth = (KEY, "")
        made = self.ask("POST", "/api/v1/webhook/", json=body, auth=auth).json()
        path = f"/api/v1/webhook/{made['id']}/"
        rotated = self.ask("POST", f"{path}rotate_key/", json={}, auth=auth).json()
        self.ask("POST", f"{path}test/", auth=auth)
        self.ask("PUT", path, json={"url": "javascript:x", "signature_key": "x"}, auth=auth)
        keys = {"signature key": made["signature_key"], "next key": rotated["signature_key"]}
        self.secrets |= keys

    def agents(self):
        """The same keys and tokens, through the door of agents."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        for name, said in (
            ("create_lead", {"name": "n"}),
            ("create_lead", {"nme": KEY}),
            (KEY, {}),
        ):
            params = {"name": name, "arguments": said}
            headers = {"close-api-key": KEY, "accept": "application/json, text/event-stream"}
            answer = self.ask("POST", "/mcp", json=body | {"params": params}, headers=headers)
            self.told_agents.append(answer.text)
        for name in ("org_info", "org_users", "find_groups", "activity_search", "list_roles"):
            params = {"name": name, "arguments": {}}
            answer = self.ask("POST", "/mcp", json=body | {"params": params}, headers=headers)
            self.told_agents.append(answer.text)
        self.ask("POST", "/mcp", json=body, headers={"close-api-key": self.secrets["second key"]})
        self.ask("POST", "/mcp", json=body, headers={"authorization": f"Bearer {KEY}"})

    def misplaced(self):
        """Secrets where they do not belong: in paths, in queries, in forms, as names."""
        for secret in (KEY, PASSWORD, self.secrets["cookie"], self.secrets["client secret"]):
            self.ask("GET", f"/api/v1/lead/{secret}/", auth=(KEY, ""))
            self.ask("GET", "/api/v1/lead/", params={"_limit": secret}, auth=("x", ""))
            self.ask("GET", "/api/v1/me/", headers={"cookie": f"ajar={secret}x"})
            self.ask("GET", f"/{secret}")
            self.ask("GET", "/auth/password/reset/", params={"token": secret})
            self.ask("POST", "/auth/password/reset/", json={"token": secret, "password": secret})
            self.ask("POST", "/oauth2/token/", data={"grant_type": secret, "client_secret": secret})
            self.ask("POST", "/oauth2/revoke/", data={"token": secret})
            self.ask("POST", "/forms/orga_x/form_x/", json={"password": secret})
            self.ask("POST", "/go/file/", data={"signature": secret}, files={"file": b"x"})
            self.ask("POST", "/api/v1/lead/", content=secret.encode(), auth=(KEY, ""))
            self.pages(secret)

    def pages(self, secret):
        """The same as a browser asks, whom refusals are told on a page."""
        browser = {"accept": "text/html"}
        for path in ("/oauth2/authorize/", "/auth/oidc/", "/auth/oidc/callback/", "/auth/nothing/"):
            said = {"client_id": secret, "code": secret, "state": secret, "redirect_uri": secret}
            self.ask("GET", path, params=said, headers=browser | {"cookie": f"ajar={secret}"})
        said = {"email": secret, "password": secret, "code": secret, "csrf": secret}
        self.ask("POST", "/auth/sign_in/", data=said, headers=browser)
        self.ask("POST", "/auth/password/reset/", data=said | {"token": secret}, headers=browser)
        self.ask("POST", "/oauth2/authorize/", data=said, headers=browser)

    def exports(self):
        """All that there is, as files."""
        auth, files = (KEY, ""), []
        asked = [("lead", {"type": kind}) for kind in ("leads", "contacts", "lead_opps")]
        for kind, said in [*asked, ("opportunity", {})]:
            body = {"format": "json", "include_activities": said.get("type") == "leads"} | said
            made = self.ask("POST", f"/api/v1/export/{kind}/", json=body, auth=auth).json()
            path = f"/api/v1/export/{made['id']}/"
            done = until(lambda path=path: self.finished(path))
            url = urlsplit(done["download_url"])
            files.append(self.ask("GET", f"{url.path}?{url.query}").text + str(done))
        return "".join(files)

    def finished(self, path):
        shown = self.ask("GET", path, auth=(KEY, "")).json()
        return shown if shown["status"] == "done" else None

    def deliveries(self):
        """What a receiver was told, and what the log says of that."""
        until(lambda: any(kind == "export.lead" for kind, _ in self.receiver.kinds))
        path = f"/api/v1/webhook/{self.webhook}/deliveries/"
        log = self.ask("GET", path, auth=(KEY, "")).json()
        each = (self.ask("GET", f"{path}{one['id']}/", auth=(KEY, "")) for one in log["data"])
        return str(self.receiver.requests) + str(log) + "".join(answer.text for answer in each)

    def lists(self):
        """Everything that has a list, as the admin sees it; but for webhooks, with their keys."""
        paths = ("api_key", "oauth_app", "oauth_grant", "connected_account", "event", "user")
        found = (self.ask("GET", f"/api/v1/{path}/", auth=(KEY, "")) for path in paths)
        return "".join(answer.text for answer in found)

    def keep(self, tokens, which):
        kinds = ("access_token", "refresh_token")
        self.secrets |= {f"{which} {kind}": tokens[kind] for kind in kinds}


@pytest.fixture(scope="module")
def used(server):
    everything = Everything(server.url)
    everything.receive()
    everything.keys()
    everything.session()
    everything.forgotten()
    everything.tokens()
    everything.webhooks()
    everything.agents()
    everything.misplaced()
    yield everything
    everything.http.close()
    everything.receiver.close()


def test_no_log_has_a_secret(server, used, run):
    link = run("password", "--email", "admin@example.com", "--data", server.data).strip()
    used.secrets["reset"] = link.partition("token=")[2]
    said = {"token": used.secrets["reset"], "password": "canary-new-password"}
    used.secrets["new password"] = said["password"]
    assert used.ask("POST", "/auth/password/reset/", json=said).status_code == 200
    log = server.output + (server.data / "postgres" / "postgresql.log").read_text()

    assert "oauth_app.create" in log  # it does say what is done
    assert "letter.reset" in log
    assert found(used.secrets, log) == []


def test_no_table_has_a_secret(server, used):
    with psycopg.connect(url_of(server.data / "postgres")) as db:
        tables = [row[0] for row in db.execute(TABLES)]
        rows = [row[0] for name in tables for row in db.execute(f'select t::text from "{name}" t')]
    kept = "\n".join(rows)

    assert used.app["client_id"] in kept
    assert found(used.secrets, kept) == []
    hexadecimal = {what: one.encode().hex() for what, one in used.secrets.items()}
    assert found(hexadecimal, kept) == []


def test_no_event_and_no_refusal_has_a_secret(server, used):
    events = server.get("/event/", KEY).text
    metrics = httpx2.get(f"{server.url}/metrics").text

    refusals = "".join(used.refusals)
    assert len(used.refusals) >= 40
    assert found(used.secrets, events + metrics + refusals) == []


def test_no_list_has_a_secret(used):
    assert found(used.secrets, used.lists()) == []


def test_no_answer_to_an_agent_has_a_secret(used):
    assert len(used.told_agents) == 8 and "admin@example.com" in "".join(used.told_agents)
    assert found(used.secrets, "".join(used.told_agents)) == []


def test_no_export_and_no_delivery_has_a_secret(used):
    files, deliveries = used.exports(), used.deliveries()

    assert files.count("lead_") > 2 and deliveries.count("lead_") > 2
    assert found(used.secrets, files + deliveries) == []


def test_no_backup_has_a_secret(server, used, run, tmp_path):
    """But for the key that opens what is sealed: without it nobody could restore anything."""
    run("backup", tmp_path / "all.zip", "--data", server.data)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path)
        files = b"".join(archive.read(name) for name in archive.namelist())
    command = [find() / "pg_restore", "--file=-", tmp_path / "database.dump"]
    rows = subprocess.run(command, capture_output=True, check=True).stdout

    assert used.app["client_id"].encode() in rows
    kept = {what: secret.encode() for what, secret in used.secrets.items()}
    assert found(kept, rows + files) == []
    assert (server.data / "secret.key").read_bytes() in files


def until(asked):
    """What it answers, once it does."""
    deadline = time.monotonic() + WITHIN
    while not (answer := asked()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


def found(secrets, text):
    return [what for what, secret in secrets.items() if secret in text]
