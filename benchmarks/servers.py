"""The two servers: each one process of uvicorn, measured from outside."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

COMMANDS = {
    "floor": (
        *("uvicorn", "benchmarks.floor:app", "--loop", "uvloop", "--http", "httptools"),
        *("--no-access-log", "--log-level", "error", "--no-server-header"),
    ),
    "ajar": ("ajar", "serve", "--no-worker"),
}
PORTS = {"floor": 9811, "ajar": 9812}
ORIGIN = "https://crm.example.com"
RATE = 1_000_000  # counted as in earnest, and never reached
CONNECTIONS = 10  # to the database, of either


@dataclass
class Server:
    name: str
    process: Any
    postgres: Any  # the postmaster

    @property
    def port(self) -> int:
        return PORTS[self.name]

    def ask(self, key: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": key, "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        return json.load(urllib.request.urlopen(request))

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time so far: of the server, and of its database connections."""
        return used(self.process), sum(used(child) for child in self.postgres.children())

    def memory(self) -> float:
        """In MB, without what it shares with other processes."""
        return self.process.memory_full_info().uss / 1e6


def used(process: Any) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@contextmanager
def running(name: str, url: str, postgres: Any, key: str) -> Iterator[Server]:
    settings = {"DATABASE_URL": url, "AJAR_RATE_LIMIT": str(RATE), "AJAR_PUBLIC_URL": ORIGIN}
    settings["AJAR_POOL_SIZE"] = str(CONNECTIONS)
    command = [sys.executable, "-m", *COMMANDS[name], "--port", str(PORTS[name])]
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    server = Server(name, psutil.Process(process.pid), postgres)
    try:
        wait(process, server, key)
        yield server
    finally:
        process.terminate()
        process.wait()


def wait(process: Any, server: Server, key: str) -> None:
    for _ in range(400):
        try:
            server.ask(key, "GET", "lead/?_limit=1")
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise SystemExit(f"{server.name} did not start")
