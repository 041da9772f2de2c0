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


OF_THE_SERVER = (
    *("incoming_email", "email_followup", "missed_call", "answered_detached_call"),
    *("voicemail", "opportunity_due", "incoming_sms"),
)


def test_only_what_people_do_can_be_created(api):
    contact = api.make("contact")
    lead = {"id": contact["lead_id"]}
    options = {"lead_id": lead["id"], "contact_id": contact["id"], "text": "Call"}
    for kind in ("lead", "outgoing_call"):
        assert api.ok("post", "/task/", json=options | {"_type": kind})["_type"] == kind
    for kind in OF_THE_SERVER:
        answer = api.post("/task/", json=options | {"_type": kind})
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


@pytest.fixture
def two(api, join, clock):
    """A task that is done and a call that is not, each of another lead, user and day."""
    other = join()
    contact = api.make("contact")
    call = {"lead_id": contact["lead_id"], "contact_id": contact["id"], "_type": "outgoing_call"}
    first = api.make("task", date="2026-12-01", is_complete=True)
    clock.pass_by(hours=1)
    second = api.make("task", date="2026-12-03", assigned_to=other.user_id, **call)
    return first, second


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("id assigned_to lead_id is_complete _type date due_date view", "first"),
        ("id__in assigned_to__in _type__in", "first"),
        ("date__lte due_date__lte date_created__lte date_updated__lte", "first"),
        ("date__lt due_date__lt date_created__lt date_updated__lt", ""),
        ("date__gte due_date__gte date_created__gte date_updated__gte", "first second"),
        ("date__gt due_date__gt date_created__gt date_updated__gt", "second"),
        ("organization_id format", "first second"),
    ],
)
def test_filters(api, two, names, found):
    """Each alone, with the value that the first of them has."""
    called = {task["id"]: name for task, name in zip(two, ("first", "second"), strict=True)}
    for name in names.split():
        value = two[0].get(name.partition("__")[0], "standard")
        params = {"_type": "all", name: str(value).lower() if value is True else value}
        shown = api.ok("get", "/task/", params=params)["data"]
        assert " ".join(called[task["id"]] for task in shown) == found, name


@pytest.mark.parametrize("order", ["date", "date_created"])
def test_tasks_are_ordered_by_their_date_or_by_when_they_were_made(api, two, order):
    url = "/task/?_type=all&_order_by="
    up, down = (api.ok("get", url + sign + order)["data"] for sign in ("", "-"))
    assert [task["id"] for task in up] == [task["id"] for task in two]
    assert down == up[::-1]


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


@pytest.mark.parametrize("kind", [*OF_THE_SERVER, "outgoing_call", "lead"])
def test_of_every_task_may_change_who_does_it_when_and_whether_it_is_done(api, join, kind):
    lead, other = api.make("lead")["id"], join()
    contact = api.make("contact", lead_id=lead)["id"]
    about = {"lead_id": lead, "contact_id": contact, "text": "Hi", "date": "2026-12-01"}
    id = api.add("task", _type=kind, priority="medium", **about)
    body = {
        "assigned_to": other.user_id,
        "contact_id": api.make("contact", lead_id=lead)["id"],
        "date": "2026-12-24T08:00:00.000000+00:00",
        "is_complete": True,
        "priority": "high",
        "resolution": "skipped",
    }

    task = api.ok("put", f"/task/{id}/", json=body)

    assert {name: task[name] for name in body} == body
    assert api.ok("put", f"/task/{id}/", json={"due_date": "2026-12-25"})["date"] == "2026-12-25"
    answer = api.put(f"/task/{id}/", json={"text": "Bye"})
    assert answer.status_code == (200 if kind == "lead" else 400)


@pytest.mark.parametrize("name", ["_type", "created_by", "lead_id", "object_id", "object_type"])
def test_the_rest_of_a_task_never_changes(api, name):
    path = f"/task/{api.make('task')['id']}/"

    answer = api.put(path, json={name: "something_else"})

    assert (answer.status_code, answer.json()["field-errors"]) == (
        400,
        {name: "Value cannot be changed."},
    )


def test_many_tasks_may_be_given_to_somebody_else_and_put_off(api, join):
    lead, other = api.make("lead")["id"], join()
    tasks = [api.make("task", lead_id=lead), api.make("task", lead_id=lead), api.make("task")]
    body = {"assigned_to": other.user_id, "date": "2026-12-24", "priority": "high"}
    body["resolution"] = "abandoned"

    assert api.ok("put", f"/task/?lead_id={lead}", json=body)["ok"] is True

    shown = [api.ok("get", f"/task/{task['id']}/") for task in tasks]
    assert [{name: task[name] for name in body} == body for task in shown] == [True, True, False]


def test_many_tasks_are_changed_at_once(api):
    tasks = [api.make("task") for _ in range(3)]
    ids = ",".join(task["id"] for task in tasks[:2])
    assert api.ok("put", f"/task/?id__in={ids}", json={"is_complete": True})["ok"] is True
    complete = [api.ok("get", f"/task/{task['id']}/")["is_complete"] for task in tasks]
    assert complete == [True, True, False]


def test_changing_many_needs_a_filter_and_allowed_fields(api):
    api.make("task")
    assert api.put("/task/", json={"is_complete": True}).status_code == 400
    wrong = {"text": "x", "organization_id": api.organization_id}
    answer = api.put("/task/?is_complete=false", json=wrong)
    assert answer.json()["field-errors"] == dict.fromkeys(wrong, "Value cannot be changed.")


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
