"""Where programs find out how to be let in (RFC 8414, and RFC 9728 for MCP clients)."""

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from starlette.responses import Response

from ajar.http.api import answer
from ajar.oauth.protocol import METHODS
from ajar.scopes import DESTRUCTIVE, OFFLINE, READ, SAFE, SCOPES

ANYBODY = {"access-control-allow-origin": "*"}


def resources(visit) -> set[str]:
    """What tokens are for: all of this server, its API and its MCP server, also under the name
    by which it was asked."""
    name = visit.call.headers.get("host", "").lower()
    here = visit.settings.address, f"http://{name}", f"https://{name}"
    return {address + path for address in here for path in ("", "/api/v1", "/mcp")}


async def show(visit) -> Response:
    return answer(document(visit.settings), 200, ANYBODY)


async def show_resource(visit) -> Response:
    """What is to be let into, for clients that only know the address of the MCP server."""
    here = visit.settings.address
    told = {
        "resource": f"{here}/mcp",
        "resource_name": "Ajar",
        "authorization_servers": [here],
        "scopes_supported": [READ, SAFE, DESTRUCTIVE, OFFLINE],
        "bearer_methods_supported": ["header"],
    }
    return answer(told, 200, ANYBODY)


def document(settings) -> AuthorizationServerMetadata:
    here = settings.address
    registration = {"registration_endpoint": f"{here}/oauth2/register/"}
    return AuthorizationServerMetadata(
        issuer=here,
        authorization_endpoint=f"{here}/oauth2/authorize/",
        token_endpoint=f"{here}/oauth2/token/",
        revocation_endpoint=f"{here}/oauth2/revoke/",
        **(registration if settings.oauth_registration else {}),
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=METHODS,
        revocation_endpoint_auth_methods_supported=METHODS,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )
