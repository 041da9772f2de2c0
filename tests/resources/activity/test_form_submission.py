"""Form submissions, once they are there."""

import pytest


@pytest.fixture
def submitted(api):
    """Two forms, and a submission of each."""
    found = {}
    for email in ("gob@bluth.example", "kitty@sitwell.example"):
        form = api.make("form", is_published=True)
        path = f"/forms/{api.organization_id}/{form['id']}/"
        answer = api.client.post(path, json={"Your name": "Gob", "E-mail": email})
        assert answer.status_code == 200, answer.text
        page = api.ok("get", "/activity/form_submission/", params={"form_id": form["id"]})
        found[form["id"]] = page["data"][0]
    return found


def listed(api, **params):
    page = api.ok("get", "/activity/form_submission/", params=params)
    return {one["id"] for one in page["data"]}


def test_submissions_are_found_by_form_lead_and_contact(api, submitted):
    (form, one), (other_form, other) = submitted.items()
    both = {one["id"], other["id"]}

    assert listed(api) == listed(api, form_id__in=f"{form},{other_form}") == both
    assert listed(api, form_id__in=f"{form},form_x") == {one["id"]}
    assert listed(api, form_id=form) == listed(api, lead_id=one["lead_id"]) == {one["id"]}
    assert listed(api, contact_id=one["contact_id"]) == {one["id"]}
    assert listed(api, id__in=other["id"]) == {other["id"]}
    assert listed(api, form_id="form_x") == set()


def test_a_submission_stands_on_the_timeline(api, submitted):
    (one, _) = submitted.values()
    params = {"lead_id": one["lead_id"], "_type": "FormSubmission"}

    assert api.ok("get", "/activity/", params=params)["data"] == [one]


def test_a_submission_can_be_deleted_and_not_changed(api, submitted):
    (one, _) = submitted.values()
    path = f"/activity/form_submission/{one['id']}/"

    assert api.put(path, json={}).status_code == 405
    assert api.ok("delete", path) == {}
    assert api.get(path).status_code == 404
    (event,) = api.ok("get", "/event/", params={"object_id": one["id"], "action": "deleted"})[
        "data"
    ]
    assert event["previous_data"] == one


def test_submissions_outlive_their_form(api, submitted):
    form, one = next(iter(submitted.items()))

    api.ok("delete", f"/form/{form}/")

    left = api.ok("get", f"/activity/form_submission/{one['id']}/")
    assert left == one | {"form_name": None}


def test_strangers_find_nothing(submitted, stranger):
    (one, _) = submitted.values()
    path = f"/activity/form_submission/{one['id']}/"

    assert listed(stranger) == set()
    assert (stranger.get(path).status_code, stranger.delete(path).status_code) == (404, 404)
