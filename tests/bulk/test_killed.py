"""Whatever kills a worker, and whenever: each lead is changed once, and told of once. More leads by
`make test-killed`."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LEADS = int(os.environ.get("AJAR_BULK_LEADS", "300"))
PIECE = max(LEADS // 200, 10)
WITHIN = 60 + LEADS / 20  # seconds
MADE = """insert into lead (organization_id, id, name, status_id, addresses, custom, source,
    date_created, date_updated, created_by, updated_by)
select $1, 'lead_' || lpad(n::text, 22, '0'), 'Lead ' || n, $2, '[]', '{}', 'api',
    now(), now(), $3, $3
from generate_series($4::int, $5::int) n"""
CHANGED = "select count(*) from lead where organization_id = $1 and status_id = $2"
EVENTS = """select count(*) as leads, coalesce(max(events), 0) as most from (
    select count(*) as events from event where organization_id = $1 and object_type = 'lead'
    and action = 'updated' and meta->>'bulk_action_id' = $2 group by object_id) each"""
TOLD = """select count(*) as changes, count(distinct lead_id) as leads from activity
where organization_id = $1 and _type = 'LeadStatusChange'"""


@pytest.fixture
def start(world):
    """Start a worker; none is left when the test is over."""
    processes = []

    def started():
        program = Path(__file__).with_name("process.py")
        data = str(world.app.settings.data)
        command = [sys.executable, str(program), world.app.database, data, str(PIECE)]
        processes.append(
            subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        )
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.wait()


def test_a_worker_that_is_killed_twice_changes_each_lead_once(world, api, start, capsys):
    before = api.ok("get", "/status/lead/")["data"][0]["id"]
    for first in range(1, LEADS + 1, 2000):
        numbers = first, min(first + 1999, LEADS)
        world.sql(MADE, api.organization_id, before, api.user_id, *numbers)
    status = api.make("status.lead", label="Customer")["id"]
    body = {"type": "set_lead_status", "lead_status_id": status}
    action = api.ok("post", "/bulk_action/edit/", json=body)
    seen = []

    def wait(done):
        deadline = time.monotonic() + WITHIN
        while True:
            shown = api.ok("get", f"/bulk_action/edit/{action['id']}/")
            if shown["n_objects_processed"] >= done and (done < LEADS or shown["status"] == "done"):
                return shown
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)

    began = time.monotonic()
    for part in (0.25, 0.6):
        process = start()
        seen.append(wait(LEADS * part)["n_objects_processed"])
        process.kill()
        process.wait()
    start()
    shown = wait(LEADS)

    assert seen[0] < seen[1] < LEADS
    counters = ("n_leads", "n_leads_processed", "n_objects", "n_objects_processed")
    assert [shown[name] for name in counters] == [LEADS] * 4
    assert shown["n_objects_failed"] == 0
    assert world.sql(CHANGED, api.organization_id, status)[0]["count"] == LEADS
    assert tuple(world.sql(EVENTS, api.organization_id, action["id"])[0]) == (LEADS, 1)
    assert tuple(world.sql(TOLD, api.organization_id)[0]) == (LEADS, LEADS)
    with capsys.disabled():
        took = time.monotonic() - began
        print(f"\n{LEADS} leads, killed at {seen[0]} and {seen[1]}: {took:.0f} s")
