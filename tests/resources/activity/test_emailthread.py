"""Conversations: which mail belongs to which, and what is shown of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

GOB, MICHAEL = "gob@bluth.example", "michael@bluth.example"
BRUCE = "bruce@wayne.example"
BODIES = {"body_text", "body_html", "body_text_quoted", "body_html_quoted"}


@pytest.fixture
def lead(api):
    return api.make("lead")["id"]


@pytest.fixture
def mail(api, lead):
    """Logs a mail of the lead: one to Gob, unless it says otherwise."""

    def mail(**values):
        usual = {"status": "sent", "sender": BRUCE, "to": [GOB], "lead_id": lead}
        return api.make("activity.email", **usual | values)

    return mail


@pytest.fixture
def answer(mail):
    """Logs one that came in: from Gob, unless it says otherwise."""
    return lambda **values: mail(**{"status": "inbox", "sender": GOB, "to": [BRUCE]} | values)


def thread_of(api, email):
    return api.ok("get", f"/activity/emailthread/{email['thread_id']}/")


def read(api, email):
    return api.ok("get", f"/activity/email/{email['id']}/")


def put(api, email, **values):
    return api.ok("put", f"/activity/email/{email['id']}/", json=values)


def delete(api, email):
    api.ok("delete", f"/activity/email/{email['id']}/")


def events_of(api, id):
    return [event["action"] for event in api.ok("get", f"/event/?object_id={id}")["data"]][::-1]


# Which conversation


def test_a_mail_begins_a_conversation(api, mail):
    email = mail(subject="Offer")
    thread = thread_of(api, email)
    assert (thread["_type"], thread["lead_id"]) == ("EmailThread", email["lead_id"])
    assert (thread["n_emails"], thread["latest_normalized_subject"]) == (1, "Offer")
    assert (thread["user_id"], thread["activity_at"]) == (api.user_id, email["activity_at"])
    assert api.events()[-2:] == [
        ("activity.email", "created"),
        ("activity.email_thread", "created"),
    ]


@pytest.mark.parametrize("subject", ["Offer", "Re: Offer", "AW: Fwd: Offer", "  Offer "])
def test_mails_of_one_subject_with_the_same_people_are_together(mail, answer, subject):
    assert answer(subject=subject)["thread_id"] == mail(subject="Offer")["thread_id"]


@pytest.mark.parametrize("subject", ["Another offer", "", None])
def test_mails_of_other_subjects_are_apart(mail, subject):
    assert mail(subject=subject)["thread_id"] != mail(subject="Offer")["thread_id"]


def test_mails_without_a_subject_are_apart(mail):
    assert mail(subject=None)["thread_id"] != mail(subject=None)["thread_id"]


def test_mails_to_other_people_are_apart_though_we_write_both(mail, answer):
    ours = mail(subject="Offer")
    assert mail(subject="Offer", to=[MICHAEL])["thread_id"] != ours["thread_id"]
    assert answer(subject="Offer", sender="x@y.example")["thread_id"] != ours["thread_id"]


def test_who_joins_in_is_together_with_the_rest(mail):
    ours = mail(subject="Offer", cc=[MICHAEL])
    assert (
        mail(subject="Offer", to=[f"Michael <{MICHAEL.upper()}>"])["thread_id"]
        == (ours["thread_id"])
    )


def test_mails_of_other_leads_are_apart(api, mail):
    other = mail(subject="Offer", lead_id=api.make("lead")["id"])
    assert mail(subject="Offer")["thread_id"] != other["thread_id"]


def test_an_answer_belongs_to_what_it_answers_whatever_its_subject(mail, answer):
    ours = mail(subject="Offer")
    mine = answer(subject="No", sender="x@y.example", in_reply_to_id=ours["id"])
    assert (mine["thread_id"], mine["in_reply_to_id"]) == (ours["thread_id"], ours["id"])


def test_what_refers_to_a_message_belongs_to_it(api, mail):
    common = {"lead_id": mail()["lead_id"], "status": "inbox", "sender": GOB, "to": [BRUCE]}
    first = api.add("activity.email", **common, subject="A", message_ids=["<1@x>"])
    references = ["<0@x>", "<1@x>"]
    second = api.add("activity.email", **common, subject="B", references=references)
    first, second = (api.ok("get", f"/activity/email/{id}/") for id in (first, second))
    assert second["thread_id"] == first["thread_id"]
    assert second["envelope"]["in_reply_to"] == "<1@x>"


def test_an_answer_refers_to_the_messages_before_it(api, mail):
    common = {"lead_id": mail()["lead_id"], "status": "inbox", "sender": GOB, "to": [BRUCE]}
    more = {"message_ids": ["<2@x>"], "references": ["<1@x>"]}
    id = api.add("activity.email", **common, subject="A", **more)
    reply = mail(status="draft", in_reply_to_id=id)
    assert reply["references"] == ["<1@x>", "<2@x>"]
    assert reply["envelope"]["in_reply_to"] == "<2@x>"


def test_a_message_of_another_organization_is_not_referred_to(api, stranger, mail):
    common = {"status": "inbox", "sender": GOB, "to": [BRUCE]}
    theirs = stranger.make("lead")["id"]
    stranger.add("activity.email", **common, lead_id=theirs, message_ids=["<9@x>"])
    ours = mail()["lead_id"]
    id = api.add("activity.email", **common, lead_id=ours, references=["<9@x>"])
    assert thread_of(api, api.ok("get", f"/activity/email/{id}/"))["n_emails"] == 1


def test_a_draft_moves_to_the_conversation_it_turns_out_to_answer(api, mail):
    ours, draft = mail(subject="Offer"), mail(subject="No", status="draft")
    moved = put(api, draft, in_reply_to_id=ours["id"])
    assert moved["thread_id"] == ours["thread_id"]
    assert thread_of(api, ours)["n_emails"] == 2
    assert api.get(f"/activity/emailthread/{draft['thread_id']}/").status_code == 404


def test_mails_that_begin_a_conversation_at_once_begin_it_once(api, mail, lead):
    body = {"status": "sent", "sender": BRUCE, "to": [GOB], "lead_id": lead, "subject": "Offer"}
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: api.ok("post", "/activity/email/", json=body), range(8)))
    assert len({one["thread_id"] for one in made}) == 1
    assert thread_of(api, made[0])["n_emails"] == 8


# What a thread tells


def test_a_thread_follows_its_mails(api, mail, answer, clock):
    contact = api.make("contact", lead_id=mail()["lead_id"])["id"]
    mail(subject="Offer")
    clock.pass_by(seconds=5)
    last = answer(subject="Re: Offer", sender=f"Gob Bluth <{GOB}>", contact_id=contact)

    thread = thread_of(api, last)

    assert (thread["n_emails"], thread["contact_id"]) == (2, contact)
    assert thread["activity_at"] == last["activity_at"]
    assert thread["participants"] == [
        {"name": "", "email": BRUCE},
        {"name": "Gob Bluth", "email": GOB},
    ]
    assert events_of(api, thread["id"]) == ["created", "updated"]


def test_its_mails_are_shown_oldest_first_without_their_bodies(api, answer):
    late = answer(subject="Offer", activity_at="2026-02-01T00:00:00Z", body_text="Hello")
    early = answer(subject="Offer", activity_at="2026-01-01T00:00:00Z")
    thread = thread_of(api, late)
    assert [one["id"] for one in thread["emails"]] == [early["id"], late["id"]]
    assert thread["emails"][1] == {k: v for k, v in late.items() if k not in BODIES}
    assert thread["emails"][1]["body_preview"] == "Hello"


def test_the_latest_mails_are_shown_to_those_who_name_them(api, mail):
    mails = [mail(subject="Offer", activity_at=f"2026-0{n}-01T00:00:00Z") for n in (1, 2)]
    url = f"/activity/emailthread/{mails[0]['thread_id']}/?_fields=latest_emails"
    shown = api.ok("get", url)["latest_emails"]
    assert [one["id"] for one in shown] == [mails[1]["id"], mails[0]["id"]]


def test_the_subject_of_a_thread_is_the_latest(api, mail):
    first = mail(subject="Offer")
    mail(subject="Re: Better offer", in_reply_to_id=first["id"])
    assert thread_of(api, first)["latest_normalized_subject"] == "Better offer"


def test_a_draft_that_is_edited_is_told_of(api, mail):
    draft = put(api, mail(status="draft"), subject="Offer", to=[MICHAEL])
    thread = thread_of(api, draft)
    assert thread["latest_normalized_subject"] == "Offer"
    assert [one["email"] for one in thread["participants"]] == [BRUCE, MICHAEL]


def test_typing_into_a_draft_is_no_event_of_its_thread(api, mail):
    draft = mail(status="draft")
    put(api, draft, body_text="More and more")
    assert events_of(api, draft["thread_id"]) == ["created"]


def test_a_change_that_a_thread_does_not_show_is_no_event_of_it(api, mail):
    draft, _ = mail(subject="Offer", status="draft"), mail(subject="Offer")
    put(api, draft, user_id=None)
    assert events_of(api, draft["thread_id"]) == ["created", "updated"]
    before = thread_of(api, draft)["date_updated"]
    put(api, draft, user_id=api.user_id)
    assert thread_of(api, draft)["date_updated"] == before


def test_a_page_of_threads_is_one_statement(api, mail, statements):
    mail(subject="A"), mail(subject="B"), mail(subject="B")
    url = f"/activity/emailthread/?lead_id={mail()['lead_id']}"
    assert sorted(one["n_emails"] for one in api.ok("get", url)["data"]) == [1, 1, 2]
    assert len(statements(lambda: api.get(url))) == 1


@pytest.mark.parametrize(("method", "path"), [("post", ""), ("put", "acti_x/")])
def test_nobody_writes_a_thread(api, method, path):
    answer = getattr(api, method)(f"/activity/emailthread/{path}", json={})
    assert answer.status_code == 405


def test_the_threads_of_strangers_do_not_exist(api, stranger, mail):
    url = f"/activity/emailthread/{mail()['thread_id']}/"
    assert stranger.get(url).status_code == stranger.delete(url).status_code == 404
    assert stranger.ok("get", "/activity/emailthread/")["data"] == []
    assert api.get(url).status_code == 200


# Replies


def test_a_mail_has_a_reply_when_a_later_one_comes_in(api, mail, answer, clock):
    first = mail(subject="Offer")
    assert first["has_reply"] is False
    clock.pass_by(seconds=5)
    came = answer(subject="Re: Offer")
    clock.pass_by(seconds=5)
    after = mail(subject="Re: Offer")
    assert [read(api, one)["has_reply"] for one in (first, came, after)] == [True, False, False]
    assert events_of(api, first["id"]) == ["created", "updated"]


def test_an_earlier_mail_is_no_reply(api, mail, answer):
    first = mail(subject="Offer", activity_at="2026-02-01T00:00:00Z")
    answer(subject="Offer", activity_at="2026-01-01T00:00:00Z")
    assert read(api, first)["has_reply"] is False


def test_a_history_may_be_imported_backwards(api, mail, answer):
    answer(subject="Re: Offer", activity_at="2026-02-01T00:00:00Z")
    first = mail(subject="Offer", activity_at="2026-01-01T00:00:00Z")
    assert first["has_reply"] is True
    assert read(api, first) == first


def test_a_mail_of_another_conversation_is_no_reply(api, mail, answer, clock):
    first = mail(subject="Offer")
    clock.pass_by(seconds=5)
    answer(subject="Weather")
    assert read(api, first)["has_reply"] is False


# Deleting


def test_deleting_a_thread_deletes_its_mails(api, mail):
    mails = [mail(subject="Offer"), mail(subject="Re: Offer"), mail(subject="Weather")]
    assert api.ok("delete", f"/activity/emailthread/{mails[0]['thread_id']}/") == {}
    codes = [api.get(f"/activity/email/{one['id']}/").status_code for one in mails]
    assert codes == [404, 404, 200]
    assert events_of(api, mails[0]["thread_id"]) == ["created", "updated", "deleted"]
    assert events_of(api, mails[1]["id"]) == ["created", "deleted"]


def test_deleting_a_mail_leaves_the_others(api, mail):
    gone, left = mail(subject="Offer"), mail(subject="Re: Offer", cc=[MICHAEL])
    delete(api, gone)
    thread = thread_of(api, left)
    assert (thread["n_emails"], len(thread["emails"])) == (1, 1)


def test_deleting_the_last_mail_deletes_the_thread(api, mail):
    email = mail()
    delete(api, email)
    assert api.get(f"/activity/emailthread/{email['thread_id']}/").status_code == 404
    assert events_of(api, email["thread_id"]) == ["created", "deleted"]


def test_deleting_a_lead_deletes_its_conversations(api, mail):
    mails = [mail(subject="Offer"), mail(subject="Re: Offer")]
    api.ok("delete", f"/lead/{mails[0]['lead_id']}/")
    for id in (mails[0]["id"], mails[1]["id"], mails[0]["thread_id"]):
        assert events_of(api, id)[-1] == "deleted"
    assert (
        api.world.sql("select id from activity where thread_id = $1", mails[0]["thread_id"]) == []
    )


def test_a_contact_that_is_deleted_leaves_the_conversation(api, mail, lead):
    contact = api.make("contact", lead_id=lead)["id"]
    mails = [mail(subject="Offer", contact_id=contact) for _ in range(2)]
    api.ok("delete", f"/contact/{contact}/")
    assert [read(api, one)["contact_id"] for one in mails] == [None, None]
    assert thread_of(api, mails[0])["contact_id"] is None


def test_a_conversation_moves_with_its_lead(api, mail, lead):
    email, other = mail(subject="Offer"), api.make("lead")["id"]
    api.ok("post", "/lead/merge/", json={"source": lead, "destination": other})
    assert (read(api, email)["lead_id"], thread_of(api, email)["lead_id"]) == (other, other)
    assert mail(subject="Re: Offer", lead_id=other)["thread_id"] == email["thread_id"]


# The timeline


def timeline(api, lead, query=""):
    return api.ok("get", f"/activity/?lead_id={lead}&{query}")["data"]


def kinds(shown):
    return sorted(one["_type"] for one in shown)


def test_a_timeline_shows_mails(api, mail, lead):
    email = mail()
    shown = timeline(api, lead)
    assert kinds(shown) == ["Created", "Email"]
    assert email in shown


def test_a_timeline_of_threads_has_their_mails_without_bodies(api, mail, lead, statements):
    email = mail()
    shown = timeline(api, lead, "thread_emails=true")
    assert kinds(shown) == ["Created", "Email", "EmailThread"]
    assert thread_of(api, email) in shown
    assert {k: v for k, v in email.items() if k not in BODIES} in shown
    url = f"/activity/?lead_id={lead}&thread_emails=true"
    assert len(statements(lambda: api.get(url))) == 1
    some = timeline(api, lead, "thread_emails=true&_fields=id,body_text&_type=Email")
    assert some == [{"id": email["id"]}]


def test_a_timeline_may_have_threads_alone(api, mail, lead):
    mail(), api.make("activity.note", lead_id=lead)
    shown = timeline(api, lead, "thread_emails=only")
    assert kinds(shown) == ["Created", "EmailThread", "Note"]


def test_threads_that_are_asked_for_by_name_are_shown(api, mail, lead):
    mail()
    assert kinds(timeline(api, lead, "_type=EmailThread")) == ["EmailThread"]
    assert kinds(timeline(api, lead, "_type__in=EmailThread,Email")) == ["Email", "EmailThread"]


def test_there_are_two_ways_to_show_threads(api):
    answer = api.get("/activity/?thread_emails=yes")
    assert answer.status_code == 400
    assert answer.json()["error"] == "thread_emails must be true or only."
