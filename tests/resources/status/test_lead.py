"""Lead statuses: an ordered list that is never empty."""

import pytest


def labels(api):
    return [status["label"] for status in api.ok("get", "/status/lead/")["data"]]


def test_a_status_is_created_at_the_end_of_the_list(api):
    made = api.ok("post", "/status/lead/", json={"label": "Lost touch", "color": "#00f"})

    assert made == {
        "organization_id": api.organization_id,
        "id": made["id"],
        "label": "Lost touch",
        "color": "#00f",
    }
    assert labels(api)[-1] == "Lost touch"


def test_statuses_are_listed_in_their_order(api):
    assert labels(api) == [
        "Potential",
        "Bad Fit",
        "Qualified",
        "Customer",
        "Interested",
        "Canceled",
        "Not Interested",
    ]


def test_the_list_says_whether_there_are_more(api):
    page = api.ok("get", "/status/lead/?_limit=2&_skip=1&_fields=label")

    assert page == {"data": [{"label": "Bad Fit"}, {"label": "Qualified"}], "has_more": True}


def test_everything_is_listed_by_default(api):
    for number in range(101):
        api.make("status.lead", label=f"Stage {number}")

    page = api.ok("get", "/status/lead/")

    assert len(page["data"]) == 108 and page["has_more"] is False


def test_a_list_is_one_statement(api, statements):
    api.ok("get", "/status/lead/")

    assert len(statements(lambda: api.ok("get", "/status/lead/"))) == 1


def test_label_and_color_can_be_changed(api):
    status = api.make("status.lead")

    changed = api.ok("put", f"/status/lead/{status['id']}/", json={"label": "New", "color": "red"})

    assert (changed["label"], changed["color"]) == ("New", "red")
    assert api.ok("get", f"/status/lead/{status['id']}/") == changed


def test_clients_do_not_set_the_position(api):
    status = api.make("status.lead", label="Last", position=-1)
    api.ok("put", f"/status/lead/{status['id']}/", json={"position": -1})

    assert labels(api)[-1] == "Last"


@pytest.mark.parametrize("body", [{}, {"label": ""}, {"label": None}, {"label": 5}])
def test_a_label_is_required(api, body):
    answer = api.post("/status/lead/", json=body)

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == ["label"]


def test_a_label_has_an_end(api):
    assert api.post("/status/lead/", json={"label": "x" * 256}).status_code == 400


def test_a_status_that_no_lead_has_can_be_deleted(api):
    status = api.make("status.lead")

    assert api.ok("delete", f"/status/lead/{status['id']}/") == {}

    assert api.get(f"/status/lead/{status['id']}/").status_code == 404


def test_a_status_in_use_cannot_be_deleted(api):
    status = api.make("status.lead")
    api.make("lead", status_id=status["id"])

    answer = api.delete(f"/status/lead/{status['id']}/")

    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert status["label"] in labels(api)

    lead = api.ok("get", "/lead/")["data"][0]
    other = api.ok("get", "/status/lead/")["data"][0]["id"]
    api.ok("put", f"/lead/{lead['id']}/", json={"status_id": other})
    assert api.ok("delete", f"/status/lead/{status['id']}/") == {}


def test_the_last_status_cannot_be_deleted(api):
    *others, last = api.ok("get", "/status/lead/")["data"]
    for status in others:
        api.ok("delete", f"/status/lead/{status['id']}/")

    assert api.delete(f"/status/lead/{last['id']}/").status_code == 400
    assert labels(api) == [last["label"]]


def test_changes_need_the_permission_to_customize(api, join):
    user, status = join("user"), api.make("status.lead")
    path = f"/status/lead/{status['id']}/"

    assert user.post("/status/lead/", json={"label": "Mine"}).status_code == 403
    assert user.put(path, json={"label": "Mine"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert user.get(path).json() == status


def test_changes_are_logged(api):
    status = api.make("status.lead")
    api.ok("put", f"/status/lead/{status['id']}/", json={"label": "New"})
    api.ok("delete", f"/status/lead/{status['id']}/")

    assert api.events() == [
        ("status.lead", "created"),
        ("status.lead", "updated"),
        ("status.lead", "deleted"),
    ]


def test_a_stranger_finds_none(api, stranger):
    path = f"/status/lead/{api.make('status.lead')['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"label": "Mine"}).status_code == 404
    assert stranger.delete(path).status_code == 404
