"""What becomes of the rows of a file."""

import pytest

PEOPLE = ["Company", "First name", "Last name", "Email", "Phone"]


def leads(api):
    return api.ok("get", "/lead/?_order_by=date_created")["data"][::-1]


def by_name(api):
    return {lead["name"]: lead for lead in leads(api)}


def test_a_row_becomes_a_lead_with_a_contact(api, imports, counts):
    made = imports.done(
        [*PEOPLE, "Street", "City", "Zip", "Country", "Website"],
        [
            "Acme",
            "Wile",
            "Coyote",
            "wile@acme.example",
            "415 555 0100",
            "1 Road",
            "Tucson",
            "85701",
            "us",
            "acme.example",
        ],
    )

    (lead,) = leads(api)
    (contact,) = lead["contacts"]
    assert made["status"] == "completed"
    assert counts(made) == {"rows": 1, "rows_processed": 1, "leads_created": 1} | {
        "contacts_created": 1
    }
    assert (lead["name"], lead["url"]) == ("Acme", "http://acme.example")
    assert lead["addresses"][0].items() >= {
        *{"address_1": "1 Road", "city": "Tucson", "zipcode": "85701", "country": "US"}.items()
    }
    assert contact["name"] == "Wile Coyote"
    assert contact["emails"][0].items() >= {"email": "wile@acme.example", "type": "office"}.items()
    assert contact["phones"][0]["phone"] == "+14155550100"


def test_what_is_made_is_as_if_the_api_had_made_it(api, imports):
    contact = {
        "name": "Wile Coyote",
        "emails": [{"email": "wile@acme.example", "type": "office"}],
        "phones": [{"phone": "+14155550100", "type": "office"}],
    }
    lead = api.ok("post", "/lead/", json={"name": "Acme", "contacts": [contact]})
    imports.done(PEOPLE, ["Acme", "Wile", "Coyote", "wile@acme.example", "+14155550100"])

    imported = next(one for one in leads(api) if one["id"] != lead["id"])
    assert plain(imported) == plain(lead)
    for other in (imported, lead):
        events = api.ok("get", f"/event/?lead_id={other['id']}")["data"][::-1]
        assert [(e["object_type"], e["action"]) for e in events] == [
            ("lead", "created"),
            ("contact", "created"),
        ]
        assert plain(events[1]["data"]) == plain(other["contacts"][0])
        assert (events[0]["data"]["contacts"], events[0]["user_id"]) == ([], api.user_id)


OWN = ("id", "contact_ids", "lead_id", "html_url", "date_created", "date_updated", "source")


def plain(value):
    """Without what differs between two of a kind."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in OWN}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_every_event_names_the_import(api, imports):
    made = imports.done(PEOPLE, ["Acme", "Wile", "Coyote", "", ""])

    (lead,) = leads(api)
    events = api.ok("get", f"/event/?lead_id={lead['id']}")["data"]
    assert [event["meta"]["import_id"] for event in events] == [made["id"]] * 2
    (created,) = api.ok("get", f"/activity/created/?lead_id={lead['id']}")["data"]
    assert (created["source"], created["import_id"]) == ("import", made["id"])


def test_the_import_itself_is_in_the_log(api, imports):
    made = imports.undo(imports.done("Company\nAcme\n"))

    events = api.ok("get", f"/event/?object_type=import&object_id={made['id']}")["data"][::-1]
    actions = [event["action"] for event in events]
    assert actions[0] == "created"
    assert [action for action in actions if action not in ("created", "updated")] == [
        "completed",
        "reverting",
        "reverted",
    ]


def test_rows_of_one_lead_become_one_with_several_contacts(api, imports, counts):
    made = imports.done(
        [*PEOPLE, "Description"],
        ["Acme", "Wile", "Coyote", "wile@acme.example", "", ""],
        ["Bluth", "Gob", "Bluth", "", "", ""],
        ["ACME ", "Road", "Runner", "road@acme.example", "", "Sells anvils"],
        ["Acme", "Wile", "Coyote", "wile@acme.example", "415 555 0100", ""],
    )

    acme = by_name(api)["Acme"]
    assert counts(made)["leads_created"] == 2
    assert [contact["name"] for contact in acme["contacts"]] == ["Wile Coyote", "Road Runner"]
    assert acme["description"] == "Sells anvils"
    assert acme["contacts"][0]["phones"][0]["phone"] == "+14155550100"


def test_rows_without_a_name_are_leads_of_their_own(api, imports):
    imports.done(["Email"], ["a@x.example"], ["b@x.example"])

    assert {lead["contacts"][0]["display_name"] for lead in leads(api)} == {
        "a@x.example",
        "b@x.example",
    }
    assert len(leads(api)) == 2


def test_a_contact_has_all_its_addresses_numbers_and_urls(api, imports):
    imports.done(
        ["Name", "Email", "Email 2", "Mobile Phone", "Phone", "LinkedIn"],
        [
            "Gob",
            "a@x.example; b@x.example",
            "c@x.example",
            "+14155550101",
            "+14155550100",
            "l.example",
        ],
    )

    (contact,) = leads(api)[0]["contacts"]
    assert [item["email"] for item in contact["emails"]] == [f"{c}@x.example" for c in "abc"]
    assert [(item["phone"], item["type"]) for item in contact["phones"]] == [
        ("+14155550101", "mobile"),
        ("+14155550100", "office"),
    ]
    assert [item["url"] for item in contact["urls"]] == ["l.example"]


def test_numbers_are_dialled_from_the_country_of_the_import(api, imports):
    imports.done(["Phone"], ["030 901820"], country="de")

    assert leads(api)[0]["contacts"][0]["phones"][0]["phone"] == "+4930901820"


def test_custom_fields_have_the_values_of_their_types(api, imports):
    several = {"type": "choices", "choices": ["a", "b, c"], "accepts_multiple_values": True}
    fields = {
        "Industry": {"type": "text"},
        "Size": {"type": "number"},
        "Since": {"type": "date"},
        "Called": {"type": "datetime"},
        "Kinds": several,
        "Manager": {"type": "user"},
    }
    ids = {name: api.make("custom_field.lead", name=name, **f)["id"] for name, f in fields.items()}
    channel = api.make("custom_field.contact", name="Channel")["id"]

    imports.done(
        ["Company", *fields, "Channel"],
        [
            "Acme",
            "Retail",
            "1,250",
            "24/12/2026",
            "24/12/2026 3:15 PM",
            "a; b, c",
            "Bruce Wayne",
            "mail",
        ],
        date_order="dmy",
    )

    (lead,) = leads(api)
    assert {name: lead[f"custom.{id}"] for name, id in ids.items()} == {
        "Industry": "Retail",
        "Size": 1250,
        "Since": "2026-12-24",
        "Called": "2026-12-24T15:15:00.000000+00:00",
        "Kinds": ["a", "b, c"],
        "Manager": api.user_id,
    }
    assert lead["contacts"][0][f"custom.{channel}"] == "mail"


def test_a_row_may_bring_an_opportunity_and_a_note(api, imports, counts):
    (won,) = [s for s in api.ok("get", "/status/opportunity/")["data"] if s["label"] == "Won"]
    made = imports.done(
        [
            "Company",
            "Name",
            "Value",
            "Value period",
            "Deal status",
            "Confidence",
            "Close date",
            "Deal note",
            "Notes",
        ],
        ["Acme", "Wile", "$1,250.50", "Monthly", "won", "80 %", "2026-12-24", "Anvils", "A fan"],
    )

    (lead,) = leads(api)
    (opportunity,) = lead["opportunities"]
    assert counts(made).items() >= {"opportunities_created": 1, "notes_created": 1}.items()
    assert (opportunity["value"], opportunity["value_formatted"]) == (125050, "$1,250.50 monthly")
    assert (opportunity["status_id"], opportunity["status_type"]) == (won["id"], "won")
    assert (opportunity["confidence"], opportunity["date_won"]) == (80, "2026-12-24")
    assert (opportunity["note"], opportunity["user_id"]) == ("Anvils", api.user_id)
    assert opportunity["contact_id"] == lead["contacts"][0]["id"]
    (note,) = api.ok("get", f"/activity/note/?lead_id={lead['id']}")["data"]
    assert (note["note"], note["contact_id"]) == ("A fan", lead["contacts"][0]["id"])


def test_what_nobody_says_is_as_the_import_says(api, imports):
    status = api.make("status.lead", label="Fresh")["id"]
    stage = api.make("status.opportunity", label="Late")["id"]
    body = {"email": f"{api.user_id}@desk.example", "role_id": "user"}
    colleague = api.ok("post", "/membership/", json=body)["user_id"]

    imports.done(
        ["Company", "Value"],
        ["Acme", "5"],
        lead_status_id=status,
        opportunity_status_id=stage,
        user_id=colleague,
    )

    (lead,) = leads(api)
    (opportunity,) = lead["opportunities"]
    assert lead["status_id"] == status
    assert (opportunity["status_id"], opportunity["user_id"]) == (stage, colleague)


def test_what_an_export_neutralised_comes_back_as_it_was(api, imports):
    imports.done(["Company", "Description"], ["'=1+1", "'-5 %"], ["It's", "'quoted'"])

    assert [(lead["name"], lead["description"]) for lead in leads(api)] == [
        ("=1+1", "-5 %"),
        ("It's", "'quoted'"),
    ]


# Rows that cannot be used


def test_bad_rows_are_told_and_do_not_stop_the_rest(api, imports, counts):
    api.make("custom_field.lead", name="Kind", type="choices", choices=["a"])
    made = imports.done(
        ["Company", "Email", "Phone", "Kind", "Close date", "Value", "Status"],
        ["Good", "good@x.example", "", "a", "", "", "potential"],
        ["Email", "not an address", "", "", "", "", ""],
        ["Phone", "", "call me", "", "", "", ""],
        ["Kind", "", "", "z", "", "", ""],
        ["Date", "", "", "", "2026-02-30", "1", ""],
        ["Two", "x", "", "", "", "much", ""],
        ["Status", "", "", "", "", "", "No such"],
        ["Long" * 100, "", "", "", "", "", ""],
        ["Cells", "", "", "", "", "", "", "more"],
        ["Fine", "", "", "", "", "", ""],
    )

    assert counts(made) == {"rows": 10, "rows_processed": 10, "rows_failed": 8} | {
        "leads_created": 2,
        "contacts_created": 1,
    }
    told = {
        p["row"]: [tuple(one.values()) for one in p["problems"]] for p in imports.problems(made)
    }
    assert told == {
        2: [("Email", "Invalid email address.")],
        3: [("Phone", '"call me" is not a phone number.')],
        4: [("Kind", "Not a valid choice.")],
        5: [("Close date", '"2026-02-30" is not a date.')],
        6: [("Email", "Invalid email address."), ("Value", '"much" is not a number.')],
        7: [("Status", 'There is no lead status "No such".')],
        8: [("Company", "The value must be no longer than 255 characters.")],
        9: [("", "The row has too many cells.")],
    }


def test_what_could_not_be_used_is_a_file_to_correct_and_import_again(api, imports, world, counts):
    made = imports.done(
        ["Company", "Email"], ["Acme", "wrong"], ["Bluth", "b@x.example"], ["'=Sum", "wrong"]
    )

    path = made["problems_url"].partition("/go/")[2]
    file = world.client.get(f"/go/{path}", headers=api.headers)
    text = file.content.decode("utf-8-sig")
    assert text.splitlines() == [
        "Problems,Company,Email",
        "Email: Invalid email address.,Acme,wrong",
        "Email: Invalid email address.,'=Sum,wrong",
    ]
    again = imports.done(text.replace(",wrong", ",right@x.example"))
    assert counts(again).items() >= {"rows": 2, "leads_created": 2}.items()
    assert [lead["name"] for lead in leads(api)] == ["Bluth", "Acme", "=Sum"]
    assert again["problems_url"] is None


def test_money_of_another_currency_is_refused(imports):
    made = imports.done(["Company", "Value"], ["Acme", "€5"], ["Bluth", "USD 5"])

    (problem,) = imports.problems(made)
    assert problem["problems"] == [{"column": "Value", "reason": '"€5" is in €, not in USD.'}]


def test_what_only_the_database_refuses_costs_one_row(api, imports, world):
    made = imports.draft(["Company"], *([f"Acme {n}"] for n in range(5)), ["Bluth"])
    world.sql(
        "alter table lead add constraint no_bluth check (name <> 'Bluth' or organization_id <> '"
        + api.organization_id
        + "')"
    )

    done = imports.run(made)

    world.sql("alter table lead drop constraint no_bluth")
    assert (done["n_leads_created"], done["n_rows_failed"]) == (5, 1)
    (problem,) = imports.problems(done)
    assert (problem["row"], problem["cells"]) == (6, ["Bluth"])
    assert "no_bluth" not in str(problem)  # what users know of, not what the tables are


# Dry runs, and stopping


def test_a_dry_run_tells_what_would_be_and_does_nothing(api, imports, counts):
    api.make("lead", name="Acme", description="Old")
    before, events = leads(api), api.events()
    made = imports.draft(
        ["Company", "Description", "Email"],
        ["Acme", "New", "a@x.example"],
        ["Bluth", "", "b@x.example"],
        ["Bluth", "", "wrong"],
        match_by="lead_name",
        on_match="update",
    )

    checked = imports.run(made, dry=True)

    assert leads(api) == before
    assert {kind for kind, _ in api.events()[len(events) :]} == {"import"}
    assert checked["status"] == "checked"
    assert [problem["row"] for problem in imports.problems(checked)] == [3]
    done = imports.run(checked)
    assert counts(done) == counts(checked)
    assert (done["status"], done["n_leads_created"], done["n_leads_updated"]) == ("completed", 1, 1)


def test_changing_a_draft_makes_its_dry_run_old(api, imports):
    checked = imports.run(imports.draft("Company\nAcme\n"), dry=True)

    changed = api.ok("put", f"/import/{checked['id']}/", json={"mapping": {"Company": "note"}})

    assert (checked["status"], changed["status"]) == ("checked", "draft")


def test_a_canceled_import_stops_and_can_be_undone(api, imports, world):
    made = imports.draft("Company\nAcme\n")
    api.ok("post", f"/import/{made['id']}/run/")
    canceled = api.ok("post", f"/import/{made['id']}/cancel/")
    world.work()

    assert canceled["status"] == "canceled"
    assert leads(api) == []
    assert imports.undo(made)["status"] == "reverted"
    assert api.post(f"/import/{made['id']}/cancel/").status_code == 400


def test_a_field_that_is_gone_meanwhile_ends_the_import(api, imports, world):
    id = api.make("custom_field.lead", name="Industry")["id"]
    made = imports.draft("Company,Industry\nAcme,Retail\n")
    api.delete(f"/custom_field/lead/{id}/")

    done = imports.run(made)

    assert (done["status"], done["error"]) == ("failed", f'There is no custom field "{id}".')


def test_an_empty_line_is_no_row(api, imports):
    made = imports.done("Company\n\nAcme\n\n\n,\nBluth\n")

    assert (made["n_rows"], made["n_rows_skipped"], made["n_leads_created"]) == (3, 1, 2)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_where_batches_end_does_not_matter(api, imports, counts, monkeypatch, size):
    monkeypatch.setattr("ajar.importing.running.BATCH", size)
    made = imports.done(
        ["Company", "Name", "Email", "Description"],
        ["Acme", "Wile", "w@x.example", ""],
        ["Bluth", "Gob", "g@x.example", ""],
        ["acme", "Wile", "w@x.example", "Anvils"],
        ["Acme", "Road", "r@x.example", "Other"],
        match_by="contact_email",
    )

    acme = by_name(api)["Acme"]
    assert counts(made).items() >= {"leads_created": 2, "contacts_created": 3}.items()
    assert [contact["name"] for contact in acme["contacts"]] == ["Wile", "Road"]
    assert acme["description"] == "Anvils"
