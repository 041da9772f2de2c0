"""The real worker, in processes of its own: killed at the worst moment, it loses nothing."""

import os
import random
import ssl
import subprocess
import time

import psutil
import pytest

from tests.commands.conftest import start  # noqa: F401

MANY = int(os.environ.get("AJAR_TEST_DELIVERIES", "150"))  # `make chaos` has many more
WITHIN = 300 + MANY / 10
KILLED_AT = (MANY // 3, 2 * MANY // 3) if MANY > 1000 else (MANY // 2,)  # half a minute each


@pytest.fixture
def server(start):  # noqa: F811
    return start(AJAR_ALLOW_PRIVATE_ADDRESSES="1", AJAR_EVENT_CONSOLIDATION_SECONDS="1").ready()


def worker(server):
    found = [p for p in server.family() if "worker" in p.cmdline()]
    return found[0] if found else None


def until(condition):
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1 if MANY < 1000 else 5)  # to look takes long, too


def test_everything_arrives_though_receivers_fail_and_workers_are_killed(server, receiver):
    chance = random.Random(7)
    there = receiver(*[500 if chance.random() < 0.3 else 200 for _ in range(MANY)], wait=0.02)
    events = [{"object_type": "lead", "action": "created"}]
    hook = server.post("/webhook/", server.key, {"url": there.url, "events": events}).json()
    leads = set()
    for number in range(MANY):
        leads.add(server.post("/lead/", server.key, {"name": f"Lead {number}"}).json()["id"])
        if number in KILLED_AT:
            until(lambda: there.requests and worker(server))
            worker(server).kill()

    until(lambda: leads <= {event["object_id"] for event in there.told})

    until(lambda: counters(server, hook)["queued"] == 0)
    assert {event["object_id"] for event in there.told} == leads
    assert counters(server, hook)["delivered"] >= MANY - 2 * 8  # what a killed one did not note


def counters(server, hook):
    return server.get(f"/webhook/{hook['id']}/", server.key).json()["counters"]


def test_a_worker_that_is_told_to_stop_lets_a_delivery_arrive(server, receiver):
    there = receiver(wait=2)
    events = [{"object_type": "lead", "action": "created"}]
    hook = server.post("/webhook/", server.key, {"url": there.url, "events": events}).json()
    server.post("/lead/", server.key, {})
    path = f"/webhook/{hook['id']}/deliveries/"
    until(lambda: [o for o in log(server, path) if o["attempt"] == 1])

    process = worker(server)
    process.terminate()
    psutil.wait_procs([process], timeout=WITHIN)

    until(lambda: log(server, path)[0]["status"] == "delivered")
    assert len(there.requests) == 1


def log(server, path):
    return server.get(path, server.key).json()["data"]


def test_certificates_are_checked_unless_the_webhook_says_no(
    api, receiver, subscribe, deliver, tmp_path
):
    there = receiver()
    there.server.socket = tls(tmp_path).wrap_socket(there.server.socket, server_side=True)
    url = there.url.replace("http://127.0.0.1", "https://localhost")
    checked, unchecked = subscribe(url), subscribe(url, verify_ssl=False)
    api.make("lead")

    deliver()

    of = {id: api.ok("get", f"/webhook/{id}/") for id in (checked["id"], unchecked["id"])}
    assert "CERTIFICATE_VERIFY_FAILED" in of[checked["id"]]["latest_error"]
    assert of[unchecked["id"]]["counters"]["delivered"] == len(there.requests) == 1


def tls(directory):
    """With a certificate that nobody trusts."""

    key, certificate = directory / "key.pem", directory / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
