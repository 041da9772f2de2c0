"""An import is undone whole."""

import pytest

STAMPS = ("date_updated", "updated_by", "updated_by_name")
LISTS = ("/lead/", "/contact/", "/opportunity/", "/activity/note/", "/activity/created/")


@pytest.fixture
def everything(api):
    """All that the lists show, but for when it was changed last, and by whom."""

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items() if key not in STAMPS}
        return [plain(item) for item in value] if isinstance(value, list) else value

    def read():
        rows = {path: api.ok("get", path)["data"] for path in LISTS}
        by_id = {
            path: sorted(plain(found), key=lambda row: row["id"]) for path, found in rows.items()
        }
        return by_id | {"timeline": len(api.ok("get", "/activity/")["data"])}

    return read


ROWS = [
    [
        "Company",
        "Description",
        "Number",
        "Name",
        "Email",
        "Job title",
        "Value",
        "Deal status",
        "Notes",
        "City",
        "Status",
    ],
    [
        "Bluth",
        "New",
        "2",
        "Gob",
        "gob@x.example",
        "Magician",
        "5",
        "Won",
        "A fan",
        "Newport",
        "Customer",
    ],
    ["Bluth", "", "", "Buster", "", "", "", "", "", "", ""],
    ["Acme", "Other", "7", "Wile", "w@x.example", "", "9", "", "Anvils", "Tucson", ""],
]
OPTIONS = {"match_by": "lead_name", "on_match": "update"}


@pytest.fixture
def lead(api):
    field = api.make("custom_field.lead", name="Number", type="number")["id"]
    gob = {"name": "Gob", "emails": [{"email": "gob@x.example"}]}
    values = {"name": "Bluth", "description": "Old", f"custom.{field}": 1, "contacts": [gob]}
    return api.ok("post", "/lead/", json=values)


def test_undoing_brings_back_the_exact_state_of_before(api, imports, lead, everything, counts):
    api.make("opportunity", lead_id=lead["id"])
    before = everything()
    made = imports.done(*ROWS, **OPTIONS)
    assert everything() != before

    undone = imports.undo(made)

    assert everything() == before
    assert (undone["status"], undone["n_conflicts"], undone["n_reverted"]) == ("reverted", 0, 9)


def test_what_somebody_changed_since_is_left_alone_and_told(api, imports, lead):
    made = imports.done(*ROWS, **OPTIONS)
    api.ok("put", f"/lead/{lead['id']}/", json={"description": "By hand"})

    undone = imports.undo(made)

    now = api.ok("get", f"/lead/{lead['id']}/")
    assert (now["description"], now["custom"]) == ("By hand", {"Number": 1})
    assert undone["n_conflicts"] == 1
    assert api.ok("get", f"/import/{made['id']}/conflict/")["data"] == [
        {
            "object_id": lead["id"],
            "object_type": "lead",
            "conflict": {"description": "It was changed since."},
        }
    ]


def test_what_was_changed_twice_is_what_it_was_at_first(api, imports, lead, monkeypatch):
    monkeypatch.setattr("ajar.importing.running.BATCH", 1)
    made = imports.done(["Company", "Description"], ["Bluth", "One"], ["Bluth", "Two"], **OPTIONS)
    assert api.ok("get", f"/lead/{lead['id']}/")["description"] == "Two"

    assert imports.undo(made)["n_conflicts"] == 0
    assert api.ok("get", f"/lead/{lead['id']}/")["description"] == "Old"


def test_what_was_made_goes_with_all_that_was_added_to_it(api, imports):
    made = imports.done(["Company", "Name"], ["Acme", "Wile"])
    (lead,) = api.ok("get", "/lead/")["data"]
    task = api.make("task", lead_id=lead["id"])
    call = api.make("activity.call", lead_id=lead["id"], contact_id=lead["contacts"][0]["id"])

    imports.undo(made)

    assert api.ok("get", "/lead/")["total_results"] == 0
    assert api.get(f"/task/{task['id']}/").status_code == 404
    assert api.get(f"/activity/call/{call['id']}/").status_code == 404


def test_what_is_deleted_is_told_as_if_somebody_did_it(api, imports):
    made = imports.done(["Company", "Name"], ["Acme", "Wile"])
    (lead,) = api.ok("get", "/lead/")["data"]

    imports.undo(made)

    events = api.ok("get", f"/event/?lead_id={lead['id']}")["data"]
    told = {e["object_type"]: e for e in events if e["action"] == "deleted"}
    assert set(told) == {"lead", "contact"}
    assert told["lead"]["previous_data"]["contacts"] == lead["contacts"]
    assert told["contact"]["previous_data"] == lead["contacts"][0]
    assert {e["meta"]["import_id"] for e in events} == {made["id"]}


def test_what_is_gone_already_is_no_trouble(api, imports, lead):
    made = imports.done(*ROWS, **OPTIONS)
    for row in api.ok("get", "/lead/")["data"]:
        api.delete(f"/lead/{row['id']}/")

    undone = imports.undo(made)

    assert undone["status"] == "reverted"
    told = api.ok("get", f"/import/{made['id']}/conflict/")["data"]
    assert {"": "It was deleted since."} in [one["conflict"] for one in told]


def test_only_what_was_run_can_be_undone_and_only_once(api, imports):
    draft = imports.draft("Company\nAcme\n")
    assert api.post(f"/import/{draft['id']}/undo/").status_code == 400

    undone = imports.undo(imports.run(draft))
    assert api.post(f"/import/{undone['id']}/undo/").status_code == 400


def test_undoing_many_goes_on_batch_by_batch(api, imports, everything, monkeypatch):
    monkeypatch.setattr("ajar.importing.undoing.BATCH", 3)
    before = everything()
    made = imports.done(["Company", "Name"], *([f"Acme {n // 2}", f"Wile {n}"] for n in range(10)))

    assert imports.undo(made)["n_reverted"] == 15
    assert everything() == before
