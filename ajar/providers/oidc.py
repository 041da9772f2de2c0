"""Signing in at an identity provider (OpenID Connect): the way there, and what it says then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import (
    parse_authorization_code_response,
    prepare_grant_uri,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ajar.providers.web import Failed, Refused, Response, Web

# Signed with a key that only the provider has; never one that both of us know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY = 60  # seconds between our clocks
FORM = "application/x-www-form-urlencoded"


class Untrusted(Exception):
    """The provider did not say who this is, or not in a way that can be believed."""


@dataclass(frozen=True)
class Trip:
    """What one way to the provider and back is known by; only the browser that goes has it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Who the provider says it is."""

    subject: str
    email: str


class Provider:
    """The one that the settings name. It is trusted, so that it may be on a private address."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, callback: str):
        self.issuer, self.client_id, self.client_secret = issuer, client_id, client_secret
        self.callback = callback

    async def way(self, trip: Trip) -> str:
        """Where to send the browser."""
        web = Web(allow_private=True)
        try:
            endpoint = (await self.metadata(web))["authorization_endpoint"]
        finally:
            await web.close()
        return prepare_grant_uri(
            endpoint,
            self.client_id,
            "code",
            redirect_uri=self.callback,
            scope="openid email",
            state=trip.state,
            nonce=trip.nonce,
            code_challenge=create_s256_code_challenge(trip.verifier),
            code_challenge_method="S256",
        )

    async def person(self, trip: Trip, query: Mapping[str, str], now: datetime) -> Person:
        """Of the one who came back with this query string."""
        web = Web(allow_private=True)
        try:
            answer = f"{self.callback}?{urlencode(query)}"
            code = parse_authorization_code_response(answer, state=trip.state)["code"]
            metadata = await self.metadata(web)
            tokens = await self.exchange(web, metadata["token_endpoint"], code, trip)
            keys = await fetched(web, metadata["jwks_uri"])
            return self.believed(tokens, keys, trip, now)
        except (AuthlibBaseError, KeyError, TypeError, ValueError) as error:
            raise Untrusted(type(error).__name__) from None
        finally:
            await web.close()

    async def metadata(self, web: Web) -> dict[str, Any]:
        found = await fetched(web, f"{self.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise Untrusted("The provider calls itself by another name.")
        return found

    async def exchange(self, web: Web, endpoint: str, code: str, trip: Trip) -> dict[str, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code_verifier": trip.verifier,
        }
        headers = {"content-type": FORM, "accept": "application/json"}
        content = urlencode(sent, quote_via=quote).encode()
        return await fetched(web, endpoint, "POST", headers=headers, content=content)

    def believed(self, tokens: dict, keys: Any, trip: Trip, now: datetime) -> Person:
        # 12 MB, for those who come this way.
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        options = {
            "iss": {"values": [self.issuer, f"{self.issuer}/"]},
            "aud": {"value": self.client_id},
        }
        said: dict[str, Any] = {"nonce": trip.nonce, "client_id": self.client_id}
        said["access_token"] = tokens.get("access_token")
        try:
            token = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, options, said)
            claims.validate(int(now.timestamp()), LEEWAY)
        except JoseError as error:
            raise Untrusted(type(error).__name__) from None
        if claims.get("email_verified") is not True or not claims.get("email"):
            raise Untrusted("The provider has not verified the e-mail address.")
        return Person(str(claims["sub"]), str(claims["email"]))


async def fetched(web: Web, url: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    try:
        response: Response = await web.request(method, url, **options)
    except (Failed, Refused) as error:
        raise Untrusted(f"The identity provider cannot be reached: {error}") from None
    if response.status != 200:
        raise Untrusted(f"The identity provider answered {response.status}.")
    found = msgspec.json.decode(response.body)
    if not isinstance(found, dict):
        raise Untrusted("The identity provider answered something else than an object.")
    return found
