import asyncio
import contextlib
import socket
import ssl
import time

import pytest

from ajar.providers import web

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nhi"

LOOPBACK = [
    "http://127.0.0.1",
    "http://127。0。0。1",
    "http://127.1",
    "http://127.0.1",
    "http://127.0.0.2",
    "http://127.255.255.254",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7F.1",
    "http://0x7f.0x0.0x0.0x1",
    "http://0177.0.0.1",
    "http://00000177.0.0.1",
    "http://017700000001",
    "http://0177.0x0.0.1",
    "http://0",
    "http://0.0.0.0",
    "http://0x0",
    "http://localhost",
    "http://LOCALHOST",
    "https://localhost",
    "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[0000::0001]",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:ffff:127.0.0.1]",
    "http://[::127.0.0.1]",
    "http://[::ffff:0:127.0.0.1]",
    "http://[64:ff9b::127.0.0.1]",
    "http://[64:ff9b::7f00:1]",
    "http://[64:ff9b:1::127.0.0.1]",
    "http://[2002:7f00:1::]",
    "http://[2002:7f00:0001::1]",
]
PRIVATE = [
    "http://10.0.0.1",
    "http://10.255.255.255",
    "http://012.0.0.1",
    "http://167772161",
    "http://0xa.1",
    "http://172.16.0.1",
    "http://172.31.255.255",
    "http://192.168.0.1",
    "http://192.168.257",
    "http://3232235521",
    "http://0300.0250.0.1",
    "http://169.254.169.254",
    "http://169.254.43518",
    "http://2852039166",
    "http://0xA9FEA9FE",
    "http://0251.0376.0251.0376",
    "http://[::ffff:169.254.169.254]",
    "http://[64:ff9b::169.254.169.254]",
    "http://[2002:a9fe:a9fe::]",
    "http://[2002:c0a8:1::1]",
    "http://100.64.0.1",
    "http://100.100.100.200",
    "http://100.127.255.255",
    "http://168.63.129.16",
    "http://192.0.0.192",
    "http://192.0.2.1",
    "http://192.88.99.1",
    "http://198.18.0.1",
    "http://198.51.100.1",
    "http://203.0.113.1",
    "http://224.0.0.1",
    "http://239.255.255.250",
    "http://240.0.0.1",
    "http://255.255.255.255",
    "http://[fc00::1]",
    "http://[fd00:ec2::254]",
    "http://[fe80::1]",
    "http://[fec0::1]",
    "http://[ff02::1]",
    "http://[100::1]",
    "http://[2001::1]",
    "http://[2001:db8::1]",
    "http://[3fff::1]",
    "http://[5f00::1]",
    "http://[4000::1]",
]
NOT_TO_ASK = [
    "",
    "127.0.0.1",
    "//127.0.0.1",
    "/path",
    "http://",
    "http:///path",
    "http:127.0.0.1",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "gopher://127.0.0.1",
    "unix:///run/x.sock",
    "javascript:alert(1)",
    "http://user:secret@127.0.0.1",
    "http://user@127.0.0.1",
    "http://8.8.8.8@127.0.0.1",
    "http://8.8.8.8:80@127.0.0.1",
    "http://127.0.0.1:0",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:port",
    "http://127.0.0.1\r\nX-A: 1",
    "http://[::1",
    "http://①②⑦.⓪.⓪.①",
]


class Server:
    """Answers every request with the same bytes and remembers what it was asked."""

    def __init__(self, answer, delay=0.0, tls=None):
        self.answer, self.delay, self.tls = answer, delay, tls
        self.connections, self.requests = 0, []
        self._open = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self.accept, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?a=1"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def accept(self, reader, writer):
        self.connections += 1
        self._open.add(asyncio.current_task())
        try:
            await self.serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def serve(self, reader, writer):
        while True:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(self.delay)
            writer.write(self.answer)
            await writer.drain()


class DrippingServer(Server):
    """Begins an answer and sends the rest too slowly to wait for."""

    async def serve(self, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def opened(allow_private):
    door = web.Web(allow_private)
    try:
        yield door
    finally:
        await door.close()


def ask(server, *, allow_private=True, url=None, method="GET", **options):
    async def run():
        async with server, opened(allow_private) as door:
            return await door.request(method, url or server.url, **options)

    return asyncio.run(run())


def names(monkeypatch, *answers):
    """Let every name resolve to the first of `answers`, then to the next, and count the asking."""
    left = list(answers)

    def getaddrinfo(host, port, *_args, **_options):
        addresses = left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return left


def test_an_answer_comes_back_whole():
    answer = ask(Server(OK))

    assert answer == web.Response(200, {"content-length": "2", "x-a": "1, 2"}, b"hi")


def test_a_request_is_sent_as_asked():
    server = Server(OK)

    ask(server, method="POST", headers={"X-Sign": "abc", "Host": "evil"}, content=b"{}")

    (request,) = server.requests
    assert request.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in request
    assert b"x-sign: abc\r\n" in request and b"content-length: 2\r\n" in request
    assert b"evil" not in request


def test_a_private_address_is_refused_before_any_connection():
    server = Server(OK)

    with pytest.raises(web.Refused):
        ask(server, allow_private=False)

    assert server.connections == 0


@pytest.mark.parametrize("url", LOOPBACK + PRIVATE + NOT_TO_ASK)
def test_no_spelling_of_a_forbidden_url_is_connected_to(url, connected):
    with pytest.raises(web.Refused):
        asyncio.run(web.Web(allow_private=False).request("GET", url))

    assert connected == []


@pytest.mark.parametrize("url", NOT_TO_ASK)
def test_a_url_not_to_ask_for_is_refused_even_where_private_addresses_are_allowed(url, connected):
    with pytest.raises(web.Refused):
        asyncio.run(web.Web(allow_private=True).request("GET", url))

    assert connected == []


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"]])
def test_a_name_with_a_private_address_is_refused(addresses, monkeypatch, connected):
    names(monkeypatch, addresses)

    with pytest.raises(web.Refused):
        asyncio.run(web.Web(allow_private=False).request("GET", "http://hook.example/"))

    assert connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch, connected):
    left = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    with pytest.raises(web.Failed):
        asyncio.run(web.Web(allow_private=False).request("GET", "http://rebind.example/"))

    assert connected == ["93.184.216.34"]
    assert left == [["127.0.0.1"]]  # the name was asked for once


def test_every_address_of_a_name_is_tried(monkeypatch, connected):
    names(monkeypatch, ["93.184.216.34", "93.184.216.35"])

    with pytest.raises(web.Failed):
        asyncio.run(web.Web(allow_private=False).request("GET", "http://hook.example/"))

    assert connected == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_addresses_of_the_internet_are_public(address):
    assert web.is_public(address)


def test_a_name_keeps_its_name_in_the_host_header():
    server = Server(OK)

    async def run():
        async with server, opened(True) as door:
            await door.request("GET", f"http://localhost:{server.port}/")

    asyncio.run(run())

    assert f"host: localhost:{server.port}\r\n".encode() in server.requests[0]


def test_tls_is_asked_for_under_the_name_and_not_the_address():
    asked = []
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate the greeting ends there
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = Server(OK, tls=tls)

    async def run():
        async with server, opened(True) as door:
            await door.request("GET", f"https://localhost:{server.port}/")

    with pytest.raises(web.Failed):
        asyncio.run(run())

    assert set(asked) == {"localhost"}


def test_a_connection_is_used_again():
    server = Server(OK)

    async def run():
        async with server, opened(True) as door:
            await door.request("GET", server.url)
            await door.request("GET", server.url)

    asyncio.run(run())

    assert (server.connections, len(server.requests)) == (1, 2)


def test_a_redirect_is_an_answer_and_not_followed():
    server = Server(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    answer = ask(server)

    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "head", [b"Content-Length: 100\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n64\r\n"]
)
def test_an_answer_that_is_too_long_is_cut(head):
    server = Server(b"HTTP/1.1 200 OK\r\n" + head + b"x" * 100 + b"\r\n0\r\n\r\n")

    with pytest.raises(web.Failed, match="longer than 99 bytes"):
        ask(server, max_bytes=99)


def test_an_answer_of_just_the_allowed_length_is_whole():
    assert ask(Server(OK), max_bytes=2).body == b"hi"


def test_headers_without_end_are_cut():
    with pytest.raises(web.Failed):
        ask(Server(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000))


def test_compression_is_not_asked_for():
    server = Server(OK)

    ask(server)

    assert b"accept-encoding: identity\r\n" in server.requests[0]


def test_a_slow_server_times_out():
    with pytest.raises(web.Failed, match=r"within 0\.2 seconds"):
        ask(Server(OK, delay=5), timeout=0.2)


def test_a_server_that_drips_times_out():
    begun = time.monotonic()

    with pytest.raises(web.Failed, match=r"within 0\.3 seconds"):
        ask(DrippingServer(OK), timeout=0.3)

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"]
)
def test_an_answer_that_is_not_http_fails(answer):
    with pytest.raises(web.Failed):
        ask(Server(answer))


def test_a_port_where_nobody_listens_fails():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"

        with pytest.raises(web.Failed):
            asyncio.run(web.Web(allow_private=True).request("GET", url))


def test_a_name_without_address_fails(monkeypatch):
    def getaddrinfo(*_args, **_options):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(web.Failed, match="has no address"):
        asyncio.run(web.Web(allow_private=False).request("GET", "http://nowhere.example/"))


@pytest.mark.parametrize("header", [{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}])
def test_a_header_that_would_break_the_request_fails(header):
    server = Server(OK)

    with pytest.raises(web.Failed):
        ask(server, headers=header)

    assert server.requests == []
