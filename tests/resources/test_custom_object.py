"""Custom objects, and the fields of others that refer to them."""

import pytest

OWNER = "custom_object_type_id"


@pytest.fixture
def field(api):
    """Make a definition; the key of its values and its type."""

    def make(**more):
        made = api.make("custom_field.custom_object_type", **more)
        return f"custom.{made['id']}", made[OWNER]

    return make


def test_a_list_is_that_of_one_lead(api):
    one, other = api.make("custom_object"), api.make("custom_object")
    assert api.get("/custom_object/").status_code == 400
    found = api.ok("get", f"/custom_object/?lead_id={one['lead_id']}")["data"]
    assert found == [one]
    of_type = f"/custom_object/?lead_id={one['lead_id']}&{OWNER}={other[OWNER]}"
    assert api.ok("get", of_type)["data"] == []
    same_lead = api.make("custom_object", lead_id=one["lead_id"])
    of_type = f"/custom_object/?lead_id={one['lead_id']}&{OWNER}={one[OWNER]}"
    assert api.ok("get", of_type)["data"] == [one] != [same_lead]


def test_an_object_does_not_tell_who_refers_to_it(api):
    thing = api.make("custom_object")
    more = {"type": "custom_object", "referenced_custom_type_id": thing[OWNER]}
    own = api.make("custom_object_type")["id"]
    field = api.make("custom_field.custom_object_type", **{OWNER: own}, **more)
    key, lead = f"custom.{field['id']}", thing["lead_id"]
    other = api.make("custom_object", lead_id=lead, **{OWNER: own, key: thing["id"]})
    assert other[key] == thing["id"]

    path = f"/custom_object/?lead_id={lead}&{OWNER}={thing[OWNER]}"

    assert (
        api.ok("get", path)["data"] == [thing] == [api.ok("get", f"/custom_object/{thing['id']}/")]
    )


def test_an_object_has_a_type_a_lead_and_a_name(api):
    refused = api.post("/custom_object/", json={})
    required = dict.fromkeys((OWNER, "lead_id", "name"), "This field is required.")
    assert refused.json()["field-errors"] == required


def test_values_are_set_added_and_removed(api, field):
    choices = {"type": "choices", "choices": ["A", "B"], "accepts_multiple_values": True}
    key, type = field(**choices)
    thing = api.make("custom_object", **{OWNER: type, key: ["A"]})
    path = f"/custom_object/{thing['id']}/"
    assert thing[key] == ["A"]
    assert api.ok("put", path, json={f"{key}.add": "B"})[key] == ["A", "B"]
    assert api.ok("put", path, json={f"{key}.remove": "A", "name": "x"})[key] == ["B"]
    assert key not in api.ok("put", path, json={key: None})


def test_the_fields_of_another_type_are_unknown(api, field):
    key, _ = field()
    answer = api.post("/custom_object/", json=api.body("custom_object") | {key: "x"})
    assert list(answer.json()["field-errors"]) == [key]


def test_a_name_means_the_field_of_the_objects_own_type(api, field):
    (key, type), _ = field(name="Colour"), field(name="Colour")
    assert api.make("custom_object", **{OWNER: type, "custom.Colour": "black"})[key] == "black"


def test_what_is_required_is_required(api, field):
    key, type = field(required=True)
    refused = api.post("/custom_object/", json=api.body("custom_object", **{OWNER: type}))
    assert refused.json()["field-errors"] == {key: "This field is required."}
    thing = api.make("custom_object", **{OWNER: type, key: "x"})
    assert api.put(f"/custom_object/{thing['id']}/", json={key: None}).status_code == 400


def test_the_type_and_the_lead_of_an_object_never_change(api):
    thing, other = api.make("custom_object"), api.make("custom_object")
    body = {"lead_id": other["lead_id"], OWNER: other[OWNER]}
    assert api.ok("put", f"/custom_object/{thing['id']}/", json=body) == thing


def test_a_deleted_field_vanishes_with_its_values(api, field):
    key, type = field()
    thing = api.make("custom_object", **{OWNER: type, key: "x"})
    assert api.delete(f"/custom_field/custom_object_type/{key[7:]}/").status_code == 204
    assert key not in api.ok("get", f"/custom_object/{thing['id']}/")


def test_objects_go_and_move_with_their_lead(api):
    thing, lead = api.make("custom_object"), api.make("lead")
    body = {"source": thing["lead_id"], "destination": lead["id"]}
    api.ok("post", "/lead/merge/", json=body)
    assert api.ok("get", f"/custom_object/{thing['id']}/")["lead_id"] == lead["id"]
    api.ok("delete", f"/lead/{lead['id']}/")
    assert api.get(f"/custom_object/{thing['id']}/").status_code == 404


@pytest.mark.parametrize("kind", ["lead", "contact", "opportunity", "activity"])
def test_others_refer_to_objects_of_their_lead_and_of_one_type(api, kind):
    thing = api.make("custom_object")
    same_lead = api.make("custom_object", lead_id=thing["lead_id"])
    same_type = api.make("custom_object", **{OWNER: thing[OWNER]})
    more = {"type": "custom_object", "referenced_custom_type_id": thing[OWNER]}
    field = api.make(f"custom_field.{kind}", **more)
    key, path = f"custom.{field['id']}", f"/lead/{thing['lead_id']}/"
    if kind != "lead":
        owner = {k: v for k, v in field.items() if k == "custom_activity_type_id"}
        name = "activity.custom" if kind == "activity" else kind
        row = api.make(name, lead_id=thing["lead_id"], **owner)
        path = f"/{name.replace('.', '/')}/{row['id']}/"
    assert api.ok("put", path, json={key: thing["id"]})[key] == thing["id"]
    for wrong in (same_lead, same_type):
        answer = api.put(path, json={key: wrong["id"]})
        assert answer.json()["field-errors"] == {key: "Object does not exist."}


def test_only_some_roles_may_change_objects_of_a_type(api, join):
    type = api.make("custom_object_type", editable_with_roles=["admin"])["id"]
    thing, user = api.make("custom_object", **{OWNER: type}), join("user")
    path = f"/custom_object/{thing['id']}/"
    assert user.put(path, json={"name": "x"}).status_code == 403
    assert user.get(path).status_code == 200
