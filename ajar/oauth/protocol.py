"""The protocol itself, on what is known of one request: it decides, and writes nothing."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    OAuth2Request,
    TokenMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from ajar import scopes
from ajar.credentials import hashed, same, text
from ajar.formats import redirect

METHODS = ["client_secret_basic", "client_secret_post", "none"]


class App(ClientMixin):
    """A registered client."""

    def __init__(self, row: Any):
        self.id, self.name, self.scope = row["id"], row["name"], row["scope"]
        self.redirect_uris, self.secret_hash = row["redirect_uris"], row["secret_hash"]
        self.organization_id = row["organization_id"]

    def get_client_id(self):
        return self.id

    def get_default_redirect_uri(self) -> Any:
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: Any):
        """All that it may ask for, if it does not say."""
        asked, allowed = (scope or self.scope).split(), self.scope.split()
        if any(word not in allowed for word in asked):
            raise InvalidScopeError
        return " ".join(dict.fromkeys(asked))

    def check_redirect_uri(self, redirect_uri):
        return any(redirect.matches(known, redirect_uri) for known in self.redirect_uris)

    def check_client_secret(self, client_secret):
        return self.secret_hash is not None and same(hashed(client_secret), self.secret_hash)

    def check_endpoint_auth_method(self, method, endpoint):
        return (method == "none") == (self.secret_hash is None)

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in ("authorization_code", "refresh_token")


class Token(TokenMixin):
    """A code, access token or refresh token, and the grant that it belongs to."""

    def __init__(self, row: Any):
        self.hash, self.kind, self.scope = row["hash"], row["kind"], row["scope"]
        self.grant_id, self.client_id = row["grant_id"], row["client_id"]
        self.organization_id, self.user_id = row["organization_id"], row["user_id"]
        self.redirect_uri, self.code_challenge = row["redirect_uri"], row["code_challenge"]
        self.code_challenge_method = "S256"
        self.expires, self.used = row["date_expires"], row["date_used"]

    def check_client(self, client):
        return self.client_id == client.id

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclass
class Issued:
    """Tokens that are to be kept, and who they are for."""

    grant: Token
    tokens: dict[str, Any]


class Payload(BasicOAuth2Payload):
    """The parameters; `every` has those that came twice."""

    def __init__(self, said: dict[str, str]):
        super().__init__(said)
        self.every: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def datalist(self):
        return self.every


class Request(OAuth2Request):
    """What was asked, in the form that Authlib reads. Whether the connection is encrypted is up to
    whoever runs the server, so that it is not asked here."""

    def __init__(self, method: str, headers: Any, pairs: list[tuple[str, str]]):
        self.method, self.uri, self.headers, self.said_headers = method, "", headers, headers
        self.said = dict(pairs)
        self.payload = Payload(self.said)
        for name, value in pairs:
            self.payload.every[name].append(value)
        self.client = self.user = self.auth_method = None
        self.authorization_code = self.refresh_token = self.credential = None
        self._scope = self._body = None

    @property
    def args(self) -> Any:
        return self.said

    @property
    def form(self) -> Any:
        return self.said

    @property
    def named(self) -> str:
        """The client that asks, before it is known whether that is so."""
        return self.said.get("client_id") or extract_basic_authorization(self.said_headers)[0] or ""


class InvalidTarget(OAuth2Error):
    """RFC 8707: what an app wants to use its token for is not here."""

    error = "invalid_target"
    description = "The 'resource' is not one of this server."


class Target:
    """An app may say which resource it wants a token for, and must mean one of this server: who
    asks here for a token to use elsewhere has been led astray."""

    def __call__(self, grant):
        grant.register_hook("after_validate_authorization_request_payload", self.check)
        grant.register_hook("after_validate_token_request", self.check)

    def check(self, grant, result):
        asked = grant.request.payload.every["resource"]
        if not all(known(resource, grant.server.resources) for resource in asked):
            raise InvalidTarget


def known(resource: str, resources: set[str]) -> bool:
    """An address is the same in small letters, as far as it names the server, and with a slash."""
    try:
        parts = urlsplit(resource)
        said = parts._replace(netloc=parts.netloc.lower(), path=parts.path.rstrip("/")).geturl()
    except ValueError:
        return False
    return said in resources and "#" not in resource


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    server: "Server"

    def query_authorization_code(self, code, client):
        """One that was used before says that somebody else has it: nothing that came of it is
        good any more."""
        token = self.server.found
        if not token or token.kind != "code" or not token.check_client(client):
            return None
        if token.used:
            self.server.broken = token.grant_id
            return None
        if "redirect_uri" not in self.request.form:  # as clients of the original leave it out
            token.redirect_uri = None
        return token if token.expires > self.server.now else None

    def authenticate_user(self, authorization_code):
        return authorization_code.user_id

    def delete_authorization_code(self, authorization_code):
        self.server.used = authorization_code.hash


class RefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: "Server"

    def validate_token_request(self):
        super().validate_token_request()
        Target().check(self, None)

    def authenticate_refresh_token(self, refresh_token) -> Any:
        """One that was replaced is good for a moment longer, as programs that refresh twice at once
        do not mean harm. After that it says that somebody else has it."""
        token = self.server.found
        if not token or token.kind != "refresh":
            return None
        if token.used and self.server.now >= token.used + self.server.grace:
            self.server.broken = token.grant_id
            return None
        return token if token.expires > self.server.now else None

    def authenticate_user(self, refresh_token):
        return refresh_token.user_id

    def revoke_old_credential(self, refresh_token: Any):
        self.server.used = refresh_token.hash


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS
    server: "Server"

    def query_token(self, token_string, token_type_hint):
        found = self.server.found
        return found if found and found.kind != "code" else None

    def revoke_token(self, token, request):
        self.server.revoked = token


class Challenge(CodeChallenge):
    """Only with a hash: who could read a plain challenge would have the answer."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant, redirect_uri):
        said = grant.request.payload.data
        if not said.get("code_challenge") and grant.request.client.secret_hash is None:
            raise InvalidRequestError("An app without a secret needs a 'code_challenge'.")
        if said.get("code_challenge") and said.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' must be S256.")
        super().validate_code_challenge(grant, redirect_uri)


@dataclass(eq=False)
class Server(AuthorizationServer):
    """Authlib's, for one request: what it may ask for is here, and what it decides is left here."""

    app: App | None
    found: Token | None  # what the code or the token that was sent is
    now: datetime
    resources: set[str]  # what tokens of ours are for
    access: timedelta = timedelta(hours=1)
    grace: timedelta = timedelta(0)
    issued: Issued | None = field(default=None, init=False)
    used: bytes | None = field(default=None, init=False)  # the hash of what was exchanged
    broken: str | None = field(default=None, init=False)  # the grant that somebody else got hold of
    revoked: Token | None = field(default=None, init=False)

    def __post_init__(self):
        super().__init__(scopes.SCOPES)
        self.register_grant(CodeGrant, [Challenge(required=True), Target()])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)
        made: Any = self.new_tokens
        self.register_token_generator("default", made)

    def query_client(self, client_id) -> Any:
        return self.app if self.app and self.app.id == client_id else None

    def new_tokens(self, grant_type, client, user, scope, expires_in, include_refresh_token):
        found = self.found
        assert found
        tokens = {
            "token_type": "Bearer",
            "access_token": f"oa2at_{text(43)}",
            "expires_in": int(self.access.total_seconds()),
            "scope": scope,
            "organization_id": found.organization_id,
            "user_id": user,
        }
        if scopes.OFFLINE in found.scope.split() and include_refresh_token:
            tokens["refresh_token"] = f"oa2rt_{text(43)}"
        return tokens

    def save_token(self, token, request):
        assert self.found
        self.issued = Issued(self.found, token)

    def create_oauth2_request(self, request):
        return request

    def send_signal(self, name, *args, **kwargs):
        """Nobody listens."""

    def handle_response(self, status, body, headers):
        return status, body, dict(headers)
