"""Types of custom objects."""


def test_a_type_shows_its_fields_and_who_refers_to_it(api):
    field = api.make("custom_field.custom_object_type")
    type = field["custom_object_type_id"]
    more = {"type": "custom_object", "referenced_custom_type_id": type}
    back = [
        api.make(f"custom_field.{kind}", **more)
        for kind in ("lead", "contact", "opportunity", "activity", "custom_object_type", "shared")
    ]
    shown = api.ok("get", f"/custom_object_type/{type}/")
    assert (shown["fields"], shown["back_reference_fields"]) == ([field], back)


def test_fields_cannot_be_changed_through_their_type(api):
    field = api.make("custom_field.custom_object_type")
    path = f"/custom_object_type/{field['custom_object_type_id']}/"
    assert api.ok("put", path, json={"fields": []})["fields"] == [field]


def test_a_type_goes_with_all_that_refers_to_it(api):
    thing = api.make("custom_object")
    type = thing["custom_object_type_id"]
    more = {"type": "custom_object", "referenced_custom_type_id": type}
    key = "custom." + api.make("custom_field.lead", **more)["id"]
    path = f"/lead/{thing['lead_id']}/"
    assert api.ok("put", path, json={key: thing["id"]})[key] == thing["id"]

    assert api.delete(f"/custom_object_type/{type}/").status_code == 204

    assert key not in api.ok("get", path)
    assert api.get(f"/custom_object/{thing['id']}/").status_code == 404


def test_types_take_the_permission_to_manage_the_organization(api, join):
    body = api.body("custom_object_type")
    assert join("superuser").post("/custom_object_type/", json=body).status_code == 403


def test_what_a_type_is_can_be_changed(api):
    type = api.make("custom_object_type")
    defaults = {"api_create_only": False, "editable_with_roles": [], "is_archived": False}
    assert type.items() >= (defaults | {"description": None}).items()
    change = {
        "name": "Boat",
        "name_plural": "Boats",
        "description": "They float.",
        "api_create_only": True,
        "editable_with_roles": ["admin"],
        "is_archived": True,
    }
    api.changes(f"/custom_object_type/{type['id']}/", change)


def test_a_type_has_a_name_for_one_and_for_many(api):
    refused = api.post("/custom_object_type/", json={})
    required = dict.fromkeys(("name", "name_plural"), "This field is required.")
    assert refused.json()["field-errors"] == required


def test_the_order_of_fields_is_not_changed_through_their_type(api):
    make, owner = "custom_field.custom_object_type", "custom_object_type_id"
    first = api.make(make, name="A")
    second = api.make(make, name="B", **{owner: first[owner]})
    path = f"/custom_object_type/{first[owner]}/"

    turned = {"fields": [{"id": second["id"]}, {"id": first["id"]}]}

    assert api.ok("put", path, json=turned)["fields"] == [first, second]
