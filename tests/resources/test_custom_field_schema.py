"""All fields of an object in the order in which they are shown."""


def names(api, path, **body):
    shown = api.ok("put" if body else "get", f"/custom_field_schema/{path}/", **body)
    return [field["name"] for field in shown["fields"]]


def share(api, name, **association):
    id = api.make("custom_field.shared", name=name)["id"]
    api.ok("post", f"/custom_field/shared/{id}/association/", json=association)
    return id


def test_a_schema_has_own_and_shared_fields(api):
    own = api.make("custom_field.lead", name="Own")
    api.make("custom_field.contact", name="Of contacts")
    id = share(api, "Shared", object_type="lead", editable_with_roles=["admin"])

    schema = api.ok("get", "/custom_field_schema/lead/")

    shared = api.ok("get", f"/custom_field/shared/{id}/")
    terms = {"editable_with_roles": ["admin"], "required": False}
    assert schema == {
        "organization_id": api.organization_id,
        "object_type": "lead",
        "name": "Lead",
        "fields": [own, shared | terms],
    }


def test_leads_contacts_and_opportunities_have_schemas(api):
    for kind, name in (("lead", "Lead"), ("contact", "Contact"), ("opportunity", "Opportunity")):
        field = api.make(f"custom_field.{kind}")
        schema = api.ok("get", f"/custom_field_schema/{kind}/")
        assert (schema["name"], schema["fields"]) == (name, [field])


def test_a_type_has_a_schema_of_its_own(api):
    for kind, word in (("activity", "activity"), ("custom_object_type", "custom_object")):
        field = api.make(f"custom_field.{kind}")
        type = field.get("custom_activity_type_id") or field["custom_object_type_id"]
        schema = api.ok("get", f"/custom_field_schema/{word}/{type}/")
        assert (schema["fields"], schema["object_type"]) == ([field], f"{word}/{type}")


def test_fields_are_put_in_another_order_and_none_is_lost(api):
    _, second, third = (api.make("custom_field.lead", name=n)["id"] for n in "ABC")
    shared = share(api, "D", object_type="lead")
    body = {"fields": [{"id": shared}, {"id": second}]}
    assert names(api, "lead", json=body) == ["D", "B", "A", "C"]
    api.make("custom_field.lead", name="E")
    assert names(api, "lead") == ["D", "B", "A", "C", "E"]
    assert names(api, "lead", json={"fields": [{"id": third}]}) == ["C", "D", "B", "A", "E"]


def test_an_order_is_of_fields_that_the_object_has(api, stranger):
    id = stranger.make("custom_field.lead")["id"]
    for wrong in ([{"id": id}], ["x"], [{}], {"id": id}):
        answer = api.put("/custom_field_schema/lead/", json={"fields": wrong})
        assert list(answer.json()["field-errors"]) == ["fields"]


def test_there_is_no_schema_of_what_has_no_fields(api, stranger):
    type = stranger.make("custom_activity")["id"]
    for path in ("task", "activity", "lead/x", f"activity/{type}"):
        assert api.get(f"/custom_field_schema/{path}/").status_code == 404


def test_an_order_takes_the_permission_to_manage_the_organization(api, join):
    assert join("superuser").put("/custom_field_schema/lead/", json={}).status_code == 403
