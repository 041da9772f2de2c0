"""No address reaches what only this server can reach, however it is written: a canary listens."""

import asyncio
import ipaddress
import socket

import httpcore2
import pytest

from ajar.providers import web

# What must never be reached: this machine, its networks, the hosts that give out credentials.
INSIDE = [
    "127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
]
INSIDE_6 = [
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "ff02::1",
    "100::1",
    "2001:db8::1",
    "2001::1",
    "64:ff9b:1::7f00:1",
    "5f00::1",
    "3fff::1",
]


def spellings(address: str):
    """The ways in which an IPv4 address can be written, as the operating system reads them."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ipaddress.ip_address(address))
    low = number & 0xFFFF
    yield address
    yield f"{a}.{b}.{low}"
    yield f"{a}.{number & 0xFFFFFF}"
    yield str(number)
    yield hex(number)
    yield hex(number).upper().replace("0X", "0x")
    yield f"0{number:o}"
    yield f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"000{a:o}.{b}.{c:#x}.{d}"
    yield f"{a:#06x}.{b}.{low:#x}"
    yield "".join(chr(0xFF10 + int(one)) if one.isdigit() else "\u3002" for one in address)
    yield "".join(f"%{ord(one):02x}" for one in address)
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}]"
    yield f"[0:0:0:0:0:FFFF:{address}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]"
    yield f"[::ffff:0:{address}]"


HOSTS = [one for address in INSIDE for one in spellings(address)]
HOSTS += [f"[{address}]" for address in INSIDE_6]
HOSTS += [f"[{ipaddress.ip_address(address).exploded}]" for address in INSIDE_6]
HOSTS += ["[fe80::1%25lo]", "[::1%25lo]", "[::ffff:127.0.0.1%25lo]"]
# Names, and what they resolve to.
NAMES = {
    "localhost": ["127.0.0.1"],
    "LocalHost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "kubernetes.default.svc": ["10.0.0.1"],
    "one.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat.example": ["64:ff9b::7f00:1"],
    "many.example": ["93.184.216.34", "93.184.216.35", "10.0.0.1"],
    "both.example": ["2606:2800:220:1::1", "::1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "xn--n3h.example": ["192.168.0.1"],
    "a" * 63 + ".example": ["127.0.0.1"],
}
# The part that a careless reader takes for the host, and the one that is it.
TRICKS = [
    "http://8.8.8.8@{0}/",
    "http://8.8.8.8:80@{0}/",
    "http://user:password@{0}/",
    "http://@{0}/",
    "http://:@{0}/",
    "http://{0}@8.8.8.8/",
    "http://{0}#@8.8.8.8/",
    "http://{0}?@8.8.8.8/",
    "http://{0}/@8.8.8.8/",
    "http://{0}\\@8.8.8.8/",
    "http://8.8.8.8\\@{0}/",
    "http://8.8.8.8%40{0}/",
    "http://{0}%2f@8.8.8.8/",
    "http://{0}%00.example/",
    "http://{0}\t/",
    "http://{0}\r\nhost: 8.8.8.8/",
    " http://{0}/",
    "http:/{0}/",
    "http:\\\\{0}\\",
    "http:///{0}/",
    "http:{0}/",
    "//{0}/",
    "HTTP://{0}/",
    "https://{0}/",
    "ftp://{0}/",
    "gopher://{0}/_x",
    "dict://{0}/x",
    "ldap://{0}/",
    "tftp://{0}/",
    "ws://{0}/",
    "file://{0}/etc/passwd",
    "unix://{0}/run/x.sock",
    "jar:http://{0}!/",
    "url:http://{0}/",
    "http+unix://{0}/",
    "netdoc://{0}/",
]


class Canary:
    """Listens where nobody may come, and counts who does."""

    async def __aenter__(self):
        self.visits = 0
        self.server = await asyncio.start_server(self.visited, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def visited(self, reader, writer):
        self.visits += 1
        writer.close()

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()


@pytest.fixture
def connected(monkeypatch):
    """The addresses that were connected to: the canary is one of many."""
    addresses, really = [], httpcore2.AnyIOBackend.connect_tcp

    async def connect_tcp(self, host, port, timeout=None, **options):
        addresses.append(host)
        if not ipaddress.ip_address(host).is_loopback:
            raise httpcore2.ConnectError("nobody is there")
        return await really(self, host, port, timeout, **options)

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
    return addresses


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """What the names of the corpus resolve to; nothing is asked of the network."""
    known, really, asked = dict(NAMES), socket.getaddrinfo, []

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        asked.append(host)
        found = known.get(host)
        if callable(found):
            found = found()
        if found is None:
            return really(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    getaddrinfo.known, getaddrinfo.asked = known, asked
    return getaddrinfo


def urls(port: int) -> list[str]:
    hosts = [f"{host}:{port}" for host in (*HOSTS, *NAMES)]
    found = [f"http://{host}/" for host in hosts]
    found += [trick.format(f"127.0.0.1:{port}") for trick in TRICKS]
    return found + [trick.format(f"[::ffff:127.0.0.1]:{port}") for trick in TRICKS]


def test_no_spelling_of_an_address_inside_is_reached(connected):
    async def asked():
        outcomes = {}
        async with Canary() as canary:
            door = web.Web(allow_private=False)
            for url in urls(canary.port):
                try:
                    outcomes[url] = await door.request("GET", url, timeout=5)
                except (web.Refused, web.Failed) as refused:
                    outcomes[url] = refused
            await door.close()
        return outcomes, canary.visits

    outcomes, visits = asyncio.run(asked())

    assert len(outcomes) >= 300
    assert (visits, connected) == (0, [])
    assert [url for url, one in outcomes.items() if isinstance(one, web.Response)] == []


def test_the_canary_would_sing(connected):
    async def asked():
        async with Canary() as canary:
            door = web.Web(allow_private=True)
            with pytest.raises(web.Failed):
                await door.request("GET", f"http://0x7f.1:{canary.port}/")
            await door.close()
            return canary.visits

    assert asyncio.run(asked()) == 1
    assert connected == ["127.0.0.1"]


def test_a_name_that_changes_its_mind_is_not_believed(names, connected):
    """It is looked up once, and what was looked at is what is connected to."""
    answers = [["93.184.216.34"], ["127.0.0.1"]] * 20
    names.known["rebind.example"] = lambda: answers.pop(0)

    async def asked():
        async with Canary() as canary:
            door = web.Web(allow_private=False)
            for _ in range(20):
                with pytest.raises((web.Refused, web.Failed)):
                    await door.request("GET", f"http://rebind.example:{canary.port}/")
            await door.close()
            return canary.visits

    assert asyncio.run(asked()) == 0
    assert set(connected) == {"93.184.216.34"}
    assert names.asked.count("rebind.example") == 20


def test_a_redirect_leads_nowhere():
    """Neither to the canary nor by any of the codes."""

    async def asked():
        async with Canary() as canary:
            codes = iter((300, 301, 302, 303, 307, 308))

            async def redirecting(reader, writer):
                await reader.readuntil(b"\r\n\r\n")
                there = f"location: http://127.0.0.1:{canary.port}/\r\nrefresh: 0;url=http://127.1/"
                head = f"HTTP/1.1 {next(codes)} X\r\n{there}\r\ncontent-length: 0"
                writer.write(f"{head}\r\nconnection: close\r\n\r\n".encode())
                await writer.drain()
                writer.close()

            server = await asyncio.start_server(redirecting, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            door = web.Web(allow_private=True)
            seen = [
                (await door.request("GET", f"http://127.0.0.1:{port}/")).status for _ in range(6)
            ]
            await door.close()
            server.close()
            return seen, canary.visits

    assert asyncio.run(asked()) == ([300, 301, 302, 303, 307, 308], 0)
