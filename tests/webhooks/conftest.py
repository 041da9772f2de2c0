"""Receivers that listen on real ports, and deliveries to them without waiting for the clock."""

import asyncio
import dataclasses
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg
import pytest

from ajar import database, webhooks
from ajar.clock import Clock
from ajar.webhooks import following


class Receiver:
    """Remembers what it was sent: (headers, body). `answers` are the status codes to give, then
    200; `wait` is how long it takes."""

    def __init__(self, *answers, wait=0.0, headers=()):
        self.answers, self.wait, self.headers = list(answers), wait, dict(headers)
        self.requests, self.text = [], b"thanks"
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(length := int(self.headers["content-length"]))
                if len(body) < length:  # whoever sent it was killed
                    self.close_connection = True
                    return
                status = receiver.answer(dict(self.headers), body)
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(receiver.text)))
                self.end_headers()
                self.wfile.write(receiver.text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def answer(self, headers, body):
        time.sleep(self.wait)
        status = self.answers.pop(0) if self.answers else 200
        self.requests.append((headers, body))
        return status

    @property
    def told(self):
        """The events that came, in the order of their ids."""
        bodies = [json.loads(body) for _, body in self.requests]
        return sorted((body["event"] for body in bodies), key=lambda event: event["id"])

    @property
    def kinds(self):
        return [(event["object_type"], event["action"]) for event in self.told]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    """Call it for one more receiver."""
    made = []

    def make(*answers, **options):
        made.append(Receiver(*answers, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def subscribe(api):
    """A webhook to this receiver for `lead created`, `contact updated` ..."""

    def subscribed(to, *kinds, api=api, **values):
        pairs = [kind.split() for kind in kinds or ["lead created"]]
        events = [{"object_type": type_, "action": action} for type_, action in pairs]
        url = to if isinstance(to, str) else to.url
        return api.ok("post", "/webhook/", json={"url": url, "events": events} | values)

    return subscribed


async def drained(url, settings, clock):
    """Follow and send, until nothing is left that is due."""
    async with database.pool(url, 3) as pool:
        follower, sender = webhooks.parts(pool, settings, clock)
        while True:
            found = await follower.follow()
            await sender.send()
            if sender.lanes:
                await asyncio.wait(sender.lanes.values())
                await asyncio.sleep(0)
            elif not found:
                return


@pytest.fixture
def deliver(world):
    """Do what a worker does, for as long as there is something to do now."""

    def delivered(clock: Clock = world.clock, allow_private=True):
        said = {"allow_private_addresses": allow_private}
        settings = dataclasses.replace(world.app.settings, **said)
        asyncio.run(drained(world.app.database, settings, clock))

    return delivered


@pytest.fixture
def settle(deliver, clock):
    """Deliver what is told at once, let quick changes be folded, and deliver them too."""

    def settled(**duration):
        deliver()
        clock.pass_by(**(duration or {"seconds": 5 + following.GRACE.seconds}))
        deliver()

    return settled


def signature(key, headers, body):
    """As a receiver computes it, from the description alone."""
    message = headers["close-sig-timestamp"].encode() + body
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()


COPY = """
insert into event (organization_id, id, date_created, date_updated, object_type, object_id, action,
    changed_fields, meta, data)
select organization_id, 'ev_' || gen_random_uuid(), date_created, date_updated, object_type,
    object_id, action, changed_fields, meta, data from event
where organization_id = $1 and object_type = 'lead' limit 1"""


@pytest.fixture
def hold(world, api):
    """Call it for a transaction that has written an event, or in another database of the server
    has a number; call the answer to commit it."""
    ends = []

    def held(database=None):
        begun, end = threading.Event(), threading.Event()

        async def write():
            db = await asyncpg.connect(world.app.database, database=database)
            async with db.transaction():
                if database:
                    await db.execute("select pg_current_xact_id()")
                else:
                    await db.execute(COPY, api.organization_id)
                begun.set()
                await asyncio.to_thread(end.wait)
            await db.close()

        thread = threading.Thread(target=lambda: asyncio.run(write()), daemon=True)
        thread.start()
        assert begun.wait(10)

        def commit():
            end.set()
            thread.join(10)

        ends.append(commit)
        return commit

    yield held
    for end in ends:
        end()
