"""What happens is told to whoever subscribed to it."""

import dataclasses
import json

import pytest

from tests.webhooks.conftest import signature


def test_an_event_is_posted_as_the_log_has_it(api, receiver, subscribe, deliver):
    there = receiver()
    webhook = subscribe(there)
    lead = api.make("lead", name="Bluth Company")

    deliver()

    ((headers, body),) = there.requests
    event = api.ok("get", f"/event/?object_id={lead['id']}")["data"][0]
    assert json.loads(body) == {"event": event, "subscription_id": webhook["id"]}
    assert headers["content-type"] == "application/json"
    assert event["meta"] == {"request_method": "POST", "request_path": "/api/v1/lead/"}


def test_a_delivery_is_signed(api, receiver, subscribe, deliver):
    there = receiver()
    webhook = subscribe(there)
    api.make("lead")

    deliver()

    ((headers, body),) = there.requests
    assert headers["close-sig-hash"] == signature(webhook["signature_key"], headers, body)


def test_what_cannot_be_signed_is_not_sent(api, receiver, subscribe, deliver, world, monkeypatch):
    there = receiver()
    webhook = subscribe(there)
    api.make("lead")
    other = dataclasses.replace(world.app.settings, secret_key="another key than before, and long")
    monkeypatch.setattr(world.app, "settings", other)

    deliver()

    assert there.requests == []
    (tried,) = api.ok("get", f"/webhook/{webhook['id']}/deliveries/")["data"]
    assert tried["status"] == "waiting" and "AJAR_SECRET_KEY" in tried["error"]


def test_each_attempt_is_signed_anew(api, receiver, subscribe, deliver, clock):
    there = receiver(500)
    webhook = subscribe(there)
    api.make("lead")

    deliver()
    clock.pass_by(minutes=1)
    deliver()

    (first, _), (second, body) = there.requests
    assert int(second["close-sig-timestamp"]) >= int(first["close-sig-timestamp"]) + 60
    assert second["close-sig-hash"] == signature(webhook["signature_key"], second, body)


def test_only_what_was_subscribed_to_is_told(api, receiver, subscribe, settle):
    there = receiver()
    subscribe(there, "contact created", "lead deleted")
    contact = api.make("contact")
    api.ok("put", f"/contact/{contact['id']}/", json={"name": "Gob"})
    api.ok("delete", f"/lead/{contact['lead_id']}/")

    settle()

    assert there.kinds == [("contact", "created"), ("lead", "deleted")]


def test_an_event_that_several_entries_match_is_told_once(api, receiver, subscribe, deliver):
    there = receiver()
    subscribe(there, "lead created", "lead created")
    api.make("lead")

    deliver()

    assert len(there.requests) == 1


def test_other_organizations_are_told_nothing(api, stranger, receiver, subscribe, deliver):
    mine, theirs = receiver(), receiver()
    subscribe(mine)
    subscribe(theirs, api=stranger)
    api.make("lead")

    deliver()

    assert (len(mine.requests), len(theirs.requests)) == (1, 0)


def test_two_quick_updates_are_one_delivery_with_both_changes(api, receiver, subscribe, settle):
    there = receiver()
    lead = api.make("lead", name="Bluth Company")
    subscribe(there, "lead updated")
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})
    api.ok("put", f"/lead/{lead['id']}/", json={"description": "Homes"})

    settle()

    (event,) = there.told
    assert {"name", "description"} <= set(event["changed_fields"])
    assert event["previous_data"]["name"] == "Bluth Company"
    assert (event["data"]["name"], event["data"]["description"]) == ("Sitwell", "Homes")


@pytest.mark.parametrize("action", ["updated", "deleted"])
def test_what_may_still_be_folded_waits(api, receiver, subscribe, settle, deliver, clock, action):
    there = receiver()
    lead = api.make("lead")
    subscribe(there, f"lead {action}", "contact created")
    clock.pass_by(seconds=0)
    if action == "updated":
        api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})
    else:
        api.ok("delete", f"/lead/{lead['id']}/")
    api.make("contact")

    clock.pass_by(seconds=4)
    deliver()
    before = there.kinds
    settle()

    assert before == [("contact", "created")]
    assert sorted(there.kinds) == [("contact", "created"), ("lead", action)]


def test_an_event_that_is_folded_after_it_was_told_is_told_again(
    world, api, receiver, subscribe, settle
):
    """A request that began early and ended late: nothing of it may be lost."""
    there = receiver()
    lead = api.make("lead")
    subscribe(there, "lead updated")
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})
    settle()

    world.sql(
        "update event set position = default, date_updated = date_updated + interval '1 s'"
        " where object_id = $1 and action = 'updated'",
        lead["id"],
    )
    settle()

    first, second = there.told
    assert first["id"] == second["id"]
    assert first["date_updated"] < second["date_updated"]


def test_what_an_open_transaction_wrote_is_told_when_it_ends(
    api, receiver, subscribe, deliver, hold
):
    """Events are committed in another order than they are made in."""
    there = receiver()
    subscribe(there)

    lead = api.make("lead")
    held = hold()
    api.make("lead")
    deliver()
    assert there.told[0]["object_id"] == lead["id"]
    assert len(there.told) == 1

    held()
    deliver()

    assert len(there.told) == 3


def test_what_is_open_in_another_database_of_the_server_holds_nothing_back(
    api, receiver, subscribe, deliver, hold
):
    there = receiver()
    subscribe(there)
    hold(database="postgres")

    lead = api.make("lead")
    deliver()

    assert [event["object_id"] for event in there.told] == [lead["id"]]
