"""Subscriptions: what they take, what they show, and who manages them."""

import re
from pathlib import Path

import pytest

from ajar.resources.webhook.kinds import ACTIONS, OLDER, USUAL

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
CONTRACT = REFERENCE / "behaviour" / "06-events-webhooks.md"
LEADS = [{"object_type": "lead", "action": "created"}]


def refused(api, **values):
    answer = api.post("/webhook/", json=api.body("webhook") | values)
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def test_a_new_webhook_is_active_and_has_a_key(api):
    made = api.make("webhook")

    assert re.fullmatch("[0-9a-f]{64}", made["signature_key"])
    shown = {name: made[name] for name in ("status", "verify_ssl", "event_filter", "pause_reason")}
    assert shown == {
        "status": "active",
        "verify_ssl": True,
        "event_filter": None,
        "pause_reason": None,
    }
    assert made["counters"] == {"delivered": 0, "failed": 0, "queued": 0}
    health = [made[n] for n in ("health_status", "latest_error")]
    assert health == ["healthy", None]
    assert made["recent_consecutive_fail_buckets_cnt"] == 0
    assert made["created_by"] == made["created_by_id"] == api.user_id
    assert made["events"] == [LEADS[0] | {"extra_filter": None}]


def test_the_key_is_shown_whenever_a_webhook_is_read(api):
    made = api.make("webhook")
    path = f"/webhook/{made['id']}/"

    assert api.ok("get", path) == made
    assert api.ok("put", path, json={"url": made["url"]})["signature_key"] == made["signature_key"]
    (listed,) = api.ok("get", "/webhook/")["data"]
    assert listed["signature_key"] == made["signature_key"]
    assert api.ok("get", "/webhook/", params={"_fields": "id"})["data"] == [{"id": made["id"]}]
    assert api.ok("get", path, params={"_fields": "id"}) == {"id": made["id"]}
    wanted = api.ok("get", path, params={"_fields": "id,signature_key"})
    assert wanted["signature_key"] == made["signature_key"]


def test_the_key_is_kept_encrypted(api, world):
    made = api.make("webhook")
    api.ok("post", f"/webhook/{made['id']}/rotate_key/", json={})

    (row,) = world.sql("select webhook::text from webhook where id = $1", made["id"])

    assert made["id"] in row[0] and made["signature_key"] not in row[0]


def test_a_key_that_cannot_be_opened_is_not_shown(api, world):
    made = api.make("webhook")
    world.sql("update webhook set signature_key = 'of another server' where id = $1", made["id"])

    assert api.ok("get", f"/webhook/{made['id']}/")["signature_key"] == ""


def test_the_key_of_a_stranger_is_not_shown(api, stranger):
    assert api.get(f"/webhook/{stranger.make('webhook')['id']}/").status_code == 404


def test_dates_have_no_offset(api):
    made = api.make("webhook")
    assert re.fullmatch(r"[-0-9]+T[:0-9]+\.\d{6}", made["date_created"])


def test_a_url_must_be_one(api):
    for url in ("bluth.example/hook", "ftp://bluth.example", "http://", "http://a:b@c.example"):
        assert set(refused(api, url=url)) == {"url"}


def test_an_unknown_object_type_is_told_the_known_ones(api):
    wrong = refused(api, events=[*LEADS, {"object_type": "task", "action": "created"}])

    reason = wrong["events"]["errors"]["1"]["field-errors"]["object_type"]
    assert reason.startswith("Must be one of ") and " task.lead," in reason


def test_an_unknown_action_is_told_the_known_ones(api):
    wrong = refused(api, events=[{"object_type": "membership", "action": "created"}])

    reason = wrong["events"]["errors"]["0"]["field-errors"]["action"]
    assert reason == "Must be one of activated, deactivated."


def test_all_that_is_wrong_is_told_at_once(api):
    wrong = refused(api, url="x", events=[], status="x", event_filter={"type": "x"})
    assert set(wrong) == {"url", "events", "status", "event_filter"}


def test_a_wrong_filter_is_told_where(api):
    filter = {"type": "and", "filters": [{"type": "is_null"}, {"type": "equals"}]}
    wrong = refused(api, event_filter=filter, events=LEADS)
    assert wrong["event_filter"] == "filters.1.value: This field is required."
    wrong = refused(api, events=[LEADS[0] | {"extra_filter": filter}])
    reason = wrong["events"]["errors"]["0"]["field-errors"]["extra_filter"]
    assert reason == "filters.1.value: This field is required."


def test_everything_that_the_contract_lists_can_be_subscribed_to(api):
    every = [{"object_type": t, "action": a} for t, actions in ACTIONS.items() for a in actions]
    every += [{"object_type": older, "action": "created"} for older in OLDER]
    assert len(api.make("webhook", events=every)["events"]) == len(every)


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract does not lie beside")
def test_what_can_be_subscribed_to_is_what_the_contract_lists():
    """`custom_fields.lead|contact` there are two kinds, `task.SUBTYPE` is each kind of task."""
    usual, rest = CONTRACT.read_text().partition("deleted for: ")[2].split("|---|---|\n")[:2]
    names = re.findall(r"[\w.|]+", usual.split(".\n\n")[0])
    first = [f"{name.rpartition('.')[0]}.{part}" for name in names for part in name.split("|")[1:]]
    listed = {name: set(USUAL) for name in [*(name.split("|")[0] for name in names), *first]}
    for types, actions in re.findall(r"\| (\S.*?) \| (.*) \|", rest.split("\n\n")[0]):
        head, *others = types.split(", ")
        prefix = head.rpartition(".")[0]
        for name in (head, *(prefix + other if other[0] == "." else other for other in others)):
            told = set(re.findall(r"\w+", actions))
            listed[name] = told | set(USUAL) if actions[0] == "+" else told
    tasks = listed.pop("task.SUBTYPE")
    subtypes = {name for name in ACTIONS if name.startswith("task.")}

    ours = {name: set(actions) for name, actions in ACTIONS.items()}
    assert ours == listed | {name: tasks for name in subtypes}


def test_everything_that_is_logged_can_be_subscribed_to(api):
    from ajar.kernel.registry import resources

    names = {one.about.object_type for one in resources.values() if one.about.logged}
    assert {name for name in names if isinstance(name, str)} <= ACTIONS.keys()


def test_any_part_can_be_changed(api):
    made = api.make("webhook")
    events = [{"object_type": "contact", "action": "updated", "extra_filter": None}]
    change = {"url": "https://b.example/", "events": events, "verify_ssl": False}

    changed = api.ok("put", f"/webhook/{made['id']}/", json=change)

    assert {name: changed[name] for name in change} == change
    assert changed["signature_key"] == made["signature_key"]


def test_certificates_are_checked_unless_somebody_says_no(api):
    made = api.make("webhook", verify_ssl=None)
    assert made["verify_ssl"] is True


def test_pausing_says_who_did_it(api):
    id = api.make("webhook")["id"]

    paused = api.ok("put", f"/webhook/{id}/", json={"status": "paused"})
    active = api.ok("put", f"/webhook/{id}/", json={"status": "active"})

    assert (paused["status"], paused["pause_reason"]) == ("paused", "api")
    assert (active["status"], active["pause_reason"]) == ("active", None)


def test_an_organization_has_no_more_than_forty(api, stranger):
    for _ in range(40):
        api.make("webhook")

    answer = api.post("/webhook/", json=api.body("webhook"))

    assert answer.status_code == 400
    assert answer.json()["errors"] == ["An organization may have no more than 40 webhooks."]
    stranger.make("webhook")


def test_admins_manage_all_others_their_own(api, join):
    admins, user = api.make("webhook"), join("user")
    own = user.make("webhook")

    assert [one["id"] for one in user.ok("get", "/webhook/")["data"]] == [own["id"]]
    ids = {one["id"] for one in api.ok("get", "/webhook/")["data"]}
    assert ids == {own["id"], admins["id"]}
    theirs = f"/webhook/{admins['id']}/"
    assert user.get(theirs).status_code == 404
    assert user.put(theirs, json={"status": "paused"}).status_code == 404
    assert user.delete(theirs).status_code == 404
    for path in ("deliveries/",):
        assert user.get(theirs + path).status_code == 404
    for path in ("test/", "rotate_key/", "redeliver/"):
        body = {"date_from": "2026-01-01T00:00:00"}
        assert user.post(theirs + path, json=body).status_code == 404
    assert api.ok("put", f"/webhook/{own['id']}/", json={"status": "paused"})


def test_who_does_not_see_every_lead_has_no_webhook(api, join):
    field = api.make("custom_field.lead", type="user")["id"]
    role = {
        "name": "Limited",
        "permissions": [],
        "visibility_user_lcf_ids": [field],
        "visibility_user_lcf_behavior": "require_assignment",
    }
    limited = join(api.ok("post", "/role/", json=role)["id"])

    assert limited.post("/webhook/", json=limited.body("webhook")).status_code == 403


def test_strangers_find_no_part_of_a_webhook(api, stranger):
    path = f"/webhook/{api.make('webhook')['id']}/"
    for part in ("test/", "rotate_key/", "redeliver/", "deliveries/whdel_x/redeliver/"):
        body = {"date_from": "2026-01-01T00:00:00"}
        assert stranger.post(path + part, json=body).status_code == 404
    for part in ("deliveries/", "deliveries/whdel_x/"):
        assert stranger.get(path + part).status_code == 404


def test_a_write_asks_nothing_more_because_of_webhooks(api, statements):
    path = f"/lead/{api.make('lead')['id']}/"
    before = len(statements(lambda: api.ok("put", path, json={"name": "A"})))
    api.make("webhook", events=[{"object_type": "lead", "action": "updated"}])

    after = len(statements(lambda: api.ok("put", path, json={"name": "B"})))

    assert after == before


@pytest.mark.parametrize("hours", [-1, 169, "x", 1.5])
def test_the_overlap_of_keys_is_some_hours(api, hours):
    path = f"/webhook/{api.make('webhook')['id']}/rotate_key/"
    answer = api.post(path, json={"overlap_hours": hours})
    assert (answer.status_code, set(answer.json()["field-errors"])) == (400, {"overlap_hours"})


@pytest.mark.parametrize("body", [{}, {"date_from": "x"}, {"date_from": 1}])
def test_sending_again_takes_a_time(api, body):
    path = f"/webhook/{api.make('webhook')['id']}/redeliver/"
    answer = api.post(path, json=body)
    assert (answer.status_code, set(answer.json()["field-errors"])) == (400, {"date_from"})
