"""What a server does while PostgreSQL is not there yet."""

import contextlib
import threading

from starlette.testclient import TestClient

from ajar.app import App
from ajar.config import Settings
from ajar.postgres.server import Server


def test_a_process_waits_until_postgresql_has_started(tmp_path):
    """Or else the one that replaces a killed one would end the others, too."""
    data = tmp_path / "postgres"
    with Server.start(data) as server:
        url = server.url
    app = App(Settings(database_url=url, data=tmp_path), url)
    with contextlib.ExitStack() as stack:
        later = threading.Timer(5, lambda: stack.enter_context(Server.start(data)))
        later.start()
        with TestClient(app) as client:
            assert client.get("/readyz").status_code == 200
        later.join()
