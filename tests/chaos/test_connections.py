"""Connections that are cut at any byte: what is sent again with its key is done once."""

import contextlib
import os
import random
import socket
import threading
from collections import Counter

import pytest

from .conftest import Client

WRITES = int(os.environ.get("AJAR_TEST_WRITES", "25"))
CLIENTS = 8
LONGEST = 3000  # bytes of a request, or of an answer: somewhere in it the connection ends


class Proxy:
    """Passes on what comes, both ways; but ends most connections somewhere."""

    def __init__(self, host: str, port: int, seed: int):
        self.there, self.chance = (host, port), random.Random(seed)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.cut = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.socket.accept()
            except OSError:  # it was closed
                return
            limits: list[int | None] = [None, None]
            if self.chance.random() < 0.6:
                limits[self.chance.randrange(2)] = self.chance.randrange(LONGEST)
            threading.Thread(target=self.join, args=(near, *limits), daemon=True).start()

    def join(self, near, sent, answered):
        with near, socket.create_connection(self.there) as far:
            back = threading.Thread(target=self.pass_on, args=(far, near, answered), daemon=True)
            back.start()
            self.pass_on(near, far, sent)
            back.join()

    def pass_on(self, source, target, limit):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if limit is not None and passed + len(data) > limit:
                    target.sendall(data[: limit - passed])
                    self.cut += 1
                    break
                target.sendall(data)
                passed += len(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.socket.close()


@pytest.fixture
def proxy(served):
    made = Proxy(served.host, served.port, seed=7)
    yield made
    made.close()


def test_what_is_sent_up_to_five_times_is_done_once(world, company, proxy, together):
    chance = random.Random(11)
    wanted = [(n, chance.randint(1, 5), chance.random() < 0.3) for n in range(WRITES)]
    replayed = []

    def write():
        with Client(lambda: proxy.url, company.key) as client, contextlib.suppress(IndexError):
            while True:
                send(client, *wanted.pop())
        replayed.append(client.replayed)

    def send(client, n, times, at_once):
        asked = ("POST", "/lead/", f"lead {n}".replace(" ", "-"), {"name": f"Lead {n}"})
        if at_once:
            together(*[lambda: alone(asked)] * times)
        answered = [client.once(*asked) for _ in range(1 if at_once else times)]
        while not any(answered):  # a client does not give up
            answered = [client.once(*asked)]
        assert len({answer.content for answer in answered if answer}) == 1

    def alone(asked):
        with Client(lambda: proxy.url, company.key) as client:
            client.once(*asked)

    together(*[write] * CLIENTS)

    names = Counter(
        row["name"]
        for row in world.sql(
            "select name from lead where organization_id = $1", company.organization_id
        )
    )
    events = world.sql(
        "select object_id, count(*) as count from event where organization_id = $1"
        " and object_type = 'lead' and action = 'created' group by object_id",
        company.organization_id,
    )
    assert names == {f"Lead {n}": 1 for n in range(WRITES)}
    assert Counter(row["count"] for row in events) == {1: WRITES}
    assert proxy.cut > WRITES / 10
    assert sum(replayed) > WRITES / 10
