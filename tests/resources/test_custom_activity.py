"""Types of custom activities."""


def test_a_type_shows_its_fields_in_their_order(api):
    type = api.make("custom_activity")["id"]
    make = "custom_field.activity"
    first, second = (api.make(make, name=n, custom_activity_type_id=type) for n in "AB")
    path = f"/custom_activity/{type}/"
    assert api.ok("get", path)["fields"] == [first, second]

    changed = api.ok("put", path, json={"fields": [{"id": second["id"]}]})

    assert changed["fields"] == [second, first] == api.ok("get", path)["fields"]
    event = api.ok("get", f"/event/?object_id={type}")["data"][0]
    assert (event["action"], event["changed_fields"]) == ("updated", ["date_updated", "fields"])


def test_fields_come_and_go_at_their_own_url_only(api):
    type = api.make("custom_activity", fields=[{"name": "x", "type": "text"}])
    assert type["fields"] == []
    path = f"/custom_activity/{type['id']}/"
    assert api.put(path, json={"fields": [{"name": "x"}]}).status_code == 400


def test_a_type_goes_with_its_fields_and_activities(api):
    field = api.make("custom_field.activity")
    owner = {"custom_activity_type_id": field["custom_activity_type_id"]}
    activity = api.make("activity.custom", **owner)
    assert api.delete(f"/custom_activity/{owner['custom_activity_type_id']}/").status_code == 204
    assert api.get(f"/custom_field/activity/{field['id']}/").status_code == 404
    assert api.get(f"/activity/custom/{activity['id']}/").status_code == 404


def test_types_take_the_permission_to_manage_the_organization(api, join):
    type, user = api.make("custom_activity"), join("superuser")
    assert user.post("/custom_activity/", json={"name": "x"}).status_code == 403
    assert user.delete(f"/custom_activity/{type['id']}/").status_code == 403
    assert user.ok("get", "/custom_activity/")["data"] == [type]


def test_a_type_can_be_archived(api):
    type = api.make("custom_activity")
    changed = api.ok("put", f"/custom_activity/{type['id']}/", json={"is_archived": True})
    assert (type["is_archived"], changed["is_archived"]) == (False, True)


def test_what_a_type_is_can_be_changed(api):
    type = api.make("custom_activity")
    defaults = {"api_create_only": False, "editable_with_roles": [], "is_archived": False}
    assert type.items() >= (defaults | {"description": None, "fields": []}).items()
    change = {
        "name": "Visit",
        "description": "At their place.",
        "api_create_only": True,
        "editable_with_roles": ["admin"],
        "is_archived": True,
    }
    api.changes(f"/custom_activity/{type['id']}/", change)


def test_the_order_of_fields_says_nothing_else_about_them(api):
    type = api.make("custom_activity")["id"]
    field = api.make("custom_field.activity", name="Mood", custom_activity_type_id=type)
    renamed = {"fields": [{"id": field["id"], "name": "Other", "required": True}]}
    assert api.ok("put", f"/custom_activity/{type}/", json=renamed)["fields"] == [field]
    assert api.ok("put", f"/custom_activity/{type}/", json={"fields": []})["fields"] == [field]
