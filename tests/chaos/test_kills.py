"""The real server, while its processes are killed: what was answered stays, what was asked twice is
done once, and receivers hear of all of it."""

import contextlib
import os
import random
import threading
import time
from collections import Counter

import httpx2
import psutil
import psycopg
import pytest

from ajar.postgres.server import url_of

from .conftest import Client

MUTATIONS = int(os.environ.get("AJAR_TEST_MUTATIONS", "40"))
KILLS = int(os.environ.get("AJAR_TEST_KILLS", "3"))
SEED = int(os.environ.get("AJAR_TEST_SEED", str(random.randrange(10**6))))
CLIENTS = 6
# A delivery that was on its way when its worker was killed is due again after a minute. The short
# form does not wait for it: it looks whether it waits.
LONG = MUTATIONS > 1000
WITHIN = 120 + MUTATIONS / 10  # seconds for receivers to hear of everything
ROLES = ["answering", "postgres", "backend", "worker", "first"]
KINDS = [
    {"object_type": "lead", "action": "created"},
    {"object_type": "lead", "action": "updated"},
    {"object_type": "lead", "action": "deleted"},
    {"object_type": "activity.note", "action": "created"},
]
EVENTS = """
select id, object_type, object_id, action, data->>'description' from event
where request_id is not null
and (object_type = 'lead' or object_type = 'activity.note' and action = 'created')"""


class Mortal:
    """A server that is started again when all of it was killed."""

    def __init__(self, start):
        options = {
            "AJAR_ALLOW_PRIVATE_ADDRESSES": "1",
            "AJAR_EVENT_CONSOLIDATION_SECONDS": "0",
            "AJAR_RATE_LIMITS": "me=1",
        }
        self.start = lambda data=None: start("--workers", "2", data=data, **options)
        self.server = self.start().ready()
        self.key, self.data = self.server.key, self.server.data

    @property
    def url(self) -> str:
        return self.server.url

    def processes(self) -> dict[str, list[psutil.Process]]:
        """What there is to kill, by what it does. Each belongs to this server alone."""
        first, *others = self.server.family()
        found = {"first": [first]}
        for one in others:
            with contextlib.suppress(psutil.NoSuchProcess):
                found.setdefault(self.role(one, first), []).append(one)
        return found

    def role(self, process: psutil.Process, first: psutil.Process) -> str:
        if process.name() == "postgres":
            return "postgres" if process.parent() in (None, first) else "backend"
        if "worker" in process.cmdline():
            return "worker"
        return "answering" if "spawn_main" in " ".join(process.cmdline()) else "other"

    def kill(self, role: str, chance: random.Random) -> bool:
        """Whether there was one to kill."""
        if not (found := self.processes().get(role)):
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            (victim := chance.choice(found)).kill()
            if role != "first":
                victim.wait(10)
        if role == "first":
            self.server.process.wait()
            self.server = self.start(self.data).ready()
        return True

    def ready(self) -> None:
        self.server.ready()


@pytest.fixture(scope="module")
def mortal(start):
    return Mortal(start)


@pytest.fixture
def subscribed(mortal, receiver):
    there = receiver()
    with Client(lambda: mortal.url, mortal.key) as client:
        client.do("POST", "/webhook/", {"url": there.url, "events": KINDS})
    return there


class Load:
    """Changes of leads and notes, and what must have come of them: events, each once."""

    def __init__(self, mortal: Mortal):
        self.mortal, self.left = mortal, MUTATIONS
        self.lock = threading.Lock()
        self.expected, self.there, self.gone = Counter(), set(), set()
        self.tries = self.replayed = 0
        self.failed = False

    def run(self) -> None:
        try:
            self.work()
        except BaseException:
            self.failed = True  # or whoever kills would wait for ever
            raise

    def work(self) -> None:
        mine, chance = [], random.Random()
        with Client(lambda: self.mortal.url, self.mortal.key) as client:
            while self.take():
                kind = chance.choices(("create", "update", "note", "delete"), (4, 4, 2, 1))[0]
                self.change(client, kind if mine else "create", mine, chance)
        self.tries += client.tries
        self.replayed += client.replayed

    def take(self) -> bool:
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def change(self, client: Client, kind: str, mine: list[str], chance: random.Random) -> None:
        said = f"{kind} {chance.random()}"
        if kind == "create":
            lead = client.do("POST", "/lead/", {"name": said, "description": said})
            mine.append(lead["id"])
            self.note("lead", lead["id"], "created", said)
            return
        id = chance.choice(mine)
        if kind == "update":
            client.do("PUT", f"/lead/{id}/", {"description": said})
            self.note("lead", id, "updated", said)
        elif kind == "note":
            note = client.do("POST", "/activity/note/", {"lead_id": id, "note": said})
            self.note("activity.note", note["id"], "created", None)
        else:
            mine.remove(id)
            client.do("DELETE", f"/lead/{id}/")
            self.note("lead", id, "deleted", None)

    def note(self, type_: str, id: str, action: str, said: str | None) -> None:
        with self.lock:
            self.expected[type_, id, action, said] += 1
            if type_ == "lead":
                (self.gone if action == "deleted" else self.there).add(id)


def kill_now_and_then(mortal: Mortal, load: Load, chance: random.Random, killed: list) -> None:
    """As many as wanted, spread over all that is done."""
    order = [ROLES[n % len(ROLES)] for n in range(KILLS)]
    chance.shuffle(order)
    for number, role in enumerate(order, 1):
        while load.left > MUTATIONS * (1 - number / (KILLS + 1)) and not load.failed:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        while not load.failed and not mortal.kill(role, chance):  # it is being started again
            time.sleep(0.05)
        killed.append(role)


def logged(data) -> list:
    with psycopg.connect(url_of(data / "postgres")) as db:
        return db.execute(EVENTS).fetchall()


def test_nothing_that_was_answered_is_lost_or_done_twice(mortal, subscribed, together):
    print(f"AJAR_TEST_SEED={SEED}")
    load, killed = Load(mortal), []
    chance = random.Random(SEED)

    together(*[load.run] * CLIENTS, lambda: kill_now_and_then(mortal, load, chance, killed))
    mortal.ready()

    events = logged(mortal.data)
    seen = Counter((*event[1:4], event[4] if event[3] != "deleted" else None) for event in events)
    assert seen == load.expected
    with psycopg.connect(url_of(mortal.data / "postgres")) as db:
        leads = {id for (id,) in db.execute("select id from lead").fetchall()}
    assert leads >= load.there - load.gone
    assert not leads & load.gone
    told_of_all(mortal, subscribed, {event[0] for event in events})
    print(f"{len(killed)} kills {Counter(killed)}, {load.tries} tries, {load.replayed} replayed")


def told_of_all(mortal: Mortal, there, ids: set[str]) -> None:
    deadline = time.monotonic() + WITHIN
    while missing := ids - {event["id"] for event in there.told}:
        if not LONG and missing <= on_their_way(mortal.data):
            return
        assert time.monotonic() < deadline, f"{len(missing)} of {len(ids)} events never arrived"
        time.sleep(1 if LONG else 0.2)


def on_their_way(data) -> set[str]:
    with psycopg.connect(url_of(data / "postgres")) as db:
        waiting = "select event_id from webhook_delivery where next_attempt is not null"
        return {id for (id,) in db.execute(waiting).fetchall()}


def test_processes_that_answer_count_requests_together(mortal, together):
    mortal.ready()
    passed = []

    def ask():
        for _ in range(6):  # each over a connection of its own: to any process
            answer = httpx2.get(f"{mortal.url}/api/v1/me/", auth=(mortal.key, ""), timeout=30)
            passed.append(answer.status_code == 200)

    began = time.monotonic()
    together(*[ask] * 6)

    assert sum(passed) <= 1 + (time.monotonic() - began) + 0.1
    assert len(passed) == 36
