"""Files, and what becomes of them."""

import csv
import io
from types import SimpleNamespace

import pytest


def table(*rows) -> str:
    """The rows as a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


@pytest.fixture
def imports(api, world):
    """Drafts of files, runs and undoings, over HTTP and by a worker."""

    def draft(*rows, **options):
        said = {"content": table(*rows) if len(rows) > 1 else rows[0]}
        return api.ok("post", "/import/", json=said | options)

    def run(made, dry=False):
        api.ok("post", f"/import/{made['id']}/run/", json={"dry_run": dry})
        return finished(made)

    def finished(made):
        world.work()
        return api.ok("get", f"/import/{made['id']}/")

    def done(*rows, **options):
        return run(draft(*rows, **options))

    def undo(made):
        api.ok("post", f"/import/{made['id']}/undo/")
        return finished(made)

    def problems(made):
        return api.ok("get", f"/import/{made['id']}/problem/")["data"]

    return SimpleNamespace(draft=draft, run=run, done=done, undo=undo, problems=problems)


@pytest.fixture
def counts():
    """What an import counted, but for what it did not do."""

    def told(made):
        names = [n for n in made if n.startswith("n_") and made[n]]
        return {name.removeprefix("n_"): made[name] for name in names}

    return told


@pytest.fixture
def upload(api, world):
    """Send a file as a browser would; its address."""

    def sent(data: bytes, name="leads.csv"):
        body = {"filename": name, "content_type": "text/csv"}
        said = api.ok("post", "/files/upload/", json=body)
        files = {"file": (name, data, "text/csv")}
        answer = world.client.post("/go/file/", data=said["upload"]["fields"], files=files)
        assert answer.status_code == 201, answer.text
        return said["download"]["url"]

    return sent
