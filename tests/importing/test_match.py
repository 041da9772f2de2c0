"""Which lead a row means, and what becomes of one that is there."""

import pytest

from ajar.importing import matching
from ajar.kernel.context import Caller, Context

GOB = {"name": "Gob", "emails": [{"email": "Gob@x.example"}], "phones": [{"phone": "+14155550100"}]}


@pytest.fixture
def lead(api):
    """One that is there before."""
    field = api.make("custom_field.lead", name="Number", type="text")["id"]
    values = {"name": "Bluth Company", "description": "Old", f"custom.{field}": "C-1"}
    return api.ok("post", "/lead/", json=values | {"contacts": [GOB]})


def now(api, lead):
    return api.ok("get", f"/lead/{lead['id']}/")


RULES = {
    "lead_name": ("Company", "BLUTH company"),
    "contact_email": ("Email", "gob@X.example"),
    "contact_phone": ("Phone", "(415) 555-0100"),
    "custom_field": ("Number", "C-1"),
    "id": ("Lead ID", None),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_what_it_compares(api, imports, lead, rule):
    column, value = RULES[rule]
    options = {"match_by": rule, "on_match": "update"}
    options |= {"match_field": "lead.custom.Number"} if rule == "custom_field" else {}

    made = imports.done([column, "Description"], [value or lead["id"], "New"], **options)

    assert (made["n_leads_created"], made["n_leads_updated"]) == (0, 1)
    assert now(api, lead)["description"] == "New"
    assert len(now(api, lead)["contacts"]) == 1


PEOPLE = """
insert into contact select r.* from contact c, generate_series(1, 3000) n,
    jsonb_populate_record(c, jsonb_build_object('id', c.id || '_' || n)) r where c.lead_id = $1"""


@pytest.mark.parametrize(
    ("part", "index"),
    [(("emails", "email"), "addresses"), (("phones", "phone"), "numbers")],
)
def test_each_address_and_number_is_looked_up_however_many_there_are(api, world, lead, part, index):
    world.sql(PEOPLE, lead["id"])  # more than have been counted

    async def plan(db):
        ctx = Context(db, Caller(api.organization_id, api.user_id), world.clock())
        statement = await matching.having(*part)
        text, *values = ctx.said(statement, {"values": [f"{n}@x.example" for n in range(500)]})
        async with db.transaction():
            await db.plan_for_values(True)
            return [row[0] for row in await db.fetch(f"explain {text}", *values)]

    told = world.call(plan)
    assert any(f"Index Scan on ix__contact__{index}" in line for line in told), told


@pytest.mark.parametrize("rule", RULES)
def test_what_no_rule_finds_is_new_or_told(api, imports, lead, rule):
    column, _ = RULES[rule]
    other = {"Email": "other@x.example", "Phone": "+14155550199"}.get(column, "Other")
    options = {"match_by": rule, "on_match": "update"}
    options |= {"match_field": "lead.custom.Number"} if rule == "custom_field" else {}

    made = imports.done([column], [other], **options)

    created, failed = (0, 1) if rule == "id" else (1, 0)
    assert (made["n_leads_created"], made["n_rows_failed"]) == (created, failed)


def test_without_a_rule_nothing_that_is_there_is_changed(api, imports, lead):
    made = imports.done(
        ["Company", "Email", "Description"], ["Bluth Company", "gob@x.example", "N"]
    )

    assert made["n_leads_created"] == 1
    assert now(api, lead) == lead


def test_a_match_is_skipped_unless_somebody_says_else(api, imports, lead):
    made = imports.done(
        ["Company", "Name", "Description"],
        ["Bluth Company", "Buster", "New"],
        ["Acme", "Wile", ""],
        ["Acme", "Road", ""],
        match_by="lead_name",
    )

    assert now(api, lead) == lead
    assert (made["n_rows_skipped"], made["n_leads_created"], made["n_contacts_created"]) == (
        1,
        1,
        2,
    )


def test_an_update_overwrites_and_leaves_alone_what_a_cell_does_not_say(api, imports, lead):
    imports.done(
        ["Company", "Description", "Website", "Number", "Name", "Email", "Job title"],
        ["Bluth Company", "New", "", "C-2", "gob", "second@x.example", "Magician"],
        ["Bluth Company", "", "", "", "Buster", "", ""],
        match_by="lead_name",
        on_match="update",
    )

    new = now(api, lead)
    assert (new["description"], new["url"], new["custom"]) == ("New", None, {"Number": "C-2"})
    assert [c["name"] for c in new["contacts"]] == ["Gob", "gob", "Buster"]


def test_an_update_adds_to_lists_and_takes_nothing_away(api, imports, lead):
    imports.done(
        ["Email", "Phone", "Job title"],
        ["gob@x.example; second@x.example", "+14155550100; +14155550101", "Magician"],
        match_by="contact_email",
        on_match="update",
    )

    (contact,) = now(api, lead)["contacts"]
    assert contact["title"] == "Magician"
    assert [e["email"] for e in contact["emails"]] == ["Gob@x.example", "second@x.example"]
    assert [p["phone"] for p in contact["phones"]] == ["+14155550100", "+14155550101"]


def test_filling_changes_only_what_is_empty(api, imports, lead):
    imports.done(
        ["Company", "Description", "Website", "Number", "Email", "Job title", "Status"],
        ["Bluth Company", "New", "bluth.example", "C-2", "gob@x.example", "Magician", "Customer"],
        match_by="lead_name",
        on_match="fill",
    )

    new = now(api, lead)
    assert (new["description"], new["url"]) == ("Old", "http://bluth.example")
    assert (new["custom"], new["status_id"]) == ({"Number": "C-1"}, lead["status_id"])
    assert new["contacts"][0]["title"] == "Magician"


def test_a_change_of_status_is_on_the_timeline(api, imports, lead):
    made = imports.done(
        ["Company", "Status"],
        ["Bluth Company", "Customer"],
        match_by="lead_name",
        on_match="update",
    )

    (change,) = api.ok("get", f"/activity/status_change/lead/?lead_id={lead['id']}")["data"]
    assert (change["old_status_label"], change["new_status_label"]) == ("Potential", "Customer")
    assert made["n_leads_updated"] == 1


def test_the_same_file_again_changes_nothing(api, imports):
    rows = [
        ["Company", "Name", "Email", "Value", "Notes", "City"],
        ["Acme", "Wile", "w@x.example", "5", "A fan", "Tucson"],
        ["Bluth", "Gob", "g@x.example", "6", "", ""],
    ]
    imports.done(*rows)
    before = api.ok("get", "/lead/")["data"]

    again = imports.done(*rows, match_by="lead_name", on_match="update")

    assert api.ok("get", "/lead/")["data"] == before
    assert {n for n in again if n.startswith("n_") and again[n]} == {"n_rows", "n_rows_processed"}


def test_a_new_contact_is_an_update_of_its_lead(api, imports, lead):
    imports.done(
        ["Company", "Name"], ["Bluth Company", "Buster"], match_by="lead_name", on_match="update"
    )

    (event, *_) = api.ok("get", f"/event/?object_type=lead&object_id={lead['id']}")["data"]
    assert (event["action"], "contact_ids" in event["changed_fields"]) == ("updated", True)
    assert event["data"]["contact_ids"] == now(api, lead)["contact_ids"]


def test_who_sees_few_leads_changes_no_others(api, imports, lead, world):
    """A job sees no more than whoever began it."""
    field = api.make("custom_field.lead", name="Manager", type="user")["id"]
    permissions = ["bulk_import"]
    seen = {
        "visibility_user_lcf_behavior": "require_assignment",
        "visibility_user_lcf_ids": [field],
    }
    role = api.make("role", name="Few", permissions=permissions, **seen)["id"]
    world.sql(
        "update membership set role_id = $2 where organization_id = $1", api.organization_id, role
    )
    world.app.sign_in.forget()

    made = imports.done(
        ["Company", "Description"],
        ["Bluth Company", "New"],
        match_by="lead_name",
        on_match="update",
    )

    (row,) = world.sql("select description from lead where id = $1", lead["id"])
    assert (row["description"], made["n_leads_created"], made["n_leads_updated"]) == ("Old", 1, 0)
