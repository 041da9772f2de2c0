"""Playbooks and outcomes."""

import pytest


def ids(api, **params):
    return [row["id"] for row in api.ok("get", "/playbook/", params=params)["data"]]


def test_playbooks_are_listed_in_their_order(api):
    made = [api.make("playbook") for _ in range(3)]

    assert [one["position"] for one in made] == [0, 1, 2]
    assert ids(api) == [one["id"] for one in made]
    assert ids(api, position__gt=0) == [one["id"] for one in made[1:]]


def test_a_list_may_end_before_a_time(api):
    first = api.make("playbook")

    assert ids(api, created_at__lt=first["created_at"]) == []
    assert ids(api, created_at__lt="2999-01-01") == [first["id"]]


def test_an_archived_playbook_leaves_active_listings(api):
    kept, put_away = api.make("playbook"), api.make("playbook")

    archived = api.ok("post", f"/playbook/{put_away['id']}/archive/")

    assert archived["archived_by_id"] == api.user_id
    assert archived["archived_at"]
    assert ids(api, is_archived="false") == [kept["id"]]
    assert ids(api, is_archived="true") == [put_away["id"]]
    assert ids(api) == [kept["id"], put_away["id"]]


def test_an_archived_playbook_can_be_used_again(api):
    playbook = api.make("playbook")
    path = f"/playbook/{playbook['id']}/"
    archived = api.ok("post", f"{path}archive/")

    again = api.ok("post", f"{path}unarchive/")

    assert (again["archived_at"], again["archived_by_id"]) == (None, None)
    kept = playbook.keys() - {"archived_at", "archived_by_id", "is_archived", "updated_at"}
    for answer in (archived, again):
        assert {name: answer[name] for name in kept} == {name: playbook[name] for name in kept}
    assert ids(api, is_archived="false") == [playbook["id"]]


def test_an_archived_playbook_stays_with_the_calls_that_had_it(api):
    playbook = api.make("playbook", name="Discovery")["id"]
    call = api.make("activity.call", playbook_id=playbook)

    api.ok("post", f"/playbook/{playbook}/archive/")

    assert api.ok("get", f"/activity/call/{call['id']}/")["playbook_id"] == playbook
    assert api.ok("get", f"/playbook/{playbook}/")["name"] == "Discovery"


def test_a_playbook_is_made_changed_and_deleted(api):
    made = api.post("/playbook/", json={"name": "x", "summary_guidance": "Ask for the budget."})
    path = f"/playbook/{made.json()['id']}/"
    new = {"summary_guidance": "Ask who decides.", "name": "y", "description": "A talk."}
    changed = api.ok("put", path, json=new)
    gone = api.delete(path)

    assert (made.status_code, gone.status_code, gone.content) == (201, 204, b"")
    assert made.json()["summary_guidance"] == "Ask for the budget."
    assert {name: changed[name] for name in new} == new


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("outcome_ids", "outcome", "custom_field.lead"),
        ("custom_field_ids", "custom_field.shared", "custom_field.lead"),
    ],
)
def test_a_playbook_names_outcomes_and_shared_custom_fields(api, stranger, name, good, bad):
    id = api.make(good)["id"]

    assert api.make("playbook", **{name: [id]})[name] == [id]
    for wrong in (api.make(bad)["id"], stranger.make(good)["id"], "x"):
        answer = api.post("/playbook/", json={"name": "x", name: [wrong]})
        assert (answer.status_code, list(answer.json()["field-errors"])) == (400, [name])


@pytest.mark.parametrize(
    ("type", "applies_to"), [("custom", ["calls", "meetings"]), ("vm-dropped", ["calls"])]
)
def test_what_an_outcome_applies_to_follows_from_its_type(api, type, applies_to):
    outcome = api.make("outcome", type=type, applies_to=["meetings"])

    assert (outcome["type"], outcome["applies_to"]) == (type, applies_to)


def test_what_an_outcome_applies_to_is_not_said_but_follows(api):
    outcome = api.make("outcome", applies_to=["calls"])
    path = f"/outcome/{outcome['id']}/"
    assert outcome["applies_to"] == ["calls", "meetings"]
    changed = api.ok("put", path, json={"applies_to": ["meetings"], "type": "vm-dropped"})
    assert changed["applies_to"] == ["calls"]
    assert api.post("/outcome/", json={"name": "x", "type": "busy"}).status_code == 400


def test_an_outcome_has_a_name_and_says_when_to_use_it(api):
    outcome = api.make("outcome", name="Not now", description="They are busy.")
    assert (outcome["name"], outcome["description"]) == ("Not now", "They are busy.")
    assert api.ok("get", "/outcome/")["data"] == [outcome]
    path, new = f"/outcome/{outcome['id']}/", {"name": "Later", "description": None}
    changed = api.ok("put", path, json=new)
    assert {name: changed[name] for name in new} == new


def test_a_deleted_outcome_cannot_be_read(api):
    path = f"/outcome/{api.make('outcome')['id']}/"
    answer = api.delete(path)
    assert (answer.status_code, answer.json()) == (200, {})
    assert api.get(path).status_code == api.put(path, json={"name": "x"}).status_code == 404
    assert api.ok("get", "/outcome/")["data"] == []


def test_an_outcome_is_custom_unless_it_says_otherwise(api):
    assert api.make("outcome")["type"] == "custom"


@pytest.mark.parametrize("name", ["playbook", "outcome"])
def test_they_are_not_in_the_event_log(api, name):
    api.make(name)
    assert api.events() == []
