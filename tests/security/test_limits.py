"""How much, and how slowly: nobody can fill the memory, hold a connection or a statement."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import psycopg
import pytest
from starlette.testclient import TestClient

from ajar.app import App
from ajar.config import Settings
from ajar.errors import TooSlow
from ajar.files import upload
from ajar.http import protocol, request
from ajar.kernel.operations import operation, written
from tests.clients.conftest import Served

MOST = 300_000
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
DOORS = [
    ("POST", "/api/v1/lead/", JSON),
    ("PUT", "/api/v1/lead/x/", JSON),
    ("POST", "/api/v1/data/search/", JSON),
    ("POST", "/auth/session/", JSON),
    ("POST", "/auth/sign_in/", FORM),
    ("POST", "/auth/password/reset/", FORM),
    ("POST", "/oauth2/token/", FORM),
    ("POST", "/oauth2/revoke/", FORM),
    ("POST", "/oauth2/register/", JSON),
    ("POST", "/forms/orga_x/form_x/", JSON),
    ("POST", "/forms/orga_x/form_x/", FORM),
    ("POST", "/mcp", JSON),
]


@pytest.mark.parametrize(("method", "path", "kind"), DOORS)
def test_every_door_takes_only_so_much(api, world, monkeypatch, method, path, kind):
    monkeypatch.setattr(world.app.api, "most_bytes", MOST)
    read = 0

    def endless():
        nonlocal read
        while read < 2 * MOST:
            read += 2**16
            yield b" " * 2**16

    headers = api.headers | {"content-type": kind}
    answer = api.client.request(method, path, headers=headers, content=endless())

    assert answer.status_code == 413, answer.text


def test_a_file_is_only_so_large(api, world, monkeypatch):
    monkeypatch.setattr(world.app.files.storage, "most_bytes", 1000)
    made = api.ok(
        "post", "/files/upload/", json={"filename": "a.txt", "content_type": "text/plain"}
    )
    fields, file = made["upload"]["fields"], {"file": ("a.txt", b"x" * 30_000, "text/plain")}

    answer = api.client.post("/go/file/", data=fields, files=file)

    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(request, "PATIENCE", 0.05)
    scope = {"method": "POST", "path": "/", "headers": []}

    async def receive():
        await asyncio.sleep(60)

    with pytest.raises(TooSlow) as refused:
        asyncio.run(request.Call(scope, receive).raw(10))

    assert (refused.value.status, refused.value.headers) == (408, {"connection": "close"})


@pytest.mark.parametrize("limit", ["PAUSE", "PATIENCE"])
def test_a_file_that_drips_is_not_waited_for(monkeypatch, limit):
    monkeypatch.setattr(upload, limit, 0.1)

    async def receive():
        await asyncio.sleep(60 if limit == "PAUSE" else 0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read():
        return [piece async for piece in upload.body(receive)]

    with pytest.raises(TooSlow):
        asyncio.run(read())


@pytest.fixture(scope="module")
def served(world, postgres, tmp_path_factory):
    with Served(postgres, tmp_path_factory.mktemp("slow")) as served:
        yield served


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(served, monkeypatch, begun):
    monkeypatch.setattr(protocol, "PATIENCE", 0.2)

    with socket.create_connection((served.host, served.port), timeout=5) as connection:
        connection.sendall(begun)
        started = time.monotonic()

        assert connection.recv(1000) == b""  # it was closed

    assert time.monotonic() - started < 4


def test_a_connection_that_is_used_is_not_closed(served, monkeypatch):
    monkeypatch.setattr(protocol, "PATIENCE", 0.2)

    with socket.create_connection((served.host, served.port), timeout=5) as connection:
        for _ in range(2):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.4)


def test_a_statement_that_takes_too_long_is_given_up(tmp_path, postgres, world, api):
    @operation("slow.get", "GET", "/slow/")
    async def slow(ctx, params, body):
        await ctx.db.execute("select pg_sleep(5)")

    here = {"database_url": postgres, "data": tmp_path, "statement_seconds": 1, "pool_size": 2}
    try:
        app = App(Settings(**here), postgres)
    finally:
        del written["slow.get"]
    with TestClient(app) as client:
        answer = client.get("/api/v1/slow/", headers=api.headers)
        after = client.get("/api/v1/me/", headers=api.headers)

    assert (answer.status_code, after.status_code) == (504, 200)
    assert "too long" in answer.json()["error"]


def test_what_takes_long_leaves_connections_for_what_does_not(world, api):
    """Here, questions about leads take as long as somebody has the table for themselves."""
    find = {"type": "object_type", "object_type": "lead"}
    asked = [
        lambda: api.post("/data/search/", json={"query": find}),
        lambda: api.get("/lead/", params={"query": "name:x"}),
    ] * world.app.settings.connections
    api.ok("get", "/me/")

    with psycopg.connect(world.app.database) as locked, ThreadPoolExecutor() as pool:
        locked.execute("lock table lead")
        slow = [pool.submit(one) for one in asked]
        time.sleep(0.5)
        assert pool.submit(api.ok, "get", "/me/").result(10)["id"] == api.user_id
        assert not any(one.done() for one in slow)
        locked.rollback()
        assert {one.result().status_code for one in slow} == {200}


def test_a_job_may_take_longer_than_a_request_and_not_for_ever():
    here = Settings()

    assert here.statement_seconds < here.job_statement_seconds <= 600


def test_what_a_pool_is_told_holds(postgres):
    from ajar import database

    async def asked():
        async with database.pool(postgres, 1, 7) as pool:
            return await pool.fetchval("show statement_timeout")

    assert asyncio.run(asked()) == "7s"
    assert issubclass(asyncpg.QueryCanceledError, asyncpg.OperatorInterventionError)
