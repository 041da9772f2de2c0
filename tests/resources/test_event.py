"""The event log."""

import pytest


def listed(api, query=""):
    return api.ok("get", f"/event/{query}")


def test_an_event_tells_who_did_what_how(api):
    answer = api.post("/lead/", json={"name": "Bluth"})
    lead = answer.json()
    (event,) = listed(api, f"?object_id={lead['id']}")["data"]
    assert event["data"] == lead
    assert (event["object_type"], event["action"]) == ("lead", "created")
    assert (event["lead_id"], event["user_id"]) == (lead["id"], api.user_id)
    assert event["api_key_id"].startswith("api_")
    assert event["oauth_client_id"] is None
    assert event["request_id"] == answer.headers["x-request-id"]
    assert event["meta"] == {"request_method": "POST", "request_path": "/api/v1/lead/"}
    assert (event["changed_fields"], len(event["date_created"])) == ([], 26)
    assert api.ok("get", f"/event/{event['id']}/") == event


def test_quick_changes_of_one_object_are_one_event(api, clock):
    lead = api.make("lead")
    url = f"/lead/{lead['id']}/"
    clock.pass_by(seconds=1)
    api.ok("put", url, json={"name": "A"})
    clock.pass_by(seconds=1)
    api.ok("put", url, json={"description": "B"})
    (event,) = listed(api, f"?object_id={lead['id']}&action=updated")["data"]
    assert event["date_updated"] > event["date_created"]
    assert event["changed_fields"] == ["date_updated", "description", "display_name", "name"]
    assert event["previous_data"]["name"] == "Bluth Company"
    assert event["previous_data"]["date_updated"] == lead["date_updated"]
    assert event["data"]["description"] == "B"


def test_later_changes_are_events_of_their_own(api, clock):
    lead = api.make("lead")
    for name in ("A", "B"):
        clock.pass_by(seconds=6)
        api.ok("put", f"/lead/{lead['id']}/", json={"name": name})
    assert len(listed(api, f"?object_id={lead['id']}&action=updated")["data"]) == 2


def test_what_changes_nothing_is_no_event(api):
    lead = api.make("lead")
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "Bluth Company"})
    assert api.events() == [("lead", "created")]


@pytest.mark.parametrize("limit", [1, 3])
def test_cursors_lead_through_all_of_it_and_back(api, limit):
    for name in "abcdefg":
        api.make("lead", name=name)
    url, pages = f"?object_type=lead&_limit={limit}", []
    page = listed(api, url)
    assert page["cursor_previous"] is None
    while True:
        pages.append(page)
        if page["cursor_next"] is None:
            break
        page = listed(api, f"{url}&_cursor={page['cursor_next']}")
    names = [event["data"]["name"] for page in pages for event in page["data"]]
    assert names == list("gfedcba")
    back = listed(api, f"{url}&_cursor={pages[-1]['cursor_previous']}")
    assert back["data"] == pages[-2]["data"]


def test_the_newest_page_has_nothing_newer(api):
    api.make("lead"), api.make("lead")
    first = listed(api, "?object_type=lead&_limit=1")
    second = listed(api, f"?object_type=lead&_limit=1&_cursor={first['cursor_next']}")
    again = listed(api, f"?object_type=lead&_limit=1&_cursor={second['cursor_previous']}")
    assert again["data"] == first["data"]
    assert again["cursor_previous"] is None


@pytest.mark.parametrize(
    "query", ["_skip=1", "_limit=51", "_cursor=nonsense", "date_updated=2026-01-01"]
)
def test_what_events_cannot_do_is_refused(api, query):
    assert api.get(f"/event/?{query}").status_code == 400


def test_events_are_found_by_what_they_say(api, stranger):
    note = api.make("activity.note")
    stranger.make("lead")
    for query in (
        f"object_type=activity.note&object_id={note['id']}",
        "object_type=activity.note&action=created",
        f"lead_id={note['lead_id']}&object_type=activity.note",
        f"user_id={api.user_id}&object_type=activity.note",
        "object_type=activity.note&date_updated__gt=2020-01-01",
    ):
        assert [event["object_id"] for event in listed(api, f"?{query}")["data"]] == [note["id"]]
    assert listed(api, "?date_updated__lt=2020-01-01")["data"] == []
    assert stranger.ok("get", f"/event/?object_id={note['id']}")["data"] == []


def test_another_organizations_event_is_unknown(api, stranger):
    api.make("lead")
    event = listed(api)["data"][0]
    assert stranger.get(f"/event/{event['id']}/").status_code == 404


def test_fields_limit_an_event(api):
    api.make("lead")
    page = listed(api, "?object_type=lead&_fields=action,object_type,nonsense&_limit=1")
    assert page["data"] == [{"object_type": "lead", "action": "created"}]
    id = listed(api, "?object_type=lead")["data"][0]["id"]
    assert api.ok("get", f"/event/{id}/?_fields=id") == {"id": id}
    assert api.ok("get", f"/event/{id}/?_fields=nonsense") == {}
