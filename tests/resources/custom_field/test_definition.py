"""What holds for the definitions of custom fields, whatever they are fields of."""

import pytest

OWNED = ("activity", "custom_object_type")
OWNERS = ("custom_activity_type_id", "custom_object_type_id")
FREE = ("lead", "contact", "opportunity")
HOLDERS = {"activity": "activity.custom", "custom_object_type": "custom_object"}
TABLES = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
    "activity": "activity",
    "custom_object_type": "custom_object",
}
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


@pytest.mark.parametrize("kind", OWNED)
def test_the_rest_of_a_field_that_has_an_owner_changes(api, kind):
    choices = {"type": "choices", "choices": ["A"]}
    field = api.make(f"custom_field.{kind}", **choices)
    assert (field["required"], field["accepts_multiple_values"]) == (False, False)
    change = {
        "name": "Size",
        "accepts_multiple_values": True,
        "required": True,
        "editable_with_roles": ["admin"],
        "choices": ["A", "B"],
    }
    api.changes(f"/custom_field/{kind}/{field['id']}/", change)


@pytest.mark.parametrize("kind", FREE)
def test_all_of_a_field_that_has_no_owner_changes(api, kind):
    field = api.make(f"custom_field.{kind}")
    assert (field["editable_with_roles"], field["accepts_multiple_values"]) == ([], False)
    assert (field["choices"], field["is_shared"]) == (None, False)
    change = {
        "name": "Size",
        "type": "choices",
        "accepts_multiple_values": True,
        "editable_with_roles": ["admin"],
        "choices": ["A", "B"],
    }
    api.changes(f"/custom_field/{kind}/{field['id']}/", change)


@pytest.fixture
def valued(api):
    """A field of a kind, the object that has a value in it, and the path of that."""

    def make(kind, **more):
        field = api.make(f"custom_field.{kind}", **more)
        key = f"custom.{field['id']}"
        owner = {name: id for name, id in field.items() if name in OWNERS}
        row = api.make(HOLDERS.get(kind, kind), **owner, **{key: "Law"})
        path = f"/{HOLDERS.get(kind, kind).replace('.', '/')}/{row['id']}/"
        assert api.ok("get", path)[key] == "Law"
        return field, key, path

    return make


@pytest.mark.parametrize("kind", [*FREE, *OWNED])
def test_a_deleted_field_is_gone_for_good(api, valued, kind):
    field, key, path = valued(kind)

    api.ok("delete", f"/custom_field/{kind}/{field['id']}/")

    assert key not in api.ok("get", path)
    assert list(api.put(path, json={key: "Tax"}).json()["field-errors"]) == [key]
    column = f'select custom from "{TABLES[kind]}" where organization_id = $1'
    stored = [row[0] for row in api.world.sql(column, api.organization_id)]
    assert [one for one in stored if key in str(one)] == []


@pytest.mark.parametrize("kind", [*FREE, *OWNED])
def test_roles_that_may_not_change_a_field_change_none_of_its_values(api, join, valued, kind):
    field, key, path = valued(kind)
    other, user = api.make("role", permissions=["view_all_leads"])["id"], join("superuser")
    roles = {"editable_with_roles": ["admin", other]}
    api.ok("put", f"/custom_field/{kind}/{field['id']}/", json=roles)

    assert list(user.put(path, json={key: "Tax"}).json()["field-errors"]) == [key]
    assert api.ok("put", path, json={key: "Tax"})[key] == "Tax"
    api.ok("put", f"/custom_field/{kind}/{field['id']}/", json={"editable_with_roles": []})
    assert user.ok("put", path, json={key: "Law"})[key] == "Law"


def test_only_a_field_of_custom_objects_refers_to_a_type(api):
    type = api.make("custom_object_type")["id"]
    more = {"referenced_custom_type_id": type, "back_reference_is_visible": True}
    refers = api.make("custom_field.lead", type="custom_object", **more)
    other, text = api.make("custom_object_type")["id"], api.make("custom_field.lead", **more)
    assert refers.items() >= more.items()
    assert (text["referenced_custom_type_id"], text["back_reference_is_visible"]) == (None, None)

    path = f"/custom_field/lead/{refers['id']}/"
    change = {"referenced_custom_type_id": other, "back_reference_is_visible": False}
    changed = api.ok("put", path, json=change)
    assert changed["referenced_custom_type_id"] == type
    assert changed["back_reference_is_visible"] is False


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
