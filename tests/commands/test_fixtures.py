"""`ajar seed --fixtures`: what clients cannot create, for tests of clients."""

import json

import httpx2
import pytest

ONE = {
    "form_id": "/form/",
    "dialer_id": "/dialer/",
    "connected_account_id": "/connected_account/",
}
MANY = {
    "meeting_ids": "/activity/meeting/",
    "form_submission_ids": "/activity/form_submission/",
    "phone_number_ids": "/phone_number/",
}


@pytest.fixture(scope="module")
def served(start):
    return start().ready()


@pytest.fixture
def make(served, run):
    def made():
        said = run("seed", "--fixtures", "--api-key", served.key, "--data", served.data)
        return json.loads(said)

    return made


def test_everything_that_is_said_is_there_for_the_key(served, make):
    made = make()

    assert set(made) == {*ONE, *MANY, "carrier", "oauth"}
    assert made["carrier"] is False
    for name, path in ONE.items():
        assert served.get(f"{path}{made[name]}/", served.key).status_code == 200
    for name, path in MANY.items():
        assert made[name]
        for id in made[name]:
            assert served.get(f"{path}{id}/", served.key).status_code == 200
    by_status = {}
    for id in made["meeting_ids"]:
        meeting = served.get(f"/activity/meeting/{id}/", served.key).json()
        by_status[meeting["status"]] = meeting
    assert set(by_status) == {"completed", "upcoming", "canceled"}
    past = by_status["completed"]
    assert past["outcome_id"] and past["user_note"] == "They liked it."
    assert [one["status"] for one in past["attendees"]] == ["yes", "yes"]
    assert past["connected_account_id"] == made["connected_account_id"]


def test_the_tokens_of_the_application_work(served, make):
    app = make()["oauth"]

    assert app.keys() == {
        *("client_id", "client_secret", "redirect_uri", "access_token", "refresh_token")
    }
    assert me(served, app["access_token"]) == 200
    asked = {"grant_type": "refresh_token", "refresh_token": app["refresh_token"]}
    client = {name: app[name] for name in ("client_id", "client_secret")}
    renewed = httpx2.post(f"{served.url}/oauth2/token/", data=asked | client, timeout=10)
    assert renewed.status_code == 200, renewed.text
    assert me(served, renewed.json()["access_token"]) == 200


def me(served, token):
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.get(f"{served.url}/api/v1/me/", headers=headers, timeout=10).status_code


def test_what_is_made_is_in_the_event_log(served, make):
    made = make()

    for id in (*made["meeting_ids"], *made["form_submission_ids"]):
        events = served.get(f"/event/?object_id={id}", served.key).json()["data"]
        assert events[-1]["action"] == "created"
    actions = {
        event["action"]
        for id in made["meeting_ids"]
        for event in served.get(f"/event/?object_id={id}", served.key).json()["data"]
    }
    assert actions == {"created", "updated", "scheduled", "canceled"}


def test_another_run_makes_another_set(make):
    first, second = make(), make()

    for name in (*ONE, *MANY):
        assert first[name] != second[name]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--api-key", "api_none"), "there is no such API key: see ajar apikey list"),
        ((), "--fixtures needs --api-key: they are made for whoever has the key"),
    ],
)
def test_without_a_good_key_one_line_says_so(served, run, options, reason):
    said = run("seed", "--fixtures", *options, "--data", served.data, fails=True)

    assert said == f"ajar: {reason}\n"
