"""Contacts."""

import pytest


def test_a_contact_without_a_lead_gets_one_named_after_it(api):
    contact = api.ok("post", "/contact/", json={"name": "Gob Bluth"})
    lead = api.ok("get", f"/lead/{contact['lead_id']}/")
    assert (lead["name"], lead["contact_ids"]) == ("Gob Bluth", [contact["id"]])


def test_numbers_are_kept_as_dialled_abroad(api):
    contact = api.make("contact", phones=[{"phone": "(415) 555-0100", "type": "mobile"}])
    assert contact["phones"] == [
        {
            "phone": "+14155550100",
            "phone_formatted": "+1 415-555-0100",
            "country": "US",
            "tz_ids": ["America/Los_Angeles"],
            "outbound_sms_blocked": False,
            "type": "mobile",
        }
    ]


def test_a_number_says_every_time_zone_it_may_ring_in(api):
    phones = [{"phone": "+18004550100"}, {"phone": "+442079460000"}]

    free, british = api.make("contact", phones=phones)["phones"]

    assert len(free["tz_ids"]) > 1
    assert british["tz_ids"] == ["Europe/London"]


def test_what_is_no_number_is_refused(api):
    answer = api.post("/contact/", json={"phones": [{"phone": "call me"}]})
    assert answer.status_code == 400
    assert answer.json()["field-errors"]["phones"]["errors"]["0"]["field-errors"]["phone"]


@pytest.mark.parametrize(
    ("phone", "zone"),
    [("+14155550100", "America/Los_Angeles"), ("+18004550100", None), (None, None)],
)
def test_the_time_zone_follows_the_number(api, phone, zone):
    contact = api.make("contact", phones=[{"phone": phone}] if phone else [])
    source = "inferred_from_phone_number" if zone else None
    assert (contact["timezone"], contact["timezone_source"]) == (zone, source)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": "Gob", "emails": [{"email": "g@b.example"}]}, "Gob"),
        ({"name": "", "emails": [{"email": " g@b.example "}]}, "g@b.example"),
        ({"name": None, "phones": [{"phone": "+14155550100"}]}, "+1 415-555-0100"),
    ],
)
def test_without_a_name_a_contact_is_called_by_its_address(api, values, name):
    lead = api.make("lead")
    contact = api.ok("post", "/contact/", json=values | {"lead_id": lead["id"]})
    assert contact["display_name"] == name


def test_lists_are_replaced_as_they_are_sent(api):
    contact = api.make("contact", emails=[{"email": "a@b.example"}], urls=[{"url": "b.example"}])
    body = {"emails": [{"email": "c@d.example", "type": "home"}]}
    changed = api.ok("put", f"/contact/{contact['id']}/", json=body)
    assert [item["email"] for item in changed["emails"]] == ["c@d.example"]
    assert changed["urls"] == contact["urls"]


def test_what_kind_of_address_it_is_may_be_said(api):
    contact = api.make(
        "contact",
        emails=[{"email": "a@b.example", "type": "home"}, {"email": "c@d.example"}],
        phones=[{"phone": "+14155550100", "type": "fax"}, {"phone": "+14155550101"}],
        urls=[{"url": "https://b.example", "type": "other"}, {"url": "c.example"}],
    )

    kinds = {name: [one["type"] for one in contact[name]] for name in ("emails", "phones", "urls")}
    assert kinds == {
        "emails": ["home", "office"],
        "phones": ["fax", "office"],
        "urls": ["other", "url"],
    }
    assert [set(one) for one in contact["urls"]] == [{"url", "type"}] * 2


def test_what_the_server_derives_of_a_number_clients_do_not_say(api):
    said = {"phone_formatted": "x", "country": "XX", "tz_ids": ["M"], "outbound_sms_blocked": True}

    contact = api.make("contact", phones=[{"phone": "+14155550100", **said}])

    (shown,) = contact["phones"]
    assert (shown["phone_formatted"], shown["country"]) == ("+1 415-555-0100", "US")
    assert (shown["tz_ids"], shown["outbound_sms_blocked"]) == (["America/Los_Angeles"], False)


def test_a_contact_stays_on_its_lead(api):
    contact, other = api.make("contact"), api.make("lead")
    changed = api.ok("put", f"/contact/{contact['id']}/", json={"lead_id": other["id"]})
    assert changed["lead_id"] == contact["lead_id"]


def test_a_lead_changes_with_its_set_of_contacts(api):
    lead = api.make("lead")
    contact = api.make("contact", lead_id=lead["id"])
    (event,) = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]
    assert "contact_ids" in event["changed_fields"]
    assert event["previous_data"]["contact_ids"] == []
    api.ok("put", f"/contact/{contact['id']}/", json={"name": "Buster"})
    assert api.events()[-1] == ("contact", "updated")


def test_a_lead_stays_without_its_last_contact(api):
    contact = api.make("contact")
    api.ok("delete", f"/contact/{contact['id']}/")
    assert api.ok("get", f"/lead/{contact['lead_id']}/")["contacts"] == []


def test_activities_stay_when_their_contact_goes(api):
    lead = api.make("lead")
    contact = api.make("contact", lead_id=lead["id"])
    note = api.make("activity.note", lead_id=lead["id"], contact_id=contact["id"])
    api.ok("delete", f"/contact/{contact['id']}/")
    assert api.ok("get", f"/activity/note/{note['id']}/")["contact_id"] is None


def test_contacts_are_listed_by_lead(api):
    mine, _ = api.make("contact"), api.make("contact")
    found = api.ok("get", f"/contact/?lead_id={mine['lead_id']}")["data"]
    assert [contact["id"] for contact in found] == [mine["id"]]


def test_the_runs_of_a_contact_are_shown_to_who_names_them(api):
    run = api.make("sequence_subscription")
    path = f"/contact/{run['contact_id']}/"

    (shown,) = api.ok("get", path, params={"_fields": "subscriptions"})["subscriptions"]

    sequence = api.ok("get", f"/sequence/{run['sequence_id']}/")
    assert shown == {
        "subscription_id": run["id"],
        "subscription_status": "active",
        "subscription_status_reason": None,
        "sequence_id": sequence["id"],
        "sequence_name": sequence["name"],
        "sequence_status": "active",
        "contact_email": run["contact_email"],
        "start_date": run["start_date"],
        "date_created": run["date_created"],
        "initial_email_id": None,
    }
    assert "subscriptions" not in api.ok("get", path)
