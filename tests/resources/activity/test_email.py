"""Emails: what is in one, and what may be."""

import pytest

GOB = '"Gob Bluth" <gob@bluth.example>'
URL = "https://app.close.com/go/file/x/y.png"
FILE = {"url": URL, "filename": "y.png", "content_type": "image/png", "size": 5}


def logged(api, **values):
    """A mail that came in."""
    return api.make("activity.email", **{"status": "inbox", "sender": GOB, **values})


def errors(api, **values):
    answer = api.post("/activity/email/", json=api.body("activity.email", **values))
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def put(api, email, **values):
    return api.ok("put", f"/activity/email/{email['id']}/", json=values)


# Addresses


@pytest.mark.parametrize("status", ["inbox", "scheduled", "outbox", "error"])
def test_a_sender_is_required(api, status):
    sent = {"status": status, "date_scheduled": "2030-01-01T00:00:00Z"}
    assert errors(api, **sent) == {"sender": "This field is required."}


def test_a_draft_may_lack_a_sender(api):
    assert api.make("activity.email")["sender"] is None


def test_what_was_sent_comes_from_its_user_unless_it_says_otherwise(api, join):
    email = api.ok("get", "/me/")["email"]
    assert api.make("activity.email", status="sent")["sender"] == f'"Bruce Wayne" <{email}>'
    other = join()
    sent = api.make("activity.email", status="sent", user_id=other.user_id)
    assert other.member["user_email"] in sent["sender"]
    assert api.make("activity.email", status="sent", sender=GOB)["sender"] == GOB


def test_every_wrong_address_is_told(api):
    wrong = {"sender": "Gob", "to": ["gob@bluth.example", "x"], "cc": [""], "bcc": ["a@b, c@d"]}
    assert errors(api, **wrong) == dict.fromkeys(wrong, "Invalid email address.")


def test_an_address_cannot_smuggle_in_a_header(api):
    smuggled = "Gob\r\nBcc: all@bluth.example <gob@bluth.example>"
    assert set(errors(api, sender=smuggled, to=[smuggled])) == {"sender", "to"}
    subject = api.make("activity.email", subject="Hi\r\nBcc: all@bluth.example")["subject"]
    assert subject == "Hi Bcc: all@bluth.example"


def test_the_envelope_has_the_headers(api):
    to, cc = ['"Bruce" <bruce@wayne.example>'], ["alfred@wayne.example"]
    email = logged(api, to=to, cc=cc, subject="Hi", date_created="2026-01-02T03:04:05Z")
    gob = {"name": "Gob Bluth", "email": "gob@bluth.example"}
    assert email["envelope"] == {
        "from": [gob],
        "sender": [gob],
        "to": [{"name": "Bruce", "email": "bruce@wayne.example"}],
        "cc": [{"name": "", "email": "alfred@wayne.example"}],
        "bcc": [],
        "reply_to": [],
        "date": "Fri, 02 Jan 2026 03:04:05 +0000",
        "message_id": None,
        "in_reply_to": None,
        "subject": "Hi",
        "is_autoreply": False,
    }
    assert (email["to"], email["cc"], email["sender"]) == (to, cc, GOB)


def test_the_envelope_follows_a_draft(api):
    draft = put(api, api.make("activity.email"), to=["lucille@bluth.example"], subject="New")
    envelope = draft["envelope"]
    assert envelope["to"] == [{"name": "", "email": "lucille@bluth.example"}]
    assert envelope["subject"] == "New"


# Direction and dates


@pytest.mark.parametrize(
    ("status", "direction"), [("inbox", "incoming"), ("draft", "outgoing"), ("sent", "outgoing")]
)
def test_the_direction_follows_from_the_status(api, status, direction):
    assert api.make("activity.email", status=status, sender=GOB)["direction"] == direction


def test_a_direction_that_is_said_stays(api):
    sent = api.make("activity.email", status="sent", direction="incoming")
    assert sent["direction"] == "incoming"
    draft = put(api, api.make("activity.email"), direction="incoming")
    assert draft["direction"] == "outgoing"
    assert errors(api, direction="inbound") == {"direction": "Not a valid choice."}


@pytest.mark.parametrize("status", ["inbox", "sent"])
def test_what_was_sent_or_received_has_a_date_of_that(api, status):
    at, made = "2020-01-02T03:04:05.000000+00:00", "2021-01-02T03:04:05.000000+00:00"
    email = api.make("activity.email", status=status, sender=GOB, activity_at=at)
    assert (email["activity_at"], email["date_sent"]) == (at, at)
    email = api.make("activity.email", status=status, sender=GOB, date_created=made)
    assert (email["activity_at"], email["date_sent"]) == (made, made)
    email = api.make("activity.email", status=status, sender=GOB)
    assert email["date_sent"] == email["date_created"]
    assert api.make("activity.email")["date_sent"] is None


# Bodies


def test_html_follows_text(api):
    email = api.make("activity.email", body_text="1 < 2\nyes")
    assert email["body_html"] == "1 &lt; 2<br />yes"


def test_text_follows_html(api):
    email = logged(api, body_html="<p>One</p><p>Two</p>", body_text=None)
    assert (email["body_text"], email["body_html"]) == ("One\n\nTwo", "<p>One</p><p>Two</p>")


def test_both_stay_if_both_were_sent(api):
    email = api.make("activity.email", body_text="plain", body_html="<p>rich</p>")
    assert (email["body_text"], email["body_html"]) == ("plain", "<p>rich</p>")


def test_of_a_draft_the_body_that_changes_makes_the_other(api):
    draft = put(api, api.make("activity.email"), body_html="<p>rich</p>")
    assert draft["body_text"] == "rich"
    draft = put(api, draft, body_text="plain")
    assert draft["body_html"] == "plain"
    draft = put(api, draft, body_text=None)
    assert [draft[name] for name in ("body_text", "body_html", "body_preview")] == [None] * 3
    assert (draft["body_text_quoted"], draft["body_html_quoted"]) == ([], [])


def test_what_could_harm_a_reader_is_taken_out(api):
    email = logged(api, body_html="<p onclick='x()'>Hi<script>x()</script></p>", body_text=None)
    assert (email["body_html"], email["body_text"]) == ("<p>Hi</p>", "Hi")


def test_the_layout_of_a_mail_stays(api):
    html = '<table width="600"><tbody><tr><td style="color: red">Hi</td></tr></tbody></table>'
    assert logged(api, body_html=html)["body_html"] == html


def test_a_body_too_tangled_to_read_is_refused(api):
    assert set(errors(api, body_html="<div>" * 10_001)) == {"body_html"}


def test_the_preview_is_the_beginning_of_the_text(api):
    text = "Dear Gob, " * 50
    assert api.make("activity.email", body_text=text)["body_preview"] == text[:200]


def test_what_is_quoted_is_told_from_what_is_new(api):
    text = "Yes\n\nOn Mon, 5 Feb 2024, Gob <gob@bluth.example> wrote:\n> Shall we?"
    email = logged(api, body_text=text)
    new, quoted = email["body_text_quoted"]
    assert (new["expand"], quoted) == (True, {"expand": False, "text": "> Shall we?"})
    html = "Yes<br>On Mon, 5 Feb 2024, Gob wrote:<br><blockquote>Shall we?</blockquote>"
    new, quoted = logged(api, body_html=html, body_text=None)["body_html_quoted"]
    assert new["expand"] and "Yes" in new["html"]
    assert quoted == {"expand": False, "html": "<blockquote>Shall we?</blockquote>"}


def test_where_nothing_is_quoted_there_is_one_part(api):
    email = api.make("activity.email", body_text="Hi", body_html="<p>Hi</p>")
    assert email["body_text_quoted"] == [{"expand": True, "text": "Hi"}]
    assert email["body_html_quoted"] == [{"expand": True, "html": "<p>Hi</p>"}]


def test_a_large_body_is_read_as_well(api):
    text = "word " * 30_000
    assert api.make("activity.email", body_text=text)["body_html"] == text


# Templates


@pytest.fixture
def template(api):
    return api.make(
        "email_template",
        subject="For {{ contact.first_name }}",
        body="Hi {{ contact.first_name }} of {{ lead.display_name }},<script>x()</script>",
        attachments=[FILE],
    )


@pytest.fixture
def contact(api):
    return api.make("contact", name="Gob Bluth", emails=[{"email": "gob@bluth.example"}])


def empty(contact, template, **more):
    """A mail whose words are left to a template."""
    body = {"lead_id": contact["lead_id"], "template_id": template["id"], "status": "draft"}
    return body | {"contact_id": contact["id"]} | more


def test_a_template_is_rendered_where_there_is_no_body(api, contact, template):
    email = api.ok("post", "/activity/email/", json=empty(contact, template))
    lead = api.ok("get", f"/lead/{contact['lead_id']}/")["display_name"]
    assert (email["subject"], email["body_html"]) == ("For Gob", f"Hi Gob of {lead},")
    assert (email["body_text"], email["template_name"]) == (f"Hi Gob of {lead},", template["name"])
    assert [file["filename"] for file in email["attachments"]] == ["y.png"]


def test_a_draft_may_take_its_words_from_a_template_later(api, contact, template):
    common = {"lead_id": contact["lead_id"], "contact_id": contact["id"], "status": "draft"}
    empty, written = (
        api.ok("post", "/activity/email/", json=common | body)
        for body in ({}, {"body_text": "Mine", "subject": "Mine"})
    )
    taken = put(api, empty, template_id=template["id"])
    assert (taken["subject"], taken["body_text"][:6]) == ("For Gob", "Hi Gob")
    noted = put(api, written, template_id=template["id"])
    assert (noted["subject"], noted["body_text"], noted["template_id"]) == (
        *("Mine", "Mine"),
        template["id"],
    )


def test_a_subject_that_was_sent_stays(api, contact, template):
    email = api.ok("post", "/activity/email/", json=empty(contact, template, subject="Mine"))
    assert email["subject"] == "Mine"


@pytest.mark.parametrize("body", [{"body_text": "Mine"}, {"body_html": "Mine"}])
def test_with_a_body_a_template_is_only_noted(api, contact, template, body):
    email = api.ok("post", "/activity/email/", json=empty(contact, template, **body))
    assert (email["body_text"], email["template_id"]) == ("Mine", template["id"])
    assert (email["subject"], email["attachments"]) == (None, [])


def test_a_template_without_a_contact_is_for_the_one_with_the_address(api, contact, template):
    api.make("contact", lead_id=contact["lead_id"], name="Lucille")
    sent = empty(contact, template, contact_id=None, to=["Gob <GOB@bluth.example>"])
    email = api.ok("post", "/activity/email/", json=sent)
    assert (email["body_html"][:6], email["contact_id"]) == ("Hi Gob", contact["id"])


def test_nobody_is_greeted_by_the_name_of_somebody_else(api, contact, template):
    sent = empty(contact, template, contact_id=None, to=["lucille@bluth.example"])
    answer = api.post("/activity/email/", json=sent)
    assert answer.json()["field-errors"] == {"contact_id": "This field is required."}


def test_a_template_nobody_shared_is_unknown_to_others(api, template, join, contact):
    answer = join().post("/activity/email/", json=empty(contact, template))
    assert answer.json()["field-errors"] == {"template_id": "Object does not exist."}


def test_what_was_made_from_a_template_survives_it(api, contact, template):
    email = api.ok("post", "/activity/email/", json=empty(contact, template))
    api.ok("delete", f"/email_template/{template['id']}/")
    left = api.ok("get", f"/activity/email/{email['id']}/")
    assert (left["template_id"], left["template_name"]) == (template["id"], None)


# Attachments and opens


def test_an_attachment_shows_what_was_sent_along(api):
    picture = {"content_id": "picture", "inline_only": True}
    email = api.make("activity.email", attachments=[FILE | picture, FILE])
    thumbnail = {"thumbnail_url": f"{URL}/thumbnail/"}
    plain = {"content_id": None, "inline_only": False}
    assert email["attachments"] == [FILE | picture | thumbnail, FILE | plain | thumbnail]


@pytest.mark.parametrize("missing", ["url", "filename", "size"])
def test_the_attachment_of_a_mail_is_described(api, missing):
    wrong = errors(api, attachments=[{k: v for k, v in FILE.items() if k != missing}])
    (item,) = wrong["attachments"]["errors"].values()
    assert item["field-errors"] == {missing: "This field is required."}


def test_an_attachment_is_an_uploaded_file(api):
    wrong = errors(api, attachments=[FILE | {"url": "https://evil.example/y.png"}])
    assert set(wrong) == {"attachments"}


def test_opens_can_be_imported(api):
    times = ["2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"]
    opens = [{"opened_at": time, "opened_by": "gob@bluth.example"} for time in times]
    email = api.make("activity.email", status="sent", opens=opens)
    assert email["opens"][0] == {
        "opened_at": "2026-11-20T10:00:00.000000+00:00",
        "opened_by": "gob@bluth.example",
    }
    assert email["opens_summary"] == "Opened by gob@bluth.example (2 times, latest 2026-11-21)"
    once = api.make("activity.email", status="sent", opens=[{"opened_at": times[0]}])
    assert once["opens_summary"] == "Opened (once, latest 2026-11-20)"
    assert set(errors(api, opens=[{"opened_at": "yesterday"}, {}])) == {"opens"}


# What else is kept


def test_what_should_follow_a_mail_without_an_answer_is_kept(api):
    wanted = {
        "followup_sequence_id": "seq_x",
        "followup_sequence_delay": 86400,
        "followup_sequence_add_cc_bcc": True,
    }
    email = api.make("activity.email", **wanted)
    assert {name: email[name] for name in wanted} == wanted
    other = {"followup_sequence_delay": 60, "followup_sequence_add_cc_bcc": False}
    changed = put(api, email, **other, followup_sequence_id=None)
    assert {name: changed[name] for name in wanted} == other | {"followup_sequence_id": None}
    without = api.make("activity.email")
    assert [without[name] for name in wanted] == [None, None, False]


SERVER = {
    "need_smtp_credentials": True,
    "send_attempts": [{"date": "2026-01-01"}],
    "opens_summary": "Opened",
    "send_as_id": "sendas_x",
    "bulk_email_action_id": "bulkemail_x",
    "sequence_id": "seq_x",
    "sequence_name": "x",
    "sequence_subscription_id": "sub_x",
    "has_reply": True,
    "thread_id": "acti_x",
    "message_ids": ["<1@x>"],
    "references": ["<1@x>"],
    "date_sent": "2020-01-01T00:00:00Z",
    "envelope": {"subject": "x"},
    "template_name": "x",
}


def test_what_the_server_knows_clients_do_not_say(api):
    plain, sent = api.make("activity.email"), api.make("activity.email", **SERVER)
    own = ("thread_id", "envelope")  # of each mail its own
    for name in SERVER.keys() - own:
        assert sent[name] == plain[name]
    assert put(api, plain, **SERVER) == plain
    assert sent["thread_id"] != "acti_x" and sent["envelope"]["subject"] != "x"


# Lists


def test_a_list_has_each_message_of_a_conversation(api):
    lead = api.make("lead")["id"]
    mails = [logged(api, lead_id=lead, subject=subject) for subject in ("Hi", "Re: Hi")]
    found = api.ok("get", f"/activity/email/?lead_id={lead}")["data"]
    assert mails[0]["thread_id"] == mails[1]["thread_id"]
    assert sorted(one["id"] for one in found) == sorted(one["id"] for one in mails)
    assert {one["_type"] for one in found} == {"Email"}


def test_a_list_without_bodies_does_not_read_them(api, statements):
    lead_id = logged(api)["lead_id"]
    url = f"/activity/email/?lead_id={lead_id}&_fields=id,subject"
    assert [set(one) for one in api.ok("get", url)["data"]] == [{"id", "subject"}]
    (text,) = statements(lambda: api.get(url))
    assert "left(" not in text and "json_build_array" not in text


def test_the_mails_of_a_thread_can_be_listed(api):
    email, _ = logged(api), logged(api)
    found = api.ok("get", f"/activity/email/?thread_id={email['thread_id']}")["data"]
    assert [one["id"] for one in found] == [email["id"]]


def test_writing_a_mail_asks_little(api, statements):
    lead = api.make("lead")["id"]
    body = {"lead_id": lead, "status": "inbox", "sender": GOB, "subject": "Hi", "body_text": "x"}
    assert len(statements(lambda: api.ok("post", "/activity/email/", json=body))) <= 8
    assert len(statements(lambda: api.ok("post", "/activity/email/", json=body))) <= 8
