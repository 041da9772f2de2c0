"""What the server remembers of an organization's settings is never older than its last answer."""

import pytest


@pytest.fixture
def sizes(api):
    """A field of leads that was used a moment ago."""
    field = api.make("custom_field.lead", name="Size", type="choices", choices=["Small", "Large"])
    api.make("lead", **{f"custom.{field['id']}": "Large"})
    return field


def refused(api, field, value):
    key = f"custom.{field['id']}"
    return api.post("/lead/", json={key: value}).json()["field-errors"][key]


def test_a_choice_that_is_gone_is_refused_at_once(api, sizes):
    api.ok("put", f"/custom_field/lead/{sizes['id']}/", json={"choices": ["Small"]})

    assert refused(api, sizes, "Large") == "Not a valid choice."


def test_a_field_that_is_gone_is_refused_at_once(api, sizes):
    api.ok("delete", f"/custom_field/lead/{sizes['id']}/")

    assert refused(api, sizes, "Large").endswith("does not exist.")


def test_a_field_has_its_new_name_at_once(api, sizes):
    api.ok("put", f"/custom_field/lead/{sizes['id']}/", json={"name": "Reach"})

    assert api.make("lead", **{"custom.Reach": "Small"})["custom"] == {"Reach": "Small"}
    assert api.post("/lead/", json={"custom.Size": "Small"}).status_code == 400


def test_the_roles_that_may_change_a_field_count_at_once(api, sizes):
    body = {"editable_with_roles": ["user"]}
    api.ok("put", f"/custom_field/lead/{sizes['id']}/", json=body)

    assert refused(api, sizes, "Large") == "Your role may not change this Custom Field."


def test_a_shared_field_that_is_parted_from_leads_is_refused_at_once(api):
    field = api.make("custom_field.shared")
    url = f"/custom_field/shared/{field['id']}/association/"
    api.ok("post", url, json={"object_type": "lead"})
    api.make("lead", **{f"custom.{field['id']}": "x"})

    api.ok("delete", f"{url}lead/")

    assert refused(api, field, "x").endswith("does not exist.")


def test_new_leads_have_the_status_that_is_first_now(api):
    first, second = api.ok("get", "/status/lead/")["data"][:2]
    assert api.make("lead")["status_id"] == first["id"]

    for lead in api.ok("get", "/lead/")["data"]:
        api.ok("delete", f"/lead/{lead['id']}/")
    api.ok("delete", f"/status/lead/{first['id']}/")

    assert api.make("lead")["status_id"] == second["id"]


def test_another_process_hears_of_a_change(api, world, sizes):
    """It has changed without this one: as by a process beside it."""
    world.sql(
        "update custom_field set choices = '[]' where organization_id = $1 and id = $2",
        api.organization_id,
        sizes["id"],
    )
    forgotten = world.app.sign_in.forgotten
    world.sql("notify ajar_rights")
    while world.app.sign_in.forgotten == forgotten:
        api.ok("get", "/me/")

    assert refused(api, sizes, "Large") == "Not a valid choice."


def test_what_people_and_things_a_value_means_is_looked_up_each_time(api, stranger):
    field = api.make("custom_field.lead", type="user")
    key = f"custom.{field['id']}"
    for _ in range(2):
        assert api.make("lead", **{key: api.user_id})[key] == api.user_id

    assert refused(api, field, stranger.user_id) == "Object does not exist."
