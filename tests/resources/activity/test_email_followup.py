"""Reminders of mails that nobody answered."""

import pytest

DATE = "2030-01-01T09:00:00.000000+00:00"
MAIL = {"sender": "bruce@wayne.example", "to": ["gob@bluth.example"], "subject": "Offer"}


@pytest.fixture
def pass_by(world, clock):
    """The date has come: what was queued for it is due."""

    def pass_by():
        world.sql("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
        world.work()

    return pass_by


def sent(api, **values):
    return api.make("activity.email", **{"status": "sent", "followup_date": DATE, **MAIL, **values})


def reminders(api):
    return api.ok("get", "/task/?_type=email_followup")["data"]


def put(api, email, **values):
    return api.ok("put", f"/activity/email/{email['id']}/", json=values)


def reply(api, email):
    body = {"sender": "gob@bluth.example", "subject": "Re: Offer", "to": ["bruce@wayne.example"]}
    at = {"activity_at": "2029-01-01T00:00:00Z", "lead_id": email["lead_id"]}
    return api.make("activity.email", status="inbox", **body, **at)


def test_a_mail_without_an_answer_is_followed_up(api, pass_by):
    email = sent(api, body_text="Cool!")
    assert reminders(api) == []

    pass_by()

    (task,) = reminders(api)
    assert task["id"].startswith("noti_")
    assert (task["lead_id"], task["assigned_to"]) == (email["lead_id"], api.user_id)
    assert (task["object_type"], task["object_id"]) == ("emailthread", email["thread_id"])
    assert (task["date"], task["is_complete"]) == (DATE, False)
    assert (task["email_id"], task["subject"]) == (email["id"], "Offer")
    assert task["body_preview"] == email["body_preview"] == "Cool!"


def test_it_is_the_mails_user_who_follows_up(api, pass_by, join):
    other = join()
    sent(api, user_id=other.user_id)
    pass_by()
    assert [task["assigned_to"] for task in reminders(api)] == [other.user_id]


def test_a_reply_before_cancels_it(api, pass_by):
    reply(api, sent(api))
    pass_by()
    assert reminders(api) == []


def test_a_mail_that_was_deleted_is_not_followed_up(api, pass_by):
    api.ok("delete", f"/activity/email/{sent(api)['id']}/")
    pass_by()
    assert reminders(api) == []


def test_a_draft_is_not_followed_up(api, pass_by):
    sent(api, status="draft")
    pass_by()
    assert reminders(api) == []


@pytest.mark.parametrize("status", ["outbox", "scheduled"])
@pytest.mark.parametrize("first", ["draft", "at once"])
def test_what_waits_is_followed_up_once_it_has_left(api, pass_by, mailbox, serve, status, first):
    mailbox(api)
    leaving = {"status": status} | ({"date_scheduled": DATE} if status == "scheduled" else {})
    if first == "draft":
        email = put(api, sent(api, status="draft", to=["gob@bluth.example"]), **leaving)
    else:
        email = sent(api, **leaving)
    serve(api, email, status="sent")
    pass_by()
    assert len(reminders(api)) == 1


def test_what_never_left_is_not_followed_up(api, pass_by, mailbox):
    mailbox(api)
    sent(api, status="outbox")
    pass_by()
    assert reminders(api) == []


def test_a_date_that_was_taken_back_is_none(api, pass_by, mailbox, serve):
    mailbox(api)
    email = put(api, sent(api, status="outbox"), status="draft", followup_date=None)
    serve(api, put(api, email, status="outbox"), status="sent")
    pass_by()
    assert reminders(api) == []


def test_one_open_reminder_of_a_conversation_is_enough(api, pass_by):
    email = sent(api)
    sent(api, lead_id=email["lead_id"])
    pass_by()
    (task,) = reminders(api)

    api.ok("put", f"/task/{task['id']}/", json={"is_complete": True})
    sent(api, lead_id=email["lead_id"])
    pass_by()
    assert len(reminders(api)) == 2


def test_a_received_mail_makes_no_task(api, pass_by):
    reply(api, api.make("activity.email"))
    pass_by()
    assert api.ok("get", "/task/?_type=all")["data"] == []
