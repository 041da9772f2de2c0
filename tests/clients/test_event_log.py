"""What changed, read from the event log through the official client."""

from closeio_api import API


def test_the_event_log_has_each_change_once(close, company, lead):
    id = lead["id"]
    (contact,) = lead["contacts"]
    task = close.post("task", {"_type": "lead", "lead_id": id, "text": "Call"})
    close.put(f"lead/{id}", {"name": "Wayne Industries", "description": "Old money"})
    close.put(f"contact/{contact['id']}", {"title": "Butler"})
    close.put(f"task/{task['id']}", {"is_complete": True})
    close.put(f"lead/{id}", {"name": "Wayne Industries"})  # changes nothing
    close.delete(f"lead/{id}")

    events = log(close)

    assert len({event["id"] for event in events}) == len(events)
    assert sorted(f"{event['object_type']} {event['action']}" for event in events) == [
        "activity.task_completed created",
        "activity.task_completed deleted",
        "contact created",
        "contact deleted",
        "contact updated",
        "lead created",
        "lead deleted",
        "lead updated",  # its name
        "lead updated",  # its task was completed
        "task.lead completed",
        "task.lead created",
        "task.lead deleted",
        "task.lead updated",
    ]
    assert {event["lead_id"] for event in events} == {id}
    assert {event["user_id"] for event in events} == {company.user_id}


def test_an_update_tells_what_was_before(close, lead):
    path = f"lead/{lead['id']}"
    close.put(path, {"name": "Wayne Industries", "description": "Old money"})

    found = {"object_id": lead["id"], "action": "updated"}
    (event,) = close.get("event", found)["data"]

    assert event["changed_fields"] == ["date_updated", "description", "display_name", "name"]
    assert event["previous_data"] == {name: lead[name] for name in event["changed_fields"]}
    assert event["data"] == close.get(path)
    assert event["meta"] == {"request_method": "PUT", "request_path": f"/api/v1/{path}/"}


def test_a_deleted_object_can_be_made_again_from_its_event(close, lead):
    close.delete(f"lead/{lead['id']}")

    (event,) = close.get("event", {"object_id": lead["id"], "action": "deleted"})["data"]
    again = close.post("lead", event["previous_data"])

    assert event["data"] is None
    assert (again["name"], again["status_id"]) == (lead["name"], lead["status_id"])


def test_events_of_a_merge_name_both_leads(close, lead):
    other = close.post("lead", {"name": "Wayne Ent.", "contacts": [{"name": "Bruce"}]})
    close.post("lead/merge", {"source": other["id"], "destination": lead["id"]})

    (merged,) = close.get("event", {"object_id": lead["id"], "action": "merged"})["data"]
    events = close.get("event", {"request_id": merged["request_id"]})["data"]

    both = {"merge_source_lead_id": other["id"], "merge_destination_lead_id": lead["id"]}
    assert merged["data"]["id"] == lead["id"]
    assert {"contact", "lead"} <= {event["object_type"] for event in events}
    assert all(event["meta"].items() >= both.items() for event in events)


def test_a_request_is_found_by_the_id_in_its_answer(company, close, lead):
    answer = company.raw("PUT", f"/lead/{lead['id']}/", json={"status": "Customer"})

    events = close.get("event", {"request_id": answer.headers["x-request-id"]})["data"]
    assert {(event["object_type"], event["action"]) for event in events} == {
        ("lead", "updated"),
        ("activity.lead_status_change", "created"),
    }


def log(close: API) -> list[dict]:
    """Every event of a request, newest first, read a few at a time."""
    events, cursor = [], None
    while True:
        page = close.get("event", {"_limit": 4, "_cursor": cursor})
        events += page["data"]
        cursor = page["cursor_next"]
        if not cursor:
            return [event for event in events if event["request_id"]]
