"""Definitions of custom fields, and the values that leads have in them."""

import pytest

INVALID = {
    "text": 7,
    "number": "many",
    "date": "someday",
    "datetime": "noon",
    "choices": "Z",
    "user": "user_nobody",
    "contact": "cont_nobody",
    "custom_object": "custobj_nothing",
}
VALID = {
    "text": ("Real estate", "Real estate"),
    "textarea": ("two\nlines", "two\nlines"),
    "number": (1.5, 1.5),
    "date": ("2026-11-21", "2026-11-21"),
    "datetime": ("2026-11-21T08:32:00+01:00", "2026-11-21T07:32:00.000000+00:00"),
    "choices": ("A", "A"),
    "user": ("Bruce Wayne", None),
    "hidden": ({"any": ["thing"]}, {"any": ["thing"]}),
}


@pytest.fixture
def field(api):
    """Make a definition; the key of its values."""

    def make(type="text", **more):
        if type == "choices":
            more.setdefault("choices", ["A", "B", "C"])
        if type == "custom_object":
            more.setdefault("referenced_custom_type_id", api.make("custom_object_type")["id"])
        return "custom." + api.make("custom_field.lead", type=type, **more)["id"]

    return make


def put(api, lead, **values):
    return api.put(f"/lead/{lead['id']}/", json=values)


@pytest.mark.parametrize("type", sorted(VALID))
def test_a_value_of_each_type_is_kept(api, field, type):
    given, kept = VALID[type]
    key = field(type)
    lead = api.make("lead", **{key: given})
    assert lead[key] == (api.user_id if type == "user" else kept)
    assert api.ok("get", f"/lead/{lead['id']}/")[key] == lead[key]


@pytest.mark.parametrize("type", sorted(INVALID))
def test_a_value_must_fit_its_type(api, field, type):
    key = field(type)
    answer = api.post("/lead/", json={key: INVALID[type]})
    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == [key]


def test_a_field_without_a_value_is_absent(api, field):
    key = field()
    assert key not in api.make("lead")


def test_an_unknown_field_is_refused(api):
    answer = api.post("/lead/", json={"custom.LinkedIn": "x"})
    message = 'The Custom Field "LinkedIn" does not exist.'
    assert answer.json() == {"field-errors": {"custom.LinkedIn": message}, "errors": []}


def test_the_field_of_another_organization_is_unknown(api, stranger):
    key = "custom." + stranger.make("custom_field.lead")["id"]
    assert api.post("/lead/", json={key: "x"}).status_code == 400


def test_values_may_be_sent_by_name_or_as_a_dictionary(api, field):
    key = field(name="Industry")
    assert api.make("lead", **{"custom.Industry": "Law"})[key] == "Law"
    assert api.make("lead", custom={"Industry": "Law"})[key] == "Law"
    assert api.make("lead", custom={key.removeprefix("custom."): "Law"})[key] == "Law"


def test_a_name_with_a_dot_is_still_a_name(api, field):
    key = field(name="Ltd. or Inc.")
    assert api.make("lead", **{"custom.Ltd. or Inc.": "Ltd"})[key] == "Ltd"


def test_leads_show_their_values_by_name_too(api, field):
    field(name="Industry")
    lead = api.make("lead", **{"custom.Industry": "Law"})
    assert lead["custom"] == {"Industry": "Law"}


def test_null_unsets_a_value_and_others_stay(api, field):
    industry, seats = field(), field("number", name="Seats")
    lead = api.make("lead", **{industry: "Law", seats: 3})
    changed = put(api, lead, **{industry: None}).json()
    assert industry not in changed
    assert changed[seats] == 3


def test_a_list_replaces_the_values(api, field):
    key = field("choices", accepts_multiple_values=True)
    lead = api.make("lead", **{key: ["A", "B"]})
    assert put(api, lead, **{key: ["C"]}).json()[key] == ["C"]
    assert key not in put(api, lead, **{key: []}).json()


def test_add_and_remove_change_one_value(api, field):
    key = field("choices", accepts_multiple_values=True)
    lead = api.make("lead", **{key: "A"})
    assert put(api, lead, **{f"{key}.add": "B"}).json()[key] == ["A", "B"]
    assert put(api, lead, **{f"{key}.add": "B"}).json()[key] == ["A", "B"]
    assert put(api, lead, **{f"{key}.remove": "A"}).json()[key] == ["B"]
    assert key not in put(api, lead, **{f"{key}.remove": "B"}).json()


def test_add_needs_a_field_of_many_values(api, field):
    key = field()
    answer = put(api, api.make("lead"), **{f"{key}.add": "x"})
    assert f"{key}.add" in answer.json()["field-errors"]


def test_a_contact_value_is_a_contact_of_the_same_lead(api, field):
    key = field("contact")
    lead, other = api.make("lead"), api.make("lead")
    mine = api.make("contact", lead_id=lead["id"])
    theirs = api.make("contact", lead_id=other["id"])
    assert put(api, lead, **{key: mine["id"]}).json()[key] == mine["id"]
    assert put(api, lead, **{key: theirs["id"]}).status_code == 400


def test_choices_are_for_choices_only(api):
    text = api.make("custom_field.lead", choices=["A"])
    assert text["choices"] is None
    answer = api.post("/custom_field/lead/", json={"name": "Size", "type": "choices"})
    assert answer.json()["field-errors"] == {"choices": "This field is required."}


@pytest.mark.parametrize("type", ["text", "number", "date", "datetime", "textarea", "hidden"])
def test_only_some_types_have_many_values(api, type):
    body = {"name": "Size", "type": type, "accepts_multiple_values": True}
    answer = api.post("/custom_field/lead/", json=body)
    assert list(answer.json()["field-errors"]) == ["accepts_multiple_values"]


@pytest.mark.parametrize("type", ["choices", "user", "contact", "custom_object"])
def test_values_that_are_chosen_may_be_many(api, field, type):
    key = field(type, accepts_multiple_values=True)
    assert api.ok("get", f"/custom_field/lead/{key[7:]}/")["accepts_multiple_values"] is True


def test_a_new_name_shows_at_once(api, field):
    key = field(name="Industry")
    lead = api.make("lead", **{key: "Law"})
    api.ok("put", f"/custom_field/lead/{key[7:]}/", json={"name": "Branch"})
    assert api.ok("get", f"/lead/{lead['id']}/")["custom"] == {"Branch": "Law"}


def test_a_deleted_field_vanishes_with_its_values(api, field):
    gone, kept = field(), field(name="Branch")
    lead = api.make("lead", **{gone: "Law", kept: "Tax"})
    api.ok("delete", f"/custom_field/lead/{gone[7:]}/")
    shown = api.ok("get", f"/lead/{lead['id']}/")
    assert gone not in shown
    assert (shown[kept], shown["custom"]) == ("Tax", {"Branch": "Tax"})


def test_a_value_is_part_of_the_change(api, field):
    key = field("number")
    lead = api.make("lead", **{key: 1})
    put(api, lead, **{key: 2})
    (event,) = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]
    assert event["changed_fields"] == [key, "date_updated"]
    assert event["previous_data"] == {key: 1, "date_updated": lead["date_updated"]}


def test_no_text_is_taken_for_the_place_of_the_values(api, field):
    key, text = field("text"), ',"custom.":null}'
    lead = api.make("lead", name=text, **{key: text})
    contact = api.make("contact", lead_id=lead["id"], name=text, title=text)
    shown = api.ok("get", f"/lead/{lead['id']}/")
    assert (shown["name"], shown[key], "custom." in shown) == (text, text, False)
    assert (shown["contacts"][0]["name"], contact["title"]) == (text, text)


def test_fields_may_name_all_values_or_one(api, field):
    industry, seats = field(), field("number", name="Seats")
    lead = api.make("lead", **{industry: "Law", seats: 3})
    url = f"/lead/{lead['id']}/?_fields="
    assert api.ok("get", url + "custom") == {
        "custom": {"Industry": "Law", "Seats": 3},
        industry: "Law",
        seats: 3,
    }
    assert api.ok("get", url + f"id,{seats}") == {"id": lead["id"], seats: 3}
    assert api.ok("get", url + "custom.cf_nope") == {}


def test_ids_of_older_fields_are_kept(api, world, field):
    """As an import brings them; new ones begin with cf_."""
    key, old = field(name="Industry"), "custom.lcf_v6S011I6MqcbVvB2FA5Nk8dr5MkL8sWuCiG8cUleO9c"
    assert key.startswith("custom.cf_")
    world.sql("update custom_field set id = $1 where id = $2", old[7:], key[7:])
    world.sql("notify ajar_rights")

    lead = api.make("lead", **{old: "Law"})

    assert (lead[old], lead["custom"]) == ("Law", {"Industry": "Law"})
    path = f"/custom_field/lead/{old[7:]}/"
    assert api.ok("put", path, json={"name": "Branch"})["id"] == old[7:]
    assert api.ok("get", f"/lead/{lead['id']}/?_fields={old}") == {old: "Law"}


def test_the_old_path_still_answers(api, field):
    key = field()
    (shown,) = api.ok("get", "/custom_fields/lead/")["data"]
    assert shown == api.ok("get", f"/custom_fields/lead/{key[7:]}/")
    assert shown["is_shared"] is False
    path = f"/custom_fields/lead/{key[7:]}/"
    assert api.ok("put", path, json={"name": "Branch"})["name"] == "Branch"
    assert api.ok("delete", path) == {}
    made = api.ok("post", "/custom_fields/lead/", json={"name": "Size", "type": "number"})
    assert [one["id"] for one in api.ok("get", "/custom_field/lead/")["data"]] == [made["id"]]
