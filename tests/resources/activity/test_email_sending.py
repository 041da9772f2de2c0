"""The way of an email: who may send it, and what may become of it."""

import itertools

import pytest

ADDRESS = "bruce@wayne.example"
READY = {"sender": f'"Bruce Wayne" <{ADDRESS}>', "to": ["gob@bluth.example"]}
LATER = "2030-01-01T09:00:00.000000+00:00"


def post(api, **values):
    body = api.body("activity.email", **READY | values)
    return api.post("/activity/email/", json=body)


def made(api, status, **values):
    more = {"date_scheduled": LATER} if status == "scheduled" else {}
    answer = post(api, status=status, **more | values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(api, email, **values):
    return api.put(f"/activity/email/{email['id']}/", json=values)


def moved(api, email, **values):
    answer = put(api, email, **values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


# Who sends


@pytest.mark.parametrize("status", ["outbox", "scheduled"])
def test_nothing_is_sent_without_a_connected_account(api, status):
    answer = post(api, status=status, date_scheduled=LATER)
    assert answer.status_code == 400
    assert "connected account" in answer.json()["error"]


def test_an_account_that_may_not_send_is_none(api, mailbox):
    mailbox(api, features=["calendar_syncing"])
    assert post(api, status="outbox").status_code == 400


@pytest.mark.parametrize("status", ["inbox", "draft", "sent", "error"])
def test_logging_needs_no_account(api, status):
    assert post(api, status=status).status_code == 200


def test_the_account_with_the_address_is_the_one_that_sends(api, mailbox):
    mailbox(api, email="other@wayne.example")
    account = mailbox(api, email="x@wayne.example", identities=["Bruce@wayne.example"])
    email = made(api, "outbox")
    assert (email["status"], email["email_account_id"]) == ("outbox", account)
    assert (email["date_sent"], email["send_as_id"]) == (None, None)


def test_an_address_of_no_account_cannot_be_sent_from(api, mailbox):
    mailbox(api)
    answer = post(api, status="outbox", sender="joker@gotham.example")
    assert refusal(answer) == {"sender": "No connected account can send from this address."}


def test_an_account_that_is_named_must_have_the_address(api, mailbox):
    mailbox(api)
    named = mailbox(api, email="other@wayne.example")
    assert set(refusal(post(api, status="outbox", account_id=named))) == {"sender"}
    sender = "other@wayne.example"
    assert made(api, "outbox", account_id=named, sender=sender)["email_account_id"] == named


def test_an_account_of_somebody_else_does_not_exist(api, join, stranger, mailbox):
    for other in (join(), stranger):
        answer = post(api, status="draft", account_id=mailbox(other))
        assert refusal(answer) == {"account_id": "Object does not exist."}


def test_who_is_allowed_to_may_send_as_another(api, join, mailbox):
    other = join()
    account = mailbox(other)
    assert post(api, status="outbox").status_code == 400

    body = {"allowing_user_id": other.user_id, "allowed_user_id": api.user_id}
    grant = other.ok("post", "/send_as/", json=body)["id"]

    email = made(api, "outbox", user_id=other.user_id)
    assert (email["email_account_id"], email["send_as_id"]) == (account, grant)


def test_what_is_sent_goes_to_somebody(api, mailbox):
    mailbox(api)
    assert refusal(post(api, status="outbox", to=[])) == {"to": "This field is required."}
    assert made(api, "outbox", to=[], bcc=["gob@bluth.example"])["status"] == "outbox"


def test_what_waits_is_not_asked_again_who_sends_it(api, world, mailbox):
    mailbox(api)
    email, other = made(api, "outbox"), api.make("lead")["id"]
    world.sql("delete from connected_account where organization_id = $1", api.organization_id)
    api.ok("post", "/lead/merge/", json={"source": email["lead_id"], "destination": other})
    assert api.ok("get", f"/activity/email/{email['id']}/")["lead_id"] == other


# When


def test_what_is_scheduled_has_a_date(api, mailbox):
    mailbox(api)
    assert refusal(post(api, status="scheduled")) == {"date_scheduled": "This field is required."}
    assert made(api, "scheduled")["date_scheduled"] == LATER


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (59, 200), (60, 400), (-1, 400)])
def test_what_is_in_the_outbox_waits_less_than_a_minute(api, seconds, status, mailbox):
    mailbox(api)
    assert post(api, status="outbox", send_in=seconds).status_code == status


def test_only_the_outbox_waits_for_seconds(api):
    wrong = refusal(post(api, status="draft", send_in=5))
    assert wrong == {"send_in": "Only a message in the outbox can wait."}


def test_all_that_is_missing_is_told_at_once(api):
    answer = post(api, status="scheduled", sender=None, to=[], send_in=5)
    assert set(refusal(answer)) == {"date_scheduled", "send_in", "sender", "to"}


# What becomes of it

ALLOWED = {
    ("draft", "scheduled"),
    ("draft", "outbox"),
    ("scheduled", "draft"),
    ("outbox", "draft"),
}
STATUSES = ["inbox", "draft", "scheduled", "outbox", "sent", "error"]


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(STATUSES, 2)))
def test_drafts_leave_and_what_waits_is_taken_back(api, before, after, mailbox):
    mailbox(api)
    email = made(api, before)
    more = {"date_scheduled": LATER} if after == "scheduled" and before == "draft" else {}
    answer = put(api, email, status=after, **more)
    if (before, after) in ALLOWED:
        assert answer.json()["status"] == after
    else:
        assert set(refusal(answer)) == {"status"}


@pytest.mark.parametrize("status", [one for one in STATUSES if one != "draft"])
def test_only_drafts_can_be_edited(api, status, mailbox):
    mailbox(api)
    email = made(api, status)
    wrong = refusal(put(api, email, subject="New", body_text="New", to=["x@y.example"]))
    assert wrong == dict.fromkeys(["subject", "body_text", "to"], "Only a draft can be changed.")
    assert api.ok("get", f"/activity/email/{email['id']}/") == email
    assert moved(api, email, **email) == email


def test_a_draft_can_be_edited_as_it_leaves(api, mailbox):
    mailbox(api)
    email = moved(api, made(api, "draft"), status="outbox", subject="At last")
    assert (email["status"], email["subject"]) == ("outbox", "At last")


@pytest.mark.parametrize("status", ["outbox", "scheduled"])
def test_a_draft_that_leaves_needs_a_sender(api, mailbox, status):
    mailbox(api)
    draft = made(api, "draft", sender=None)
    leaving = {"status": status} | ({"date_scheduled": LATER} if status == "scheduled" else {})
    assert refusal(put(api, draft, **leaving)) == {"sender": "This field is required."}
    assert moved(api, draft, **leaving, sender=ADDRESS)["status"] == status


def test_a_draft_needs_an_account_only_when_it_leaves(api, mailbox):
    draft = made(api, "draft")
    assert put(api, draft, status="outbox").status_code == 400
    account = mailbox(api)
    assert moved(api, draft, status="outbox")["email_account_id"] == account


def test_what_is_taken_back_has_no_date_any_more(api, mailbox):
    mailbox(api)
    draft = moved(api, made(api, "scheduled"), status="draft")
    assert draft["date_scheduled"] is None
    assert set(refusal(put(api, draft, status="scheduled"))) == {"date_scheduled"}
    draft = moved(api, made(api, "outbox", send_in=30), status="draft")
    assert moved(api, draft, subject="x")["subject"] == "x"


def test_what_is_taken_back_can_be_edited_with_it(api, mailbox):
    mailbox(api)
    draft = moved(api, made(api, "scheduled"), status="draft", subject="Later")
    assert (draft["status"], draft["subject"]) == ("draft", "Later")


def test_nothing_pretends_to_have_been_sent(api, world, mailbox):
    mailbox(api)
    email = made(api, "outbox")
    world.work()
    assert api.ok("get", f"/activity/email/{email['id']}/") == email
    assert ("activity.email", "sent") not in api.events()


@pytest.mark.parametrize("status", ["outbox", "scheduled"])
def test_what_has_left_says_so(api, clock, status, mailbox, serve):
    mailbox(api)
    email = made(api, status, **({"send_in": 10} if status == "outbox" else {}))
    clock.pass_by(seconds=20)

    email = serve(api, email, status="sent")

    assert email["date_sent"] == email["activity_at"] == email["date_updated"]
    assert email["date_sent"] > email["date_created"]
    assert email["envelope"]["date"] is not None
    assert ("activity.email", "sent") in api.events()


def test_a_mail_that_is_logged_was_not_sent_by_us(api):
    made(api, "sent")
    assert ("activity.email", "sent") not in api.events()
