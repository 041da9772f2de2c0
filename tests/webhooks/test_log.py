"""The log of deliveries, sending again, tests, and new keys."""

import asyncio
import json
from datetime import timedelta

import asyncpg

from ajar import database, webhooks
from tests.webhooks.conftest import signature


def log(api, webhook, **params):
    return api.ok("get", f"/webhook/{webhook['id']}/deliveries/", params=params)["data"]


def post(api, webhook, part, **body):
    return api.ok("post", f"/webhook/{webhook['id']}/{part}/", json=body)


def test_a_delivery_is_logged_with_request_and_answer(api, receiver, subscribe, deliver, clock):
    there = receiver(503)
    webhook = subscribe(there)
    lead = api.make("lead")
    deliver()
    clock.pass_by(minutes=1)
    deliver()

    (one,) = log(api, webhook)

    shown = {name: one[name] for name in ("status", "attempt", "url", "response_status", "error")}
    assert shown == {
        "status": "delivered",
        "attempt": 2,
        "url": there.url,
        "response_status": 200,
        "error": None,
    }
    assert (one["object_type"], one["action"]) == ("lead", "created")
    assert (one["response_body"], one["next_attempt"]) == ("thanks", None)
    whole = api.ok("get", f"/webhook/{webhook['id']}/deliveries/{one['id']}/")
    assert whole["request_body"] == json.loads(there.requests[0][1])
    assert whole["request_body"]["event"]["object_id"] == lead["id"]


def test_the_log_shows_the_newest_first_and_can_be_narrowed(
    api, receiver, subscribe, deliver, clock
):
    webhook = subscribe(receiver(200, 500), "lead created", "contact created")
    api.make("lead")
    deliver()
    clock.pass_by(seconds=1)
    api.make("contact", lead_id=api.make("lead")["id"])
    deliver()

    assert [one["object_type"] for one in log(api, webhook)][-1] == "lead"
    assert [one["object_type"] for one in log(api, webhook, object_type="contact")] == ["contact"]
    waiting = log(api, webhook, status="waiting")
    assert len(waiting) == 1 and len(log(api, webhook, status__in="waiting,delivered")) == 3
    assert log(api, webhook, date_created__lt="2020-01-01") == []


def test_a_delivery_of_another_webhook_is_not_found(api, receiver, subscribe, deliver):
    one, other = subscribe(receiver()), subscribe(receiver(), "contact created")
    api.make("lead")
    deliver()
    (delivery,) = log(api, one)

    assert api.get(f"/webhook/{other['id']}/deliveries/{delivery['id']}/").status_code == 404


def test_one_can_be_sent_again(api, receiver, subscribe, deliver):
    there = receiver()
    webhook = subscribe(there)
    api.make("lead")
    deliver()
    (one,) = log(api, webhook)

    again = post(api, webhook, f"deliveries/{one['id']}/redeliver")
    deliver()

    assert (again["status"], again["attempt"]) == ("waiting", 0)
    first, second = there.requests
    assert first[1] == second[1]
    assert [(o["status"], o["attempt"]) for o in log(api, webhook)] == [("delivered", 1)]


def test_a_time_can_be_sent_again_with_what_was_missed(
    world, api, receiver, subscribe, deliver, clock
):
    there = receiver()
    webhook = subscribe(there)
    before = api.make("lead")
    deliver()
    clock.pass_by(minutes=1)
    began = clock()
    api.ok("put", f"/webhook/{webhook['id']}/", json={"status": "paused"})
    missed = api.make("lead")
    api.ok("put", f"/webhook/{webhook['id']}/", json={"status": "active"})
    deliver()
    clock.pass_by(minutes=1)

    post(api, webhook, "redeliver", date_from=began.isoformat())
    world.work()
    deliver()

    assert [event["object_id"] for event in there.told] == [before["id"], missed["id"]]


def test_what_has_arrived_can_be_left_out(world, api, receiver, subscribe, deliver, clock):
    there = receiver(200, 500)
    webhook = subscribe(there)
    began = clock() - timedelta(minutes=1)
    api.make("lead")
    deliver()
    failed = api.make("lead")
    deliver()
    clock.pass_by(seconds=1)

    post(api, webhook, "redeliver", date_from=began.isoformat(), undelivered=True)
    world.work()
    deliver()

    assert len(there.requests) == 3
    assert json.loads(there.requests[-1][1])["event"]["object_id"] == failed["id"]


def test_many_are_sent_again_page_by_page(
    world, api, receiver, subscribe, deliver, clock, monkeypatch
):
    monkeypatch.setattr(webhooks.again, "PAGE", 2)
    there = receiver()
    webhook = subscribe(there)
    began = clock() - timedelta(minutes=1)
    leads = {api.make("lead")["id"] for _ in range(5)}
    deliver()
    clock.pass_by(seconds=1)
    there.requests.clear()

    post(api, webhook, "redeliver", date_from=began.isoformat())
    world.work()
    deliver()

    assert {event["object_id"] for event in there.told} == leads


def test_a_paused_webhook_sends_nothing_again(api, receiver, subscribe, deliver):
    webhook = subscribe(receiver())
    api.make("lead")
    deliver()
    (one,) = log(api, webhook)
    path = f"/webhook/{webhook['id']}/"
    api.ok("put", path, json={"status": "paused"})

    for part in (f"deliveries/{one['id']}/redeliver/", "test/", "redeliver/"):
        refused = api.post(path + part, json={"date_from": "2026-01-01T00:00:00"})
        assert (refused.status_code, refused.json()["errors"]) == (
            400,
            ["This webhook is paused; make it active first."],
        )


def test_a_test_is_delivered_like_an_event(api, receiver, subscribe, deliver):
    there = receiver()
    webhook = subscribe(there, "contact updated")

    sent = post(api, webhook, "test")
    deliver()

    ((headers, body),) = there.requests
    event = json.loads(body)["event"]
    assert headers["close-sig-hash"] == signature(webhook["signature_key"], headers, body)
    assert (event["object_type"], event["action"]) == ("contact", "updated")
    assert event["meta"]["test"] is True
    real = api.ok("get", f"/event/?object_id={api.make('lead')['id']}")["data"][0]
    assert event.keys() == real.keys()
    assert [one["id"] for one in log(api, webhook)] == [sent["id"]]


def test_for_some_hours_the_older_key_signs_as_well(api, receiver, subscribe, deliver, clock):
    there = receiver()
    old = subscribe(there)
    new = post(api, old, "rotate_key", overlap_hours=2)
    api.make("lead")
    deliver()
    clock.pass_by(hours=3)
    api.make("lead")
    deliver()

    assert new["signature_key"] != old["signature_key"]
    (first, body), (second, _) = there.requests
    assert first["close-sig-hash"] == signature(new["signature_key"], first, body)
    assert first["close-sig-hash-previous"] == signature(old["signature_key"], first, body)
    assert "close-sig-hash-previous" not in second


def test_a_key_that_is_known_to_others_ends_at_once(api, receiver, subscribe, deliver):
    there = receiver()
    post(api, subscribe(there), "rotate_key", overlap_hours=0)
    api.make("lead")

    deliver()

    assert "close-sig-hash-previous" not in there.requests[0][0]


def test_what_is_old_is_forgotten_unless_it_waits(world, api, receiver, subscribe, deliver):
    webhook = subscribe(receiver(200, 500))
    api.make("lead")
    deliver()
    api.make("lead")
    deliver()
    text = "update webhook_delivery set date_created = date_created - interval '8 days'"
    world.sql(f"{text} where webhook_id = $1", webhook["id"])

    async def forget(db):
        async with db.transaction():
            await webhooks.forget(db, world.app.settings)

    world.call(forget)

    assert [one["status"] for one in log(api, webhook)] == ["waiting"]


def test_a_webhook_goes_with_its_log(world, api, receiver, subscribe, deliver):
    webhook = subscribe(receiver(500))
    api.make("lead")
    deliver()

    assert api.ok("delete", f"/webhook/{webhook['id']}/") == {}

    text = "select count(*) from webhook_delivery where webhook_id = $1"
    assert world.sql(text, webhook["id"])[0]["count"] == 0


def test_where_nobody_listens_the_log_is_not_followed(world, api, receiver, subscribe, deliver):
    webhook = subscribe(receiver())
    api.ok("put", f"/webhook/{webhook['id']}/", json={"status": "paused"})
    api.make("lead")
    deliver()

    text = "select settled from webhook_feed where organization_id = $1"
    assert world.sql(text, api.organization_id) == []


MANY = """
insert into event (organization_id, id, date_created, date_updated, object_type, object_id, action,
    changed_fields, meta)
select 'orga_other', 'ev_' || number, now(), now(), 'lead', 'lead_' || number, 'created', '{}', '{}'
from generate_series(1, 20000) number"""
FEEDS = """
insert into webhook_feed (organization_id, settled, position, event_id, date_read)
select 'orga_' || number, false, 1, '', now() from generate_series(1, 200) number"""


def test_looking_for_news_is_a_walk_along_an_index(world):
    """However many events and webhooks there are."""

    async def plan():
        db = await asyncpg.connect(world.app.database, server_settings=database.SETTINGS)
        transaction = db.transaction()
        await transaction.start()
        for text in (MANY, FEEDS, "analyze event, webhook_feed"):
            await db.execute(text)
        rows = await db.fetch("explain " + webhooks.following.NEWS)
        await transaction.rollback()
        await db.close()
        return "\n".join(row[0] for row in rows)

    text = asyncio.run(plan())
    assert "position_id" in text and "Seq Scan on event" not in text
