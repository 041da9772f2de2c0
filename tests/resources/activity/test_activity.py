"""The timeline: activities of every kind."""

from datetime import UTC, datetime

import pytest

THEN = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
PATHS = {
    "Call": "call",
    "Created": "created",
    "CustomActivity": "custom",
    "Email": "email",
    "EmailThread": "emailthread",
    "FormSubmission": "form_submission",
    "LeadMerge": "lead_merge",
    "LeadStatusChange": "status_change/lead",
    "Meeting": "meeting",
    "Note": "note",
    "OpportunityStatusChange": "status_change/opportunity",
    "SMS": "sms",
    "TaskCompleted": "task_completed",
    "WhatsAppMessage": "whatsapp_message",
}


@pytest.fixture
def lead(api):
    return api.make("lead")


@pytest.fixture
def one_of_each(api, lead):
    """An activity of every kind on the lead."""
    for name in ("call", "custom", "email", "note", "sms", "whatsapp_message"):
        api.make(f"activity.{name}", lead_id=lead["id"])
    for name in ("lead", "opportunity"):
        api.make(f"activity.status_change.{name}", lead_id=lead["id"])
    api.make("task", lead_id=lead["id"], is_complete=True)
    body = {"source": api.make("lead")["id"], "destination": lead["id"]}
    api.ok("post", "/lead/merge/", json=body)
    api.add("activity.form_submission", lead_id=lead["id"])
    api.add("activity.meeting", lead_id=lead["id"], starts_at=THEN, ends_at=THEN)


def kinds(api, query=""):
    return [activity["_type"] for activity in api.ok("get", f"/activity/{query}")["data"]]


def test_every_kind_is_shown_in_its_own_shape(api, lead, statements):
    note = api.make("activity.note", lead_id=lead["id"])
    change = api.make("activity.status_change.lead", lead_id=lead["id"])
    url = f"/activity/?lead_id={lead['id']}"
    shown = api.ok("get", url)["data"]
    assert {row["id"]: row for row in shown}[note["id"]] == note
    assert {row["id"]: row for row in shown}[change["id"]] == change
    assert {row["_type"] for row in shown} == {"Note", "LeadStatusChange", "Created"}
    assert len(statements(lambda: api.get(url))) == 1


def test_a_timeline_has_every_kind_and_each_other_list_one(api, lead, one_of_each):
    url = f"/activity/?lead_id={lead['id']}"
    every = api.ok("get", f"{url}&thread_emails=true")["data"]
    assert sorted(row["_type"] for row in every) == sorted(PATHS)
    for type_, path in PATHS.items():
        only = [row for row in every if row["_type"] == type_]
        listed = api.ok("get", f"/activity/{path}/?lead_id={lead['id']}")["data"]
        assert [row["id"] for row in listed] == [row["id"] for row in only]
        assert api.ok("get", f"{url}&thread_emails=true&_type={type_}")["data"] == only


ONLY_READ = ("created", "lead_merge")
NEVER_MADE = ("meeting", "form_submission", "task_completed", "emailthread")
NEVER_CHANGED = ("form_submission", "task_completed", "emailthread")
FOR_GOOD = ("status_change/lead", "status_change/opportunity")
NOT_BY_CLIENTS = [
    *(("post", path) for path in ONLY_READ + NEVER_MADE),
    *(("put", f"{path}/acti_x") for path in ONLY_READ + NEVER_CHANGED + FOR_GOOD),
    *(("delete", f"{path}/acti_x") for path in ONLY_READ),
]


@pytest.mark.parametrize(("method", "path"), NOT_BY_CLIENTS)
def test_what_the_server_tells_clients_do_not_write(api, method, path):
    body = {} if method == "delete" else {"json": {}}
    assert getattr(api, method)(f"/activity/{path}/", **body).status_code == 405


LISTED = ("Created", "EmailThread", "FormSubmission", "LeadMerge", "Note", "TaskCompleted")


@pytest.mark.parametrize("type_", ["", *LISTED])
def test_each_filter_of_a_list_finds_what_it_should(api, lead, type_):
    kind, path = type_ or "Note", f"/activity/{PATHS[type_]}/" if type_ else "/activity/"
    contact = api.make("contact", lead_id=lead["id"])["id"]
    about = {"lead_id": lead["id"], "contact_id": contact, "user_id": api.user_id}
    at = {"date_created": THEN, "activity_at": THEN}
    id = api.add(f"activity.{PATHS[kind]}", **about, **at)

    def check(good, bad, **more):
        """All together find it; with any one of them turned bad they do not."""
        some = [good, *(good | {name: value} for name, value in bad.items())]
        pages = [api.ok("get", path, params=more | params)["data"] for params in some]
        assert [[row["id"] for row in page] for page in pages] == [[id], *[[]] * len(bad)]

    one = about | {"_type": kind, "organization_id": api.organization_id}
    several = {f"{name}__in": f"x,{good}" for name, good in (about | {"_type": kind}).items()}
    several["id__in"] = f"x,{id}"
    check(one | several, dict.fromkeys(one, "x") | dict.fromkeys(several, "x,y"))
    lists = {name: f"x,{one[name]}" for name in ("_type", "contact_id", "user_id")}
    check(lists, dict.fromkeys(lists, "x,y"), lead_id=lead["id"])
    before, then, after = (f"2020-01-0{day}T03:04:05Z" for day in (1, 2, 3))
    good = {"gt": before, "gte": then, "lt": after, "lte": then}
    bad = {"gt": then, "gte": after, "lt": then, "lte": before}
    for name in at:
        right, wrong = ({f"{name}__{key}": day for key, day in one.items()} for one in (good, bad))
        check(right, wrong, lead_id=lead["id"], _order_by=f"-{name}")


@pytest.mark.parametrize("path", ["/activity/", "/activity/note/"])
def test_the_activities_of_several_leads_can_be_listed(api, path):
    notes = [api.make("activity.note") for _ in range(3)]
    leads = ",".join(note["lead_id"] for note in notes[:2])
    for name in ("lead_id", "lead_id__in"):
        found = api.ok("get", path, params={name: leads})["data"]
        assert {row["lead_id"] for row in found} == {note["lead_id"] for note in notes[:2]}
        assert {note["id"] for note in notes[:2]} <= {row["id"] for row in found}


@pytest.mark.parametrize("path", ["/activity/", "/activity/note/", "/activity/form_submission/"])
def test_a_list_has_the_order_and_the_fields_that_are_asked_for(api, lead, path):
    kind = "form_submission" if "form" in path else "note"
    ids = []
    for year in range(3):
        at = {"date_created": THEN.replace(year=2001 + year)}
        at |= {"activity_at": THEN.replace(year=2010 - year)}  # the first to be told was the last
        ids.append(api.add(f"activity.{kind}", lead_id=lead["id"], **at))
    orders = {"date_created": ids, "activity_at": ids[::-1]}
    orders |= {f"-{name}": order[::-1] for name, order in orders.items()}
    for name, order in orders.items():
        params = {"lead_id": lead["id"], "_order_by": name, "_fields": "id"}
        rows = api.ok("get", path, params=params)["data"]
        assert [row for row in rows if row["id"] in ids] == [{"id": id} for id in order]


def test_the_newest_come_first(api, lead, clock):
    for title in ("a", "b", "c"):
        clock.pass_by(seconds=1)
        api.make("activity.note", lead_id=lead["id"], title=title)
    shown = api.ok("get", f"/activity/?lead_id={lead['id']}&_type=Note")["data"]
    assert [note["title"] for note in shown] == ["c", "b", "a"]


def test_kinds_can_be_chosen_for_one_lead(api, lead):
    api.make("activity.note", lead_id=lead["id"])
    assert kinds(api, f"?lead_id={lead['id']}&_type=Note") == ["Note"]
    assert sorted(kinds(api, f"?lead_id={lead['id']}&_type__in=Note,Created")) == [
        "Created",
        "Note",
    ]
    repeated = f"?lead_id={lead['id']}&_type=SMS&_type=Note"
    assert kinds(api, repeated) == kinds(api, f"?lead_id={lead['id']}&_type=SMS,Note") == ["Note"]


@pytest.mark.parametrize(
    "query",
    [
        "_type=Note",
        "user_id=user_x",
        "user_id__in=user_x",
        "contact_id=cont_x",
        "_order_by=-activity_at",
        "lead_id=lead_x&activity_at__gt=2026-01-01",
        "lead_id=lead_x&_order_by=-activity_at&date_created__gt=2026-01-01",
        "lead_id=lead_x,lead_y&_type=Note",
        "lead_id__in=lead_x&user_id=user_x",
        "lead_id__in=lead_x&_order_by=-activity_at",
    ],
)
def test_what_the_original_cannot_answer_is_refused(api, query):
    answer = api.get(f"/activity/?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_by_time_of_happening_when_asked_for(api, lead):
    early = api.make("activity.note", lead_id=lead["id"], activity_at="2020-01-01T00:00:00Z")
    late = api.make("activity.note", lead_id=lead["id"], activity_at="2030-01-01T00:00:00Z")
    url = f"/activity/?lead_id={lead['id']}&_type=Note&_order_by=-activity_at"
    assert [row["id"] for row in api.ok("get", url)["data"]] == [late["id"], early["id"]]
    shown = api.ok("get", url + "&activity_at__lt=2025-01-01")["data"]
    assert [row["id"] for row in shown] == [early["id"]]


def test_fields_limit_each_kind(api, lead):
    api.make("activity.note", lead_id=lead["id"], title="x")
    shown = api.ok("get", f"/activity/?lead_id={lead['id']}&_fields=_type,title")["data"]
    assert sorted(shown, key=len) == [{"_type": "Created"}, {"_type": "Note", "title": "x"}]


def test_logging_a_change_of_status_changes_no_lead(api, lead):
    statuses = {s["label"]: s["id"] for s in api.ok("get", "/status/lead/")["data"]}
    body = {
        "lead_id": lead["id"],
        "old_status_id": statuses["Potential"],
        "new_status_id": statuses["Customer"],
        "date_created": "2020-01-01T00:00:00+00:00",
    }
    change = api.ok("post", "/activity/status_change/lead/", json=body)
    assert (change["new_status_label"], change["date_created"][:4]) == ("Customer", "2020")
    url = f"/lead/{lead['id']}/"
    assert api.ok("get", url)["status_label"] == "Potential"
    api.ok("delete", f"/activity/status_change/lead/{change['id']}/")
    assert api.ok("get", url)["status_label"] == "Potential"


def test_taking_a_change_of_status_off_the_timeline_changes_no_lead(api, lead):
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"status": "Customer"})
    (change,) = api.ok("get", "/activity/status_change/lead/")["data"]
    assert api.ok("delete", f"/activity/status_change/lead/{change['id']}/") == {}
    assert kinds(api, f"?lead_id={lead['id']}") == ["Created"]
    assert api.ok("get", f"/lead/{lead['id']}/")["status_id"] == changed["status_id"]


def test_a_contact_of_another_lead_is_refused(api, lead):
    stranger = api.make("contact")
    body = {"lead_id": lead["id"], "contact_id": stranger["id"], "note": "x"}
    answer = api.post("/activity/note/", json=body)
    assert answer.json()["field-errors"] == {"contact_id": "Object does not exist."}
