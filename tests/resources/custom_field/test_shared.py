"""Custom fields that several kinds of object have in common."""

import pytest


@pytest.fixture
def shared(api):
    """A shared field that is associated with these; the key of its values."""

    def make(*associations, **more):
        id = api.make("custom_field.shared", **more)["id"]
        for one in associations:
            body = one if isinstance(one, dict) else {"object_type": one}
            api.ok("post", f"/custom_field/shared/{id}/association/", json=body)
        return f"custom.{id}"

    return make


def at(key, *more):
    return "/".join((f"/custom_field/shared/{key[7:]}", *more, ""))


def test_a_new_shared_field_is_associated_with_nothing(api, shared):
    key = shared()
    field = api.ok("get", at(key))
    assert (field["associations"], field["is_shared"]) == ([], True)
    assert api.post("/lead/", json={key: "x"}).status_code == 400


def test_each_associated_object_has_a_value_of_its_own(api, shared):
    key = shared("lead", "contact", "opportunity")
    lead = api.make("lead", **{key: "Law"})
    contact = api.make("contact", lead_id=lead["id"], **{key: "Tax"})
    opportunity = api.make("opportunity", lead_id=lead["id"], **{key: "Both"})
    shown = api.ok("get", f"/lead/{lead['id']}/")
    assert (shown[key], shown["custom"]) == ("Law", {"Industry": "Law"})
    assert shown["contacts"][0][key] == contact[key] == "Tax"
    assert shown["opportunities"][0][key] == opportunity[key] == "Both"


def test_a_field_is_shared_only_with_what_it_is_associated_with(api, shared):
    key = shared("lead")
    answer = api.post("/contact/", json={key: "x"})
    assert list(answer.json()["field-errors"]) == [key]


def test_own_lists_do_not_have_shared_fields(api, shared):
    key = shared("lead")
    assert api.ok("get", "/custom_field/lead/")["data"] == []
    assert api.get(f"/custom_field/lead/{key[7:]}/").status_code == 404


def test_the_type_of_a_shared_field_never_changes(api, shared):
    key = shared(type="choices", choices=["A"])
    body = {"type": "text", "name": "Size", "choices": ["B"], "accepts_multiple_values": True}
    field = api.ok("put", at(key), json=body)
    assert (field["type"], field["accepts_multiple_values"]) == ("choices", False)
    assert (field["name"], field["choices"]) == ("Size", ["B"])


def test_an_association_has_terms_of_its_own(api, shared):
    key, type = shared(), api.make("custom_activity")["id"]
    body = {"object_type": "custom_activity_type", "custom_activity_type_id": type}
    answer = api.post(at(key, "association"), json=body | {"required": True})
    whole = body | {"required": True, "editable_with_roles": []}
    path = at(key, "association", "custom_activity_type", type)
    assert (answer.status_code, answer.json()) == (201, whole)
    assert answer.headers["location"] == f"/api/v1{path}"
    assert api.ok("get", path) == whole

    changed = api.ok("put", path, json={"editable_with_roles": ["admin"], "object_type": "lead"})

    assert changed == whole | {"editable_with_roles": ["admin"]}
    assert api.ok("get", at(key))["associations"] == [changed]


def test_an_association_may_be_named_as_a_schema_is(api, shared):
    type = api.make("custom_object_type")["id"]
    key = shared({"object_type": "custom_object_type", "custom_object_type_id": type})
    path = at(key, "association", "custom_object", type)
    assert api.ok("get", path)["custom_object_type_id"] == type


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "object_type"),
        ({"object_type": "task"}, "object_type"),
        ({"object_type": ["lead"]}, "object_type"),
        ({"object_type": "custom_activity_type"}, "custom_activity_type_id"),
        (
            {"object_type": "custom_object_type", "custom_object_type_id": "cotype_x"},
            "custom_object_type_id",
        ),
    ],
)
def test_a_field_is_associated_with_what_there_is(api, shared, body, wrong):
    answer = api.post(at(shared(), "association"), json=body)
    assert (answer.status_code, list(answer.json()["field-errors"])) == (400, [wrong])


def test_a_field_is_associated_once(api, shared):
    key = shared("lead")
    assert api.post(at(key, "association"), json={"object_type": "lead"}).status_code == 400


def test_what_is_not_associated_is_not_found(api, shared):
    key = shared("lead")
    for path in (("contact",), ("task",), ("lead", "x"), ("custom_object_type",)):
        assert api.get(at(key, "association", *path)).status_code == 404


def test_whoever_loses_a_shared_field_loses_the_values(api, shared):
    key = shared("lead", "contact")
    lead = api.make("lead", **{key: "Law"})
    contact = api.make("contact", lead_id=lead["id"], **{key: "Tax"})

    assert api.delete(at(key, "association", "lead")).status_code == 204

    shown = api.ok("get", f"/lead/{lead['id']}/")
    assert key not in shown
    assert shown["contacts"][0][key] == contact[key]
    assert api.put(f"/lead/{lead['id']}/", json={key: "x"}).status_code == 400
    assert api.get(at(key, "association", "lead")).status_code == 404


def test_one_type_loses_a_shared_field_and_the_other_keeps_it(api, shared):
    types = [api.make("custom_activity")["id"] for _ in range(2)]
    owner = "custom_activity_type_id"
    key = shared(*({"object_type": "custom_activity_type", owner: type} for type in types))
    first, second = (api.make("activity.custom", **{owner: t, key: "x"}) for t in types)

    api.ok("delete", at(key, "association", "custom_activity_type", types[0]))

    assert key not in api.ok("get", f"/activity/custom/{first['id']}/")
    assert api.ok("get", f"/activity/custom/{second['id']}/")[key] == "x"


def test_a_deleted_shared_field_vanishes_everywhere(api, shared):
    key = shared("lead", "contact")
    contact = api.make("contact", **{key: "Tax"})
    api.ok("put", f"/lead/{contact['lead_id']}/", json={key: "Law"})

    api.ok("delete", at(key))

    shown = api.ok("get", f"/lead/{contact['lead_id']}/")
    assert key not in shown and key not in shown["contacts"][0]


def test_a_shared_field_may_be_required_of_a_type(api, shared):
    type = api.make("custom_object_type")["id"]
    owner = {"custom_object_type_id": type}
    key = shared({"object_type": "custom_object_type", "required": True} | owner)
    body = api.body("custom_object", **owner)
    assert list(api.post("/custom_object/", json=body).json()["field-errors"]) == [key]
    assert api.make("custom_object", **owner, **{key: "x"})[key] == "x"


def test_roles_may_change_a_shared_field_as_the_association_says(api, shared, join):
    key = shared({"object_type": "lead", "editable_with_roles": ["admin"]}, "contact")
    contact, user = api.make("contact"), join("user")
    assert user.put(f"/lead/{contact['lead_id']}/", json={key: "x"}).status_code == 400
    assert user.put(f"/contact/{contact['id']}/", json={key: "x"}).status_code == 200


def test_a_deleted_type_is_associated_with_nothing(api, shared):
    type = api.make("custom_object_type")["id"]
    key = shared({"object_type": "custom_object_type", "custom_object_type_id": type}, "lead")
    api.ok("delete", f"/custom_object_type/{type}/")
    assert [one["object_type"] for one in api.ok("get", at(key))["associations"]] == ["lead"]


def test_only_types_require_a_shared_field(api, shared):
    """Leads, contacts and opportunities are saved without it."""
    kinds = ("lead", "contact", "opportunity")
    key = shared(*({"object_type": kind, "required": True} for kind in kinds))
    assert [one["required"] for one in api.ok("get", at(key))["associations"]] == [True] * 3
    for kind in kinds:
        assert key not in api.make(kind)
        assert api.ok("get", at(key, "association", kind))["object_type"] == kind


def test_a_shared_field_is_required_to_publish_an_activity(api, shared):
    owner = {"custom_activity_type_id": api.make("custom_activity")["id"]}
    key = shared({"object_type": "custom_activity_type", "required": True} | owner)
    body = api.body("activity.custom", **owner)
    assert list(api.post("/activity/custom/", json=body).json()["field-errors"]) == [key]
    api.make("activity.custom", **owner, status="draft")


def test_what_is_no_longer_associated_is_no_longer_required(api, shared):
    owner = {"custom_object_type_id": api.make("custom_object_type")["id"]}
    key = shared({"object_type": "custom_object_type", "required": True} | owner)
    path = at(key, "association", "custom_object_type", owner["custom_object_type_id"])
    thing = api.make("custom_object", **owner, **{key: "x"})

    assert api.delete(path).status_code == 204

    assert key not in api.ok("get", f"/custom_object/{thing['id']}/")
    assert key not in api.make("custom_object", **owner)


def test_a_deleted_shared_field_is_associated_with_nothing(api, shared):
    key = shared("lead", {"object_type": "contact", "required": True})

    api.ok("delete", at(key))

    assert api.get(at(key, "association", "lead")).status_code == 404
    for kind in ("lead", "contact"):
        assert api.ok("get", f"/custom_field_schema/{kind}/")["fields"] == []
