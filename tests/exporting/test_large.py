"""However much is exported, little of it is held. More leads by `make test-large-export`."""

import json
import os
import resource
import time

import pytest

from ajar.exporting import documents

LEADS = int(os.environ.get("AJAR_EXPORT_LEADS", "1000"))
GROWTH = 32 * 1024  # KiB
MADE = """insert into lead (organization_id, id, name, description, status_id, addresses, custom,
    source, date_created, date_updated, created_by, updated_by)
select $1, 'lead_' || lpad(n::text, 22, 'x'), 'Lead ' || n, repeat('word ', 200), $2, '[]', '{}',
    'api', now(), now(), $3, $3
from generate_series($4::int, $5::int) n"""


@pytest.fixture
def some(world, api):
    """Leads with these numbers."""
    status = api.ok("get", "/status/lead/")["data"][0]["id"]

    def made(first, last):
        for number in range(first, last + 1, 2000):
            numbers = number, min(number + 1999, last)
            world.sql(MADE, api.organization_id, status, api.user_id, *numbers)

    return made


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("form", ["json", "csv"])
def test_memory_does_not_grow_with_the_export(some, export, form, capsys):
    some(1, LEADS // 10)
    export(format=form)
    before = peak()
    some(LEADS // 10 + 1, LEADS)
    began = time.monotonic()
    done = export(format=form)
    took, grown = time.monotonic() - began, peak() - before

    assert done.shown["n_docs_processed"] == done.shown["n_docs"] == LEADS
    assert grown < GROWTH
    with capsys.disabled():
        print(f"\n{LEADS} leads as {form}: {took:.0f} s, {grown // 1024} MiB more than for a tenth")


def test_some_are_read_at_a_time(some, export, monkeypatch):
    read = []
    real = documents.Json.some

    async def noted(self, ctx, after, last):
        async for text in real(self, ctx, after, last):
            read.append(len(json.loads(f"[{text.removeprefix(documents.BETWEEN)}]")))
            yield text

    monkeypatch.setattr(documents.Json, "some", noted)
    some(1, 450)
    export()
    assert read == [200, 200, 50]
