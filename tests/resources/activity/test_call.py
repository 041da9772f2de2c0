"""Calls."""

import pytest

PHONE = "+16505550100"


@pytest.fixture
def lead(api):
    return api.make("lead", name="Bluth Company")


@pytest.fixture
def gob(api, lead):
    return api.make("contact", lead_id=lead["id"], phones=[{"phone": PHONE}])


@pytest.fixture
def connected(api, lead):
    """The id of a call that the built-in carrier has connected."""
    return api.add(
        "activity.call",
        lead_id=lead["id"],
        user_id=api.user_id,
        source="Close.io",
        status="in-progress",
        direction="outbound",
        phone=PHONE,
    )


def log(api, **body):
    return api.post("/activity/call/", json=body)


def errors(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


# Logging


def test_a_logged_call_was_completed_outside(api, lead):
    call = log(api, lead_id=lead["id"]).json()

    assert (call["status"], call["source"], call["direction"]) == (
        "completed",
        "External",
        "outbound",
    )
    assert (call["user_id"], call["call_method"]) == (api.user_id, "regular")


def test_what_is_known_of_a_call_can_be_logged(api, lead):
    known = {
        "direction": "inbound",
        "status": "no-answer",
        "disposition": "vm-left",
        "duration": 345,
        "activity_at": "2026-01-02T03:04:05.000000+00:00",
        "date_created": "2026-01-02T03:04:06.000000+00:00",
        "voicemail_url": "https://pbx.example/1.mp3",
        "quality_info": "clear",
        "conversation_type_id": "x",
    }

    call = log(api, lead_id=lead["id"], **known).json()

    assert {name: call[name] for name in known} == known


WORDS = {
    "status": (
        *("created", "in-progress", "completed", "cancel"),
        *("no-answer", "busy", "failed", "timeout"),
    ),
    "disposition": (
        *("answered", "no-answer", "vm-answer", "vm-left"),
        *("busy", "blocked", "error", "abandoned"),
    ),
    "source": ("Close.io", "External"),
    "direction": ("inbound", "outbound"),
}


@pytest.mark.parametrize("name", WORDS)
def test_each_word_of_the_contract_is_understood(api, lead, name):
    for word in WORDS[name]:
        assert log(api, lead_id=lead["id"], **{name: word}).json()[name] == word


def test_what_no_field_describes_is_kept(api, lead):
    playbook = api.make("playbook")["id"]
    known = {
        "quality_info": "clear",
        "conversation_type_id": "x",
        "playbook_id": playbook,
        "voicemail_url": "https://pbx.example/1.mp3",
    }
    call = log(api, lead_id=lead["id"], custom_fields={}, **known).json()
    assert {name: call[name] for name in known} == known

    other = known | {"quality_info": "noisy", "conversation_type_id": "y", "voicemail_url": None}
    call = api.ok("put", f"/activity/call/{call['id']}/", json=other | {"custom_fields": None})
    assert {name: call[name] for name in known} == other


@pytest.mark.parametrize(("sent", "kept"), [("incoming", "inbound"), ("outgoing", "outbound")])
def test_the_words_that_mails_have_for_a_direction_are_understood(api, lead, sent, kept):
    assert log(api, lead_id=lead["id"], direction=sent).json()["direction"] == kept


def test_everything_wrong_is_said_at_once(api, lead):
    wrong = {
        "status": "done",
        "direction": "up",
        "disposition": "fine",
        "source": "Phone",
        "duration": -1,
        "phone": "nobody",
        "recording_url": "http://pbx.example/1.mp3",
        "outcome_id": "outcome_x",
        "playbook_id": "playbook_x",
        "contact_id": "cont_x",
    }

    assert errors(log(api, lead_id=lead["id"], **wrong)).keys() == wrong.keys()


def test_a_call_has_no_custom_fields(api, lead):
    answer = log(api, lead_id=lead["id"], custom_fields={"cf_x": 1})
    assert errors(answer) == {"custom.cf_x": 'The Custom Field "cf_x" does not exist.'}
    assert log(api, lead_id=lead["id"], custom_fields={}).status_code == 200


# Numbers


def test_a_number_is_kept_as_e164_and_shown_as_people_read_it(api, lead):
    call = log(api, lead_id=lead["id"], phone="(650) 555-0100").json()

    assert (call["phone"], call["remote_phone"]) == (PHONE, PHONE)
    assert (call["remote_phone_formatted"], call["remote_country_iso"]) == ("+1 650-555-0100", "US")
    assert (call["local_phone"], call["local_phone_formatted"]) == (None, None)


def test_what_is_said_of_a_number_follows_it(api, lead):
    call = log(api, lead_id=lead["id"], phone=PHONE).json()
    url = f"/activity/call/{call['id']}/"

    other = api.ok("put", url, json={"phone": "+442039550100"})
    assert (other["remote_phone"], other["remote_country_iso"]) == ("+442039550100", "GB")
    assert other["remote_phone_formatted"] == "+44 20 3955 0100"

    none = api.ok("put", url, json={"phone": None})
    assert (none["remote_phone"], none["remote_phone_formatted"]) == (None, None)
    assert none["remote_country_iso"] == ""


# Whose call it is


@pytest.mark.parametrize("number", [PHONE, "650-555-0100"])
def test_without_a_lead_it_is_a_call_of_whoever_has_the_number(api, lead, gob, number):
    call = log(api, phone=number).json()
    assert (call["lead_id"], call["contact_id"]) == (lead["id"], gob["id"])


def test_of_several_who_have_the_number_the_one_that_changed_last_is_meant(api, gob, clock):
    clock.pass_by(seconds=1)
    other = api.make("contact", phones=[{"phone": PHONE}])
    assert log(api, phone=PHONE).json()["contact_id"] == other["id"]

    clock.pass_by(seconds=1)
    api.ok("put", f"/contact/{gob['id']}/", json={"title": "President"})
    assert log(api, phone=PHONE).json()["contact_id"] == gob["id"]


def test_with_a_lead_only_its_own_contacts_are_meant(api, gob):
    other = api.make("lead")
    call = log(api, lead_id=other["id"], phone=PHONE).json()
    assert (call["lead_id"], call["contact_id"]) == (other["id"], None)
    assert log(api, lead_id=gob["lead_id"], phone=PHONE).json()["contact_id"] == gob["id"]


def test_a_contact_says_which_lead(api, lead):
    contact = api.make("contact", lead_id=lead["id"])
    assert log(api, contact_id=contact["id"]).json()["lead_id"] == lead["id"]


@pytest.mark.parametrize("body", [{}, {"phone": PHONE}, {"phone": "nobody"}, {"contact_id": "x"}])
def test_a_call_of_nobody_is_refused(api, stranger, body):
    stranger.make("contact", phones=[{"phone": PHONE}])
    assert errors(log(api, **body))["lead_id"] == "This field is required."


def test_who_sees_no_lead_is_told_of_none(api, gob, join):
    field = api.make("custom_field.lead", type="user", name="Owner")["id"]
    body = {
        "name": "Own leads",
        "visibility_user_lcf_ids": [field],
        "visible_unassigned_leads": False,
        "permissions": ["calling"],
    }
    somebody = join(api.ok("post", "/role/", json=body)["id"])
    assert errors(log(somebody, phone=PHONE)) == {"lead_id": "This field is required."}


def test_a_call_can_move_to_another_lead_and_leaves_its_contact_behind(api, gob):
    call = log(api, phone=PHONE).json()
    other = api.make("contact")
    url = f"/activity/call/{call['id']}/"

    moved = api.ok("put", url, json={"lead_id": other["lead_id"]})
    assert (moved["lead_id"], moved["contact_id"]) == (other["lead_id"], None)

    back = api.ok("put", url, json={"lead_id": gob["lead_id"], "contact_id": gob["id"]})
    assert (back["lead_id"], back["contact_id"]) == (gob["lead_id"], gob["id"])
    wrong = api.put(url, json={"contact_id": other["id"]})
    assert errors(wrong) == {"contact_id": "Object does not exist."}


def test_calls_move_along_when_leads_are_merged(api, gob):
    call, other = log(api, phone=PHONE).json(), api.make("lead")
    api.ok("post", "/lead/merge/", json={"source": gob["lead_id"], "destination": other["id"]})

    moved = api.ok("get", f"/activity/call/{call['id']}/")

    assert (moved["lead_id"], moved["contact_id"]) == (other["id"], gob["id"])


# Notes, outcomes, recordings


def test_plain_and_rich_notes_follow_each_other_and_rich_wins(api, lead):
    call = log(api, lead_id=lead["id"], note="5 < 6").json()
    assert call["note_html"] == "<body><p>5 &lt; 6</p></body>"

    call = api.ok("put", f"/activity/call/{call['id']}/", json={"note_html": "<p>new</p>"})
    assert (call["note"], call["note_html"]) == ("new", "<body><p>new</p></body>")
    call = api.ok("put", f"/activity/call/{call['id']}/", json={"note": "old"})
    assert (call["note"], call["note_html"]) == ("old", "<body><p>old</p></body>")

    both = {"note": "plain", "note_html": "<p>rich<script>x()</script></p>"}
    call = api.ok("put", f"/activity/call/{call['id']}/", json=both)

    assert (call["note"], call["note_html"]) == ("rich", "<body><p>rich</p></body>")


@pytest.mark.parametrize("type_", ["custom", "vm-dropped"])
def test_every_type_of_outcome_applies_to_calls(api, lead, type_):
    outcome = api.make("outcome", type=type_)["id"]
    assert log(api, lead_id=lead["id"], outcome_id=outcome).json()["outcome_id"] == outcome


def test_a_call_keeps_an_outcome_that_is_deleted(api, lead):
    outcome = api.make("outcome")["id"]
    call = log(api, lead_id=lead["id"], outcome_id=outcome).json()
    api.ok("delete", f"/outcome/{outcome}/")
    url = f"/activity/call/{call['id']}/"

    assert api.ok("get", url)["outcome_id"] == outcome
    assert api.ok("put", url, json=call | {"note": "x"})["outcome_id"] == outcome
    assert errors(log(api, lead_id=lead["id"], outcome_id=outcome)) == {
        "outcome_id": "Object does not exist."
    }


def test_a_recording_is_at_an_https_address(api, lead):
    assert log(api, lead_id=lead["id"]).json()["has_recording"] is False
    address = "https://pbx.example/1.mp3"

    call = log(api, lead_id=lead["id"], recording_url=address).json()

    assert (call["recording_url"], call["has_recording"]) == (address, True)
    for name in ("recording_url", "voicemail_url"):
        for wrong in ("http://pbx.example/1.mp3", "pbx.example/1.mp3", "javascript:x()"):
            answer = log(api, lead_id=lead["id"], **{name: wrong})
            assert errors(answer) == {name: "Must be an https address."}


def test_transcripts_are_shown_to_who_names_them(api, lead):
    call = log(api, lead_id=lead["id"]).json()
    names = ("recording_transcript", "voicemail_transcript")
    assert not set(names) & call.keys()

    shown = api.ok("get", f"/activity/call/{call['id']}/?_fields={','.join(names)}")

    assert shown == dict.fromkeys(names)


# Calls of the carrier


def test_how_a_call_of_the_carrier_went_cannot_be_changed(api, connected):
    url = f"/activity/call/{connected}/"
    wrong = api.put(url, json={"status": "busy", "duration": 5, "direction": "inbound"})
    reason = "Value cannot be changed."
    assert errors(wrong) == {"status": reason, "duration": reason, "direction": reason}

    outcome = api.make("outcome")["id"]
    body = api.ok("get", url) | {"note": "Nice", "outcome_id": outcome}
    call = api.ok("put", url, json=body)

    assert (call["note"], call["outcome_id"], call["status"]) == ("Nice", outcome, "in-progress")


def test_a_logged_call_can_be_corrected(api, lead):
    call = log(api, lead_id=lead["id"], duration=3).json()
    url = f"/activity/call/{call['id']}/"
    changed = api.ok("put", url, json={"status": "busy", "duration": 5, "direction": "inbound"})
    assert (changed["status"], changed["duration"]) == ("busy", 5)
    assert changed["direction"] == "outbound"


def test_a_call_of_the_carrier_is_answered_and_completed(api, connected, changed_by_server, clock):
    changed_by_server("activity.call", connected, date_answered=clock())
    changed_by_server("activity.call", connected, status="completed", duration=17)

    logged = [action for kind, action in api.events() if kind == "activity.call"]

    assert [one for one in logged if one != "updated"] == ["answered", "completed"]


def test_a_logged_call_is_neither_answered_nor_completed(api, lead):
    call = log(api, lead_id=lead["id"], status="created").json()
    api.ok("put", f"/activity/call/{call['id']}/", json={"status": "completed"})
    logged = [action for kind, action in api.events() if kind == "activity.call"]
    assert logged == ["created", "updated"]


@pytest.mark.parametrize("how", ["power", "predictive"])
def test_a_call_of_the_dialer_says_how_it_was_dialled(api, lead, how):
    session = api.add("dialer", type=how, source_type="saved-search", status="inactive")
    call = api.add(
        "activity.call",
        lead_id=lead["id"],
        dialer_id=session,
        status="completed",
        direction="outbound",
        source="Close.io",
    )
    assert api.ok("get", f"/activity/call/{call}/")["call_method"] == how


# What else shows calls


def test_a_call_is_on_the_timeline(api, lead):
    call = log(api, lead_id=lead["id"], phone=PHONE).json()
    assert api.ok("get", f"/activity/?lead_id={lead['id']}&_type=Call")["data"] == [call]


def test_recent_calls_of_a_lead_and_a_contact_are_shown_to_who_names_them(api, lead, gob):
    for day in range(1, 13):
        at = f"2026-01-{day:02}T12:00:00Z"
        last = log(api, phone=PHONE, activity_at=at, duration=90).json()
    log(api, lead_id=lead["id"], activity_at="2025-01-01T00:00:00Z")

    for path in (f"/contact/{gob['id']}/", f"/lead/{lead['id']}/"):
        assert "recent_calls" not in api.ok("get", path)
        calls = api.ok("get", f"{path}?_fields=recent_calls")["recent_calls"]
        assert len(calls) == 10
        assert calls[0] == {
            "id": last["id"],
            "dialer_id": None,
            "duration": 90,
            "finish_timestamp": "2026-01-12T12:01:30.000000+00:00",
            "status": "completed",
        }


def test_logging_a_call_asks_little(api, lead, gob, statements):
    known = {"lead_id": lead["id"], "contact_id": gob["id"], "phone": PHONE}
    url = "/activity/call/"
    # BEGIN, what the check must know, the row with its event, COMMIT
    assert len(statements(lambda: api.ok("post", url, json={"lead_id": lead["id"]}))) == 4
    assert len(statements(lambda: api.ok("post", url, json=known))) == 4
    assert len(statements(lambda: api.ok("post", url, json={"phone": PHONE}))) == 5  # and whose


def test_whose_number_it_is_is_found_by_an_index(world):
    indexes = world.sql("select indexdef from pg_indexes where indexname = 'ix__contact__numbers'")
    assert "gin" in indexes[0][0]
