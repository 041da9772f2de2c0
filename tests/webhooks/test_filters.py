"""Filters, beside the type and action of what was subscribed to."""


def field(name, filter, *more):
    filter = field(filter, *more) if more else filter
    return {"type": "field_accessor", "field": name, "filter": filter}


def equals(value):
    return {"type": "equals", "value": value}


def test_an_extra_filter_belongs_to_its_entry(api, receiver, subscribe, deliver):
    there = receiver()
    webhook = subscribe(there)
    named = {"type": "contains", "value": "Bluth"}
    events = [
        {"object_type": "lead", "action": "created", "extra_filter": field("data", "name", named)},
        {"object_type": "contact", "action": "created"},
    ]
    api.ok("put", f"/webhook/{webhook['id']}/", json={"events": events})
    for name in ("Bluth Company", "Sitwell"):
        api.make("lead", name=name)
    api.make("contact", name="Gob", lead_id=api.make("lead", name="Other")["id"])

    deliver()

    assert [event["data"]["name"] for event in there.told] == ["Bluth Company", "Gob"]


def test_both_filters_must_match(api, receiver, subscribe, deliver):
    there = receiver()
    by_me = field("user_id", equals(api.user_id))
    events = [
        {
            "object_type": "lead",
            "action": "created",
            "extra_filter": field("data", "name", equals("A")),
        }
    ]
    subscribe(there, events=events, event_filter=by_me)
    subscribe(there, events=events, event_filter={"type": "not", "filter": by_me})
    api.make("lead", name="A")
    api.make("lead", name="B")

    deliver()

    assert [event["data"]["name"] for event in there.told] == ["A"]


def test_a_filter_sees_what_was_folded(api, receiver, subscribe, settle):
    there = receiver()
    lead = api.make("lead", name="A")
    changed = {"type": "contains", "value": "description"}
    back = field("data", "name", equals("A"))
    both = {"type": "and", "filters": [field("changed_fields", changed), back]}
    subscribe(there, "lead updated", event_filter=both)
    for change in ({"name": "B"}, {"description": "Homes"}, {"name": "A"}):
        api.ok("put", f"/lead/{lead['id']}/", json=change)

    settle()

    assert len(there.requests) == 1


def test_one_can_ignore_what_one_did_oneself(api, join, receiver, subscribe, deliver):
    there, user = receiver(), join("user")
    me = {"type": "not_equals", "value": api.user_id}
    subscribe(there, event_filter=field("user_id", me))
    api.make("lead", name="Mine")
    user.make("lead", name="Theirs")

    deliver()

    assert [event["data"]["name"] for event in there.told] == ["Theirs"]
