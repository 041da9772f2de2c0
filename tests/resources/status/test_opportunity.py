"""Opportunity statuses: the stages of pipelines."""

import pytest


def test_a_status_is_created_at_the_end_of_its_pipeline(api):
    pipeline = api.make("pipeline")

    made = api.ok(
        "post",
        "/status/opportunity/",
        json={"label": "Sent", "type": "active", "pipeline_id": pipeline["id"]},
    )

    assert made == {
        "organization_id": api.organization_id,
        "id": made["id"],
        "label": "Sent",
        "type": "active",
        "pipeline_id": pipeline["id"],
    }


def test_the_type_has_an_older_name(api):
    made = api.ok("post", "/status/opportunity/", json={"label": "Paid", "status_type": "won"})

    assert made["type"] == "won"


def test_without_a_pipeline_it_goes_to_the_first(api):
    api.make("pipeline", name="Later")

    made = api.make("status.opportunity", label="Late")

    first = api.ok("get", "/pipeline/")["data"][0]
    assert made["pipeline_id"] == first["id"]
    assert first["statuses"][-1]["label"] == "Late"


def test_statuses_are_listed_pipeline_by_pipeline(api):
    other = api.make("pipeline", statuses=[{"label": "Offer", "type": "active"}])
    api.make("status.opportunity", label="Late")

    labels = [status["label"] for status in api.ok("get", "/status/opportunity/")["data"]]

    assert labels == [
        "Demo Completed",
        "Proposal Sent",
        "Contract Sent",
        "Won",
        "Lost",
        "Late",
        "Offer",
    ]
    assert other["statuses"][0]["label"] == "Offer"


def test_a_list_is_one_statement(api, statements):
    api.ok("get", "/status/opportunity/")

    assert len(statements(lambda: api.ok("get", "/status/opportunity/"))) == 1


def test_the_list_shows_the_fields_that_are_asked_for(api):
    page = api.ok("get", "/status/opportunity/?_fields=label,type&_limit=1")

    assert page == {"data": [{"label": "Demo Completed", "type": "active"}], "has_more": True}


def test_a_status_can_be_renamed(api):
    status = api.make("status.opportunity")

    changed = api.ok("put", f"/status/opportunity/{status['id']}/", json={"label": "Renamed"})

    assert changed == status | {"label": "Renamed"}
    assert api.ok("get", f"/status/opportunity/{status['id']}/") == changed


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"label": None}, "label"),
        ({"type": None}, "type"),
        ({"type": "open"}, "type"),
        ({"pipeline_id": "pipe_nowhere"}, "pipeline_id"),
        ({"pipeline_id": 7}, "pipeline_id"),
    ],
)
def test_a_bad_value_is_refused(api, wrong, name):
    answer = api.post("/status/opportunity/", json={"label": "Sent", "type": "active"} | wrong)

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == [name]


def test_the_pipeline_of_another_organization_does_not_exist(api, stranger):
    theirs = stranger.make("pipeline")

    body = {"label": "Sent", "type": "active", "pipeline_id": theirs["id"]}

    assert api.post("/status/opportunity/", json=body).status_code == 400


def test_a_status_that_no_opportunity_has_can_be_deleted(api):
    status = api.make("status.opportunity")

    assert api.ok("delete", f"/status/opportunity/{status['id']}/") == {}


def test_a_status_in_use_cannot_be_deleted(api):
    status = api.make("status.opportunity")
    api.make("opportunity", status_id=status["id"])

    assert api.delete(f"/status/opportunity/{status['id']}/").status_code == 400


def test_the_last_status_cannot_be_deleted(api):
    *others, last = api.ok("get", "/status/opportunity/")["data"]
    for status in others:
        api.ok("delete", f"/status/opportunity/{status['id']}/")

    assert api.delete(f"/status/opportunity/{last['id']}/").status_code == 400


def test_changes_need_the_permission_to_customize(api, join):
    user, status = join("user"), api.make("status.opportunity")
    path = f"/status/opportunity/{status['id']}/"

    body = {"label": "Mine", "type": "active"}
    assert user.post("/status/opportunity/", json=body).status_code == 403
    assert user.put(path, json={"label": "Mine"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert user.get(path).json() == status


def test_changes_are_logged(api):
    status = api.make("status.opportunity")
    api.ok("put", f"/status/opportunity/{status['id']}/", json={"label": "Renamed"})
    api.ok("delete", f"/status/opportunity/{status['id']}/")

    assert api.events() == [
        ("status.opportunity", "created"),
        ("status.opportunity", "updated"),
        ("status.opportunity", "deleted"),
    ]


def test_a_stranger_finds_none(api, stranger):
    path = f"/status/opportunity/{api.make('status.opportunity')['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"label": "Mine"}).status_code == 404
    assert stranger.delete(path).status_code == 404


def test_the_type_and_the_pipeline_of_a_status_stay(api):
    status, other = api.make("status.opportunity"), api.make("pipeline")
    path = f"/status/opportunity/{status['id']}/"

    api.ok("put", path, json={"type": "won", "status_type": "lost", "pipeline_id": other["id"]})

    assert api.ok("get", path) == status


def test_a_status_is_of_one_of_three_types(api):
    for type_ in ("active", "won", "lost"):
        assert api.make("status.opportunity", type=type_)["type"] == type_
    refused = api.post("/status/opportunity/", json={"label": "Sent"})
    assert refused.json()["field-errors"] == {"type": "This field is required."}


def test_a_status_can_be_deleted_when_its_opportunities_have_moved_on(api):
    status = api.make("status.opportunity")
    opportunity = api.make("opportunity", status_id=status["id"])
    other = api.ok("get", "/status/opportunity/")["data"][0]["id"]

    api.ok("put", f"/opportunity/{opportunity['id']}/", json={"status_id": other})

    assert api.ok("delete", f"/status/opportunity/{status['id']}/") == {}
