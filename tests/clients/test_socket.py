"""What happens between a client and the server when neither is polite: over a bare socket."""

import base64
import json
import socket
import time
from http.client import HTTPConnection, HTTPResponse

import pytest

MOST = 10 * 1024 * 1024


def request(company, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request. A header is changed by its name, and left out by an empty value."""
    lines = {
        "host": "ajar.example",
        "authorization": "Basic " + base64.b64encode(f"{company.key}:".encode()).decode(),
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} /api/v1{path} HTTP/1.1\r\n{head}\r\n".encode() + body


def lead(name: str, **more) -> bytes:
    return json.dumps({"name": name} | more).encode()


def answer(connection: socket.socket, method: str = "GET") -> tuple[int, dict]:
    """The next answer on a connection, of which the rest stays readable."""
    response = HTTPResponse(OneAtATime(connection), method=method)
    response.begin()
    return response.status, json.loads(response.read())


class OneAtATime:
    """A socket that is read byte by byte, so that nothing of the next answer is lost."""

    def __init__(self, connection: socket.socket):
        self.connection = connection

    def makefile(self, mode: str):
        return self.connection.makefile(mode, buffering=0)


def names(company) -> list[str]:
    """Of all leads; and each has its event, or nothing would tell of it."""
    leads = company.raw("GET", "/lead/").json()
    events = company.raw("GET", "/event/?object_type=lead&action=created").json()["data"]
    ids = sorted(lead["id"] for lead in leads["data"])
    assert sorted(event["object_id"] for event in events) == ids
    assert leads["total_results"] == len(ids)
    return sorted(lead["name"] for lead in leads["data"])


@pytest.fixture
def connection(company, served):
    with socket.create_connection((served.host, served.port), timeout=10) as connection:
        yield connection


def test_a_connection_serves_many_requests(company, served):
    client = HTTPConnection(served.host, served.port, timeout=10)
    headers = {"authorization": "Basic " + base64.b64encode(f"{company.key}:".encode()).decode()}
    ports = set()
    for _ in range(5):
        client.request("GET", "/api/v1/lead/", headers=headers)
        response = client.getresponse()
        assert response.status == 200
        response.read()
        ports.add(client.sock.getsockname()[1])
    client.close()

    assert len(ports) == 1


def test_a_refusal_does_not_end_the_connection(company, connection):
    connection.sendall(request(company, "POST", "/lead/", b"{"))
    refused = answer(connection)
    connection.sendall(request(company, "GET", "/lead/"))

    assert refused == (400, {"error": "The request contains invalid JSON."})
    assert answer(connection)[0] == 200


def test_requests_that_are_sent_at_once_are_answered_in_turn(company, connection):
    posts = [request(company, "POST", "/lead/", lead(f"Company {n}")) for n in range(3)]
    connection.sendall(b"".join(posts) + request(company, "GET", "/lead/"))

    made = [answer(connection) for _ in range(3)]
    status, page = answer(connection)

    assert [body["name"] for _, body in made] == ["Company 0", "Company 1", "Company 2"]
    assert (status, page["total_results"]) == (200, 3)


def test_a_body_may_be_as_large_as_the_limit(company):
    padding = MOST - len(lead("Big", padding=""))

    answer = company.raw("POST", "/lead/", data=lead("Big", padding="x" * padding), headers=JSON)

    assert answer.status_code == 200
    assert names(company) == ["Big"]


@pytest.mark.parametrize("more", [1, 50 * 1024 * 1024])
def test_a_body_that_is_larger_is_refused_and_read_to_its_end(company, more):
    padding = MOST - len(lead("Big", padding="")) + more

    answer = company.raw("POST", "/lead/", data=lead("Big", padding="x" * padding), headers=JSON)

    assert answer.status_code == 413
    assert answer.json() == {"error": f"The request body is larger than {MOST} bytes."}
    assert names(company) == []


def test_a_body_that_comes_slowly_keeps_nobody_waiting(company, connection):
    whole = request(company, "POST", "/lead/", lead("Slow"))
    for part in (whole[:-20], whole[-20:-10], whole[-10:]):
        started = time.monotonic()
        assert company.raw("GET", "/lead/").json()["total_results"] == 0
        assert time.monotonic() - started < 1
        connection.sendall(part)
        time.sleep(0.05)

    assert answer(connection)[0] == 200
    assert names(company) == ["Slow"]


def test_a_body_may_come_in_chunks(company, connection):
    body = lead("Chunked")
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    options = {"content_length": "", "transfer_encoding": "chunked"}
    connection.sendall(request(company, "POST", "/lead/", **options) + chunks)

    assert answer(connection)[0] == 200
    assert names(company) == ["Chunked"]


def test_a_client_may_ask_before_it_sends_a_body(company, connection):
    body = lead("Careful")
    ask = {"content_length": str(len(body)), "expect": "100-continue"}
    connection.sendall(request(company, "POST", "/lead/", **ask))
    go_on = connection.recv(1000)
    connection.sendall(body)

    assert go_on == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer(connection)[0] == 200
    assert names(company) == ["Careful"]


def test_a_client_that_leaves_in_the_middle_leaves_nothing(company, connection):
    connection.sendall(request(company, "POST", "/lead/", lead("Half"))[:-5])
    connection.close()
    time.sleep(0.1)

    assert names(company) == []


def test_a_client_that_does_not_wait_leaves_all_or_nothing(company, served):
    body = lead("Hasty", contacts=[{"name": f"Person {n}"} for n in range(20)])
    for _ in range(10):
        with socket.create_connection((served.host, served.port), timeout=10) as connection:
            connection.sendall(request(company, "POST", "/lead/", body))
    time.sleep(0.3)

    found = company.raw("GET", "/lead/").json()["data"]
    assert [len(one["contacts"]) for one in found] == [20] * len(found)
    assert {one["name"] for one in found} <= {"Hasty"}


def test_what_is_not_http_is_refused(served, connection):
    connection.sendall(b"HELO ajar\r\n\r\n")

    assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert connection.recv(1000) in (b"", b"Invalid HTTP request received.")


JSON = {"content-type": "application/json"}
