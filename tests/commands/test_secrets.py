"""No secret leaves the place where it is made: a server that says all it can, and a database that
is read to the last column, show none of the secrets that were used."""

import base64
import re
import time
from urllib.parse import parse_qsl, urlsplit

import httpx2
import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from ajar.postgres.server import url_of

KEY = "api_canaryCANARYcanaryCANAR.keykeykeykeykeykeykeyk"
PASSWORD = "canary-password-of-the-admin"
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
    }
    return start(**said).ready()


class Everything:
    """Uses each kind of secret, rightly and wrongly, and keeps what it used and what came back."""

    def __init__(self, url):
        self.http = httpx2.Client(base_url=url)
        self.secrets, self.refusals = {"key": KEY, "password": PASSWORD}, []

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
            self.ask("POST", "/mcp", json=body | {"params": params}, headers=headers)
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

    def lists(self):
        """Everything that has a list, as the admin sees it."""
        paths = (
            "api_key",
            "oauth_app",
            "oauth_grant",
            "webhook",
            "connected_account",
            "event",
            "user",
        )
        found = (self.ask("GET", f"/api/v1/{path}/", auth=(KEY, "")) for path in paths)
        return "".join(answer.text for answer in found)

    def keep(self, tokens, which):
        kinds = ("access_token", "refresh_token")
        self.secrets |= {f"{which} {kind}": tokens[kind] for kind in kinds}


@pytest.fixture(scope="module")
def used(server):
    everything = Everything(server.url)
    everything.keys()
    everything.session()
    everything.tokens()
    everything.webhooks()
    everything.agents()
    everything.misplaced()
    yield everything
    everything.http.close()


def test_no_log_has_a_secret(server, used, run):
    link = run("password", "--email", "admin@example.com", "--data", server.data).strip()
    used.secrets["reset"] = link.partition("token=")[2]
    said = {"token": used.secrets["reset"], "password": "canary-new-password"}
    used.secrets["new password"] = said["password"]
    assert used.ask("POST", "/auth/password/reset/", json=said).status_code == 200
    log = server.output + (server.data / "postgres" / "postgresql.log").read_text()

    assert "oauth_app.create" in log  # it does say what is done
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


def found(secrets, text):
    return [what for what, secret in secrets.items() if secret in text]
