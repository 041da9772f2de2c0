"""Deleting all that a search finds."""

import pytest

ALL = {"type": "match_all"}


def gone(api, path):
    return api.get(path).status_code == 404


def test_leads_are_deleted_with_all_that_hangs_off_them(api, act):
    note = api.make("activity.note")
    action = act("delete", s_query=ALL)
    assert action["bulk_object_type"] == "lead"
    assert gone(api, f"/lead/{note['lead_id']}/")
    assert gone(api, f"/activity/note/{note['id']}/")
    counters = ("status", "n_leads", "n_leads_processed", "n_objects", "n_objects_processed")
    assert [action[name] for name in counters] == ["done", 1, 1, 1, 1]


def test_each_deleted_event_names_the_action(api, act):
    note = api.make("activity.note")
    action = act("delete", s_query=ALL)
    for id in (note["lead_id"], note["id"]):
        events = api.ok("get", f"/event/?object_id={id}&action=deleted")["data"]
        assert [one["meta"]["bulk_action_id"] for one in events] == [action["id"]]
        assert events[0]["previous_data"]["id"] == id


def call(api):
    return f"/activity/call/{api.make('activity.call')['id']}/"


def activity(api):
    return f"/activity/custom/{api.make('activity.custom')['id']}/"


def submission(api):
    form = api.make("form", is_published=True)
    path = f"/forms/{api.organization_id}/{form['id']}/"
    api.client.post(path, json={"Your name": "Gob", "E-mail": "gob@bluth.example"})
    made = api.ok("get", f"/activity/form_submission/?form_id={form['id']}")["data"][0]
    return f"/activity/form_submission/{made['id']}/"


def contact(api):
    return f"/contact/{api.make('contact')['id']}/"


OTHERS = {
    "contact": contact,
    "call": call,
    "custom_activity": activity,
    "form_submission": submission,
}


@pytest.mark.parametrize(("kind", "make"), OTHERS.items(), ids=OTHERS)
def test_other_objects_are_deleted_and_their_leads_stay(api, act, kind, make):
    path = make(api)
    lead = f"/lead/{api.ok('get', path)['lead_id']}/"
    action = act("delete", bulk_object_type=kind, s_query=ALL)
    assert gone(api, path)
    assert not gone(api, lead)
    assert (action["n_objects"], action["n_objects_failed"]) == (1, 0)


def test_to_delete_everything_one_has_to_say_so(api):
    for body in ({}, {"query": ""}, {"s_query": None}, {"s_query": {}}):
        refused = api.post("/bulk_action/delete/", json=body)
        assert (refused.status_code, list(refused.json()["field-errors"])) == (400, ["s_query"])


def test_only_what_the_query_finds_is_deleted(api, act):
    one, other = (api.make("lead", name=name) for name in ("Wayne", "Bluth"))
    act("delete", query="name:Wayne")
    assert gone(api, f"/lead/{one['id']}/")
    assert not gone(api, f"/lead/{other['id']}/")


def test_what_is_gone_already_is_told(api, act, failures):
    """The second contact of a lead goes with it."""
    lead = api.make("lead", name="Wayne")
    body = {"s_query": ALL}
    action = api.ok("post", "/bulk_action/delete/", json=body)
    again = api.ok("post", "/bulk_action/delete/", json=body)
    act("delete", s_query=ALL)
    assert gone(api, f"/lead/{lead['id']}/")
    states = [api.ok("get", f"/bulk_action/delete/{one['id']}/") for one in (action, again)]
    assert {one["status"] for one in states} == {"done"}


def test_nothing_of_another_organization_is_deleted(api, stranger, act):
    api.make("lead")
    theirs = stranger.make("lead")
    act("delete", s_query=ALL)
    assert stranger.ok("get", f"/lead/{theirs['id']}/") == theirs
