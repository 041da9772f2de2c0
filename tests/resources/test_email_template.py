"""Email templates: who sees them, and what becomes of them."""

import json

import pytest


@pytest.fixture
def gob(api):
    lead = api.make("lead", name="Bluth & Co")
    emails = [{"email": "gob@bluth.example"}]
    return api.make("contact", lead_id=lead["id"], name="Gob Bluth", emails=emails)


def rendered(api, template, **params):
    return api.get(f"/email_template/{template['id']}/render/", params=params)


def test_a_template_is_rendered_for_a_contact(api, gob):
    text = "{{ contact.first_name }} {{ lead.display_name }} {{ user.first_name }}"
    template = api.make("email_template", subject=text, body=f"<b>{text}</b>")

    answer = rendered(api, template, lead_id=gob["lead_id"], contact_id=gob["id"]).json()

    assert answer == {
        "lead_id": gob["lead_id"],
        "contact_id": gob["id"],
        "lead_display_name": "Bluth & Co",
        "contact_display_name": "Gob Bluth",
        "email": "gob@bluth.example",
        "subject": "Gob Bluth & Co Bruce",
        "body": "<b>Gob Bluth &amp; Co Bruce</b>",
    }


def test_a_template_may_name_custom_fields_and_the_organization(api, gob):
    field = api.make("custom_field.contact", name="Magic Trick")
    api.ok("put", f"/contact/{gob['id']}/", json={f"custom.{field['id']}": "Cards"})
    field = api.make("custom_field.lead", name="Field of work")
    api.ok("put", f"/lead/{gob['lead_id']}/", json={f"custom.{field['id']}": "Wayne"})
    body = '{{ lead.custom.["Field of work"] }}: {{ contact.custom.["Magic Trick"] }}'
    template = api.make("email_template", body=body)
    answer = rendered(api, template, lead_id=gob["lead_id"], contact_id=gob["id"]).json()
    assert answer["body"] == "Wayne: Cards"
    body = '{{ organization.name }}: {{ contact.custom.["Magic Trick"] }}'
    template = api.make("email_template", body=body)

    answer = rendered(api, template, lead_id=gob["lead_id"], contact_id=gob["id"]).json()

    assert answer["body"] == "Wayne Enterprises: Cards"


@pytest.mark.parametrize(
    ("sent", "missing"), [("lead_id", "contact_id"), ("contact_id", "lead_id")]
)
def test_lead_and_contact_are_required_together(api, gob, sent, missing):
    template = api.make("email_template")

    answer = rendered(api, template, **{sent: gob["lead_id"]})

    assert answer.status_code == 400
    assert answer.json()["field-errors"] == {missing: "This field is required."}


def test_the_contact_must_be_of_the_lead_and_visible(api, stranger, gob):
    template, theirs = api.make("email_template"), stranger.make("email_template")
    other = api.make("lead")

    wrong = rendered(api, template, lead_id=other["id"], contact_id=gob["id"])
    strange = rendered(stranger, theirs, lead_id=gob["lead_id"], contact_id=gob["id"])

    assert (wrong.status_code, strange.status_code) == (404, 404)


def test_an_entry_of_leads_is_the_first_contact_with_an_address(api, gob, clock):
    api.make("lead", name="Without anybody")
    lead = api.make("lead", name="Sitwell")
    api.make("contact", lead_id=lead["id"], name="No mail")
    sally = api.make("contact", lead_id=lead["id"], emails=[{"email": "sally@s.example"}])
    template = api.make("email_template")

    found = {rendered(api, template, entry=n).json().get("contact_id") for n in (0, 1)}

    assert found == {gob["id"], sally["id"]}
    assert rendered(api, template, entry=2).json() == {}


def test_an_entry_of_contacts_skips_those_without_an_address(api, gob):
    api.make("contact", name="No mail")
    template = api.make("email_template")

    entries = [rendered(api, template, entry=n, mode="contact").json() for n in (0, 1)]

    assert [one.get("contact_id") for one in entries] == [gob["id"], None]


def named(name):
    kind = {"type": "object_type", "object_type": "contact"}
    text = {"type": "text", "mode": "full_words", "value": name}
    return json.dumps({"type": "and", "queries": [kind, text]})


def test_an_entry_of_a_search_is_the_first_contact_of_a_lead_that_it_finds(api, gob):
    other = api.make("lead", name="Sitwell")
    api.make("contact", lead_id=other["id"], name="No mail")
    sally = api.make("contact", lead_id=other["id"], emails=[{"email": "sally@s.example"}])
    api.make("contact", lead_id=other["id"], emails=[{"email": "stan@s.example"}])
    template = api.make("email_template")
    search = {"query": 'name:"Sitwell"'}

    assert rendered(api, template, **search).json()["contact_id"] == sally["id"]
    assert rendered(api, template, entry=1, **search).json() == {}
    assert rendered(api, template, query="sort:display_name").json()["contact_id"] == gob["id"]


def test_a_search_may_be_for_each_contact(api, gob):
    emails = [{"email": "lindsay@bluth.example"}]
    lindsay = api.make("contact", lead_id=gob["lead_id"], name="Lindsay Bluth", emails=emails)
    api.make("contact", lead_id=gob["lead_id"], name="Buster Bluth")
    template = api.make("email_template")

    def entries(**params):
        found = [rendered(api, template, entry=n, **params).json() for n in range(3)]
        return [one.get("contact_id") for one in found]

    assert entries(query="Bluth", mode="contact") == [gob["id"], lindsay["id"], None]
    assert entries(s_query=named("Lindsay")) == [lindsay["id"], None, None]
    assert entries(query="Bluth", mode="contact", results_limit=0) == [None, None, None]


def test_every_parameter_of_a_preview_has_its_meaning(api, gob):
    emails = [{"email": "stan@s.example"}]
    stan = api.make("contact", name="Stan Sitwell", emails=emails)
    lindsay = api.make("contact", lead_id=stan["lead_id"], emails=[{"email": "l@s.example"}])
    api.ok("put", f"/lead/{stan['lead_id']}/", json={"name": "Sitwell"})
    template = api.make("email_template")

    def entries(**params):
        found = [rendered(api, template, entry=n, **params).json() for n in range(4)]
        return [one["contact_id"] for one in found if one]

    every = {"type": "object_type", "object_type": "lead"}
    field = {"type": "regular_field", "object_type": "lead", "field_name": "display_name"}
    leads = {"s_query": json.dumps(every)}
    ordered = {way: json.dumps([{"direction": way, "field": field}]) for way in ("asc", "desc")}
    first, second = [gob["id"]], [stan["id"]]
    assert entries(**leads, sort=ordered["asc"]) == first + second
    assert entries(**leads, sort=ordered["desc"]) == second + first
    for name in ("limit", "results_limit"):
        assert entries(**leads, sort=ordered["asc"], **{name: 1}) == first
    for name in ("contact", "all"):
        found = entries(**leads, sort=ordered["asc"], contact_preference=name)
        assert found == [*first, stan["id"], lindsay["id"]]
    assert entries(**leads, sort=ordered["asc"], contact_preference="lead") == first + second
    assert entries(query="Stan", bulk_object_type="contact") == second
    assert entries(query="Sitwell", bulk_object_type="lead") == second
    assert entries(query="Sitwell", mode="lead") == entries(query="Sitwell") == second
    who = {"email_account_id": "emailacct_x", "sender": "x@y.example"}  # it is the caller's
    assert entries(query="Sitwell", **who) == second


def test_a_preview_reaches_as_far_as_the_hundredth(api, gob):
    template = api.make("email_template")
    assert rendered(api, template, entry=99).json() == {}
    assert rendered(api, template, entry=0).json() == rendered(api, template).json() != {}
    assert rendered(api, template, entry=-1).status_code == 400


def test_a_preview_is_of_the_caller(api, join, gob):
    template = api.make("email_template", subject="{{ user.email }}", is_shared=True)
    other, params = join("user"), {"lead_id": gob["lead_id"], "contact_id": gob["id"]}
    assert rendered(other, template, **params).json()["subject"] == other.member["user_email"]


def test_no_template_is_embedded_in_a_workflow(api):
    template = api.make("email_template")
    path = f"/email_template/{template['id']}/"
    assert api.ok("get", path, params={"include_embedded": "true"}) == api.ok("get", path)


def test_a_list_does_not_tell_which_sequences_send_a_template(api):
    api.make("email_template")
    (listed,) = api.ok("get", "/email_template/")["data"]
    assert "used_by_sequences" not in listed


def test_a_search_finds_nobody_of_strangers(api, stranger, gob):
    assert rendered(stranger, stranger.make("email_template"), query="Bluth").json() == {}


@pytest.mark.parametrize(
    "params",
    [
        {"entry": 100},
        {"entry": "x"},
        {"mode": "x"},
        {"query": "no_such_field:x"},
        {"query": "("},
        {"s_query": "{"},
        {"s_query": "[1]"},
        {"s_query": '{"type": "match_all"}', "sort": "1"},
        {"s_query": '{"type": "object_type", "object_type": "activity.note"}'},
        {"query": "x", "limit": "x"},
    ],
)
def test_a_preview_that_cannot_be_shown_is_refused(api, params):
    assert rendered(api, api.make("email_template"), **params).status_code == 400


@pytest.mark.parametrize("field", ["subject", "body"])
def test_a_template_that_cannot_be_rendered_is_refused(api, field):
    answer = api.post("/email_template/", json={"name": "x", field: "{{ lead"})

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == [field]


@pytest.mark.parametrize("name", ["email_template", "sms_template"])
def test_what_is_not_shared_is_seen_by_its_maker_only(api, join, name):
    mine, shared = api.make(name), api.make(name, is_shared=True)
    other = join("admin")

    assert [row["id"] for row in other.ok("get", f"/{name}/")["data"]] == [shared["id"]]
    assert other.get(f"/{name}/{mine['id']}/").status_code == 404
    assert other.delete(f"/{name}/{mine['id']}/").status_code == 404


@pytest.mark.parametrize("name", ["email_template", "sms_template"])
def test_shared_templates_of_others_take_a_permission(api, join, name):
    template = api.make(name, is_shared=True)
    user, superuser = join("user"), join("superuser")
    path = f"/{name}/{template['id']}/"

    assert user.put(path, json={"name": "x"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert superuser.ok("put", path, json={"name": "x"})["name"] == "x"
    assert superuser.delete(path).status_code < 300


def test_the_list_tells_shared_and_archived_ones_apart(api):
    api.make("email_template")
    archived = api.make("email_template", is_archived=True, is_shared=True)

    for name in ("is_archived", "is_shared"):
        rows = api.ok("get", f"/email_template/?{name}=true")["data"]
        assert [row["id"] for row in rows] == [archived["id"]]
        rows = api.ok("get", f"/email_template/?{name}=false")["data"]
        assert [row[name] for row in rows] == [False]


def test_a_template_is_neither_shared_nor_archived_unless_it_says_so(api):
    template = api.make("email_template")
    assert (template["is_shared"], template["is_archived"]) == (False, False)
    both = {"is_shared": True, "is_archived": True}
    changed = api.ok("put", f"/email_template/{template['id']}/", json=both)
    assert {name: changed[name] for name in both} == both
    assert api.make("sms_template")["is_shared"] is False


def test_attachments_are_files_that_were_uploaded(api):
    file = {"filename": "a.gif", "content_type": "image/gif", "size": 3}
    wrong = {"name": "x", "attachments": [file | {"url": "https://elsewhere.example/a.gif"}]}
    right = [file | {"url": "https://app.close.com/go/file/x/a.gif"}]

    assert api.post("/email_template/", json=wrong).status_code == 400
    (kept,) = api.make("email_template", attachments=right)["attachments"]
    assert kept.items() >= (right[0] | {"content_id": None, "inline_only": False}).items()


def test_a_template_has_the_recorded_form(api):
    assert set(api.make("email_template")) == {
        "attachments",
        "body",
        "created_by",
        "date_created",
        "date_updated",
        "id",
        "is_archived",
        "is_shared",
        "name",
        "organization_id",
        "subject",
        "updated_by",
    }


def test_sms_templates_begin_active_and_can_be_archived(api):
    template = api.make("sms_template")

    archived = api.ok("put", f"/sms_template/{template['id']}/", json={"status": "archived"})
    assert api.make("sms_template", status="archived")["status"] == "active"

    assert (template["status"], archived["status"]) == ("active", "archived")
    assert template["owned_by"] == api.user_id


FILE = {"filename": "a.gif", "content_type": "image/gif"}


def test_a_status_of_an_sms_template_is_one_of_two(api):
    path = f"/sms_template/{api.make('sms_template')['id']}/"
    wrong = api.put(path, json={"status": "gone"})
    assert wrong.json()["field-errors"] == {"status": "Not a valid choice."}


@pytest.mark.parametrize("query", ["", "?include_attachments=true", "?include_embedded=true"])
def test_an_sms_template_is_shown_with_its_attachments(api, query):
    """Whether they are asked for or not."""
    url = "https://app.close.com/go/file/x/a.gif"
    template = api.make("sms_template", attachments=[FILE | {"url": url}])
    shown = api.ok("get", f"/sms_template/{template['id']}/{query}")
    assert shown == template
    assert [one["url"] for one in shown["attachments"]] == [url]


def test_sms_templates_are_created_and_deleted_with_the_codes_of_newer_kinds(api):
    made = api.post("/sms_template/", json={"name": "x"})
    gone = api.delete(f"/sms_template/{made.json()['id']}/")
    assert (made.status_code, gone.status_code, gone.content) == (201, 204, b"")


def test_email_templates_answer_with_200_throughout(api):
    made = api.post("/email_template/", json={"name": "x"})
    path = f"/email_template/{made.json()['id']}/"
    answers = [made, api.get("/email_template/"), api.get(path), api.put(path, json={"name": "y"})]
    answers.append(api.delete(path))
    assert [one.status_code for one in answers] == [200] * 5
    assert answers[-1].json() == {}
