"""The definitions of forms."""

import pytest


def refused(api, *fields, **more):
    answer = api.post("/form/", json={"name": "Ask us", "fields": list(fields)} | more)
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def mistakes(api, *fields):
    errors = refused(api, *fields)["fields"]["errors"]
    return {index: one["field-errors"] for index, one in errors.items()}


def test_fields_get_ids_and_keep_them(api):
    form = api.make("form")
    first, _, third = form["fields"]
    assert all(one["id"].startswith("formfld_") for one in form["fields"])

    new = {"name": "Size", "type": "number"}
    sent = [third, first | {"name": "Who are you?"}, new]
    changed = api.ok("put", f"/form/{form['id']}/", json={"fields": sent})

    assert [one["id"] for one in changed["fields"]][:2] == [third["id"], first["id"]]
    assert changed["fields"][1]["name"] == "Who are you?"
    assert changed["fields"][2]["id"] not in {one["id"] for one in form["fields"]}


def test_a_configuration_is_another_when_the_fields_are(api):
    form = api.make("form")
    path = f"/form/{form['id']}/"

    renamed = api.ok("put", path, json={"name": "Tell us"})
    changed = api.ok("put", path, json={"fields": form["fields"][:1]})

    assert renamed["configuration_id"] == form["configuration_id"]
    assert changed["configuration_id"] != form["configuration_id"]


def test_a_form_has_only_its_own_fields(api):
    other = api.make("form")["fields"][0]
    form = api.make("form")

    answer = api.put(f"/form/{form['id']}/", json={"fields": [other, *form["fields"]]})

    errors = answer.json()["field-errors"]["fields"]["errors"]
    assert set(errors) == {"0", "1"}  # an id that is not its own, and a name that comes twice
    assert set(errors["0"]["field-errors"]) == {"id"}
    assert set(errors["1"]["field-errors"]) == {"name", "maps_to"}


def test_each_mistake_in_a_field_is_named(api):
    assert mistakes(
        api,
        {"name": "A", "type": "choices"},
        {"name": "A", "choices": ["x"]},
        {"name": "C", "maps_to": "lead.status_id"},
        {"name": "D", "maps_to": "contact.email"},
        {"name": "E", "maps_to": "contact.name"},
        {"name": "F", "maps_to": "contact.name"},
        {"name": "G", "maps_to": "lead.custom.cf_x"},
        {"name": "H", "type": "checkbox", "maps_to": "lead.name"},
    ) == {
        "0": {"choices": "A field of type choices has some, and no other has any."},
        "1": {
            "choices": "A field of type choices has some, and no other has any.",
            "name": "Another field of this form has this name.",
        },
        "2": {"maps_to": "A form cannot fill in anything of this name."},
        "3": {"maps_to": "An answer of type text does not fit there."},
        "5": {"maps_to": "Another field of this form goes there."},
        "6": {"maps_to": "A form cannot fill in anything of this name."},
        "7": {"maps_to": "An answer of type checkbox does not fit there."},
    }


def test_a_field_needs_a_name_and_a_known_type(api):
    assert mistakes(api, {}, {"name": "A", "type": "file"}) == {
        "0": {"name": "This field is required."},
        "1": {"type": "Not a valid choice."},
    }


def test_answers_may_go_to_custom_fields(api, stranger):
    size = api.make("custom_field.lead", type="number")["id"]
    tier = api.make("custom_field.contact", type="choices", choices=["a", "b"])["id"]
    foreign = stranger.make("custom_field.lead", type="number")["id"]

    api.make(
        "form",
        fields=[
            {"name": "Size", "type": "number", "maps_to": f"lead.custom.{size}"},
            {
                "name": "Tier",
                "type": "choices",
                "choices": ["a"],
                "maps_to": f"contact.custom.{tier}",
            },
        ],
    )

    wrong = mistakes(
        api,
        {"name": "A", "type": "number", "maps_to": f"lead.custom.{foreign}"},
        {"name": "B", "type": "number", "maps_to": f"contact.custom.{size}"},
        {"name": "C", "type": "text", "maps_to": f"lead.custom.{size}"},
        {"name": "D", "type": "choices", "choices": ["c"], "maps_to": f"contact.custom.{tier}"},
    )
    unknown = "A form cannot fill in anything of this name."
    assert [one["maps_to"] for one in wrong.values()] == [
        unknown,
        unknown,
        "An answer of type text does not fit there.",
        "That field has other choices.",
    ]


def test_a_form_that_asks_nothing_is_not_published(api):
    assert set(refused(api, is_published=True)) == {"is_published"}
    assert api.make("form", fields=[])["is_published"] is False


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_who_may_not_customize_does_not_define_forms(api, join, method):
    user, form = join("user"), api.make("form")
    path = "/form/" if method == "post" else f"/form/{form['id']}/"
    body = {} if method == "delete" else {"json": {"name": "x"}}

    assert getattr(user, method)(path, **body).status_code == 403
    assert user.get(f"/form/{form['id']}/").status_code == 200


def test_a_form_knows_its_page(api):
    form = api.make("form")

    assert form["url"].endswith(f"/forms/{api.organization_id}/{form['id']}/")
