"""The one door for outgoing HTTP: naming a URL must not open what only this server can reach."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import cast

import httpcore2
import httpx2

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
MAX_BYTES = 1024 * 1024

# What the ipaddress module calls global (in some version of Python), and is not for us to reach.
NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier NAT
        "168.63.129.16/32",  # the host of an Azure machine
        "192.0.0.0/24",  # protocol assignments; the host of an Oracle machine
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # Teredo and other protocol assignments
        "3fff::/20",  # documentation
    )
]
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")  # nothing else has been given out
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """The request was not made: this URL may not be asked for."""


class Failed(Exception):
    """The request was made, or tried, and brought no usable answer."""


@dataclass(frozen=True)
class Response:
    """An answer in full. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@cache
def _tls(verify: bool) -> ssl.SSLContext:
    """To read all the certificates that are trusted takes a while."""
    return httpx2.create_ssl_context(verify=verify)


class Web:
    """Makes requests over kept-alive connections. Belongs to one event loop; close it when done.
    `verify`: whether the certificates of servers are checked."""

    def __init__(self, allow_private: bool, verify: bool = True) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_tls(verify),
            max_connections=100,
            keepalive_expiry=15,
            network_backend=_Network(allow_private),
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = TOTAL_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> Response:
        """Ask once, following no redirect. `timeout` is for all of it, in seconds."""
        request = _request(method, checked(url), headers or {}, content, timeout)
        try:
            async with asyncio.timeout(timeout):
                return await self._send(request, max_bytes)
        except (TimeoutError, httpcore2.TimeoutException):
            raise Failed(f"No complete answer within {timeout:g} seconds.") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Failed(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        await self._pool.aclose()

    async def _send(self, request: httpcore2.Request, max_bytes: int) -> Response:
        response = await self._pool.handle_async_request(request)
        try:
            headers = _joined(response.headers)
            return Response(response.status, headers, await _body(response, max_bytes))
        finally:
            await response.aclose()


async def resolve(host: str, port: int) -> list[str]:
    """Every address a name has. Spellings such as 0x7f.1 or 2130706433 are read here as well."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Failed(f"The name {host} has no address.") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether anyone on the internet would reach the same machine under this address."""
    ip = _unwrapped(ipaddress.ip_address(address))
    if isinstance(ip, IPv6Address) and ip not in PUBLIC_IPV6:
        return False
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    return not any(ip in network for network in NEVER)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that traffic to an IPv6 address ends up at, where it carries one."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class _Network(httpcore2.AsyncNetworkBackend):
    """Connects to the very addresses it checked, so that a name cannot change in between.

    The pool above knows only names: it keeps connections apart by name and checks certificates
    against the name.
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        # httpcore2 declares an empty class of this name for those who have no anyio.
        self._sockets = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await resolve(host, port)
        # One private address among public ones is enough to refuse: it is there on purpose.
        if not self._allow_private and not all(map(is_public, addresses)):
            raise Refused(f"{host} is not an address on the public internet.")
        for address in addresses[:-1]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(addresses[-1], port, timeout)


def checked(text: str) -> httpx2.URL:
    """A URL that may be asked for, as far as its text tells."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise Refused("This is not a URL.") from None
    if url.scheme not in {"http", "https"}:
        raise Refused("Only http and https URLs can be asked for.")
    if not url.host:
        raise Refused("The URL names no host.")
    if url.port is not None and not 0 < url.port < 65536:
        raise Refused("The URL names no port that exists.")
    if url.userinfo:
        raise Refused("A URL must not contain a user name or password.")
    return url


def _request(
    method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes | None, timeout: float
) -> httpcore2.Request:
    # Without compression a small answer cannot grow into a large one.
    sent = {"user-agent": "Ajar", "accept-encoding": "identity"}
    if content is not None or method in {"POST", "PUT", "PATCH"}:
        sent["content-length"] = str(len(content or b""))
    sent |= {name.lower(): value for name, value in headers.items()}
    sent["host"] = url.netloc.decode("ascii")
    connect = min(timeout, CONNECT_SECONDS)
    return httpcore2.Request(
        method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[(name.encode("ascii"), value.encode()) for name, value in sent.items()],
        content=content,
        extensions={
            "timeout": {"connect": connect, "read": timeout, "write": timeout, "pool": timeout}
        },
    )


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


async def _body(response: httpcore2.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for part in response.aiter_stream():
        body += part
        if len(body) > max_bytes:
            raise Failed(f"The answer is longer than {max_bytes} bytes.")
    return bytes(body)
