"""Text messages."""

from datetime import UTC, datetime

import pytest

from ajar.resources.activity.sms import CONTENT_TYPES

THEIRS = "+16505550100"
OURS = "+16505550199"
FILE = {
    "url": "https://app.close.com/go/file/x/magic.png",
    "filename": "magic.png",
    "content_type": "image/png",
}


@pytest.fixture
def gob(api):
    lead = api.make("lead", name="Bluth & Co")
    phones = [{"phone": THEIRS}]
    return api.make("contact", lead_id=lead["id"], name="Gob Bluth", phones=phones)


@pytest.fixture
def to(gob):
    """Says who it is about."""
    return {"lead_id": gob["lead_id"], "contact_id": gob["id"], "remote_phone": THEIRS}


@pytest.fixture
def ours(api):
    return api.make("phone_number", number=OURS, type="internal")["number"]


def write(api, **body):
    return api.post("/activity/sms/", json=body)


def at(sms):
    return f"/activity/sms/{sms['id']}/"


def errors(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


@pytest.fixture
def leaving(api, to):
    """Messages that a carrier is about to take: (status) -> one of them."""

    def make(status, **values):
        known = {"source": "External", "user_id": api.user_id, "text": "Hi", "local_phone": OURS}
        if status == "scheduled":
            known["date_scheduled"] = api.world.clock()
        return {"id": api.add("activity.sms", status=status, **to, **known, **values)}

    return make


# Logging


@pytest.mark.parametrize("status", ["inbox", "draft", "sent", "error"])
def test_logging_and_drafting_need_no_carrier(api, to, status):
    sms = write(api, status=status, text="Hi", **to).json()
    assert (sms["status"], sms["source"], sms["text"]) == (status, "External", "Hi")


def test_a_status_is_required(api, to):
    assert errors(write(api, **to)) == {"status": "This field is required."}


@pytest.mark.parametrize(
    ("status", "direction"), [("inbox", "inbound"), ("sent", "outbound"), ("draft", "outbound")]
)
def test_the_direction_follows_from_the_status(api, to, status, direction):
    assert write(api, status=status, **to).json()["direction"] == direction
    assert write(api, status=status, direction="inbound", **to).json()["direction"] == "inbound"


def test_what_was_sent_says_when(api, to):
    sms = write(api, status="sent", text="Hi", **to).json()
    assert sms["date_sent"] == sms["activity_at"] == sms["date_created"]

    then = "2020-01-02T03:04:05.000000+00:00"
    for name in ("activity_at", "date_created"):
        assert write(api, status="sent", **{name: then}, **to).json()["date_sent"] == then
    assert write(api, status="inbox", **to).json()["date_sent"] is None


def test_a_message_that_is_logged_as_sent_did_not_leave_from_here(api, to):
    write(api, status="sent", text="Hi", **to)
    assert [action for kind, action in api.events() if kind == "activity.sms"] == ["created"]


def test_numbers_are_kept_as_e164_and_shown_as_people_read_them(api, gob):
    numbers = {"local_phone": "+44 20 3955 0100", "remote_phone": "650 555 0100"}
    sms = write(api, status="sent", lead_id=gob["lead_id"], **numbers).json()
    assert (sms["local_phone"], sms["remote_phone"]) == ("+442039550100", THEIRS)
    assert sms["local_phone_formatted"] == "+44 20 3955 0100"
    assert sms["remote_phone_formatted"] == "+1 650-555-0100"
    assert (sms["local_country_iso"], sms["remote_country_iso"]) == ("GB", "US")


def test_what_carriers_say_clients_do_not(api, to):
    said = {"cost": "12", "error_message": "Gone", "local_phone_formatted": "x"}
    said |= {"remote_phone_formatted": "x", "local_country_iso": "x", "remote_country_iso": "x"}
    plain = write(api, status="sent", **to).json()
    assert (plain["cost"], plain["error_message"]) == (None, None)
    sms = write(api, status="sent", **to, **said).json()
    assert {name: sms[name] for name in said} == {name: plain[name] for name in said}


def test_what_a_carrier_says_is_shown(api, leaving, changed_by_server):
    sms, said = leaving("outbox"), {"cost": "1.5", "error_message": "Gone"}
    changed_by_server("activity.sms", sms["id"], status="error", **said)
    shown = api.ok("get", at(sms))
    assert {name: shown[name] for name in said} == said


def test_without_a_lead_it_is_a_message_of_whoever_has_the_number(api, gob):
    sms = write(api, status="inbox", remote_phone=THEIRS, text="Hi").json()
    assert (sms["lead_id"], sms["contact_id"]) == (gob["lead_id"], gob["id"])


def test_a_message_of_nobody_is_refused(api):
    wrong = errors(write(api, status="inbox", remote_phone="+16505550111"))
    assert wrong == {"lead_id": "This field is required."}


def test_everything_wrong_is_said_at_once(api, gob):
    wrong = {
        "status": "gone",
        "direction": "up",
        "local_phone": "x",
        "remote_phone": "y",
        "date_scheduled": "soon",
        "send_in": 60,
        "template_id": "smstmpl_x",
        "contact_id": "cont_x",
    }
    assert errors(write(api, lead_id=gob["lead_id"], **wrong)).keys() == wrong.keys()


# Sending


@pytest.mark.parametrize("status", ["scheduled", "outbox"])
def test_without_a_carrier_nothing_is_sent(api, to, ours, status):
    body = {"text": "Hi", "local_phone": ours, "date_scheduled": "2030-01-01T00:00:00Z"}

    answer = write(api, status=status, **body, **to)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("No carrier is set up here")
    assert api.ok("get", "/activity/sms/")["data"] == []


@pytest.mark.parametrize("status", ["scheduled", "outbox"])
def test_a_draft_that_cannot_be_sent_stays_a_draft(api, to, ours, status):
    draft = write(api, status="draft", text="Hi", local_phone=ours, **to).json()
    body = {"status": status, "date_scheduled": "2030-01-01T00:00:00Z"}

    answer = api.put(at(draft), json=body)

    assert answer.json()["error"].startswith("No carrier is set up here")
    assert api.ok("get", at(draft)) == draft


def test_what_is_sent_has_a_text_and_two_numbers(api, gob):
    wrong = errors(write(api, status="outbox", lead_id=gob["lead_id"]))
    assert wrong == {
        "local_phone": "This field is required.",
        "remote_phone": "This field is required.",
        "text": "There is nothing to send.",
    }


def test_a_file_is_something_to_send(api, to, ours):
    answer = write(api, status="outbox", attachments=[FILE], local_phone=ours, **to)
    assert answer.json()["error"].startswith("No carrier")


@pytest.mark.parametrize("type_", ["external", "virtual"])
def test_messages_are_sent_from_internal_numbers_only(api, to, type_):
    number = api.make("phone_number", number=OURS, type=type_)["number"]
    wrong = errors(write(api, status="outbox", text="Hi", local_phone=number, **to))
    assert wrong == {"local_phone": "Must be an internal number of the organization."}


def test_messages_are_not_sent_from_the_numbers_of_strangers(api, stranger, to):
    stranger.make("phone_number", number=OURS, type="internal")
    wrong = errors(write(api, status="outbox", text="Hi", local_phone=OURS, **to))
    assert wrong == {"local_phone": "Must be an internal number of the organization."}


def test_what_is_scheduled_says_when(api, to):
    wrong = errors(write(api, status="scheduled", text="Hi", **to))
    assert wrong == {"date_scheduled": "This field is required."}


@pytest.mark.parametrize("seconds", [-1, 60, "5", 1.5])
def test_a_message_waits_in_the_outbox_for_less_than_a_minute(api, to, seconds):
    assert errors(write(api, status="outbox", send_in=seconds, **to)).keys() == {"send_in"}


@pytest.mark.parametrize("status", ["draft", "sent", "inbox"])
def test_only_what_is_in_the_outbox_waits(api, to, status):
    wrong = errors(write(api, status=status, send_in=5, **to))
    assert wrong == {"send_in": "Only a message in the outbox can wait."}


# What may follow


def test_a_draft_can_be_changed(api, to):
    draft = write(api, status="draft", text="Hi", **to).json()
    other = api.make("contact")
    body = {
        "text": "Hello",
        "remote_phone": OURS,
        "lead_id": other["lead_id"],
        "contact_id": other["id"],
        "date_scheduled": "2030-01-01T00:00:00.000000+00:00",
    }
    changed = api.ok("put", at(draft), json=body)
    assert {name: changed[name] for name in body} == body


@pytest.mark.parametrize("status", ["inbox", "sent", "error"])
def test_what_has_happened_cannot_be_changed(api, to, status):
    sms = write(api, status=status, text="Hi", **to).json()

    wrong = errors(api.put(at(sms), json={"text": "Hello", "local_phone": OURS}))
    assert wrong == dict.fromkeys(("text", "local_phone"), "Only a draft can be changed.")

    for other in {"inbox", "draft", "sent", "error"} - {status}:
        wrong = errors(api.put(at(sms), json={"status": other}))
        assert wrong == {"status": f'A message cannot go from "{status}" to "{other}".'}
    assert api.ok("put", at(sms), json=sms) == sms


@pytest.mark.parametrize("status", ["inbox", "sent", "error"])
def test_a_draft_only_becomes_what_it_can_be_sent_as(api, to, status):
    draft = write(api, status="draft", text="Hi", **to).json()
    wrong = errors(api.put(at(draft), json={"status": status}))
    assert wrong == {"status": f'A message cannot go from "draft" to "{status}".'}


@pytest.mark.parametrize("status", ["scheduled", "outbox"])
def test_what_is_about_to_leave_can_be_called_back(api, leaving, status):
    sms = leaving(status)

    wrong = errors(api.put(at(sms), json={"text": "Hello"}))
    assert wrong == {"text": "Only a draft can be changed."}
    wrong = errors(api.put(at(sms), json={"status": "sent"}))
    assert wrong == {"status": f'A message cannot go from "{status}" to "sent".'}

    assert api.ok("put", at(sms), json={"status": "draft"})["status"] == "draft"
    assert api.ok("put", at(sms), json={"text": "Hello"})["text"] == "Hello"


def test_what_is_called_back_no_longer_waits(api, leaving, world):
    sms = leaving("outbox", send_in=5)
    api.ok("put", at(sms), json={"status": "draft"})
    (row,) = world.sql("select send_in from activity where id = $1", sms["id"])
    assert row["send_in"] is None


def test_a_message_that_has_left_says_when_and_is_told_of(api, leaving, changed_by_server, clock):
    clock.stand(datetime(2030, 1, 1, tzinfo=UTC))
    sms = leaving("outbox", send_in=5)
    clock.pass_by(seconds=5)

    changed_by_server("activity.sms", sms["id"], status="sent")

    sent = api.ok("get", at(sms))
    assert sent["date_sent"] == sent["activity_at"] == "2030-01-01T00:00:05.000000+00:00"
    assert ("activity.sms", "sent") in api.events()


# Templates


@pytest.fixture
def template(api):
    return api.make(
        "sms_template", text="Hi {{ contact.first_name }} of {{ lead.name }}!", attachments=[FILE]
    )


def test_a_template_writes_the_text_and_brings_its_files(api, to, template):
    sms = write(api, status="draft", template_id=template["id"], **to).json()
    assert sms["text"] == "Hi Gob of Bluth & Co!"
    assert sms["template_id"] == template["id"]
    assert [file["filename"] for file in sms["attachments"]] == ["magic.png"]
    assert sms["attachments"][0]["media_id"].startswith("media_")


def test_without_a_contact_a_template_leaves_it_out(api, gob, template):
    body = {"lead_id": gob["lead_id"], "template_id": template["id"], "status": "draft"}
    assert write(api, **body).json()["text"] == "Hi  of Bluth & Co!"


def test_of_a_template_beside_a_text_only_the_id_is_kept(api, to, template):
    sms = write(api, status="draft", text="Hi", template_id=template["id"], **to).json()
    assert (sms["text"], sms["template_id"], sms["attachments"]) == ("Hi", template["id"], [])


def test_a_draft_can_be_written_from_a_template_later(api, to, template):
    draft = write(api, status="draft", **to).json()
    changed = api.ok("put", at(draft), json={"template_id": template["id"]})
    assert changed["text"] == "Hi Gob of Bluth & Co!"


def test_a_message_keeps_a_template_that_is_deleted(api, to, template):
    draft = write(api, status="draft", template_id=template["id"], **to).json()
    api.ok("delete", f"/sms_template/{template['id']}/")
    changed = api.ok("put", at(draft), json=draft | {"text": "Hello"})
    assert (changed["template_id"], changed["text"]) == (template["id"], "Hello")


def test_a_template_that_somebody_keeps_to_themselves_cannot_be_used(api, to, template, join):
    answer = write(join(), status="draft", template_id=template["id"], **to)
    assert errors(answer) == {"template_id": "Object does not exist."}


# Attachments


def test_a_file_has_an_id_and_a_picture_a_small_form(api, to):
    sms = write(api, status="draft", attachments=[FILE], **to).json()
    (file,) = sms["attachments"]
    assert file["media_id"].startswith("media_")
    more = {"media_id": file["media_id"], "thumbnail_url": FILE["url"] + "/thumbnail/"}
    assert file == FILE | more | {"size": None}

    for same in (file, FILE):
        assert api.ok("put", at(sms), json={"attachments": [same]}) == sms

    document = FILE | {"content_type": "application/pdf"}
    (file,) = api.ok("put", at(sms), json={"attachments": [document]})["attachments"]
    assert file["thumbnail_url"] is None


TYPES = {
    "application": "pdf vcard",
    "audio": "3gpp 3gpp2 L24 ac3 amr amr-nb basic mp4 mpeg ogg vnd.rn-realaudio vnd.wave webm",
    "image": "bmp gif jpeg jpg png tiff",
    "text": "calendar csv directory richtext rtf vcard x-vcard",
    "video": "3gpp 3gpp-tt 3gpp2 H261 H263 H263-1998 H263-2000 H264 mp4 mpeg quicktime webm",
}


def test_forty_types_of_files_go_along(api, to):
    types = [f"{kind}/{name}" for kind, names in TYPES.items() for name in names.split()]
    files = [FILE | {"content_type": type_} for type_ in types]
    sms = write(api, status="draft", attachments=files, **to).json()
    assert [file["content_type"] for file in sms["attachments"]] == types == CONTENT_TYPES
    assert len(types) == 40


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"content_type": "application/zip"}, "Not a valid choice."),
        ({"content_type": None}, "This field is required."),
        ({"filename": ""}, "This field is required."),
        (
            {"url": "https://evil.example/x.png"},
            "The url must begin with the address of an uploaded file.",
        ),
    ],
)
def test_a_file_is_an_uploaded_one_of_a_kind_that_carriers_take(api, to, wrong, reason):
    answer = write(api, status="draft", attachments=[FILE, FILE | wrong], **to)
    (inside,) = errors(answer)["attachments"]["errors"].values()
    assert inside["field-errors"] == dict.fromkeys(wrong, reason)


# The inbox


def tasks(api):
    return api.ok("get", "/task/?_type=all")["data"]


@pytest.mark.parametrize("word", ["true", "True"])
def test_a_message_that_came_in_can_be_put_into_the_inbox(api, to, word):
    url = f"/activity/sms/?send_to_inbox={word}"
    about = {"text": "Hi", "local_phone": OURS, "attachments": [FILE]}
    sms = api.ok("post", url, json={"status": "inbox", **about, **to})

    (task,) = tasks(api)

    assert (task["_type"], task["object_type"], task["object_id"]) == (
        "incoming_sms",
        "sms",
        sms["id"],
    )
    assert (task["lead_id"], task["contact_id"]) == (to["lead_id"], to["contact_id"])
    assert (task["assigned_to"], task["view"]) == (api.user_id, "inbox")
    assert task["id"].startswith("noti_")
    shown = ("text", "local_phone", "remote_phone", "attachments")
    assert {name: task[name] for name in shown} == {name: sms[name] for name in shown}
    assert (task["text"], task["remote_phone"]) == ("Hi", THEIRS)
    assert ("task.incoming_sms", "created") in api.events()


@pytest.mark.parametrize(
    ("query", "status"),
    [("", "inbox"), ("?send_to_inbox=false", "inbox"), ("?send_to_inbox=true", "sent")],
)
def test_nothing_else_is_put_into_the_inbox(api, to, query, status):
    api.ok("post", f"/activity/sms/{query}", json={"status": status, **to})
    assert tasks(api) == []


def test_whether_to_put_it_into_the_inbox_is_yes_or_no(api, to):
    answer = api.post("/activity/sms/?send_to_inbox=maybe", json={"status": "inbox", **to})
    assert answer.json() == {"error": "send_to_inbox: Value must be true or false."}
    assert api.ok("get", "/activity/sms/")["data"] == []


def test_a_message_is_on_the_timeline(api, to):
    sms = write(api, status="inbox", text="Hi", **to).json()
    assert api.ok("get", f"/activity/?lead_id={to['lead_id']}&_type=SMS")["data"] == [sms]


def test_writing_a_message_asks_little(api, to, statements):
    body = {"status": "draft", "text": "Hi", **to}
    assert (
        len(statements(lambda: api.ok("post", "/activity/sms/", json=body))) == 2 + 2
    )  # and BEGIN, COMMIT
    draft = write(api, **body).json()
    assert len(statements(lambda: api.ok("put", at(draft), json={"text": "Hello"}))) == 2 + 2
