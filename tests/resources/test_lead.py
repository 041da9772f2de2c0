"""Leads: what they bring along, what they show, and what happens when they change."""

from functools import partial

import pytest

from ajar.kernel import ops
from ajar.kernel.registry import resources as registry


def statuses(api):
    return {s["label"]: s["id"] for s in api.ok("get", "/status/lead/")["data"]}


def test_a_lead_takes_the_first_status(api):
    lead = api.make("lead")
    assert (lead["status_id"], lead["status_label"]) == (statuses(api)["Potential"], "Potential")


def test_a_status_may_be_named_by_its_label(api):
    lead = api.make("lead", status="Customer")
    assert lead["status_label"] == "Customer"
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"status": "Qualified"})
    assert changed["status_label"] == "Qualified"


def test_status_and_status_id_are_never_sent_together(api):
    body = {"status": "Customer", "status_id": statuses(api)["Customer"]}
    url = f"/lead/{api.make('lead')['id']}/"
    for answer in (api.post("/lead/", json=body), api.put(url, json=body)):
        assert (answer.status_code, list(answer.json()["field-errors"])) == (400, ["status"])


def test_the_id_of_a_status_means_it_whatever_it_is_called(api):
    id = statuses(api)["Customer"]
    lead = api.make("lead", status_id=id)

    api.ok("put", f"/status/lead/{id}/", json={"label": "Client"})

    shown = api.ok("get", f"/lead/{lead['id']}/")
    assert (shown["status_id"], shown["status_label"]) == (id, "Client")
    assert api.make("lead", status_id=id)["status_label"] == "Client"


def test_an_unknown_label_is_answered_as_recorded(api):
    answer = api.post("/lead/", json={"status": "foo"})
    assert answer.json()["field-errors"]["status"] == (
        "Not a valid choice. Please go to Customizations in your organization settings and add "
        '"foo" to the list of lead statuses.'
    )


def test_all_mistakes_are_told_at_once(api):
    body = {
        "status_id": "stat_nope",
        "name": 7,
        "custom.cf_no": 1,
        "contacts": [{"name": "Gob"}, {"name": 7, "emails": [{"email": "nonsense"}]}],
    }
    answer = api.post("/lead/", json=body)
    assert answer.status_code == 400
    errors = answer.json()["field-errors"]
    assert errors["status_id"] == "Object does not exist."
    assert errors["name"] == "Value must be of str type."
    assert errors["custom.cf_no"] == 'The Custom Field "cf_no" does not exist.'
    assert list(errors["contacts"]["errors"]) == ["1"]
    contact = errors["contacts"]["errors"]["1"]
    assert contact["field-errors"]["name"] == "Value must be of str type."
    (email,) = contact["field-errors"]["emails"]["errors"].values()
    assert email == {"field-errors": {"email": "Invalid email address."}, "errors": []}


def test_a_bad_contact_leaves_no_lead_behind(api):
    api.post("/lead/", json={"name": "Bluth", "contacts": [{"name": 7}]})
    assert api.events() == []
    assert api.ok("get", "/lead/")["total_results"] == 0


def test_a_lead_may_bring_its_contacts(api):
    contacts = [{"name": "Gob", "emails": [{"email": "gob@bluth.example"}]}, {"name": "Buster"}]
    lead = api.ok("post", "/lead/", json={"name": "Bluth", "contacts": contacts})
    assert [contact["name"] for contact in lead["contacts"]] == ["Gob", "Buster"]
    assert lead["contact_ids"] == [contact["id"] for contact in lead["contacts"]]
    assert lead["contacts"][0]["emails"] == [
        {"email": "gob@bluth.example", "type": "office", "is_unsubscribed": False}
    ]


def test_nothing_but_contacts_addresses_and_custom_values_comes_along(api):
    key = "custom." + api.make("custom_field.lead")["id"]
    lead = api.ok(
        "post",
        "/lead/",
        json={
            "contacts": [{"name": "Gob"}],
            "addresses": [{"city": "Newport"}],
            key: "Magic",
            "opportunities": [{"value": 500}],
            "tasks": [{"text": "Call back"}],
            "activities": [{"_type": "Note", "note": "Hello"}],
        },
    )

    assert (lead[key], lead["addresses"][0]["city"], len(lead["contacts"])) == (
        "Magic",
        "Newport",
        1,
    )
    assert (lead["opportunities"], lead["tasks"]) == ([], [])
    assert api.events()[1:] == [("lead", "created"), ("contact", "created")]


def test_a_new_contact_of_a_lead_may_have_custom_values(api):
    key = "custom." + api.make("custom_field.contact")["id"]
    lead = api.ok("post", "/lead/", json={"contacts": [{"name": "Gob", key: "Magic"}]})
    assert lead["contacts"][0][key] == "Magic"


def test_an_untitled_lead_is_called_after_its_first_contact(api):
    lead = api.ok("post", "/lead/", json={})
    assert lead["display_name"] == "Untitled"
    api.make("contact", lead_id=lead["id"], name="Gob")
    api.make("contact", lead_id=lead["id"], name="Buster")
    assert api.ok("get", f"/lead/{lead['id']}/")["display_name"] == "Gob"


def test_null_clears_and_what_is_not_sent_stays(api):
    lead = api.make("lead", description="Best. Show. Ever.")
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"description": None})
    assert (changed["description"], changed["name"]) == (None, "Bluth Company")


def test_contacts_cannot_be_changed_through_the_lead(api):
    lead = api.ok("post", "/lead/", json={"contacts": [{"name": "Gob"}]})
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"contacts": []})
    assert changed["contacts"] == lead["contacts"]


def test_addresses_are_replaced_as_a_list_and_know_their_time_zones(api):
    lead = api.make("lead", addresses=[{"city": "Paris", "country": "fr"}, {"city": "Rome"}])
    first = lead["addresses"][0]
    assert (first["country"], first["tz_ids"]) == ("FR", ["Europe/Paris"])
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"addresses": [{"zipcode": "94103"}]})
    assert [address["zipcode"] for address in changed["addresses"]] == ["94103"]


def test_the_local_time_follows_the_address_and_else_the_phone(api, clock):
    clock.stand(clock().replace(month=1, day=15, hour=12, minute=0, second=0, microsecond=0))
    here = api.make("lead", addresses=[{"city": "Paris", "country": "FR"}])
    there = api.make("lead", contacts=[{"phones": [{"phone": "+14155550100"}]}])
    nowhere = api.make("lead")

    def local(lead):
        return api.ok("get", f"/lead/{lead['id']}/?_fields=localtime")["localtime"]

    assert local(here)[11:16] == "13:00"
    assert local(there)[11:16] == "04:00"
    assert local(nowhere) is None


def test_what_changes_by_itself_is_shown_only_on_request(api):
    lead = api.make("lead")
    assert "localtime" not in lead
    assert "localtime" in api.ok("get", f"/lead/{lead['id']}/?_fields=_all")


def test_a_lead_shows_what_hangs_off_it(api):
    lead = api.make("lead")
    contact = api.make("contact", lead_id=lead["id"])
    opportunity = api.make("opportunity", lead_id=lead["id"], value=5000, value_period="monthly")
    task = api.make("task", lead_id=lead["id"])
    api.make("task", lead_id=lead["id"], is_complete=True)
    note = api.make("activity.note", lead_id=lead["id"])

    shown = api.ok("get", f"/lead/{lead['id']}/")

    assert [each["id"] for each in shown["contacts"]] == [contact["id"]]
    assert shown["opportunities"] == [opportunity]
    assert shown["tasks"] == [task]
    assert "activities" not in shown and note["id"] not in str(shown)


def test_a_lead_says_where_its_page_is(api, world):
    lead = api.make("lead")
    assert lead["html_url"] == f"{world.app.settings.address}/lead/{lead['id']}/"


def test_nobody_sums_a_lead_up_here(api):
    path = f"/lead/{api.make('lead')['id']}/"
    assert api.ok("get", path, params={"_fields": "summaries"}) == {"summaries": []}


def test_changing_status_leaves_an_activity(api):
    lead = api.make("lead")
    api.ok("put", f"/lead/{lead['id']}/", json={"status": "Customer"})
    (change,) = api.ok("get", "/activity/status_change/lead/")["data"]
    assert (change["old_status_label"], change["new_status_label"]) == ("Potential", "Customer")
    assert api.events()[-2:] == [
        ("lead", "updated"),
        ("activity.lead_status_change", "created"),
    ]


def test_quick_changes_of_status_are_one_activity(api):
    lead = api.make("lead")
    for label in ("Customer", "Qualified"):
        api.ok("put", f"/lead/{lead['id']}/", json={"status": label})
    (change,) = api.ok("get", "/activity/status_change/lead/")["data"]
    assert (change["old_status_label"], change["new_status_label"]) == ("Potential", "Qualified")


def test_a_status_that_is_quickly_taken_back_leaves_nothing(api):
    lead = api.make("lead")
    for label in ("Customer", "Potential"):
        api.ok("put", f"/lead/{lead['id']}/", json={"status": label})
    assert api.ok("get", "/activity/status_change/lead/")["data"] == []
    assert api.events()[-1] == ("activity.lead_status_change", "deleted")


def test_later_changes_of_status_are_activities_of_their_own(api, clock):
    lead = api.make("lead")
    for label in ("Customer", "Potential"):
        api.ok("put", f"/lead/{lead['id']}/", json={"status": label})
        clock.pass_by(minutes=6)
    assert len(api.ok("get", "/activity/status_change/lead/")["data"]) == 2


def test_the_event_of_an_update_holds_what_changed(api):
    lead = api.make("lead")
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})
    (event,) = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]
    names = ["date_updated", "display_name", "name"]
    assert event["data"] == changed
    assert event["changed_fields"] == names
    assert event["previous_data"] == {name: lead[name] for name in names}


def test_deleting_a_lead_deletes_what_hangs_off_it(api):
    lead = api.make("lead")
    for name in ("contact", "opportunity", "task", "activity.note"):
        api.make(name, lead_id=lead["id"])

    before = len(api.events())
    api.ok("delete", f"/lead/{lead['id']}/")

    for path in ("contact", "opportunity", "task", "activity"):
        assert api.ok("get", f"/{path}/")["data"] == []
    assert set(api.events()[before:]) == {
        ("contact", "deleted"),
        ("opportunity", "deleted"),
        ("task.lead", "deleted"),
        ("activity.note", "deleted"),
        ("lead", "deleted"),
    }


def test_the_event_of_a_delete_holds_all_that_was(api):
    lead = api.make("lead")
    api.ok("delete", f"/lead/{lead['id']}/")
    (event,) = api.ok("get", f"/event/?object_id={lead['id']}&action=deleted")["data"]
    assert (event["data"], event["previous_data"]) == (None, lead)


def test_a_status_in_use_cannot_be_deleted(api):
    lead = api.make("lead")
    answer = api.delete(f"/status/lead/{lead['status_id']}/")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_all_leads_are_counted_whatever_the_page(api):
    leads = [api.make("lead") for _ in range(3)]
    assert api.ok("get", "/lead/?_limit=0") == {
        "data": [],
        "has_more": True,
        "total_results": 3,
    }
    api.ok("delete", f"/lead/{leads[0]['id']}/")
    assert api.ok("get", "/lead/?_limit=1")["total_results"] == 2


def test_every_lead_begins_its_timeline(api):
    lead = api.make("lead")
    (created,) = api.ok("get", f"/activity/created/?lead_id={lead['id']}")["data"]
    assert (created["_type"], created["source"]) == ("Created", "api")
    assert created["user_name"] == "Bruce Wayne"
    assert created["date_created"] == lead["date_created"]
    assert api.ok("get", f"/activity/created/{created['id']}/") == created


def test_a_lead_that_a_person_made_says_so(api):
    made = api.within(ops.create, registry["lead"], {"name": "Bluth"})
    (created,) = api.ok("get", f"/activity/created/?lead_id={made['id']}")["data"]
    assert created["source"] == "ui"


@pytest.mark.parametrize(
    ("name", "url"),
    [("bluth.example", "http://bluth.example"), ("https://a.example", "https://a.example")],
)
def test_a_url_gets_a_scheme(api, name, url):
    assert api.make("lead", url=name)["url"] == url


def test_a_read_is_one_statement_and_a_write_few(api, statements):
    other = statuses(api)["Customer"]
    lead = api.make("lead")
    url = f"/lead/{lead['id']}/"
    assert len(statements(lambda: api.get(url))) == 1
    assert len(statements(lambda: api.get("/lead/?_limit=100"))) == 1
    create = partial(statements, lambda: api.post("/lead/", json={"name": "Bluth"}))
    assert min(len(create()) for _ in range(3)) == 1  # others may make the server forget
    assert len(statements(lambda: api.put(url, json={"name": "Sitwell"}))) == 4
    assert len(statements(lambda: api.put(url, json={"status_id": other}))) <= 8
