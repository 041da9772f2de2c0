"""The event log."""

from urllib.parse import urlencode

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


def test_a_page_has_fifty_events_unless_it_says_less(api):
    for _ in range(51):
        api.make("lead")
    page = listed(api, "?object_type=lead")
    assert (len(page["data"]), bool(page["cursor_next"])) == (50, True)
    assert page["data"] == listed(api, "?object_type=lead&_limit=50&_skip=0")["data"]
    assert len(listed(api, f"?object_type=lead&_cursor={page['cursor_next']}")["data"]) == 1


def test_a_cursor_goes_on_without_the_dates_it_began_with(api):
    made = [api.make("lead")["id"] for _ in range(3)]
    since = "date_updated__gte=2020-01-01&"
    first = listed(api, f"?{since}object_type=lead&_limit=2")
    for dates in (since, ""):
        rest = listed(api, f"?{dates}object_type=lead&_limit=2&_cursor={first['cursor_next']}")
        assert [event["object_id"] for event in rest["data"]] == made[:1]


def test_what_happens_in_one_millisecond_keeps_its_order(api, join, clock):
    """The newest first; others make changes that are not folded into one event."""
    users = [api, join(), join("superuser")]
    clock.stand(clock())
    lead = api.make("lead", name="0")
    for turn in range(1, 7):
        users[turn % 3].ok("put", f"/lead/{lead['id']}/", json={"name": str(turn)})

    events = listed(api, f"?object_id={lead['id']}")["data"]

    assert [event["data"]["name"] for event in events] == list("6543210")
    assert len({event["date_updated"] for event in events}) == 1


@pytest.mark.parametrize(
    "names",
    [
        "object_type object_id",
        "object_type action",
        "object_id action",
        "lead_id",
        "lead_id object_type",
        "lead_id object_type action",
        "lead_id user_id",
        "lead_id user_id object_type",
        "lead_id user_id object_type action",
        "user_id",
        "user_id object_id",
        "user_id object_id action",
        "user_id object_type",
        "user_id object_type action",
        "request_id",
        "",
    ],
)
def test_filters_of_events_can_be_combined(api, join, names):
    """All that is said of an event, and nothing else, is found by it; with dates and without."""
    other = join()
    note = other.make("activity.note", lead_id=api.make("lead")["id"])
    other.ok("put", f"/activity/note/{note['id']}/", json={"title": "x"})
    api.make("activity.note")
    every = listed(api)["data"]
    one = next(e for e in every if e["object_id"] == note["id"] and e["action"] == "created")
    wanted = {name: one[name] for name in names.split()}

    found = listed(api, "?" + urlencode(wanted))["data"]

    assert found == [e for e in every if wanted.items() <= e.items()]
    assert one in found and (not names or len(found) < len(every))
    at = one["date_updated"]
    same = urlencode(wanted | {"date_updated__gte": at, "date_updated__lte": at})
    assert one in listed(api, f"?{same}")["data"]
    for dates in ({"date_updated__gt": at}, {"date_updated__lt": at}):
        assert one not in listed(api, "?" + urlencode(wanted | dates))["data"]


def test_events_of_a_lead_are_those_of_all_that_hangs_off_it(api):
    lead = api.make("lead")["id"]
    for name in ("contact", "opportunity", "task", "activity.note"):
        api.make(name, lead_id=lead)
        api.make(name)

    found = listed(api, f"?lead_id={lead}&action=created")["data"]

    assert {event["lead_id"] for event in found} == {lead}
    assert {event["object_type"] for event in found} - {"lead"} == {
        "contact",
        "opportunity",
        "task.lead",
        "activity.note",
    }


def test_a_lead_is_not_updated_by_what_else_hangs_off_it(api):
    lead = api.make("lead")["id"]
    for name in ("opportunity", "task", "activity.note"):
        made = api.make(name, lead_id=lead)
        path = f"/{name.replace('.', '/')}/{made['id']}/"
        api.ok("put", path, json={"note": "x", "date": "2030-01-01"})
        api.ok("delete", path)

    assert listed(api, f"?object_id={lead}&action=updated")["data"] == []


def test_a_lead_is_updated_by_its_own_fields_addresses_custom_values_and_contacts(api, clock):
    key = "custom." + api.make("custom_field.lead")["id"]
    lead = api.make("lead")["id"]
    changes = {"name": "A", "addresses": [{"city": "Rome"}], key: "x"}
    for name, value in changes.items():
        clock.pass_by(minutes=1)
        api.ok("put", f"/lead/{lead}/", json={name: value})
    clock.pass_by(minutes=1)
    contact = api.make("contact", lead_id=lead)
    clock.pass_by(minutes=1)
    api.ok("delete", f"/contact/{contact['id']}/")

    events = listed(api, f"?object_id={lead}&action=updated")["data"][::-1]

    changed = [set(event["changed_fields"]) for event in events]
    assert [name in fields for name, fields in zip(changes, changed, strict=False)] == [True] * 3
    assert [{"contacts", "contact_ids"} <= fields for fields in changed[3:]] == [True, True]


def test_only_admins_read_what_changed_an_hour_ago(api, join, clock):
    user = join("superuser")
    clock.stand(clock())
    lead = api.make("lead")
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "A"})
    url = f"?object_id={lead['id']}&action=updated"

    clock.pass_by(minutes=59)
    (fresh,) = listed(user, url)["data"]
    clock.pass_by(minutes=2)
    (old,) = listed(user, url)["data"]

    assert (fresh["data"]["name"], fresh["previous_data"]["name"]) == ("A", "Bluth Company")
    assert old == {n: v for n, v in fresh.items() if n not in ("data", "previous_data")}
    assert user.ok("get", f"/event/{old['id']}/") == old
    assert listed(api, url)["data"] == [fresh]


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
