"""WhatsApp messages."""

import pytest

URL = "/activity/whatsapp_message/"
FILE = {
    "url": "https://app.close.com/go/file/x/magic.png",
    "filename": "magic.png",
    "content_type": "image/png",
}


@pytest.fixture
def message(api):
    return api.make("activity.whatsapp_message")


def at(message):
    return f"{URL}{message['id']}/"


def body(api, **values):
    return api.body("activity.whatsapp_message", **values)


def errors(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def test_a_message_is_shown_in_three_forms(api):
    message = api.make("activity.whatsapp_message", message_markdown="*Sure!*\n- 5 < 6")
    assert message["message_markdown"] == "*Sure!*\n- 5 < 6"
    html = "<body><p><b>Sure!</b></p><ul><li>5 &lt; 6</li></ul></body>"
    assert message["message_html"] == html
    assert message["text"] == "Sure!\n\n - 5 < 6"


def test_the_other_forms_follow_the_message(api, message):
    changed = api.ok("put", at(message), json={"message_markdown": "_No_", "message_html": "x"})
    assert changed["message_html"] == "<body><p><i>No</i></p></body>"
    assert changed["text"] == "No"


def test_a_message_of_too_many_marks_is_refused(api):
    answer = api.post(URL, json=body(api, message_markdown="*a* " * 16_000))
    reason = "Rich text must not have more than 10000 elements."
    assert errors(answer) == {"message_markdown": reason}


def test_a_message_says_who_wrote_to_whom(api):
    numbers = {"local_phone": "+44 20 3955 0100", "remote_phone": "650 555 0100"}
    message = api.make("activity.whatsapp_message", **numbers)
    assert (message["local_phone"], message["remote_phone"]) == ("+442039550100", "+16505550100")
    assert message["local_phone_formatted"] == "+44 20 3955 0100"
    assert message["remote_phone_formatted"] == "+1 650-555-0100"
    assert (message["user_id"], message["source"]) == (api.user_id, "api")


@pytest.mark.parametrize(("sent", "kept"), [("inbound", "incoming"), ("outbound", "outgoing")])
def test_the_words_that_calls_have_for_a_direction_are_understood(api, sent, kept):
    assert api.make("activity.whatsapp_message", direction=sent)["direction"] == kept


def test_everything_wrong_is_said_at_once(api):
    wrong = {
        "activity_at": "soon",
        "direction": "up",
        "local_phone": "x",
        "remote_phone": "",
        "external_whatsapp_message_id": None,
        "message_markdown": "",
        "response_to_id": "acti_x",
        "integration_link": "javascript:x()",
        "contact_id": "cont_x",
        "lead_id": "lead_x",
    }
    assert errors(api.post(URL, json=wrong)).keys() == wrong.keys()


def test_a_message_is_found_by_its_id_in_whatsapp(api, stranger, message):
    other = api.make("activity.whatsapp_message", external_whatsapp_message_id="wamid.2")
    stranger.make("activity.whatsapp_message", external_whatsapp_message_id="wamid.2")
    found = api.ok("get", URL, params={"external_whatsapp_message_id": "wamid.2"})
    assert found["data"] == [other]


def test_what_was_found_can_be_changed_and_deleted(api, message):
    params = {"external_whatsapp_message_id": message["external_whatsapp_message_id"]}
    (found,) = api.ok("get", URL, params=params)["data"]
    assert api.ok("put", at(found), json={"message_markdown": "Bye"})["text"] == "Bye"
    assert api.ok("delete", at(found)) == {}
    assert api.ok("get", URL, params=params)["data"] == []


def test_what_the_server_writes_clients_do_not(api, message):
    new = {"integration_name": "Chat", "text": "x", "message_html": "<body>x</body>"}
    assert api.ok("put", at(message), json=new) == message
    made = api.make("activity.whatsapp_message", **new)
    assert (made["integration_name"], made["text"]) == (None, message["text"])


def test_its_lead_and_its_id_in_whatsapp_stay(api, message):
    other = api.make("lead")["id"]
    new = {"lead_id": other, "external_whatsapp_message_id": "wamid.2"}
    assert api.ok("put", at(message), json=new) == message


def test_the_rest_can_be_changed(api, message):
    other = api.make("contact", lead_id=message["lead_id"])["id"]
    new = {
        "activity_at": "2026-01-02T03:04:05.000000+00:00",
        "contact_id": other,
        "direction": "outgoing",
        "local_phone": "+442039550111",
        "remote_phone": "+16505550111",
        "message_markdown": "Bye",
        "integration_link": "https://chat.example/1",
        "user_id": None,
    }
    changed = api.ok("put", at(message), json=new)
    assert {name: changed[name] for name in new} == new


def test_what_is_needed_cannot_be_taken_away(api, message):
    needed = (
        "activity_at",
        "contact_id",
        "direction",
        "local_phone",
        "remote_phone",
        "message_markdown",
    )
    answer = api.put(at(message), json=dict.fromkeys(needed))
    assert errors(answer) == dict.fromkeys(needed, "This field is required.")


# Responses


def test_a_message_responds_to_another_one(api, message):
    response = api.make("activity.whatsapp_message", response_to_id=message["id"])
    assert response["response_to_id"] == message["id"]

    api.ok("delete", at(message))

    assert api.ok("get", at(response))["response_to_id"] is None


def test_a_response_is_to_a_whatsapp_message_of_ours(api, stranger):
    note = api.make("activity.note")["id"]
    theirs = stranger.make("activity.whatsapp_message")["id"]
    for id in (note, theirs, "wamid.1"):
        answer = api.post(URL, json=body(api, response_to_id=id))
        assert errors(answer) == {"response_to_id": "Object does not exist."}


def test_a_conversation_goes_with_its_lead(api, message):
    shared = {name: message[name] for name in ("lead_id", "contact_id")}
    response = api.make("activity.whatsapp_message", response_to_id=message["id"], **shared)
    api.ok("delete", f"/lead/{message['lead_id']}/")
    assert api.get(at(message)).status_code == api.get(at(response)).status_code == 404


# Attachments


def test_files_go_along(api):
    message = api.make("activity.whatsapp_message", attachments=[FILE])
    more = {"size": None, "thumbnail_url": FILE["url"] + "/thumbnail/"}
    assert message["attachments"] == [FILE | more]


def test_files_are_no_larger_than_25_mb_together(api):
    half = FILE | {"size": 25 * 1024 * 1024 // 2}
    api.make("activity.whatsapp_message", attachments=[half, half])
    answer = api.post(URL, json=body(api, attachments=[half, half, FILE | {"size": 1}]))
    reason = "The files of a message must not be larger than 25 MB together."
    assert errors(answer) == {"attachments": reason}


def test_the_size_of_a_file_is_the_one_that_it_has(api, clock):
    def uploaded(size):
        about = {"content_type": "image/png", "filename": "magic.png", "size": size}
        times = dict.fromkeys(("date_created", "uploaded_at"), clock())
        id = api.add("file", **about, **times)
        return FILE | {"url": f"/go/file/{id}/magic.png", "size": 1}

    whole, byte = uploaded(25 * 1024 * 1024), uploaded(1)
    message = api.make("activity.whatsapp_message", attachments=[whole])
    assert message["attachments"][0]["size"] == 25 * 1024 * 1024
    for answer in (
        api.post(URL, json=body(api, attachments=[whole, byte])),
        api.put(at(message), json={"attachments": [whole, byte]}),
    ):
        assert list(errors(answer)) == ["attachments"]


@pytest.mark.parametrize("missing", ["url", "filename", "content_type"])
def test_a_file_is_described(api, missing):
    file = {name: value for name, value in FILE.items() if name != missing}
    answer = api.post(URL, json=body(api, attachments=[file]))
    (inside,) = errors(answer)["attachments"]["errors"].values()
    assert inside["field-errors"] == {missing: "This field is required."}


# The inbox


@pytest.mark.parametrize(
    ("query", "direction", "tasks"),
    [
        ("?send_to_inbox=true", "incoming", 1),
        ("?send_to_inbox=true", "outgoing", 0),
        ("?send_to_inbox=false", "incoming", 0),
        ("", "incoming", 0),
    ],
)
def test_an_incoming_message_can_be_put_into_the_inbox(api, query, direction, tasks):
    message = api.ok("post", URL + query, json=body(api, direction=direction))

    found = api.ok("get", "/task/?_type=all")["data"]

    assert [(task["object_type"], task["object_id"]) for task in found] == [
        ("whatsappmessage", message["id"])
    ] * tasks


def test_a_message_is_on_the_timeline(api, message):
    url = f"/activity/?lead_id={message['lead_id']}&_type=WhatsAppMessage"
    assert api.ok("get", url)["data"] == [message]


def test_mirroring_a_message_asks_little(api, statements):
    new = body(api)
    assert len(statements(lambda: api.ok("post", URL, json=new))) == 2 + 2  # and BEGIN, COMMIT
