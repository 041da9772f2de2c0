"""Tasks."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def noon(clock):
    clock.stand(datetime(2026, 11, 20, 12, tzinfo=UTC))
    return clock


def done(api, task, value=True):
    return api.ok("put", f"/task/{task['id']}/", json={"is_complete": value})


def test_a_task_is_of_its_maker_and_for_today_unless_it_says_otherwise(api, noon):
    task = api.make("task")
    assert (task["_type"], task["assigned_to"], task["is_complete"]) == ("lead", api.user_id, False)
    assert (task["date"], task["is_dateless"], task["due_date"]) == ("2026-11-20", True, None)
    assert (task["priority"], task["lead_name"]) == ("medium", "Bluth Company")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T09:30:00+01:00", "2026-12-01T08:30:00.000000+00:00"),
    ],
)
def test_a_day_stays_a_day_and_a_moment_a_moment(api, sent, kept):
    task = api.make("task", date=sent)
    assert (task["date"], task["due_date"], task["is_dateless"]) == (kept, kept, False)
    assert api.make("task", due_date=sent)["date"] == kept


def test_a_day_comes_before_the_moments_of_it(api):
    dates = ["2026-12-01T00:00:00.000000+00:00", "2026-12-01", "2026-11-30T23:00:00.000000+00:00"]
    for date in dates:
        api.make("task", date=date)
    found = [task["date"] for task in api.ok("get", "/task/?_order_by=date")["data"]]
    assert found == [dates[2], dates[1], dates[0]]
    found = [task["date"] for task in api.ok("get", "/task/?_order_by=-date")["data"]]
    assert found == [dates[0], dates[1], dates[2]]


@pytest.mark.parametrize(
    ("date", "offset", "view"),
    [
        ("2026-11-20", "0", "inbox"),
        ("2026-11-21", "0", "future"),
        ("2026-11-21", "13", "inbox"),
        ("2026-11-20T23:30:00Z", "0", "inbox"),
        ("2026-11-20T23:30:00Z", "1", "future"),
        ("2026-11-19", "-12", "inbox"),
    ],
)
def test_what_is_due_depends_on_where_the_caller_is(api, noon, date, offset, view):
    task = api.make("task", date=date)
    headers = {"x-tz-offset": offset}
    found = api.ok("get", f"/task/?view={view}", headers=headers)["data"]
    assert [each["id"] for each in found] == [task["id"]]
    other = {"inbox": "future", "future": "inbox"}[view]
    assert api.ok("get", f"/task/?view={other}", headers=headers)["data"] == []


def test_a_completed_task_is_in_the_archive(api):
    task = done(api, api.make("task"))
    assert task["view"] == "archive"
    assert len(api.ok("get", "/task/?view=archive")["data"]) == 1
    assert api.ok("get", "/task/?view=inbox")["data"] == []


def test_completing_leaves_an_activity_and_tells_so(api):
    task = api.make("task")
    before = len(api.events())

    task = done(api, task)

    (activity,) = api.ok("get", "/activity/task_completed/")["data"]
    assert (activity["task_id"], activity["task_text"]) == (task["id"], "Call back")
    assert activity["task_assigned_to_name"] == "Bruce Wayne"
    assert (task["object_type"], task["object_id"]) == ("taskcompleted", activity["id"])
    assert set(api.events()[before:]) == {
        ("activity.task_completed", "created"),
        ("task.lead", "updated"),
        ("task.lead", "completed"),
        ("lead", "updated"),
    }


def test_opening_again_takes_the_activity_back(api):
    task = done(api, api.make("task"))
    task = done(api, task, False)
    assert api.ok("get", "/activity/task_completed/")["data"] == []
    assert (task["object_type"], task["object_id"]) == (None, None)


def test_a_task_may_be_complete_from_the_start(api):
    task = api.make("task", is_complete=True)
    assert (task["object_type"], task["view"]) == ("taskcompleted", "archive")


def test_removing_the_activity_does_not_open_the_task(api):
    task = done(api, api.make("task"))
    api.ok("delete", f"/activity/task_completed/{task['object_id']}/")
    assert api.ok("get", f"/task/{task['id']}/")["is_complete"] is True
    assert done(api, task, False)["is_complete"] is False


def test_only_what_people_do_can_be_created(api):
    lead = api.make("lead")
    answer = api.post("/task/", json={"lead_id": lead["id"], "_type": "incoming_email"})
    assert answer.json()["field-errors"] == {"_type": "Not a valid choice."}
    answer = api.post("/task/", json={"lead_id": lead["id"]})
    assert answer.json()["field-errors"] == {"text": "This field is required."}
    answer = api.post("/task/", json={"lead_id": lead["id"], "_type": "outgoing_call"})
    assert answer.json()["field-errors"] == {"contact_id": "This field is required."}


def test_only_written_tasks_are_listed_unless_asked_for(api):
    lead = api.make("lead")
    contact = api.make("contact", lead_id=lead["id"])
    options = {"lead_id": lead["id"], "contact_id": contact["id"]}
    call = api.make("task", _type="outgoing_call", **options)
    written = api.make("task", lead_id=lead["id"])

    def ids(query):
        return {task["id"] for task in api.ok("get", f"/task/{query}")["data"]}

    assert ids("") == {written["id"]}
    assert ids("?_type=outgoing_call") == {call["id"]}
    assert ids("?_type=all") == ids("?_type__in=lead,outgoing_call") == {call["id"], written["id"]}


def test_the_contact_must_be_of_the_lead(api):
    lead, other = api.make("lead"), api.make("contact")
    body = {"lead_id": lead["id"], "contact_id": other["id"], "text": "Call"}
    answer = api.post("/task/", json=body)
    assert answer.json()["field-errors"] == {"contact_id": "Object does not exist."}


def test_what_a_task_is_about_never_changes(api):
    task = api.make("task")
    other = api.make("lead")
    answer = api.put(f"/task/{task['id']}/", json={"lead_id": other["id"]})
    assert answer.json()["field-errors"] == {"lead_id": "Value cannot be changed."}


def test_the_id_of_a_task_says_whether_somebody_wrote_it(api):
    contact = api.make("contact")
    options = {"lead_id": contact["lead_id"], "contact_id": contact["id"]}

    written, call = api.make("task"), api.make("task", _type="outgoing_call", **options)

    assert [task["id"].partition("_")[0] for task in (written, call)] == ["task", "noti"]
    assert api.ok("get", f"/task/{call['id']}/") == call


def test_the_text_of_a_call_task_never_changes(api):
    contact = api.make("contact")
    options = {"lead_id": contact["lead_id"], "contact_id": contact["id"]}
    call = api.make("task", _type="outgoing_call", **options)
    answer = api.put(f"/task/{call['id']}/", json={"text": "Call at noon"})
    assert answer.json()["field-errors"] == {"text": "Value cannot be changed."}


def test_many_tasks_are_changed_at_once(api):
    tasks = [api.make("task") for _ in range(3)]
    ids = ",".join(task["id"] for task in tasks[:2])
    assert api.ok("put", f"/task/?id__in={ids}", json={"is_complete": True})["ok"] is True
    complete = [api.ok("get", f"/task/{task['id']}/")["is_complete"] for task in tasks]
    assert complete == [True, True, False]


def test_changing_many_needs_a_filter_and_allowed_fields(api):
    api.make("task")
    assert api.put("/task/", json={"is_complete": True}).status_code == 400
    answer = api.put("/task/?is_complete=false", json={"text": "x"})
    assert answer.json()["field-errors"] == {"text": "Value cannot be changed."}


def test_a_list_tells_how_many_there_are(api):
    for _ in range(3):
        api.make("task")
    page = api.ok("get", "/task/?_limit=1")
    assert (len(page["data"]), page["has_more"], page["total_results"]) == (1, True, 3)


@pytest.mark.parametrize(("view", "date"), [("inbox", "2020-01-01"), ("future", "2099-01-01")])
def test_a_view_knows_better_than_a_range_of_dates(api, view, date):
    task = api.make("task", date=date)

    found = api.ok("get", f"/task/?view={view}&date__lt=2000-01-01&date__gte=2100-01-01")["data"]

    assert [one["id"] for one in found] == [task["id"]]
    assert api.ok("get", "/task/?view=archive&date__lt=2000-01-01")["data"] == []
