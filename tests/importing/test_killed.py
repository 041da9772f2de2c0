"""An import whose worker is killed goes on where it was. AJAR_IMPORT_ROWS makes it a longer one."""

import os
import signal
import subprocess
import sys
import time

import pytest

ROWS = int(os.environ.get("AJAR_IMPORT_ROWS", "400"))
WORKER = """
import asyncio, sys
from pathlib import Path
from ajar.config import Settings
from ajar.importing import running, undoing
from ajar.worker import Worker
url, data, size = sys.argv[1:]
running.BATCH = undoing.BATCH = int(size)
asyncio.run(Worker(Settings(database_url=url, data=Path(data)), url).run())
"""


@pytest.fixture
def worker(world):
    """Start a process that does jobs, some rows at a time; those before it count as dead."""
    processes = []

    def started():
        world.sql("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
        settings = world.app.settings
        command = [sys.executable, "-c", WORKER, settings.database_url, str(settings.data), "20"]
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.wait()


def until(api, made, wanted):
    deadline = time.monotonic() + 120
    while not wanted(found := api.ok("get", f"/import/{made['id']}/")):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def test_each_row_is_used_once_though_workers_are_killed(api, world, imports, worker):
    rows = [[f"Acme {n // 2}", f"Wile {n}", f"w{n}@x.example"] for n in range(ROWS)]
    made = imports.draft(["Company", "Name", "Email"], *rows)
    api.ok("post", f"/import/{made['id']}/run/")

    process = worker()
    killed = until(api, made, lambda row: row["n_rows_processed"] >= 100)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert killed["status"] == "running"
    worker()
    done = until(api, made, lambda row: row["status"] == "completed")

    assert (done["n_leads_created"], done["n_contacts_created"]) == (ROWS // 2, ROWS)
    found = "select count(*) as n, count(distinct name) as names from {} where organization_id = $1"
    counts = [
        tuple(world.sql(found.format(t), api.organization_id)[0]) for t in ("lead", "contact")
    ]
    assert counts == [(ROWS // 2, ROWS // 2), (ROWS, ROWS)]

    api.ok("post", f"/import/{made['id']}/undo/")
    until(api, made, lambda row: row["status"] == "reverted")
    assert api.ok("get", "/lead/")["total_results"] == 0
