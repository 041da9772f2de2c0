"""A little identity provider, as a process of its own: `python provider.py PORT`. What it says of
who comes is put to it with /say; the rest is what OpenID Connect asks of a provider."""

import hashlib
import json
import sys
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

PORT = int(sys.argv[1])
ISSUER = f"http://127.0.0.1:{PORT}"
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
said: dict = {}
codes: dict = {}


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        asked = dict(parse_qsl(url.query))
        if url.path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            self.answer({"issuer": ISSUER, **{name: f"{ISSUER}/{name}" for name in names}})
        elif url.path == "/jwks_uri":
            self.answer({"keys": [KEY.as_dict(private=False)]})
        elif url.path == "/authorization_endpoint":
            code = f"code{len(codes)}"
            codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif url.path == "/say":
            said.clear()
            said.update(json.loads(parse_qs(url.query)["said"][0]))
            self.answer({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        sent = dict(parse_qsl(body))
        asked = codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        good = asked and asked["code_challenge"] == challenge
        if not good or sent["client_secret"] != "hush":
            self.answer({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": sent["client_id"], "iat": now, "exp": now + 60}
        claims |= {"sub": "1", "nonce": asked["nonce"], "email_verified": True} | said
        header = {"alg": claims.pop("alg", "RS256"), "kid": "one"}
        key = OTHER if claims.pop("forged", False) else KEY
        token = jwt.encode(header, claims, key)
        self.answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def answer(self, body, status=200):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


print("ready", flush=True)
ThreadingHTTPServer(("127.0.0.1", PORT), Provider).serve_forever()
