"""Changing all that a search finds."""

import pytest

from ajar import many
from ajar.bulk import editing

NAME = {"type": "regular_field", "object_type": "lead", "field_name": "name"}


def named(*words):
    """A query for leads of which the name has one of these words."""
    conditions = [{"type": "text", "mode": "full_words", "value": word} for word in words]
    parts = [{"type": "field_condition", "field": NAME, "condition": one} for one in conditions]
    return {"type": "or", "queries": parts}


@pytest.fixture
def status(api):
    return api.make("status.lead", label="Customer")["id"]


@pytest.fixture
def field(api):
    """A custom field of leads, and its key."""

    def made(kind="lead", **values):
        id = api.make(f"custom_field.{kind}", **values)["id"]
        return id, f"custom.{id}"

    return made


def events_of(api, id):
    return api.ok("get", f"/event/?object_id={id}")["data"]


def test_leads_get_a_status(api, act, leads, status):
    made = leads(3)
    action = act("edit", type="set_lead_status", lead_status_id=status)

    assert [api.ok("get", f"/lead/{one['id']}/")["status_id"] for one in made] == [status] * 3
    assert action["status"] == "done"
    counters = ("n_leads", "n_leads_processed", "n_objects", "n_objects_processed")
    assert [action[name] for name in counters] == [3, 3, 3, 3]
    assert action["n_objects_failed"] == 0


def test_each_change_is_an_event_that_names_the_action(api, act, leads, status):
    (lead,) = leads(1)
    action = act("edit", type="set_lead_status", lead_status_id=status)

    updated = [one for one in events_of(api, lead["id"]) if one["action"] == "updated"]
    assert [one["meta"]["bulk_action_id"] for one in updated] == [action["id"]]
    assert updated[0]["user_id"] == api.user_id
    assert "status_id" in updated[0]["changed_fields"]
    assert updated[0]["data"] == api.ok("get", f"/lead/{lead['id']}/")


def test_the_change_of_an_action_is_never_folded_into_one_before(api, act, leads, field):
    """Else nobody could tell what each has done."""
    (lead,) = leads(1)
    id, _ = field(type="text")
    body = {"type": "set_custom_field", "custom_field_id": id}
    done = [act("edit", **body, custom_field_value=value)["id"] for value in "ab"]

    updated = [one for one in events_of(api, lead["id"]) if one["action"] == "updated"]
    assert [one["meta"]["bulk_action_id"] for one in updated[::-1]] == done


def test_a_change_of_status_is_on_the_timeline(api, act, leads, status):
    (lead,) = leads(1)
    act("edit", type="set_lead_status", lead_status_id=status)
    path = f"/activity/status_change/lead/?lead_id={lead['id']}"
    (change,) = api.ok("get", path)["data"]
    assert change["new_status_id"] == status


def test_what_is_so_already_is_not_changed(api, act, leads):
    (lead,) = leads(1)
    action = act("edit", type="set_lead_status", lead_status_id=lead["status_id"])
    assert [one["action"] for one in events_of(api, lead["id"])] == ["created"]
    assert (action["n_objects_processed"], action["n_objects_failed"]) == (1, 0)


def test_the_events_of_an_action_tell_how_it_goes(api, act, leads, status):
    leads(1)
    action = act("edit", type="set_lead_status", lead_status_id=status)
    told = [one for one in events_of(api, action["id"])][::-1]
    assert {one["object_type"] for one in told} == {"bulk_action.edit"}
    assert [told[0]["action"], told[-1]["action"]] == ["created", "completed"]
    assert "updated" in [one["action"] for one in told]
    assert told[-1]["data"] == {k: v for k, v in action.items()}


def test_an_empty_query_means_everything(act, leads, status):
    leads(2)
    body = {"query": "", "s_query": None}
    action = act("edit", type="set_lead_status", lead_status_id=status, **body)
    assert (action["n_objects"], action["s_query"]) == (2, {"type": "match_all", "negate": False})


def test_only_what_the_query_finds_is_changed(api, act, status):
    one, other = (api.make("lead", name=name) for name in ("Wayne", "Bluth"))
    act("edit", type="set_lead_status", lead_status_id=status, s_query=named("Wayne"))
    assert api.ok("get", f"/lead/{one['id']}/")["status_id"] == status
    assert api.ok("get", f"/lead/{other['id']}/")["status_id"] != status


def test_a_line_of_text_says_it_too(api, act, status):
    one, other = (api.make("lead", name=name) for name in ("Wayne", "Bluth"))
    action = act("edit", type="set_lead_status", lead_status_id=status, query="name:Wayne")
    assert (action["query"], action["s_query"]) == (
        "name:Wayne",
        {"type": "match_all", "negate": False},
    )
    assert api.ok("get", f"/lead/{one['id']}/")["status_id"] == status
    assert api.ok("get", f"/lead/{other['id']}/")["status_id"] != status


def test_the_search_of_a_smart_view_is_understood_whole(api, act, status):
    made = [api.make("lead", name=name) for name in ("a", "b", "c")]
    by_name = [{"field": NAME, "direction": "desc"}]
    kind = {"type": "object_type", "object_type": "lead"}
    view = {"query": kind, "sort": by_name, "results_limit": 1}
    act("edit", type="set_lead_status", lead_status_id=status, s_query=view)
    changed = [api.ok("get", f"/lead/{one['id']}/")["status_id"] == status for one in made]
    assert changed == [False, False, True]


def test_sort_and_results_limit_say_which(api, act, status):
    made = [api.make("lead", name=name) for name in ("a", "b", "c")]
    sort = [{"field": NAME, "direction": "desc"}]
    action = act("edit", type="set_lead_status", lead_status_id=status, sort=sort, results_limit=2)
    changed = [api.ok("get", f"/lead/{one['id']}/")["status_id"] == status for one in made]
    assert (changed, action["n_leads"]) == ([False, True, True], 2)


def test_nothing_found_is_done_at_once(api, act, status):
    action = act("edit", type="set_lead_status", lead_status_id=status)
    assert (action["status"], action["n_objects"], action["n_leads"]) == ("done", 0, 0)


def test_a_custom_field_is_set_and_cleared(api, act, leads, field):
    (lead,) = leads(1)
    id, key = field(name="Industry", type="text")
    action = act(
        "edit", type="set_custom_field", custom_field_name="Industry", custom_field_value="Retail"
    )
    assert (action["custom_field_name"], action["custom_field_id"]) == ("Industry", id)
    assert action["custom_field_value"] == "Retail"
    assert api.ok("get", f"/lead/{lead['id']}/")[key] == "Retail"
    act("edit", type="clear_custom_field", custom_field_id=id)
    assert key not in api.ok("get", f"/lead/{lead['id']}/")


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (None, ["c", "d"]),
        ("replace", ["c", "d"]),
        ("add", ["b", "c", "d"]),
        ("remove", ["b"]),
    ],
)
def test_several_values_replace_are_added_or_are_taken_away(api, act, field, operation, left):
    id, key = field(type="choices", choices=[*"abcd"], accepts_multiple_values=True)
    lead = api.make("lead", **{key: ["b", "c"]})
    said = {"custom_field_operation": operation} if operation else {}
    values = {"custom_field_values": ["c", "d"]}
    act("edit", type="set_custom_field", custom_field_id=id, **values, **said)
    assert sorted(api.ok("get", f"/lead/{lead['id']}/")[key]) == left


def test_contacts_are_edited(api, act, field):
    id, key = field("contact", name="Role")
    contact = api.make("contact")
    action = act(
        "edit", type="set_contact_custom_field", custom_field_id=id, custom_field_value="CEO"
    )
    assert api.ok("get", f"/contact/{contact['id']}/")[key] == "CEO"
    assert (action["n_objects"], action["n_leads"]) == (1, 1)


def test_opportunities_are_edited(api, act, field):
    id, key = field("opportunity", name="Channel")
    opportunity = api.make("opportunity")
    body = {"custom_field_id": id, "custom_field_value": "Web"}
    act("edit", type="set_opportunity_custom_field", **body)
    assert api.ok("get", f"/opportunity/{opportunity['id']}/")[key] == "Web"


def test_custom_activities_of_the_type_that_has_the_field_are_edited(api, act, field):
    definition = api.make("custom_field.activity", name="Mood")
    type_id, key = definition["custom_activity_type_id"], f"custom.{definition['id']}"
    activity = api.make("activity.custom", custom_activity_type_id=type_id)
    api.make("activity.custom")
    body = {"custom_field_id": definition["id"], "custom_field_value": "Good"}
    action = act("edit", type="set_activity_custom_field", **body)
    assert api.ok("get", f"/activity/custom/{activity['id']}/")[key] == "Good"
    assert (action["n_objects"], action["n_objects_failed"]) == (1, 0)


def test_custom_objects_of_the_type_that_has_the_field_are_edited(api, act):
    definition = api.make("custom_field.custom_object_type", name="Colour")
    type_id, key = definition["custom_object_type_id"], f"custom.{definition['id']}"
    thing = api.make("custom_object", custom_object_type_id=type_id)
    api.make("custom_object")
    body = {"custom_field_id": definition["id"], "custom_field_value": "Black"}
    action = act("edit", type="set_custom_object_custom_field", **body)
    assert api.ok("get", f"/custom_object/{thing['id']}/")[key] == "Black"
    assert (action["n_objects"], action["n_objects_failed"]) == (1, 0)


def test_shared_fields_are_edited_on_what_the_query_is_about(api, act):
    shared = api.make("custom_field.shared", name="Tier")["id"]
    for kind in ("lead", "contact"):
        path = f"/custom_field/shared/{shared}/association/"
        api.ok("post", path, json={"object_type": kind})
    contact = api.make("contact")
    kind = {"type": "object_type", "object_type": "contact"}
    body = {"custom_field_id": shared, "custom_field_value": "Gold"}
    act("edit", type="set_global_custom_field", s_query=kind, **body)
    key = f"custom.{shared}"
    assert api.ok("get", f"/contact/{contact['id']}/")[key] == "Gold"
    assert key not in api.ok("get", f"/lead/{contact['lead_id']}/")
    act("edit", type="set_global_custom_field", **body)
    assert api.ok("get", f"/lead/{contact['lead_id']}/")[key] == "Gold"
    act("edit", type="clear_global_custom_field", custom_field_id=shared)
    assert key not in api.ok("get", f"/lead/{contact['lead_id']}/")


def test_what_cannot_be_changed_is_told_and_the_rest_is_changed(api, act, failures, field):
    id, key = field(type="contact")
    first, second = (api.make("contact") for _ in range(2))
    body = {"custom_field_id": id, "custom_field_value": first["id"]}
    action = act("edit", type="set_custom_field", **body)

    assert api.ok("get", f"/lead/{first['lead_id']}/")[key] == first["id"]
    assert key not in api.ok("get", f"/lead/{second['lead_id']}/")
    counters = ("status", "n_objects_processed", "n_objects_failed")
    assert [action[name] for name in counters] == ["done", 2, 1]
    assert failures("edit", action) == [(second["lead_id"], f"{key}: Object does not exist.")]


def test_a_field_that_only_some_roles_may_change_stays(api, act, failures, leads, field):
    (lead,) = leads(1)
    id, key = field(name="Secret", editable_with_roles=["user"])
    body = {"custom_field_id": id, "custom_field_value": "x"}
    action = act("edit", type="set_custom_field", **body)
    assert failures("edit", action) == [
        (lead["id"], f"{key}: Your role may not change this Custom Field.")
    ]


BAD = {
    "no field": ({"type": "set_custom_field", "custom_field_value": "x"}, ["custom_field_id"]),
    "no field to clear": ({"type": "clear_custom_field"}, ["custom_field_id"]),
    "an unknown field": (
        {"type": "clear_custom_field", "custom_field_name": "No such"},
        ["custom_field_name"],
    ),
    "no status": ({"type": "set_lead_status"}, ["lead_status_id"]),
    "an unknown status": (
        {"type": "set_lead_status", "lead_status_id": "stat_x"},
        ["lead_status_id"],
    ),
    "an unknown type": ({"type": "set_everything"}, ["type"]),
    "several things": (
        {"type": "set_lead_status", "s_query": {"type": "no_such"}, "sort": [{"field": 1}]},
        ["lead_status_id", "s_query.type", "sort.0.field.type"],
    ),
    "a line that cannot be read": ({"type": "set_lead_status", "query": "name:("}, ["query"]),
    "a query for something else": (
        {"type": "set_lead_status", "s_query": {"type": "object_type", "object_type": "contact"}},
        ["s_query"],
    ),
    "a slice": ({"type": "set_lead_status", "query": "slice:1/2"}, ["query"]),
}


@pytest.mark.parametrize(("body", "wrong"), BAD.values(), ids=BAD)
def test_what_cannot_be_done_is_refused(api, body, wrong):
    refused = api.post("/bulk_action/edit/", json=body)
    assert refused.status_code == 400
    assert set(wrong) <= set(refused.json()["field-errors"])


def test_a_value_that_fits_nowhere_is_refused(api, field):
    number, _ = field(type="number")
    several, _ = field(type="choices", choices=["a"], accepts_multiple_values=True)
    one, _ = field(type="text", name="One")

    def wrong(**body):
        refused = api.post("/bulk_action/edit/", json={"type": "set_custom_field", **body})
        assert refused.status_code == 400
        return list(refused.json()["field-errors"])

    assert wrong(custom_field_id=number) == ["custom_field_value"]
    assert wrong(custom_field_id=number, custom_field_value="x") == ["custom_field_value"]
    assert wrong(custom_field_id=several, custom_field_values=["b"]) == ["custom_field_values"]
    assert wrong(custom_field_id=one, custom_field_values=["b"]) == ["custom_field_values"]
    assert wrong(custom_field_id=one, custom_field_value="b", custom_field_operation="add") == [
        "custom_field_operation"
    ]


def test_a_field_of_another_organization_does_not_exist(api, stranger):
    theirs = stranger.make("custom_field.lead")["id"]
    body = {"type": "clear_custom_field", "custom_field_id": theirs}
    refused = api.post("/bulk_action/edit/", json=body)
    assert list(refused.json()["field-errors"]) == ["custom_field_id"]


def test_nothing_of_another_organization_is_changed(api, stranger, act, leads, status):
    leads(1)
    theirs = stranger.make("lead")
    act("edit", type="set_lead_status", lead_status_id=status)
    assert stranger.ok("get", f"/lead/{theirs['id']}/") == theirs


@pytest.mark.parametrize(
    ("word", "kind", "holder"),
    [
        ("contact", "contact", "contact"),
        ("opportunity", "opportunity", "opportunity"),
        ("activity", "activity", "activity.custom"),
        ("custom_object", "custom_object_type", "custom_object"),
    ],
)
def test_fields_of_every_kind_are_set_and_cleared(api, act, word, kind, holder):
    definition = api.make(f"custom_field.{kind}", name="Mood")
    owner = {k: v for k, v in definition.items() if k in OWNERS}
    row, key = api.make(holder, **owner), f"custom.{definition['id']}"
    path = f"/{holder.replace('.', '/')}/{row['id']}/"
    by_name = {"custom_field_name": "Mood"}

    act("edit", type=f"set_{word}_custom_field", **by_name, custom_field_value="Good")
    assert api.ok("get", path)[key] == "Good"
    act("edit", type=f"clear_{word}_custom_field", **by_name)
    assert key not in api.ok("get", path)


OWNERS = ("custom_activity_type_id", "custom_object_type_id")


def test_a_field_goes_by_its_exact_name(api, field):
    field(name="Industry")
    for name in ("industry", "Indust", "Industry "):
        body = {"type": "clear_custom_field", "custom_field_name": name}
        refused = api.post("/bulk_action/edit/", json=body)
        assert list(refused.json()["field-errors"]) == ["custom_field_name"]


def test_large_rows_are_written_a_few_at_a_time(api, act, leads, status, monkeypatch):
    monkeypatch.setattr(many, "LARGEST", 0)
    made = leads(3)
    act("edit", type="set_lead_status", lead_status_id=status)
    for one in made:
        assert [event["action"] for event in events_of(api, one["id"])] == ["updated", "created"]


def test_what_a_rule_refuses_is_told_and_the_rest_is_changed(api, act, failures):
    """Here nobody knows before it is tried."""
    colour = api.make("custom_field.custom_object_type", name="Colour")
    type_id = colour["custom_object_type_id"]
    of_type = {"custom_object_type_id": type_id}
    size = api.make("custom_field.custom_object_type", name="Size", **of_type)["id"]
    values = [{}, {f"custom.{size}": "L"}, {}, {f"custom.{size}": "S"}]
    made = [api.make("custom_object", **of_type, **value)["id"] for value in values]
    path = f"/custom_field/custom_object_type/{size}/"
    api.ok("put", path, json={"required": True})

    body = {"custom_field_id": colour["id"], "custom_field_value": "Black"}
    action = act("edit", type="set_custom_object_custom_field", **body)

    shown = [api.ok("get", f"/custom_object/{id}/").get(f"custom.{colour['id']}") for id in made]
    assert shown == [None, "Black", None, "Black"]
    counters = ("status", "n_objects_processed", "n_objects_failed")
    assert [action[name] for name in counters] == ["done", 4, 2]
    reason = f"custom.{size}: This field is required."
    assert sorted(failures("edit", action)) == sorted((id, reason) for id in (made[0], made[2]))


def test_what_only_the_database_refuses_costs_one_object(world, api, act, failures, leads, status):
    made = [one["id"] for one in leads(4)]
    odd = f"case when id = '{made[1]}' then 1 / (length(id) - length(id)) = 1 else true end"
    world.sql(f"alter table lead add constraint odd check ({odd}) not valid")

    action = act("edit", type="set_lead_status", lead_status_id=status)

    world.sql("alter table lead drop constraint odd")
    assert (action["status"], action["n_objects_failed"]) == ("done", 1)
    reason = "A value is too large, or of a kind that cannot be kept."
    assert failures("edit", action) == [(made[1], reason)]


def test_more_leads_take_no_more_statements(api, leads, status, statements):
    action = {"object_type": "lead", "type": "set_lead_status", "lead_status_id": status}

    def asked(count):
        ids = [one["id"] for one in leads(count)]
        return statements(lambda: api.within(editing.edit, action, ids))

    assert asked(6) == asked(2)
