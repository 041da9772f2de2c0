"""What holds for the definitions of custom fields, whatever they are fields of."""

import pytest

OWNED = ("activity", "custom_object_type")
EVENTS = {
    "lead": "custom_fields.lead",
    "activity": "custom_fields.activity",
    "custom_object_type": "custom_fields.custom_object",
    "shared": "custom_fields.shared",
}


@pytest.mark.parametrize("kind", OWNED)
def test_the_owner_and_the_type_of_a_field_never_change(api, kind):
    field, other = api.make(f"custom_field.{kind}"), api.make(f"custom_field.{kind}")
    owner = next(name for name in field if name.startswith("custom_") and name.endswith("_id"))
    body = {owner: other[owner], "type": "number", "name": "Seats", "required": True}

    changed = api.ok("put", f"/custom_field/{kind}/{field['id']}/", json=body)

    assert (changed[owner], changed["type"]) == (field[owner], "text")
    assert (changed["name"], changed["required"]) == ("Seats", True)


@pytest.mark.parametrize("kind", [*OWNED, "lead", "shared"])
def test_definitions_take_the_permission_to_manage_the_organization(api, join, kind):
    field, user = api.make(f"custom_field.{kind}"), join("superuser")
    path = f"/custom_field/{kind}/"
    body = api.body(f"custom_field.{kind}")
    assert user.post(path, json=body).status_code == 403
    assert user.put(f"{path}{field['id']}/", json={"name": "Other"}).status_code == 403
    assert user.delete(f"{path}{field['id']}/").status_code == 403
    assert user.get(f"{path}{field['id']}/").json() == field


@pytest.mark.parametrize("kind", EVENTS)
def test_a_field_is_in_the_event_log_under_its_kind(api, kind):
    field = api.make(f"custom_field.{kind}")
    (event,) = api.ok("get", f"/event/?object_id={field['id']}")["data"]
    assert event["object_type"] == EVENTS[kind]


def test_a_field_of_custom_objects_says_which_type(api):
    answer = api.post("/custom_field/lead/", json={"name": "Car", "type": "custom_object"})
    assert list(answer.json()["field-errors"]) == ["referenced_custom_type_id"]


def test_a_description_has_280_characters_at_most(api):
    body = {"name": "x", "type": "text", "description": "x" * 281}
    assert list(api.post("/custom_field/lead/", json=body).json()["field-errors"]) == [
        "description"
    ]


def test_a_change_of_type_converts_the_values(api, world):
    field = api.make("custom_field.lead")
    path, key = f"/custom_field/lead/{field['id']}/", f"custom.{field['id']}"
    number, word = api.make("lead", **{key: "12"}), api.make("lead", **{key: "many"})

    assert api.ok("put", path, json={"type": "number"})["converting_to_type"] == "number"
    world.work()

    done = api.ok("get", path)
    assert (done["type"], done["converting_to_type"]) == ("number", None)
    assert api.ok("get", f"/lead/{number['id']}/")[key] == 12
    assert key not in api.ok("get", f"/lead/{word['id']}/")


def test_values_that_are_no_longer_choices_are_not_shown(api, world):
    field = api.make("custom_field.lead", type="choices", choices=["A", "B"])
    key = f"custom.{field['id']}"
    lead = api.make("lead", **{key: "A"})

    api.ok("put", f"/custom_field/lead/{field['id']}/", json={"choices": ["B"]})
    world.work()

    assert key not in api.ok("get", f"/lead/{lead['id']}/")


def test_a_contact_survives_that_a_field_takes_several(api, world):
    field = api.make("custom_field.lead", type="contact")
    key, contact = f"custom.{field['id']}", api.make("contact")
    path = f"/lead/{contact['lead_id']}/"
    api.ok("put", path, json={key: contact["id"]})

    body = {"accepts_multiple_values": True}
    api.ok("put", f"/custom_field/lead/{field['id']}/", json=body)
    world.work()

    assert api.ok("get", path)[key] == [contact["id"]]


def test_only_some_roles_may_change_the_values_of_a_field(api, join):
    field = api.make("custom_field.lead", editable_with_roles=["admin"])
    key, user = f"custom.{field['id']}", join("user")
    lead = api.make("lead", **{key: "Law"})
    path = f"/lead/{lead['id']}/"

    refused = user.put(path, json={key: "Tax"})

    assert list(refused.json()["field-errors"]) == [key]
    assert list(user.put(path, json={key: None}).json()["field-errors"]) == [key]
    assert user.put(path, json={key: "Law", "name": "Same value"}).status_code == 200
    assert api.ok("put", path, json={key: "Tax"})[key] == "Tax"
