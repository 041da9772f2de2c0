"""Undoing events and requests: what is told beforehand, what stands in the way."""

import pytest

from tests.conftest import authorization
from tests.resources.conftest import changed_by_server  # noqa: F401


def put(api, row, **values):
    answer = api.put(f"/lead/{row['id']}/", json=values)
    assert answer.status_code == 200, answer.text
    return answer


def event_of(api, id, action="updated"):
    return api.ok("get", f"/event/?object_id={id}&action={action}")["data"][0]


def lead_of(api, row):
    return api.ok("get", f"/lead/{row['id']}/")


def test_a_dry_run_tells_what_would_change_and_changes_nothing(api, rows, undo):
    lead = api.make("lead", name="A")
    changed = put(api, lead, name="B", description="new")
    before, log = rows(api), api.events()

    told = undo(api, changed, dry_run=True)

    (one,) = told["objects"]
    assert (one["object_type"], one["object_id"], one["action"]) == ("lead", lead["id"], "updated")
    assert one["fields"] == {
        "name": {"now": "B", "then": "A"},
        "description": {"now": "new", "then": None},
    }
    assert (told["dry_run"], told["conflicts"]) == (True, [])
    assert (rows(api), api.events()) == (before, log)


def test_a_dry_run_can_be_asked_for_in_the_query(api, undo):
    lead = api.make("lead", name="A")
    changed = put(api, lead, name="B")
    path = f"/request/{changed.headers['x-request-id']}/undo/"

    assert api.ok("post", f"{path}?dry_run=true")["dry_run"] is True
    assert lead_of(api, lead)["name"] == "B"
    assert api.post(f"{path}?dry_run=perhaps").status_code == 400
    assert api.post(path, json={"dry_run": "perhaps"}).status_code == 400


def test_an_undo_is_a_change_with_an_event_of_its_own(api, undo):
    lead = api.make("lead", name="A")
    changed = put(api, lead, name="B")

    answer = api.post(f"/event/{event_of(api, lead['id'])['id']}/undo/")

    assert (answer.status_code, lead_of(api, lead)["name"]) == (200, "A")
    log = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]
    assert [one["request_id"] for one in log] == [
        answer.headers["x-request-id"],
        changed.headers["x-request-id"],
    ]
    assert log[0]["meta"]["undo_of"] == log[1]["id"]
    assert log[0]["previous_data"]["name"] == "B"
    assert "steps" not in log[0]


def test_what_was_changed_since_then_is_a_conflict(api, undo):
    lead = api.make("lead", name="A")
    first = put(api, lead, name="B", url="http://b.example")
    put(api, lead, name="C")
    path = f"/request/{first.headers['x-request-id']}/undo/"

    refused = api.post(path)

    assert refused.status_code == 409
    (conflict,) = refused.json()["conflicts"]
    assert (conflict["object_id"], conflict["fields"]) == (lead["id"], ["name"])
    assert lead_of(api, lead)["name"] == "C"
    assert api.ok("post", f"{path}?dry_run=true")["conflicts"] == [conflict]
    assert api.ok("post", path, json={"force": True})["conflicts"] == [conflict]
    assert (lead_of(api, lead)["name"], lead_of(api, lead)["url"]) == ("A", lead["url"])


def test_other_fields_that_changed_since_then_stay(api, undo):
    lead = api.make("lead", name="A")
    first = put(api, lead, name="B")
    put(api, lead, description="kept")

    undo(api, first)

    assert (lead_of(api, lead)["name"], lead_of(api, lead)["description"]) == ("A", "kept")


def test_what_was_changed_back_since_then_is_no_conflict(api, undo):
    lead = api.make("lead", name="A")
    first, second = put(api, lead, name="B"), put(api, lead, name="C")

    undo(api, second)
    undo(api, first)

    assert lead_of(api, lead)["name"] == "A"


def test_each_of_two_requests_in_one_event_can_be_undone(api, undo):
    """The event names only the later one."""
    lead = api.make("lead", name="A")
    first = put(api, lead, name="B")
    put(api, lead, description="D")
    assert len(api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]) == 1

    undo(api, first)

    assert (lead_of(api, lead)["name"], lead_of(api, lead)["description"]) == ("A", "D")


def test_an_event_of_two_requests_is_undone_as_a_whole(api, undo):
    lead = api.make("lead", name="A")
    put(api, lead, name="B")
    put(api, lead, description="D", name="C")

    undo(api, f"/event/{event_of(api, lead['id'])['id']}/")

    assert (lead_of(api, lead)["name"], lead_of(api, lead)["description"]) == ("A", None)


def test_of_custom_values_only_those_that_changed_are_put_back(api, undo):
    one, other = (f"custom.{api.make('custom_field.lead', name=n)['id']}" for n in "ab")
    lead = api.make("lead", **{one: "x", other: "x"})
    first = put(api, lead, **{one: "y"})
    put(api, lead, **{other: "z"})

    told = undo(api, first)

    assert told["objects"][0]["fields"] == {one: {"now": "y", "then": "x"}}
    assert (lead_of(api, lead)[one], lead_of(api, lead)[other]) == ("x", "z")


def test_a_custom_value_that_changed_since_then_is_a_conflict(api):
    key = f"custom.{api.make('custom_field.lead')['id']}"
    lead = api.make("lead")
    first = put(api, lead, **{key: "y"})
    put(api, lead, **{key: "z"})

    refused = api.post(f"/request/{first.headers['x-request-id']}/undo/")

    assert (refused.status_code, refused.json()["conflicts"][0]["fields"]) == (409, [key])


def test_what_was_made_and_then_used_is_a_conflict(api, undo):
    made = api.post("/lead/", json={"name": "A"})
    note = api.make("activity.note", lead_id=made.json()["id"])
    path = f"/request/{made.headers['x-request-id']}/undo/"

    refused = api.post(path)

    assert refused.status_code == 409
    assert refused.json()["conflicts"][0]["hanging"] == ["1 activity.note"]
    assert api.ok("post", path, json={"force": True})
    assert api.get(f"/activity/note/{note['id']}/").status_code == 404


def test_what_is_gone_cannot_be_put_back(api):
    """Also not by force: the rest is."""
    one, other = api.make("task"), api.make("task")
    bulk = api.put(f"/task/?id__in={one['id']},{other['id']}", json={"priority": "high"})
    api.ok("delete", f"/task/{one['id']}/")
    path = f"/request/{bulk.headers['x-request-id']}/undo/"

    refused = api.post(path)

    assert refused.status_code == 409
    assert [c["object_id"] for c in refused.json()["conflicts"]] == [one["id"]]
    assert refused.json()["conflicts"][0]["forcible"] is False
    api.ok("post", path, json={"force": True})
    assert api.ok("get", f"/task/{other['id']}/")["priority"] == "medium"


def test_what_was_brought_back_already_is_a_conflict(api, undo):
    note = api.make("activity.note")
    gone = api.delete(f"/activity/note/{note['id']}/")
    undo(api, gone)

    again = api.post(f"/request/{gone.headers['x-request-id']}/undo/")

    assert (again.status_code, again.json()["conflicts"][0]["reason"]) == (
        409,
        "It is there again.",
    )


def test_a_name_that_another_has_by_now_is_a_conflict(api):
    group = api.make("group", name="Closers")
    gone = api.delete(f"/group/{group['id']}/")
    api.make("group", name="closers ".strip())

    refused = api.post(f"/request/{gone.headers['x-request-id']}/undo/")

    assert refused.status_code == 409, refused.text
    assert "name" in refused.json()["conflicts"][0]["reason"]


def test_a_request_is_undone_with_all_it_caused(api, rows, undo):
    """A change of status leaves an activity, a completed task another one."""
    won = api.make("status.lead", label="Won")
    lead = api.make("lead")
    task = api.make("task", lead_id=lead["id"])
    before = rows(api)
    first = put(api, lead, status_id=won["id"])
    second = api.put(f"/task/{task['id']}/", json={"is_complete": True})

    undo(api, second)
    undo(api, first)

    assert rows(api) == before


def test_an_event_goes_with_the_activity_that_only_tells_of_it(api, rows, undo):
    won = api.make("status.lead", label="Won")
    lead = api.make("lead")
    before = rows(api)
    put(api, lead, status_id=won["id"])

    undo(api, f"/event/{event_of(api, lead['id'])['id']}/")

    assert rows(api) == before


def test_an_event_that_tells_of_no_change_is_refused_in_words(api):
    task = api.make("task", is_complete=True)
    event = event_of(api, task["id"], "completed")

    refused = api.post(f"/event/{event['id']}/undo/")

    assert refused.status_code == 400
    assert "undo its request" in refused.json()["error"]


def test_a_bulk_change_is_undone_as_one(api, rows, undo):
    ids = [api.make("task")["id"] for _ in range(3)]
    before = rows(api)
    bulk = api.put(f"/task/?id__in={','.join(ids)}", json={"is_complete": True})

    told = undo(api, bulk)

    assert {one["object_id"] for one in told["objects"]} >= set(ids)
    assert rows(api) == before


def test_a_merge_is_undone_as_one(api, everything, undo, family):
    source, _ = family
    destination = api.make("lead", name="Other")
    api.make("activity.note", lead_id=destination["id"])
    before = everything(api)
    body = {"source": source, "destination": destination["id"]}
    merged = api.post("/lead/merge/", json=body)

    undo(api, merged)

    assert everything(api) == before


def test_members_of_a_group_come_back_with_it(api, undo):
    group = api.make("group")
    api.ok("post", f"/group/{group['id']}/member/", json={"user_id": api.user_id})
    gone = api.delete(f"/group/{group['id']}/")

    undo(api, gone)

    there = api.ok("get", f"/group/{group['id']}/")
    assert there["members"] == [{"user_id": api.user_id}]


def test_a_mail_that_has_left_is_not_called_back(api, changed_by_server):  # noqa: F811
    mail = {"status": "draft", "subject": "x", "to": ["gob@bluth.example"], "body_text": "x"}
    email = api.make("activity.email", **mail)
    changed_by_server("activity.email", email["id"], status="sent")
    event = event_of(api, email["id"])

    refused = api.post(f"/event/{event['id']}/undo/", json={"force": True})

    (conflict,) = refused.json()["conflicts"]
    assert (conflict["reason"], conflict["forcible"]) == ("It has been sent.", False)


# Who may


def test_who_may_not_delete_a_lead_may_not_undo_its_making(api, join):
    made = api.post("/lead/", json={"name": "A"})
    path = f"/request/{made.headers['x-request-id']}/undo/"

    assert join("restricteduser").post(path).status_code == 403
    assert join("user").post(path).status_code == 200


def test_settings_take_their_permission(api, join):
    status = api.make("status.lead", label="Won")
    changed = api.put(f"/status/lead/{status['id']}/", json={"label": "Lost"})
    path = f"/request/{changed.headers['x-request-id']}/undo/"

    assert join("user").post(path).status_code == 403
    assert join("superuser").post(path).status_code == 200


def test_the_activities_of_others_take_their_permission(api, join):
    note = api.make("activity.note")
    gone = api.delete(f"/activity/note/{note['id']}/")
    path = f"/request/{gone.headers['x-request-id']}/undo/"

    assert join("restricteduser").post(path).status_code == 403
    assert join("user").post(path).status_code == 200


@pytest.mark.parametrize(
    ("scope", "of_create", "of_delete"),
    [("mcp.read", 403, 403), ("mcp.write_safe", 403, 200), ("mcp.write_destructive", 200, 200)],
)
def test_a_scope_reaches_as_far_as_by_hand(api, scope, of_create, of_delete):
    made = api.post("/lead/", json={"name": "A"}).headers["x-request-id"]
    lead = api.make("lead")
    gone = api.delete(f"/lead/{lead['id']}/").headers["x-request-id"]
    key = api.ok("post", "/api_key/", json={"name": "short", "scope": scope})["key"]
    short = {"authorization": authorization(key)}

    assert api.post(f"/request/{gone}/undo/", headers=short).status_code == of_delete
    assert api.post(f"/request/{made}/undo/", headers=short).status_code == of_create


# How it is found


def test_finding_the_changes_of_a_request_reads_no_table_whole(world):
    from ajar.undoing import log

    async def plans(db):
        found = []
        for by, value in (("request_id", "req_x"), ("steps", [{"request_id": "req_x"}])):
            statement = await log.events(by)
            given = {"organization_id": "o", by: value, "visible_to": None}
            given |= {"visible_keys": [], "visible_unassigned": True}
            given |= {"user_id": "u", "permissions": []}
            async with db.transaction():
                await db.execute("set local enable_seqscan = off")
                values = [given[name] for name in statement.names]
                rows = await db.fetch(f"explain {statement.text}", *values)
            found.append("\n".join(row[0] for row in rows))
        return found

    for plan, index in zip(world.call(plans), ("request_id", "steps"), strict=True):
        assert "Seq Scan on event" not in plan
        assert f"{index}" in plan and "Index" in plan


@pytest.mark.parametrize("kind", ["lead", "opportunity"])
def test_a_status_that_was_deleted_comes_back_where_it_stood(api, undo, kind):
    for label in "ABC":
        api.make(f"status.{kind}", label=label)
    before = api.ok("get", f"/status/{kind}/")["data"]

    undo(api, api.delete(f"/status/{kind}/{before[-2]['id']}/"))

    after = api.ok("get", f"/status/{kind}/")["data"]
    assert [one["id"] for one in after] == [one["id"] for one in before]


def test_a_status_that_moved_goes_back_to_its_pipeline(api, undo):
    here, there = (api.make("pipeline", name=name)["id"] for name in "AB")
    moving, _ = (api.make("status.opportunity", pipeline_id=here, label=n) for n in "XY")
    api.make("status.opportunity", pipeline_id=there, label="Z")
    body = {"statuses": [{"id": moving["id"]}]}

    undo(api, api.put(f"/pipeline/{there}/", json=body))

    shown = (api.ok("get", f"/pipeline/{id}/")["statuses"] for id in (here, there))
    assert [[one["label"] for one in some] for some in shown] == [["X", "Y"], ["Z"]]


def test_what_follows_from_an_undo_does_not_stand_in_its_way(api, undo):
    """A conversation counts its mails by itself, and had been counted again since then."""
    lead_id = api.make("lead")["id"]

    def arrives():
        said = {"status": "inbox", "subject": "Boat", "sender": "gob@bluth.example"}
        body = api.body("activity.email", lead_id=lead_id, to=["bruce@wayne.example"], **said)
        return api.post("/activity/email/", json=body)

    def counted():
        (thread,) = api.ok("get", f"/activity/emailthread/?lead_id={lead_id}")["data"]
        return len(thread["emails"]), thread["n_emails"]

    ids = [arrives().json()["id"] for _ in range(2)]
    undo(api, api.delete(f"/activity/email/{ids[1]}/"))
    again = api.ok("get", "/event/?_limit=1")["data"][0]["request_id"]
    undo(api, arrives())

    undo(api, f"/request/{again}/")

    assert counted() == (1, 1)


def test_what_was_changed_while_it_was_hidden_is_a_conflict(api, join, clock):
    """Who undoes could not read of it, and yet does not overwrite it."""
    other = join("superuser")
    template = api.make("email_template", is_shared=True, name="A")
    path = f"/email_template/{template['id']}/"
    mine = other.put(path, json={"name": "B"})
    for change in ({"is_shared": False}, {"name": "C"}, {"is_shared": True}):
        clock.pass_by(seconds=10)
        api.ok("put", path, json=change)

    refused = other.post(f"/request/{mine.headers['x-request-id']}/undo/")

    assert refused.status_code == 409
    assert [one["fields"] for one in refused.json()["conflicts"]] == [["name"]]
    assert api.ok("get", path)["name"] == "C"


def test_what_is_not_known_any_more_does_not_come_back(api, world):
    """An event tells what it took away, unless somebody has cut that off."""
    lead = api.make("lead")
    gone = api.delete(f"/lead/{lead['id']}/")
    world.sql("update event set steps = '[]' where object_id = $1", lead["id"])

    refused = api.post(f"/request/{gone.headers['x-request-id']}/undo/")
    event = api.post(f"/event/{event_of(api, lead['id'], 'deleted')['id']}/undo/")

    assert (refused.status_code, event.status_code) == (409, 409)
    assert api.post(f"/lead/{lead['id']}/restore/").status_code == 404
