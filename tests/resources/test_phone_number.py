"""Phone numbers: the organization's own, and blocked ones."""

import pytest

OWN = "/phone_number/"
BLOCKED = "/blocked_phone_number/"
RENT = "/phone_number/request/internal/"


def test_a_number_is_kept_as_e164_and_shown_to_be_read(api):
    number = api.make("phone_number", number="+44 20 3955 0100", forward_to="+1 650 555 0100")

    assert (number["number"], number["number_formatted"]) == ("+442039550100", "+44 20 3955 0100")
    assert (number["forward_to_formatted"], number["country"]) == ("+1 650-555-0100", "GB")
    assert number["user_id"] == api.user_id


@pytest.mark.parametrize("written", ["+442039550100", "%2B442039550100", "%20442039550100"])
def test_a_list_finds_a_number_however_it_is_written(api, written):
    made = api.make("phone_number")

    assert [one["id"] for one in api.ok("get", f"{OWN}?number={written}")["data"]] == [made["id"]]
    assert api.ok("get", f"{OWN}?number=thisshouldneverexist")["data"] == []


def test_group_numbers_take_a_permission(api, join):
    number = api.make("phone_number", is_group_number=True, participants=[api.user_id])
    user, superuser = join("user"), join("superuser")
    path = f"{OWN}{number['id']}/"

    assert user.put(path, json={"label": "x"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert superuser.ok("put", path, json={"label": "x"})["label"] == "x"
    assert superuser.ok("delete", path) == {}


def test_who_adds_a_number_for_others_needs_the_permission(api, join):
    user = join("user")
    group, others = {"is_group_number": True}, {"user_id": api.user_id}

    for more in (group, others):
        assert user.post(OWN, json=api.body("phone_number") | more).status_code == 403
    assert user.make("phone_number")["user_id"] == user.user_id
    assert api.make("phone_number", user_id=user.user_id)["user_id"] == user.user_id


def test_personal_numbers_are_changed_by_their_user_only(api, join):
    path = f"{OWN}{api.make('phone_number')['id']}/"
    other = join("admin")

    assert other.put(path, json={"label": "x"}).status_code == 403
    assert other.delete(path).status_code == 403
    assert api.ok("put", path, json={"label": "x"})["label"] == "x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voicemail_greeting_url", "http://x.example/a.mp3"),
        ("voicemail_greeting_url", "https://x.example/a.wav"),
        ("forward_to", "nobody"),
        ("participants", ["user_nobody"]),
        ("phone_numbers", ["nobody"]),
    ],
)
def test_what_a_number_cannot_do_is_refused(api, name, value):
    number = api.make("phone_number", is_group_number=True)

    answer = api.put(f"{OWN}{number['id']}/", json={name: value})

    assert (answer.status_code, list(answer.json()["field-errors"])) == (400, [name])


def test_only_group_numbers_have_participants_and_outside_numbers(api):
    number = api.make("phone_number")

    for sent in ({"participants": [api.user_id]}, {"phone_numbers": ["+16505550100"]}):
        answer = api.put(f"{OWN}{number['id']}/", json=sent)
        assert list(answer.json()["field-errors"]) == list(sent)


def test_outside_numbers_are_shown_to_be_read(api):
    number = api.make("phone_number", is_group_number=True, phone_numbers=["+1 650 5550100"])

    assert number["phone_numbers"] == ["+16505550100"]
    assert number["phone_numbers_formatted"] == ["+1 650-555-0100"]


def test_the_event_log_tells_of_numbers(api):
    api.make("phone_number")
    assert api.events() == [("phone_number", "created")]


def test_a_number_cannot_be_rented_without_a_carrier(api):
    answer = api.post(RENT, json={"country": "US", "sharing": "personal"})

    assert (answer.status_code, answer.json()["status"]) == (400, "error")
    assert "carrier" in answer.json()["error"]


def test_a_request_for_a_number_is_checked(api, join):
    wrong = api.post(RENT, json={"country": "USA", "sharing": "x"})

    assert set(wrong.json()["field-errors"]) == {"country", "sharing"}
    group = {"country": "US", "sharing": "group"}
    assert join("user").post(RENT, json=group).status_code == 403


def test_of_a_blocked_number_only_the_reason_changes(api):
    made = api.make("blocked_phone_number", phone="+1 650 555 0100")

    changed = api.ok("put", f"{BLOCKED}{made['id']}/", json={"reason": "x", "phone": "+441"})

    assert (changed["reason"], changed["phone"]) == ("x", "+16505550100")


def test_the_settings_of_blocking_are_kept(api, stranger):
    settings = f"{BLOCKED}settings/"
    assert api.ok("get", settings) == {"reject_anonymous_inbound_calls": False}

    api.ok("put", settings, json={"reject_anonymous_inbound_calls": True})

    assert api.ok("get", settings) == {"reject_anonymous_inbound_calls": True}
    assert stranger.ok("get", settings) == {"reject_anonymous_inbound_calls": False}


@pytest.mark.parametrize("sent", [{}, {"reject_anonymous_inbound_calls": "x"}])
def test_settings_that_do_not_fit_are_refused(api, sent):
    answer = api.put(f"{BLOCKED}settings/", json=sent)

    assert list(answer.json()["field-errors"]) == ["reject_anonymous_inbound_calls"]


def test_dialer_sessions_can_be_listed_and_read(api, stranger):
    id = api.add("dialer", source_type="saved-search", status="inactive", user_id=api.user_id)
    stranger.add("dialer", source_type="saved-search", status="inactive")

    shown = api.ok("get", f"/dialer/{id}/")

    assert len(shown["date_created"]) == len("2022-11-08T14:27:23.185019")
    for query in ("source_type=saved-search", "status__in=active,inactive", "status=inactive"):
        assert api.ok("get", f"/dialer/?{query}")["data"] == [shown]
    assert api.ok("get", "/dialer/?status=active")["data"] == []
    assert api.post("/dialer/", json={}).status_code == 405


def test_numbers_are_of_users_or_groups_and_of_three_types(api, join):
    user = join()
    mine, theirs = api.make("phone_number"), api.make("phone_number", user_id=user.user_id)
    group = api.make("phone_number", is_group_number=True, type="external")
    inside = api.make("phone_number", type="internal")

    def found(query):
        return {one["id"] for one in api.ok("get", f"{OWN}?{query}")["data"]}

    assert found(f"user_id={user.user_id}") == {theirs["id"]}
    assert found("is_group_number=true") == {group["id"]}
    assert found("is_group_number=false") == {mine["id"], theirs["id"], inside["id"]}
    types = [one["type"] for one in (mine, group, inside)]
    assert types == ["virtual", "external", "internal"]
    refused = api.post(OWN, json=api.body("phone_number", type="borrowed"))
    assert refused.json()["field-errors"] == {"type": "Not a valid choice."}


def test_what_a_number_does_can_be_changed_and_what_it_is_cannot(api, join):
    number = api.make("phone_number", is_group_number=True)
    change = {
        "label": "Sales",
        "forward_to": "+16505550100",
        "forward_to_enabled": True,
        "voicemail_greeting_url": "https://x.example/hello.mp3",
        "participants": [api.user_id, join().user_id],
        "phone_numbers": ["+442039550100"],
        "press_1_to_accept": True,
    }
    fixed = {"number": "+16505550111", "type": "internal", "is_group_number": False}

    changed = api.ok("put", f"{OWN}{number['id']}/", json=change | fixed)

    assert changed.items() >= change.items()
    assert changed.items() >= {name: number[name] for name in fixed}.items()


def test_a_personal_number_can_be_deleted_by_its_user(api):
    path = f"{OWN}{api.make('phone_number')['id']}/"

    assert api.ok("delete", path) == {}
    assert api.get(path).status_code == 404


def test_a_number_for_pictures_is_one_for_texts(api):
    asked = {"country": "us", "sharing": "personal", "prefix": "650", "with_mms": True}

    for texts in (None, False):
        refused = api.post(RENT, json=asked | {"with_sms": texts})
        assert list(refused.json()["field-errors"]) == ["with_mms"]
    for more in ({"with_sms": True}, {"with_mms": False}, {"with_mms": None, "with_sms": False}):
        assert api.post(RENT, json=asked | more).json()["status"] == "error"


def test_a_number_is_blocked_until_its_record_is_deleted(api, stranger):
    made = api.make("blocked_phone_number", phone="+1 650 555 0100", reason="Spam")
    path = f"{BLOCKED}{made['id']}/"
    assert api.ok("get", BLOCKED)["data"] == [made]
    assert stranger.ok("get", BLOCKED)["data"] == []

    answer = api.delete(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.ok("get", BLOCKED)["data"] == []


def test_dialer_sessions_are_found_by_what_they_call_and_whose_they_are(api, join):
    view, user = api.make("saved_search")["id"], join().user_id
    of_view = {"source_type": "saved-search", "source_value": view, "type": "power"}
    entry = {"source_type": "shared-entry", "source_value": "1", "type": "predictive"}
    first = api.add("dialer", **of_view, status="inactive", user_id=user)
    second = api.add("dialer", **entry, status="active", user_id=api.user_id)

    def found(query):
        return {one["id"] for one in api.ok("get", f"/dialer/?{query}")["data"]}

    for query in (f"source_value={view}", f"user_id={user}", "source_type=saved-search"):
        assert found(query) == {first}
    assert found("status__in=active") == found("source_type=shared-entry") == {second}
    assert found(f"organization_id={api.organization_id}") == {first, second}
    shown = [api.ok("get", f"/dialer/{id}/") for id in (first, second)]
    assert [one["source_value"] for one in shown] == [view, "1"]
    assert [one["type"] for one in shown] == ["power", "predictive"]
