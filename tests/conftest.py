"""A server over a real database, and clients: each test has organizations of its own."""

import asyncio
import base64
import itertools
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpcore2
import pytest
from sqlalchemy.schema import CreateIndex, CreateTable
from starlette.testclient import TestClient

from ajar import access, founding, ids
from ajar.accounts import GLOBAL
from ajar.app import App
from ajar.config import Settings
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources as registry
from ajar.kernel.sql import DIALECT, metadata
from ajar.migrations import QUEUE
from ajar.postgres.server import Server
from ajar.worker import Worker

number = itertools.count()
WAITING = re.compile("commands/|chaos/|_killed|webhooks/test_worker")  # for servers of their own


def pytest_collection_modifyitems(items):
    """The largest files first, so that the last are short; those that mostly wait each beside two
    others, so that no processor is idle."""
    sizes = Counter(str(item.path) for item in items)
    largest = sorted(sizes, key=lambda path: (-sizes[path], path))
    waiting = [path for path in largest if WAITING.search(path)]
    working = [path for path in largest if path not in waiting]
    places = {path: n for n, path in enumerate(working)}
    places |= {path: 2 * n - 0.5 for n, path in enumerate(waiting)}
    items.sort(key=lambda item: places[str(item.path)])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory, worker_id):
    """The URL of an empty database, of this test process alone."""
    if url := os.environ.get("DATABASE_URL"):
        name = f"ajar_test_{worker_id}"
        run(url, f"drop database if exists {name}", f"create database {name}")
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        return
    # To empty a table takes as long as there are buffers, and tests empty many.
    few = {"fsync": "off", "shared_buffers": "128MB"}
    server = Server.start(tmp_path_factory.mktemp("data"), settings=few)
    yield server.url
    server.stop()


def run(url: str, *statements: str) -> None:
    async def connected():
        db = await asyncpg.connect(url)
        for statement in statements:
            await db.execute(statement)
        await db.close()

    asyncio.run(connected())


def declared() -> list[str]:
    """The tables as the declarations have them; test_migrations.py holds the migrations to it."""
    tables = metadata.sorted_tables
    made = [CreateTable(table) for table in tables]
    made += [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=str)]
    default = "create table event_default partition of event default"
    return [*(str(statement.compile(dialect=DIALECT)) for statement in made), default]


class World:
    """The application in this process, over its database."""

    def __init__(self, url: str, data: Path):
        settings = Settings(
            database_url=url, data=data, rate_limit=0, form_rate_limit=0, pool_size=2
        )
        self.app = App(settings, url)
        run(url, QUEUE.read_text(), *declared())
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.clock = self.app.clock

    def call(self, function, *args):
        """Run a coroutine function over a connection of the application."""

        async def connected():
            async with self.app.api.pool.acquire() as db:
                return await function(db, *args)

        return self.client.portal.call(connected)

    def work(self) -> None:
        """Do the jobs that are due, as a worker would. One that fails is logged and stays."""
        asyncio.run(Worker(self.app.settings, self.app.database, self.clock).drain())

    def sql(self, text: str, *args) -> list:
        return self.call(lambda db: db.fetch(text, *args))


@pytest.fixture(scope="session")
def world(postgres, tmp_path_factory):
    world = World(postgres, tmp_path_factory.mktemp("files"))
    with world.client:
        yield world


class Api:
    """A client signed in as the admin of an organization of its own, who can make one of
    anything."""

    def __init__(self, world: World):
        self.world, self.client = world, world.client
        self.ctx, self.key = world.call(self.found)
        self.organization_id, self.user_id = self.ctx.organization_id, self.ctx.user_id
        self.headers = {"authorization": authorization(self.key)}

    async def found(self, db):
        email = f"bruce{next(number)}@{os.getpid()}.example"
        options = {"name": "Wayne Enterprises", "email": email, "user_name": "Bruce Wayne"}
        ctx = await founding.found(db, self.world.clock(), password=None, **options)
        return ctx, await founding.add_key(ctx, "tests")

    def __getattr__(self, method):
        if method.startswith("_"):  # who only wants to print this does not mean a request
            raise AttributeError(method)

        def call(path, headers=None, **options):
            ask = getattr(self.client, method)
            return ask(f"/api/v1{path}", headers=self.headers | (headers or {}), **options)

        return call

    def ok(self, method, path, **options):
        """The body of an answer that must be good."""
        answer = getattr(self, method)(path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def changes(self, path, change):
        """All of this is changed: the answer shows it, and so does what is read from then on."""
        changed = self.ok("put", path, json=change)
        assert changed.items() >= change.items()
        assert self.ok("get", path) == changed

    def make(self, name, /, **values):
        """Create a row from the examples on its fields, and its parents if it needs any."""
        about = registry[name].about
        answer = self.post(f"/{about.path}/", json=self.body(name, **values))
        assert answer.status_code == about.created, answer.text
        return answer.json()

    def add(self, name, /, **values):
        """A row that only the server makes; its id."""

        async def added(db):
            ctx = Context(db, Caller(self.organization_id, self.user_id), self.world.clock())
            return (await ops.add(ctx, registry[name], **values))["id"]

        return self.world.call(added)

    def within(self, function, *args, **caller):
        """What a job of this user does, in a transaction."""

        async def inside(db):
            async with db.transaction():
                who = Caller(self.organization_id, self.user_id, **caller)
                return await function(Context(db, who, self.world.clock()), *args)

        return self.world.call(inside)

    def body(self, name, /, **values):
        """What makes a row: nothing that is not needed."""
        body = PEOPLE.get(name, nobody)(self) | values
        for field in registry[name].about.stored.values():
            if field.name in body or field.readonly:
                continue
            if field.required and hasattr(field, "to"):
                body[field.name] = self.make(field.to, **shared(field.to, body))["id"]
            elif field.example is not None:
                body[field.name] = field.example
            if field.unique and field.name not in values and field.name in body:
                body[field.name] += f" {next(number)}"
        return body

    def join(self, role_id="user", email=None):
        """Make somebody a member with this role: a copy of this client, signed in as them."""
        body = {"email": email or f"{ids.new('member')}@team.example", "role_id": role_id}
        member = self.ok("post", "/membership/", json=body)
        who = Caller(member["organization_id"], member["user_id"])
        ctx = Context(None, who, self.world.clock())

        def key(db):
            return founding.add_key(replace(ctx, db=db), "tests")

        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__ | {"member": member, "user_id": member["user_id"]}
        other.headers = {"authorization": authorization(self.world.call(key))}
        return other

    def events(self, **filters):
        """(object_type, action) of all that was logged since the organization was founded."""
        rows = self.world.sql(
            "select object_type, action from event where organization_id = $1"
            " and request_id is not null order by date_updated, id",
            self.organization_id,
        )
        return [tuple(row) for row in rows]


def nobody(api):
    return {}


# What no example can say: ids.
PEOPLE = {
    "bulk_action.edit": lambda api: {"lead_status_id": status(api)},
    "bulk_action.email": lambda api: {"email_account_id": mailbox(api)},
    "sequence_subscription": lambda api: {"calls_assigned_to": [api.user_id]},
}


def status(api):
    return api.ok("get", "/status/lead/")["data"][-1]["id"]


def mailbox(api, **values):
    """A connected account of the user's, which may send."""
    about = {"_type": "google", "email": "bruce@wayne.example", "identities": []}
    about |= {"user_id": api.user_id, "enabled_features": ["email_sending"]}
    return api.add("connected_account", **about | values)


def shared(name, body):
    """What a parent has in common with its child: both are of the same lead."""
    has_lead = "lead_id" in registry[name].about.stored and "lead_id" in body
    return {"lead_id": body["lead_id"]} if has_lead else {}


def authorization(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


@pytest.fixture(scope="session")
def newcomer(world):
    """Call it for a client: each is of an organization of its own."""
    return lambda: Api(world)


@pytest.fixture
def api(newcomer):
    return newcomer()


@pytest.fixture
def stranger(newcomer):
    """Someone who belongs to another organization."""
    return newcomer()


@pytest.fixture
def join(api):
    """Makes somebody a member with this role; a client signed in as them. `api.member` is
    their membership."""
    return lambda role_id="user", email=None, into=api: into.join(role_id, email)


@pytest.fixture(scope="session")
def found(world):
    """Makes an organization that several tests look at."""
    return lambda: Api(world)


@pytest.fixture
def connected(monkeypatch):
    """The addresses that were connected to; no connection succeeds."""
    addresses = []

    async def connect_tcp(self, host, port, timeout=None, **_):
        addresses.append(host)
        raise httpcore2.ConnectError("refused")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
    return addresses


@pytest.fixture
def clock(world):
    """The server's clock; it goes on by itself when the test is over."""
    yield world.clock
    world.clock.stand(None)


@pytest.fixture
def statements(world):
    """Call it with a request: the statements that PostgreSQL was sent meanwhile, but for those
    that hang on what other tests did: who calls, which the server may just have been made to
    forget, and that a connection plans otherwise now than for who had it before."""

    def count(request):
        seen = []

        def log(record):
            seen.append(record.query)

        connections = [holder._con for holder in world.app.api.pool._holders if holder._con]
        for connection in connections:
            connection.add_query_logger(log)
        request()
        # The last may be told of just after what it was a part of has ended.
        world.client.portal.call(asyncio.sleep, 0)
        for connection in connections:
            connection.remove_query_logger(log)
        asking = {statement.text for statement in access.find.known.values()}
        return [text for text in seen if text not in asking and "set session" not in text]

    return count


# What belongs to no single organization: who signs in, and what people call somebody.
OF_NOBODY = {table.name for table in GLOBAL}


@pytest.fixture(scope="session")
def strays():
    """Call it with the text of a statement: the tables in it that are not limited to the
    organization of the caller, which is what lets them be spread over many machines."""

    def find(text):
        names = re.findall(r'(?:FROM|JOIN|UPDATE|USING) "?(\w+)"?(?: AS (\w+))?', text)
        tables = {alias or table for table, alias in names if table in metadata.tables}
        written = re.findall(r'INSERT INTO "?(\w+)"? \((\w+)', text)
        wrong = [table for table, first in written if first != "organization_id"]
        limited = set(
            re.findall(r'"?(\w+)"?\.organization_id = \(?(?:\$|\w+\.organization_id)', text)
        )
        return sorted({*wrong, *tables - limited} - OF_NOBODY)

    return find
