"""Each filter that programs in the wild send is understood: one that is passed over gives the
caller what they did not ask for."""

import pytest

FILTERS = {
    "activity": (
        "date_created__gt=2020-01-01T00:00:00Z&date_created__lt=2120-01-01T00:00:00Z",
        "date_created__gte=2020-01-01&date_created__lte=2120-01-01",
        "lead_id={lead}&_type=Note",
        "lead_id={lead}&_type__in=Note,Call",
        "lead_id={lead}&user_id={user}&_type=Note",
        "_fields=id,_type,lead_id&lead_id={lead}&_type=Note",
    ),
    "activity/note": (
        "lead_id={lead}&_order_by=-date_created",
        "id__in={note},acti_other",
        "user_id={user}",
    ),
    "contact": ("lead_id={lead}", "id__in={contact},cont_other"),
    "opportunity": (
        "lead_id={lead}&_order_by=-date_updated",
        "status_type=active",
        "status_type__in=active,won",
        "status_id={stage}",
        "value_period=monthly&user_id={user}",
        "date_created__gt=2020-01-01&date_updated__gte=2020-01-01",
        "date_updated__gt=2020-01-01&date_updated__lte=2120-01-01",
        "date_won__lt=2027-06-01&date_won__lte=2027-06-01",
    ),
    "task": (
        "_type=lead&is_complete=false",
        "_type__in=lead,outgoing_call&assigned_to={user}",
        "id__in={task},task_other",
        "lead_id={lead}&date__gte=2027-01-01&date__lt=2027-06-01&_order_by=date",
        "view=future",
        "view=future&assigned_to={user}&_order_by=-date_created",
        "date_created__gte=2020-01-01&date_updated__gt=2020-01-01",
    ),
}
EMPTY = {
    "activity": (
        "date_created__lt=2020-01-01",
        "lead_id={lead}&user_id=user_other",
        "lead_id={lead}&_type=Call",
    ),
    "activity/note": ("lead_id=lead_other", "date_created__gt=2120-01-01"),
    "contact": ("lead_id=lead_other",),
    "opportunity": (
        "status_type=won",
        "value_period__in=one_time,annual",
        "date_won__lt=2020-01-01",
        "date_updated__lte=2020-01-01",
    ),
    "task": ("is_complete=true", "view=inbox", "view=archive", "date__lt=2027-01-01"),
}


def cases(filters):
    return [(path, query) for path, queries in filters.items() for query in queries]


@pytest.mark.parametrize(("path", "query"), cases(FILTERS))
def test_a_filter_that_fits(company, one_of_each, path, query):
    answer = company.raw("GET", f"/{path}/?{query.format(**one_of_each)}")

    expected = one_of_each["note" if path.startswith("activity") else path]
    assert answer.status_code == 200, answer.text
    assert expected in [row["id"] for row in answer.json()["data"]]
    assert "x-ajar-ignored-parameters" not in answer.headers


@pytest.mark.parametrize(("path", "query"), cases(EMPTY))
def test_a_filter_that_does_not_fit(company, one_of_each, path, query):
    answer = company.raw("GET", f"/{path}/?{query.format(**one_of_each)}")

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == []
    assert "x-ajar-ignored-parameters" not in answer.headers


def test_a_filter_may_come_as_a_list_or_as_a_repeated_key(company, one_of_each):
    path = "/task/?id__in={task}&id__in=task_other"

    (task,) = company.raw("GET", path.format(**one_of_each)).json()["data"]

    assert task["id"] == one_of_each["task"]


def test_a_misspelt_filter_is_passed_over_and_told(company, one_of_each):
    answer = company.raw("GET", "/task/?date_created_gt=2120-01-01&limit=0")

    assert len(answer.json()["data"]) == 1
    assert answer.headers["x-ajar-ignored-parameters"] == "date_created_gt, limit"


def test_a_strict_client_is_told_what_it_may_have_meant(company):
    answer = company.raw("GET", "/task/?limit=1", headers={"x-ajar-strict": "1"})

    assert answer.status_code == 400
    assert answer.json()["error"] == 'Unknown parameter "limit". Did you mean "_limit"?'


@pytest.fixture
def one_of_each(company, lead):
    def make(path, **body):
        answer = company.raw("POST", f"/{path}/", json={"lead_id": lead["id"]} | body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    deal = make("opportunity", value=5_00, value_period="monthly", date_won="2027-03-01")
    task = make("task", _type="lead", text="Call", date="2027-03-01")
    return {
        "lead": lead["id"],
        "user": company.user_id,
        "stage": deal["status_id"],
        "opportunity": deal["id"],
        "contact": make("contact", name="Gob")["id"],
        "note": make("activity/note", note="Hello")["id"],
        "task": task["id"],
    }
