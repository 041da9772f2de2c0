"""Clients that send again what was not answered, and what they rely on."""

import itertools
import random
import threading
import time

import httpx2
import pytest

from tests.clients.conftest import close, company, founded, lead, serve, served  # noqa: F401
from tests.commands.conftest import start  # noqa: F401
from tests.webhooks.conftest import receiver  # noqa: F401

AGAIN = (409, 429, 502, 503, 504)  # what tells a client to come back
number = itertools.count()


class Client:
    """Each change has a name, so that it may be sent until it is answered."""

    def __init__(self, url, key: str):
        self.url, self.key = url, key  # the address may change: it is asked each time
        self.http = httpx2.Client(auth=(key, ""), timeout=20)
        self.tries, self.replayed = 0, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def once(self, method: str, path: str, name: str, body: dict | None = None):
        """One attempt: an answer, or None if there was none, or none that counts."""
        self.tries += 1
        headers, url = {"idempotency-key": name}, f"{self.url()}/api/v1{path}"
        try:
            answer = self.http.request(method, url, headers=headers, json=body)
        except httpx2.TransportError:
            return None
        if answer.status_code in AGAIN:
            return None
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        self.replayed += "idempotency-replayed" in answer.headers
        return answer

    def do(self, method: str, path: str, body: dict | None = None) -> dict:
        name, deadline = f"change-{next(number)}-{random.random()}", time.monotonic() + 120
        while not (answer := self.once(method, path, name, body)):
            assert time.monotonic() < deadline, f"{method} {path} was not answered"
            time.sleep(0.1)
        return answer.json() if answer.content else {}


@pytest.fixture
def together():
    """Call it with functions: all are run at once, and what one raises is raised here."""

    def run(*functions):
        failures, threads = [], []

        def kept(function):
            try:
                function()
            except BaseException as failure:
                failures.append(failure)

        for function in functions:
            threads.append(threading.Thread(target=kept, args=(function,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    return run
