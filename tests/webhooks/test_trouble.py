"""Receivers that fail, are slow, are gone, or may not be reached."""

import random
import time
from datetime import datetime

import pytest

from ajar.webhooks import pausing, sending


@pytest.fixture
def read(api):
    """A webhook as it is now; and its log."""

    def now(webhook):
        log = api.ok("get", f"/webhook/{webhook['id']}/deliveries/")["data"]
        return api.ok("get", f"/webhook/{webhook['id']}/"), log

    return now


def test_what_fails_is_tried_again_with_growing_gaps_for_three_days(
    api, receiver, subscribe, deliver, clock, read
):
    there = receiver(*[500] * 500)
    webhook = subscribe(there)
    api.make("lead")
    clock.stand(clock())
    began, gaps = clock(), []
    deliver()

    while (one := read(webhook)[1][0])["next_attempt"]:
        next_attempt = datetime.fromisoformat(one["next_attempt"]).replace(tzinfo=began.tzinfo)
        gaps.append((next_attempt - clock()).total_seconds())
        clock.stand(next_attempt)
        if len(gaps) == 9:  # to the last day; or the webhook would be paused
            clock.pass_by(hours=70)
        deliver()

    assert gaps[:9] == [10, 20, 40, 80, 160, 320, 640, 1200, 1200]
    assert one["status"] == "failed"
    assert 71.6 < (clock() - began).total_seconds() / 3600 <= 72


@pytest.mark.parametrize("status", [199 + 1, 201, 204, 299])
def test_any_2xx_is_success(api, receiver, subscribe, deliver, read, status):
    webhook = subscribe(receiver(status))
    api.make("lead")

    deliver()

    shown, (one,) = read(webhook)
    assert (one["status"], one["response_status"]) == ("delivered", status)
    assert shown["counters"] == {"delivered": 1, "failed": 0, "queued": 0}


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_all_else_is_failure_and_no_redirect_is_followed(
    api, receiver, subscribe, deliver, read, status
):
    elsewhere = receiver()
    there = receiver(status, headers={"location": elsewhere.url})
    webhook = subscribe(there)
    api.make("lead")

    deliver()

    shown, (one,) = read(webhook)
    assert (one["status"], one["response_status"], one["attempt"]) == ("waiting", status, 1)
    assert shown["latest_error"] == one["error"] == f"The receiver answered {status}."
    assert (shown["health_status"], shown["recent_consecutive_fail_buckets_cnt"]) == ("failing", 1)
    assert elsewhere.requests == []


def test_a_receiver_that_takes_too_long_fails(api, receiver, subscribe, deliver, read, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.3)
    webhook = subscribe(receiver(wait=2))
    api.make("lead")

    deliver()

    assert read(webhook)[0]["latest_error"] == "No complete answer within 0.3 seconds."


def test_everything_arrives_though_a_third_fails(api, receiver, subscribe, deliver, clock):
    chance = random.Random(1)
    there = receiver(*[500 if chance.random() < 0.3 else 200 for _ in range(200)])
    webhook = subscribe(there)
    leads = {api.make("lead")["id"] for _ in range(40)}

    for _ in range(12):
        deliver()
        clock.pass_by(minutes=20)

    assert {event["object_id"] for event in there.told} == leads
    shown = api.ok("get", f"/webhook/{webhook['id']}/")
    assert (shown["counters"]["delivered"], shown["counters"]["queued"]) == (40, 0)
    assert shown["health_status"] == "healthy"


def test_a_slow_receiver_makes_nobody_else_wait(api, receiver, subscribe, deliver):
    slow, quick = receiver(wait=1.5), receiver()
    subscribe(slow)
    subscribe(quick)
    arrived = []
    quick.answer = lambda *request: arrived.append(time.monotonic()) or 200
    for _ in range(10):
        api.make("lead")

    began = time.monotonic()
    deliver()

    assert len(arrived) == len(slow.requests) == 10
    assert max(arrived) - began < 1.5 < time.monotonic() - began


def test_a_receiver_that_fails_gets_one_at_a_time(api, receiver, subscribe, deliver, clock):
    there = receiver(*[500] * 100, wait=0.02)
    most, now = [0], [0]
    plain = there.answer

    def counted(*request):
        now[0] += 1
        most[0] = max(most[0], now[0])
        try:
            return plain(*request)
        finally:
            now[0] -= 1

    there.answer = counted
    subscribe(there)
    for _ in range(10):
        api.make("lead")
    deliver()
    most[0] = 0

    clock.pass_by(minutes=1)
    deliver()

    assert most[0] == 1


def test_a_paused_webhook_is_told_nothing(api, receiver, subscribe, deliver, read):
    there = receiver()
    webhook = subscribe(there)
    path = f"/webhook/{webhook['id']}/"
    api.ok("put", path, json={"status": "paused"})
    api.make("lead")
    deliver()
    api.ok("put", path, json={"status": "active"})
    deliver()
    missed = list(there.requests)

    lead = api.make("lead")
    deliver()

    assert missed == []
    assert [event["object_id"] for event in there.told] == [lead["id"]]


def test_pausing_one_leaves_the_others(api, receiver, subscribe, deliver):
    paused, there = receiver(), receiver()
    id = subscribe(paused)["id"]
    subscribe(there)
    api.ok("put", f"/webhook/{id}/", json={"status": "paused"})
    api.make("lead")
    deliver()
    api.ok("put", f"/webhook/{id}/", json={"status": "active"})

    deliver()

    assert (len(paused.requests), len(there.requests)) == (0, 1)


def test_what_waits_when_a_webhook_is_paused_is_dropped(
    api, receiver, subscribe, deliver, clock, read
):
    there = receiver(500)
    webhook = subscribe(there)
    api.make("lead")
    deliver()

    api.ok("put", f"/webhook/{webhook['id']}/", json={"status": "paused"})
    api.ok("put", f"/webhook/{webhook['id']}/", json={"status": "active"})
    clock.pass_by(hours=1)
    deliver()

    assert len(there.requests) == 1
    assert read(webhook)[1][0]["status"] == "dropped"


def test_a_webhook_to_which_nothing_arrives_for_three_days_is_paused(
    api, receiver, subscribe, deliver, clock, read
):
    there = receiver(*[500] * 500)
    webhook = subscribe(there)
    clock.stand(clock())
    for hour in range(72):
        assert read(webhook)[0]["status"] == "active", hour
        if hour % 24 == 0:
            api.make("lead")
        deliver()
        clock.pass_by(hours=1)

    shown, log = read(webhook)
    assert (shown["status"], shown["pause_reason"]) == ("paused", "too_many_failures")
    assert shown["health_status"] == "unhealthy"
    assert shown["counters"]["queued"] == 0
    assert {one["status"] for one in log} <= {"dropped", "failed"}


def test_one_success_ends_the_count_of_failures(api, receiver, subscribe, deliver, clock, read):
    there = receiver(500, 500, 200)
    webhook = subscribe(there)
    clock.stand(clock())
    api.make("lead")
    counts = []
    for _ in range(3):
        deliver()
        counts.append(read(webhook)[0]["recent_consecutive_fail_buckets_cnt"])
        clock.pass_by(hours=1)

    assert counts == [1, 2, 0]


def test_a_webhook_with_too_much_waiting_is_paused(
    world, api, receiver, subscribe, deliver, read, monkeypatch
):
    assert pausing.MOST_QUEUED == 100_000
    monkeypatch.setattr(pausing, "MOST_QUEUED", 5)
    monkeypatch.setattr(pausing, "MANY_QUEUED", 4)
    many, few = subscribe(receiver(*[500] * 9)), subscribe(receiver(), "contact created")
    for _ in range(5):
        api.make("lead")
    deliver()

    world.call(lambda db: pausing.watch(world.app.api.pool, world.clock()))

    shown, log = read(many)
    assert (shown["status"], shown["pause_reason"]) == ("paused", "too_many_queued")
    assert {one["status"] for one in log} == {"dropped"}
    assert read(few)[0]["status"] == "active"


def test_what_a_killed_worker_had_taken_is_due_again(
    world, api, receiver, subscribe, deliver, clock, read
):
    there = receiver(500)
    webhook = subscribe(there)
    api.make("lead")
    deliver()
    clock.pass_by(minutes=1)
    world.sql(  # as it is while a request is on its way
        "update webhook_delivery set attempt = 2, next_attempt = $1 where webhook_id = $2",
        clock() + sending.LEASE,
        webhook["id"],
    )
    deliver()
    meanwhile = len(there.requests)

    clock.pass_by(seconds=sending.LEASE.seconds)
    deliver()

    assert (meanwhile, len(there.requests)) == (1, 2)
    assert read(webhook)[1][0]["status"] == "delivered"


def test_a_database_that_was_restored_elsewhere_goes_on(
    world, api, receiver, subscribe, settle, deliver
):
    """There the numbers of transactions begin anew: those that were kept are of the future."""
    there = receiver()
    subscribe(there)
    api.make("lead")
    settle()
    mine = (10**12, api.organization_id)
    world.sql("update event set position = position + $1 where organization_id = $2", *mine)
    world.sql("update webhook_feed set position = position + $1 where organization_id = $2", *mine)
    world.sql("update webhook set since = since + $1 where organization_id = $2", *mine)
    deliver()
    again = len(there.requests)

    lead = api.make("lead")
    deliver()

    assert again == 1  # nothing is told twice that the log of deliveries still has
    assert there.told[-1]["object_id"] == lead["id"]


def test_an_event_that_is_no_longer_kept_is_given_up(
    world, api, receiver, subscribe, deliver, clock, read
):
    webhook = subscribe(receiver(500))
    lead = api.make("lead")
    deliver()
    world.sql("delete from event where object_id = $1", lead["id"])
    clock.pass_by(hours=1)

    deliver()

    (one,) = read(webhook)[1]
    assert (one["status"], one["error"]) == ("failed", "The event is no longer kept.")
