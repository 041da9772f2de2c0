"""`ajar undo`: the same from a shell, for whoever runs the server."""

import pytest
from typer.testing import CliRunner

from ajar.__main__ import program
from ajar.commands import Trouble


@pytest.fixture
def ajar(postgres, monkeypatch, tmp_path):
    """Runs the command over the tests' database; what it said."""
    monkeypatch.setenv("DATABASE_URL", postgres)
    monkeypatch.setenv("AJAR_DATA", str(tmp_path))

    def ran(*arguments):
        done = CliRunner().invoke(program, ["undo", *arguments])
        if done.exception:
            raise done.exception
        return done.output

    return ran


def renamed(api):
    lead = api.make("lead", name="A")
    return lead, api.put(f"/lead/{lead['id']}/", json={"name": "B"}).headers["x-request-id"]


def test_a_request_is_undone(api, ajar):
    lead, request = renamed(api)

    said = ajar("--request", request)

    assert lead["id"] in said and "name" in said
    assert api.ok("get", f"/lead/{lead['id']}/")["name"] == "A"


def test_an_event_is_undone(api, ajar):
    lead, _ = renamed(api)
    event = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"][0]

    ajar("--event", event["id"])

    assert api.ok("get", f"/lead/{lead['id']}/")["name"] == "A"


def test_a_deleted_lead_comes_back(api, ajar):
    note = api.make("activity.note")
    api.ok("delete", f"/lead/{note['lead_id']}/")

    said = ajar("--lead", note["lead_id"])

    assert note["id"] in said
    assert api.ok("get", f"/activity/note/{note['id']}/")["lead_id"] == note["lead_id"]


def test_a_dry_run_changes_nothing(api, ajar):
    lead, request = renamed(api)

    assert "would be" in ajar("--request", request, "--dry-run")

    assert api.ok("get", f"/lead/{lead['id']}/")["name"] == "B"


def test_conflicts_are_told_and_may_be_overruled(api, ajar):
    lead, request = renamed(api)
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "C"})

    with pytest.raises(Trouble, match="nothing was undone"):
        ajar("--request", request)
    ajar("--request", request, "--force")

    assert api.ok("get", f"/lead/{lead['id']}/")["name"] == "A"


@pytest.mark.parametrize("said", [(), ("--event", "ev_x", "--request", "req_x"), ("--lead", "x")])
def test_what_cannot_be_meant_is_one_line(ajar, said):
    with pytest.raises(Trouble):
        ajar(*said)
