"""The timeline: activities of every kind."""

import pytest


@pytest.fixture
def lead(api):
    return api.make("lead")


def kinds(api, query=""):
    return [activity["_type"] for activity in api.ok("get", f"/activity/{query}")["data"]]


def test_every_kind_is_shown_in_its_own_shape(api, lead, statements):
    note = api.make("activity.note", lead_id=lead["id"])
    change = api.make("activity.status_change.lead", lead_id=lead["id"])
    url = f"/activity/?lead_id={lead['id']}"
    shown = api.ok("get", url)["data"]
    assert {row["id"]: row for row in shown}[note["id"]] == note
    assert {row["id"]: row for row in shown}[change["id"]] == change
    assert {row["_type"] for row in shown} == {"Note", "LeadStatusChange", "Created"}
    assert len(statements(lambda: api.get(url))) == 1


def test_the_newest_come_first(api, lead, clock):
    for title in ("a", "b", "c"):
        clock.pass_by(seconds=1)
        api.make("activity.note", lead_id=lead["id"], title=title)
    shown = api.ok("get", f"/activity/?lead_id={lead['id']}&_type=Note")["data"]
    assert [note["title"] for note in shown] == ["c", "b", "a"]


def test_kinds_can_be_chosen_for_one_lead(api, lead):
    api.make("activity.note", lead_id=lead["id"])
    assert kinds(api, f"?lead_id={lead['id']}&_type=Note") == ["Note"]
    assert sorted(kinds(api, f"?lead_id={lead['id']}&_type__in=Note,Created")) == [
        "Created",
        "Note",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "_type=Note",
        "user_id=user_x",
        "user_id__in=user_x",
        "contact_id=cont_x",
        "_order_by=-activity_at",
        "lead_id=lead_x&activity_at__gt=2026-01-01",
        "lead_id=lead_x&_order_by=-activity_at&date_created__gt=2026-01-01",
    ],
)
def test_what_the_original_cannot_answer_is_refused(api, query):
    answer = api.get(f"/activity/?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_by_time_of_happening_when_asked_for(api, lead):
    early = api.make("activity.note", lead_id=lead["id"], activity_at="2020-01-01T00:00:00Z")
    late = api.make("activity.note", lead_id=lead["id"], activity_at="2030-01-01T00:00:00Z")
    url = f"/activity/?lead_id={lead['id']}&_type=Note&_order_by=-activity_at"
    assert [row["id"] for row in api.ok("get", url)["data"]] == [late["id"], early["id"]]
    shown = api.ok("get", url + "&activity_at__lt=2025-01-01")["data"]
    assert [row["id"] for row in shown] == [early["id"]]


def test_fields_limit_each_kind(api, lead):
    api.make("activity.note", lead_id=lead["id"], title="x")
    shown = api.ok("get", f"/activity/?lead_id={lead['id']}&_fields=_type,title")["data"]
    assert sorted(shown, key=len) == [{"_type": "Created"}, {"_type": "Note", "title": "x"}]


def test_logging_a_change_of_status_changes_no_lead(api, lead):
    statuses = {s["label"]: s["id"] for s in api.ok("get", "/status/lead/")["data"]}
    body = {
        "lead_id": lead["id"],
        "old_status_id": statuses["Potential"],
        "new_status_id": statuses["Customer"],
        "date_created": "2020-01-01T00:00:00+00:00",
    }
    change = api.ok("post", "/activity/status_change/lead/", json=body)
    assert (change["new_status_label"], change["date_created"][:4]) == ("Customer", "2020")
    url = f"/lead/{lead['id']}/"
    assert api.ok("get", url)["status_label"] == "Potential"
    api.ok("delete", f"/activity/status_change/lead/{change['id']}/")
    assert api.ok("get", url)["status_label"] == "Potential"


def test_a_contact_of_another_lead_is_refused(api, lead):
    stranger = api.make("contact")
    body = {"lead_id": lead["id"], "contact_id": stranger["id"], "note": "x"}
    answer = api.post("/activity/note/", json=body)
    assert answer.json()["field-errors"] == {"contact_id": "Object does not exist."}
