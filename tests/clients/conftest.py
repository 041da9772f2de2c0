"""The application behind a real socket, and the official client of the original API."""

import itertools
import os
import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import requests
import uvicorn
from closeio_api import API

from ajar import founding
from ajar.app import App
from ajar.config import Settings
from ajar.http.protocol import Protocol

number = itertools.count()


class Served:
    """An application of its own over the tests' database, in a thread, on a free port."""

    def __init__(self, database: str, data, **settings):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.socket.getsockname()
        self.url = f"http://{self.host}:{self.port}"
        options = {"pool_size": 4, "rate_limit": 0, "event_consolidation_seconds": 0}
        options |= {"public_url": self.url, "data": data} | settings
        app = App(Settings(database_url=database, **options), database)
        quiet = {"log_config": None, "access_log": False}
        self.server = uvicorn.Server(uvicorn.Config(app, **quiet, http=Protocol, lifespan="on"))
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))

    def __enter__(self):
        self.thread.start()
        while not self.server.started and self.thread.is_alive():
            time.sleep(0.01)
        assert self.server.started
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join()


@dataclass
class Company:
    """An organization, and what its admin needs to reach a server of it."""

    url: str
    key: str
    organization_id: str
    user_id: str

    @property
    def client(self) -> API:
        """The official client, with nothing changed but the address."""
        return API(f"{self.url}/api/v1/", self.key, tz_offset=0)

    def raw(self, method: str, path: str, **options) -> requests.Response:
        """Exactly this path and these headers, and no redirect followed."""
        url = f"{self.url}/api/v1{path}"
        options = {"auth": (self.key, ""), "allow_redirects": False, "timeout": 10} | options
        return requests.request(method, url, **options)


@pytest.fixture(scope="session")
def serve(world, postgres, tmp_path_factory):
    """Call it with settings: a server that has them, until the tests are over."""
    with ExitStack() as running:
        data = tmp_path_factory.mktemp("files")
        yield lambda **settings: running.enter_context(Served(postgres, data, **settings))


@pytest.fixture(scope="session")
def served(serve):
    return serve()


@pytest.fixture(scope="session")
def founded(world):
    """Call it with a server: an organization, as new ones are."""

    def found(served: Served) -> Company:
        async def founded(db):
            email = f"lucius{next(number)}@{os.getpid()}.example"
            options = {"name": "Wayne Enterprises", "email": email, "user_name": "Lucius Fox"}
            ctx = await founding.found(db, world.clock(), password=None, **options)
            return ctx, await founding.add_key(ctx, "clients")

        ctx, key = world.call(founded)
        return Company(served.url, key, ctx.organization_id, ctx.user_id)

    return found


@pytest.fixture
def company(served, founded):
    return founded(served)


@pytest.fixture
def close(company):
    """The official client, signed in to an organization of its own."""
    return company.client


@pytest.fixture
def lead(close):
    return close.post("lead", {"name": "Wayne Enterprises", "contacts": [{"name": "Alfred"}]})
