"""Merging leads."""


def merge(api, source, destination):
    body = {"source": source["id"], "destination": destination["id"]}
    return api.ok("post", "/lead/merge/", json=body)


def test_the_destination_wins_and_lists_are_joined(api):
    key = "custom." + api.make("custom_field.lead")["id"]
    other = "custom." + api.make("custom_field.lead", name="Size")["id"]
    addresses = [{"city": "Paris"}], [{"city": "Rome"}]
    source = api.make(
        "lead", name="A", description="old", addresses=addresses[0], **{key: "x", other: "y"}
    )
    destination = api.make("lead", name="B", addresses=addresses[1], **{key: "z"})

    assert merge(api, source, destination) == {"status": "ok"}

    kept = api.ok("get", f"/lead/{destination['id']}/")
    assert (kept["name"], kept["description"]) == ("B", "old")
    assert [address["city"] for address in kept["addresses"]] == ["Rome", "Paris"]
    assert (kept[key], kept[other]) == ("z", "y")


def test_what_hangs_off_the_source_moves(api):
    source, destination = api.make("lead"), api.make("lead")
    names = ("contact", "opportunity", "task", "activity.note")
    moved = [api.make(name, lead_id=source["id"]) for name in names]

    merge(api, source, destination)

    for name, row in zip(names, moved, strict=True):
        path = name.replace(".", "/")
        assert api.ok("get", f"/{path}/{row['id']}/")["lead_id"] == destination["id"]
    assert api.get(f"/lead/{source['id']}/").status_code == 404
    assert api.ok("get", "/lead/")["total_results"] == 1


def test_a_merge_leaves_an_activity_and_events_that_name_both(api):
    source, destination = api.make("lead", name="A"), api.make("lead", name="B")
    before = len(api.events())

    merge(api, source, destination)

    (told,) = api.ok("get", "/activity/lead_merge/")["data"]
    assert (told["source_lead_id"], told["destination_lead_id"]) == (
        source["id"],
        destination["id"],
    )
    assert (told["source_display_name"], told["destination_display_name"]) == ("A", "B")
    assert told["merge_status"] == "completed"
    assert told["lead_id"] == destination["id"]  # the other one has no timeline any more
    assert set(api.events()[before:]) >= {("lead", "deleted"), ("lead", "merged")}
    (merged,) = api.ok("get", "/event/?object_type=lead&action=merged")["data"]
    assert merged["lead_id"] == destination["id"]
    assert merged["meta"]["merge_source_lead_id"] == source["id"]
    assert merged["meta"]["merge_destination_lead_id"] == destination["id"]
    gone = api.ok("get", f"/event/?object_id={source['id']}&action=deleted")["data"]
    assert gone[0]["meta"]["merge_destination_lead_id"] == destination["id"]


def test_an_unknown_source_is_answered_as_recorded(api):
    lead = api.make("lead")
    for destination in (lead["id"], "dont_find_me"):
        body = {"source": "lead_nope", "destination": destination}
        answer = api.post("/lead/merge/", json=body)
        assert answer.status_code == 404
        assert answer.json() == {"errors": ["Source lead does not exist."]}


def test_another_organizations_lead_is_an_unknown_one(api, stranger):
    mine, theirs = api.make("lead"), stranger.make("lead")
    body = {"source": mine["id"], "destination": theirs["id"]}
    assert api.post("/lead/merge/", json=body).status_code == 404
    assert api.ok("get", f"/lead/{mine['id']}/")["id"] == mine["id"]


def test_a_lead_is_not_merged_into_itself(api):
    lead = api.make("lead")
    body = {"source": lead["id"], "destination": lead["id"]}
    assert api.post("/lead/merge/", json=body).status_code == 400


def test_both_leads_must_be_named(api):
    answer = api.post("/lead/merge/", json={"source": 7})
    assert answer.json()["field-errors"] == {
        "source": "Value must be of str type.",
        "destination": "This field is required.",
    }
