"""The real program, in processes of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import psutil
import pytest

AJAR = [sys.executable, "-m", "ajar"]
# Who reads all certificates of the system for a request that needs none is busy with little else.
ASKED = {"timeout": 10, "verify": False}
WITHIN = 60  # seconds; most of it is for a machine that does much else


def environment(**said):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AJAR_", "DATABASE_URL"))}
    return kept | {"AJAR_RATE_LIMIT": "0", "COLUMNS": "200"} | said


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Serving:
    """One `ajar serve`, what it said, and a client of it."""

    def __init__(self, data: Path, *options: str, popen=None, **said: str):
        self.data, self.port = data, free_port()
        self.said = data.parent / f"{data.name}.{self.port}.txt"
        command = [*AJAR, "serve", "--data", str(data), "--port", str(self.port), *options]
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env=environment(**said),
                **(popen or {}),
            )

    def ready(self):
        deadline = time.monotonic() + WITHIN
        while not self.answers():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self

    def answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=WITHIN, verify=False).status_code == 200
        except httpx2.TransportError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.said.read_text()

    @property
    def key(self) -> str:
        found = re.search(r"API key: +(\S+)", self.output)
        assert found, self.output
        return found[1]

    def get(self, path: str, key: str):
        return httpx2.get(f"{self.url}/api/v1{path}", auth=(key, ""), **ASKED)

    def post(self, path: str, key: str, body: dict):
        return httpx2.post(f"{self.url}/api/v1{path}", auth=(key, ""), json=body, **ASKED)

    def file(self, path: str, key: str):
        return httpx2.get(f"{self.url}{path}", auth=(key, ""), follow_redirects=True, **ASKED)

    def family(self) -> list[psutil.Process]:
        """Everything that belongs to it, PostgreSQL as well."""
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]

    def kill(self):
        """What a power cut does."""
        processes = self.family()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=WITHIN)
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(WITHIN)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start servers; each is gone when the module's tests are over."""
    servers = []

    def started(*options, data=None, **said):
        data = data or tmp_path_factory.mktemp("ajar") / "data"
        servers.append(server := Serving(data, *options, **said))
        return server

    yield started
    for server in servers:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def run():
    """Run a command to its end; what it said, which is all errors if it fails."""

    def ran(*arguments, fails=False, **said):
        done = subprocess.run(
            [*AJAR, *map(str, arguments)],
            env=environment(**said),
            capture_output=True,
            text=True,
            timeout=WITHIN,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr if fails else done.stdout

    return ran
