"""Who may send mail as somebody else, and the mailboxes that this opens."""

import pytest


def pair(allowing, allowed):
    return {"allowing_user_id": allowing.user_id, "allowed_user_id": allowed.user_id}


@pytest.fixture
def gob(join):
    return join()


@pytest.fixture
def tobias(join):
    return join()


def test_only_ones_own_name_can_be_lent(api, gob):
    answer = api.post("/send_as/", json=pair(gob, api))

    assert answer.json()["field-errors"] == {"allowing_user_id": "Must be your own id."}
    assert api.post("/send_as/", json=pair(api, gob)).status_code == 201


def test_an_association_shows_to_the_two_who_are_in_it(api, gob, tobias):
    made = api.ok("post", "/send_as/", json=pair(api, gob))
    path = f"/send_as/{made['id']}/"

    assert api.ok("get", path) == gob.ok("get", path) == made
    assert tobias.get(path).status_code == 404


def test_the_list_shows_whom_one_allows_or_by_whom_one_is_allowed(api, gob):
    made = api.ok("post", "/send_as/", json=pair(api, gob))

    assert api.ok("get", "/send_as/")["data"] == [made]
    assert gob.ok("get", "/send_as/")["data"] == []
    assert gob.ok("get", f"/send_as/?allowed_user_id={gob.user_id}")["data"] == [made]
    assert gob.ok("get", "/send_as/", params=pair(api, gob))["data"] == [made]


def test_the_list_of_others_is_refused(gob, tobias):
    assert gob.get(f"/send_as/?allowing_user_id={tobias.user_id}").status_code == 400


def test_only_who_allowed_it_takes_it_back(api, gob):
    path = f"/send_as/{api.ok('post', '/send_as/', json=pair(api, gob))['id']}/"

    assert gob.delete(path).status_code == 403
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_it_can_be_taken_back_by_who_allowed_whom(api, gob):
    api.ok("post", "/send_as/", json=pair(api, gob))

    assert gob.delete("/send_as/", params=pair(api, gob)).status_code == 400
    assert api.delete("/send_as/").status_code == 400
    assert api.delete("/send_as/", params=pair(api, gob)).status_code == 204
    assert api.delete("/send_as/", params=pair(api, gob)).status_code == 404


def test_bulk_allows_some_and_no_longer_allows_others(api, join, gob, tobias):
    kept = join()
    for other in (gob, kept):
        api.ok("post", "/send_as/", json=pair(api, other))
    gob.ok("post", "/send_as/", json=pair(gob, api))
    body = {"allowed_user_ids": [tobias.user_id], "disallowed_user_ids": [gob.user_id]}

    answer = api.ok("post", "/send_as/bulk/", json=body)

    allowed = {(one["allowing_user_id"], one["allowed_user_id"]) for one in answer["data"]}
    assert allowed == {(api.user_id, tobias.user_id), (api.user_id, kept.user_id)}
    assert answer["data"] == api.ok("get", "/send_as/")["data"]


def test_bulk_allows_users_of_the_organization_only(api, stranger):
    answer = api.post("/send_as/bulk/", json={"allowed_user_ids": [stranger.user_id]})

    assert answer.json()["field-errors"] == {"allowed_user_id": "Object does not exist."}


def test_a_mailbox_shows_to_its_user_and_to_who_may_send_as_them(api, gob, tobias):
    id = api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")
    api.ok("post", "/send_as/", json=pair(api, gob))

    def seen(who):
        return [one["id"] for one in who.ok("get", "/connected_account/")["data"]]

    assert (seen(api), seen(gob), seen(tobias)) == ([id], [id], [])
    assert gob.ok("get", f"/connected_account/?user_id={gob.user_id}")["data"] == []
    assert tobias.get(f"/connected_account/{id}/").status_code == 404


FIELDS = """_type available_calendars available_features calendar_receive_status calendly
    date_created default_identity email email_receive_status enabled_features
    has_meeting_creation_scopes id identities imap is_imap_archive_sync_enabled
    latest_receive_error latest_send_error lead_suggestions_updated_at organization_id
    receive_status send_status smtp sync_all_calendars synced_calendars user_id
    zoom_account_plan"""


def test_a_mailbox_shows_all_its_fields_unless_some_are_asked_for(api, gob):
    mine = api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")
    lent = api.add("connected_account", _type="zoom", user_id=gob.user_id, email="g@b.example")
    gob.ok("post", "/send_as/", json=pair(gob, api))

    (shown,) = api.ok("get", f"/connected_account/?user_id={api.user_id}")["data"]
    (theirs,) = api.ok("get", f"/connected_account/?user_id={gob.user_id}")["data"]

    assert (shown["id"], theirs["id"], theirs["_type"]) == (mine, lent, "zoom")
    assert shown.keys() == set(FIELDS.split()) and len(shown) == 26
    few = api.ok("get", f"/connected_account/{mine}/?_fields=id,email")
    assert few == {"id": mine, "email": "b@w.example"}
