"""A sales team's work from the first note to the last deal, through the official client."""

from datetime import UTC, datetime, timedelta

import pytest
from closeio_api import API, APIError, ValidationError


def test_a_note_is_written_changed_and_deleted(close, lead):
    note = close.post("activity/note", {"lead_id": lead["id"], "note": "Likes bats & capes"})
    changed = close.put(f"activity/note/{note['id']}", {"note_html": "<body><p>No</p></body>"})
    deleted = close.delete(f"activity/note/{note['id']}")

    assert note["note_html"] == "<body><p>Likes bats &amp; capes</p></body>"
    assert changed["note"] == "No"
    assert deleted == {}
    assert types_on(close, lead) == ["Created"]


def test_the_timeline_has_all_that_happened_newest_first(close, lead):
    close.post("activity/note", {"lead_id": lead["id"], "note": "First call"})
    task = close.post("task", {"_type": "lead", "lead_id": lead["id"], "text": "Send a suit"})
    close.put(f"task/{task['id']}", {"is_complete": True})
    close.put(f"lead/{lead['id']}", {"status_id": status(close, "Qualified")})

    assert types_on(close, lead) == ["LeadStatusChange", "TaskCompleted", "Note", "Created"]


def test_a_completed_task_leaves_an_activity_until_it_is_opened_again(close, lead):
    task = close.post("task", {"_type": "lead", "lead_id": lead["id"], "text": "Send a suit"})

    done = close.put(f"task/{task['id']}", {"is_complete": True})
    activity = close.get(f"activity/task_completed/{done['object_id']}")
    undone = close.put(f"task/{task['id']}", {"is_complete": False})

    assert (done["view"], done["object_type"]) == ("archive", "taskcompleted")
    assert (activity["task_id"], activity["task_text"]) == (task["id"], "Send a suit")
    assert undone["object_id"] is None
    assert types_on(close, lead) == ["Created"]


def test_a_task_is_in_one_view_at_a_time(close, lead):
    due = {"late": -2, "soon": 3, "done": -3}
    today = datetime.now(UTC).date()
    for text, days in due.items():
        close.post(
            "task",
            {
                "_type": "lead",
                "lead_id": lead["id"],
                "text": text,
                "date": (today + timedelta(days=days)).isoformat(),
                "is_complete": text == "done",
            },
        )

    views = {view: close.get("task", {"view": view}) for view in ("inbox", "future", "archive")}

    assert {v: [task["text"] for task in page["data"]] for v, page in views.items()} == {
        "inbox": ["late"],
        "future": ["soon"],
        "archive": ["done"],
    }


def test_tasks_are_changed_together(close, lead):
    body = {"_type": "lead", "lead_id": lead["id"], "text": "Call", "date": "2027-03-01"}
    tasks = [close.post("task", body) for _ in range(5)]
    chosen = {"id__in": ",".join(task["id"] for task in tasks[:3])}

    answer = close.put("task", {"date": "2027-04-01"}, params=chosen)

    assert answer["ok"] is True
    dates = [task["date"] for task in close.get("task", {"_order_by": "date"})["data"]]
    assert dates == ["2027-03-01"] * 2 + ["2027-04-01"] * 3


def test_a_won_opportunity_has_a_day(close, lead):
    before = datetime.now(UTC).date().isoformat()
    deal = close.post("opportunity", {"lead_id": lead["id"], "value": 500_00})

    won = close.put(f"opportunity/{deal['id']}", {"status_id": stage(close, "won")})
    given = close.put(f"opportunity/{deal['id']}", {"date_won": "2026-02-28"})

    assert (deal["status_type"], deal["date_won"]) == ("active", None)
    assert won["status_type"] == "won"
    assert before <= won["date_won"] <= datetime.now(UTC).date().isoformat()
    assert given["date_won"] == "2026-02-28"


def test_a_lost_opportunity_was_not_won(close, lead):
    deal = close.post("opportunity", {"lead_id": lead["id"], "value": 500_00})

    lost = close.put(f"opportunity/{deal['id']}", {"status_id": stage(close, "lost")})

    assert lost["status_type"] == "lost"
    assert lost["date_won"] is None
    assert "OpportunityStatusChange" in types_on(close, lead)


@pytest.mark.parametrize(
    ("period", "formatted", "annualized", "expected"),
    [
        ("one_time", "$5,000", 5_000_00, 2_500_00),
        ("monthly", "$5,000 monthly", 60_000_00, 30_000_00),
        ("annual", "$5,000 annual", 5_000_00, 2_500_00),
    ],
)
def test_the_worth_of_an_opportunity(close, lead, period, formatted, annualized, expected):
    body = {"lead_id": lead["id"], "value": 5_000_00, "confidence": 50, "value_period": period}

    deal = close.post("opportunity", body)

    assert deal["value_formatted"] == formatted
    assert deal["expected_value"] == 2_500_00
    assert deal["annualized_value"] == annualized
    assert deal["annualized_expected_value"] == expected


def test_totals_are_of_all_that_match_and_not_of_the_page(close, lead):
    for period, value in (("one_time", 100), ("monthly", 200), ("annual", 300), ("monthly", 400)):
        worth = {"value": value, "value_period": period, "confidence": 50}
        close.post("opportunity", {"lead_id": lead["id"], **worth})

    page = close.get("opportunity", {"_limit": 1, "value_period__in": "monthly,annual"})

    assert len(page["data"]) == 1
    assert page["total_results"] == 3
    assert page["count_by_value_period"]["monthly"] == 2
    assert page["total_value_monthly"] == 600
    assert page["total_value_annual"] == 300
    assert page["total_value_one_time"] == 0
    assert page["total_value_annualized"] == 12 * 600 + 300
    assert page["expected_value_monthly"] == 300
    assert page["expected_value_annualized"] == (12 * 600 + 300) / 2


def test_a_change_of_status_is_told(close, lead):
    changed = close.put(f"lead/{lead['id']}", {"status": "Customer"})

    (change,) = close.get("activity/status_change/lead", {"lead_id": lead["id"]})["data"]
    assert changed["status_label"] == "Customer"
    assert (change["old_status_label"], change["new_status_label"]) == ("Potential", "Customer")


def test_merging_moves_everything_to_one_lead(close, lead):
    other = close.post("lead", {"name": "Wayne Ent.", "contacts": [{"name": "Bruce"}]})
    deal = close.post("opportunity", {"lead_id": other["id"], "value": 100})
    note = close.post("activity/note", {"lead_id": other["id"], "note": "Same company"})
    task = close.post("task", {"_type": "lead", "lead_id": other["id"], "text": "Merge"})

    answer = close.post("lead/merge", {"source": other["id"], "destination": lead["id"]})

    merged = close.get(f"lead/{lead['id']}")
    assert answer == {"status": "ok"}
    assert [contact["name"] for contact in merged["contacts"]] == ["Alfred", "Bruce"]
    assert [one["id"] for one in merged["opportunities"]] == [deal["id"]]
    assert [one["id"] for one in merged["tasks"]] == [task["id"]]
    assert close.get(f"activity/note/{note['id']}")["lead_id"] == lead["id"]
    with pytest.raises(APIError, match="Lead matching query does not exist"):
        close.get(f"lead/{other['id']}")


def test_what_hangs_off_a_lead_goes_with_it(close, lead):
    body = {"lead_id": lead["id"]}
    made = {
        "contact": lead["contacts"][0],
        "opportunity": close.post("opportunity", body | {"value": 100}),
        "task": close.post("task", body | {"_type": "lead", "text": "Call"}),
        "activity/note": close.post("activity/note", body | {"note": "Gone soon"}),
    }

    assert close.delete(f"lead/{lead['id']}") == {}

    gone = {"lead": lead, **made}
    assert {path: status_of(close, f"{path}/{row['id']}") for path, row in gone.items()} == (
        dict.fromkeys(gone, 404)
    )
    assert close.get("activity")["data"] == []


def test_a_refused_value_is_told_by_field(close):
    with pytest.raises(ValidationError) as refusal:
        close.post("lead", {"name": 7, "contacts": [{"emails": [{"email": "nobody"}]}]})

    of_contact = refusal.value.field_errors["contacts"]["errors"]["0"]["field-errors"]
    assert refusal.value.errors == []
    assert refusal.value.field_errors["name"] == "Value must be of str type."
    assert of_contact["emails"]["errors"]["0"]["field-errors"] == {
        "email": "Invalid email address."
    }


def test_a_refused_lead_leaves_nothing_behind(close):
    with pytest.raises(ValidationError):
        close.post("lead", {"name": "Half", "contacts": [{"name": "Good"}, {"name": 7}]})

    assert close.get("lead")["total_results"] == 0
    assert close.get("event", {"object_type": "lead"})["data"] == []


def test_what_is_not_there_is_a_404(close):
    with pytest.raises(APIError) as refusal:
        close.put("lead/lead_unknown", {"name": "Nobody"})

    assert refusal.value.response.status_code == 404
    assert refusal.value.response.json() == {
        "error": "Empty query: Lead matching query does not exist."
    }


def test_a_wrong_key_is_a_401(company):
    stranger = API(f"{company.url}/api/v1/", "api_wrong.key")

    with pytest.raises(APIError) as refusal:
        stranger.get("lead")

    assert refusal.value.response.status_code == 401


def types_on(close: API, lead: dict) -> list[str]:
    return [one["_type"] for one in close.get("activity", {"lead_id": lead["id"]})["data"]]


def status(close: API, label: str) -> str:
    statuses = close.get("status/lead")["data"]
    return next(one["id"] for one in statuses if one["label"] == label)


def stage(close: API, type_: str) -> str:
    statuses = close.get("status/opportunity")["data"]
    return next(one["id"] for one in statuses if one["type"] == type_)


def status_of(close: API, path: str) -> int:
    try:
        close.get(path)
    except APIError as refusal:
        return refusal.response.status_code
    return 200
