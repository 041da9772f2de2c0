"""What programs in the wild read in answers, word for word."""

import pytest

JSON = {"content-type": "application/json"}


def test_each_filter_of_events_is_understood(company, lead):
    query = f"object_type=lead&object_id={lead['id']}&action=created"
    since = "date_updated__gte=2020-01-01T00:00:00"

    answer = company.raw("GET", f"/event/?{query}&{since}&_limit=10")

    (event,) = answer.json()["data"]
    assert event["data"]["id"] == lead["id"]
    assert "x-ajar-ignored-parameters" not in answer.headers


def test_the_cursor_goes_on_to_what_is_older_and_back(company):
    ids = [company.raw("POST", "/lead/", json={"name": name}).json()["id"] for name in "abc"]
    path = "/event/?object_type=lead&_limit=2"

    first = company.raw("GET", path).json()
    second = company.raw("GET", f"{path}&_cursor={first['cursor_next']}").json()
    back = company.raw("GET", f"{path}&_cursor={second['cursor_previous']}").json()

    assert [event["object_id"] for event in first["data"]] == [ids[2], ids[1]]
    assert [event["object_id"] for event in second["data"]] == [ids[0]]
    assert second["cursor_next"] is None
    assert back["data"] == first["data"]


def test_dates_of_events_have_no_offset(company, lead):
    (event,) = company.raw("GET", f"/event/?object_id={lead['id']}").json()["data"]

    assert not event["date_created"].endswith("+00:00")
    assert event["data"]["date_created"].endswith("+00:00")


@pytest.mark.parametrize("word", ["type", "status_type"])
def test_a_stage_is_made_without_a_pipeline(company, word):
    body = {"label": "Verbal yes", word: "active"}

    stage = company.raw("POST", "/status/opportunity/", json=body).json()

    (pipeline,) = company.raw("GET", "/pipeline/").json()["data"]
    assert (stage["label"], stage["type"]) == ("Verbal yes", "active")
    assert stage["pipeline_id"] == pipeline["id"]
    assert pipeline["statuses"][-1] == {
        "id": stage["id"],
        "label": "Verbal yes",
        "type": "active",
    }


def test_an_organization_brings_its_settings(company):
    field = company.raw("POST", "/custom_field/lead/", json={"name": "Area", "type": "text"})

    found = company.raw("GET", f"/organization/{company.organization_id}/").json()

    (member,) = found["memberships"]
    assert (member["user_id"], found["inactive_memberships"]) == (company.user_id, [])
    assert [one["id"] for one in found["lead_custom_fields"]] == [field.json()["id"]]
    assert found["lead_statuses"][0]["label"] == "Potential"
    assert [one["name"] for one in found["pipelines"]] == ["Sales"]


def test_me_is_the_one_who_asks(company):
    me = company.raw("GET", "/me/").json()

    assert me["id"] == company.user_id
    assert [one["id"] for one in me["organizations"]] == [company.organization_id]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lead/lead_x", "Lead"),
        ("contact/cont_x", "Contact"),
        ("opportunity/oppo_x", "Opportunity"),
        ("task/task_x", "Task"),
        ("custom_fields/lead/quux", "LeadCustomField"),
    ],
)
def test_what_is_missing(company, path, name):
    answer = company.raw("GET", f"/{path}/")

    assert answer.status_code == 404
    assert answer.json() == {"error": f"Empty query: {name} matching query does not exist."}


def test_a_status_that_is_no_choice(company):
    answer = company.raw("POST", "/lead/", json={"status": "foo"})

    assert answer.status_code == 400
    assert answer.json() == {
        "errors": [],
        "field-errors": {
            "status": "Not a valid choice. Please go to Customizations in your organization "
            'settings and add "foo" to the list of lead statuses.'
        },
    }


def test_a_lead_that_is_merged_but_unknown(company, lead):
    body = {"source": "lead_unknown", "destination": lead["id"]}

    answer = company.raw("POST", "/lead/merge/", json=body)

    assert answer.status_code == 404
    assert answer.json() == {"errors": ["Source lead does not exist."]}


def test_a_contact_without_a_name_shows_its_address(company, lead):
    body = {"lead_id": lead["id"], "emails": [{"email": "gob@bluth.example"}]}

    contact = company.raw("POST", "/contact/", json=body).json()

    assert contact["display_name"] == "gob@bluth.example"


@pytest.mark.parametrize(
    ("value", "period", "formatted"),
    [
        (5_00, "monthly", "$5 monthly"),
        (500_00, "annual", "$500 annual"),
        (1_000_00, "one_time", "$1,000"),
    ],
)
def test_a_value_reads_as_people_write_it(company, lead, value, period, formatted):
    body = {"lead_id": lead["id"], "value": value, "value_period": period}

    deal = company.raw("POST", "/opportunity/", json=body).json()

    assert deal["value_formatted"] == formatted


def test_a_note_has_a_body_and_a_paragraph(company, lead):
    body = {"lead_id": lead["id"], "note": "demo note"}

    note = company.raw("POST", "/activity/note/", json=body).json()

    assert note["note_html"] == "<body><p>demo note</p></body>"


@pytest.mark.parametrize(("path", "offset"), [("lead", True), ("pipeline", False)])
def test_some_dates_have_an_offset_and_some_have_none(company, lead, path, offset):
    (one, *_) = company.raw("GET", f"/{path}/").json()["data"]

    assert one["date_created"].endswith("+00:00") is offset


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{", JSON, "The request contains invalid JSON."),
        (b"[]", JSON, "JSON data must be a dict."),
        (
            b"name=x",
            {"content-type": "application/x-www-form-urlencoded"},
            "Please send valid JSON with a 'Content-Type: application/json' header.",
        ),
    ],
)
def test_a_body_that_cannot_be_read(company, body, kind, error):
    answer = company.raw("POST", "/lead/", data=body, headers=kind)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (
            "_limit=201",
            "The limit you set is larger than the maximum limit for this resource "
            "(max_limit = 200).",
        ),
        ("_limit=x", '_limit must be an integer (got "x" instead).'),
        ("_skip=-1", '_skip must be a non-negative integer (got "-1" instead).'),
    ],
)
def test_a_page_that_cannot_be_had(company, query, error):
    answer = company.raw("GET", f"/lead/?{query}")

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_caller_who_is_unknown(company):
    answer = company.raw("GET", "/lead/", auth=("api_wrong", ""))

    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_an_address_that_is_unknown(company):
    answer = company.raw("GET", "/nothing/here/")

    assert answer.status_code == 404
    assert answer.json()["error"].startswith("The requested URL was not found on the server.")
