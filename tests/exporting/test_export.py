"""What is in the file of an export, and who may have it."""

import base64
import gzip
import re
from urllib.parse import urlsplit

import pytest

from ajar import founding
from ajar.exporting import cells, old, running, timelines
from ajar.formats.cells import neutral
from ajar.kernel.context import Caller, Context

GOB = {
    "name": "Gob Bluth",
    "title": "Magician",
    "emails": [{"email": "gob@bluth.example"}, {"email": "g@bluth.example"}],
    "phones": [{"phone": "+16505550100"}],
}


def test_leads_are_exported_as_the_api_shows_them(api, export):
    made = [api.make("lead", name=name, contacts=[GOB]) for name in ("a", "b")]
    api.make("opportunity", lead_id=made[0]["id"])
    done = export()

    shown = [api.ok("get", f"/lead/{one['id']}/") for one in made]
    assert len(shown[0]["contacts"]) == len(shown[0]["opportunities"]) == 1
    assert sorted(done.objects, key=lambda one: one["name"]) == shown
    assert (done.shown["status"], done.shown["n_docs"], done.shown["n_docs_processed"]) == (
        "done",
        2,
        2,
    )


def test_an_export_is_written_in_the_background(api, world):
    started = api.ok("post", "/export/lead/", json={"format": "csv", "type": "leads"})
    assert (started["status"], started["n_docs"], started["download_url"]) == (
        "created",
        None,
        None,
    )
    assert started["id"].startswith("expo_")
    world.work()
    assert api.ok("get", f"/export/{started['id']}/")["status"] == "done"


def test_an_export_says_how_far_it_is(api, world, monkeypatch):
    async def fails(*_):
        raise ZeroDivisionError

    api.make("lead")
    for status, step, found in (("started", "started", None), ("in_progress", "in_progress", 1)):
        body = {"format": "json", "type": "leads", "send_done_email": False}
        export = api.ok("post", "/export/lead/", json=body)
        with monkeypatch.context() as patch:
            patch.setitem(running.STEPS, step, fails)
            world.work()
        shown = api.ok("get", f"/export/{export['id']}/")
        assert (shown["status"], shown["n_docs"], shown["n_docs_processed"]) == (status, found, 0)
        assert (shown["download_url"], shown["send_done_email"]) == (None, False)


def test_an_export_of_what_is_gone_ends_in_an_error(api, world):
    view = api.make("saved_search")["id"]
    query = {"type": "saved_search", "saved_search_id": view}
    body = {"format": "json", "type": "leads", "s_query": query}
    export = api.ok("post", "/export/lead/", json=body)
    assert export["send_done_email"] is True
    api.ok("delete", f"/saved_search/{view}/")
    world.work()
    shown = api.ok("get", f"/export/{export['id']}/")
    assert (shown["status"], shown["download_url"]) == ("error", None)


def test_the_events_of_an_export(api, export):
    done = export()
    told = api.ok("get", f"/event/?object_id={done.shown['id']}")["data"][::-1]
    assert {one["object_type"] for one in told} == {"export.lead"}
    assert [told[0]["action"], told[-1]["action"]] == ["created", "completed"]
    opportunities = export("opportunity")
    told = api.ok("get", f"/event/?object_id={opportunities.shown['id']}")["data"]
    assert {one["object_type"] for one in told} == {"export.opportunity"}


@pytest.mark.parametrize(
    ("form", "type_"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")]
)
def test_a_file_is_compressed_and_says_so(api, export, form, type_):
    api.make("lead")
    answer = export(format=form).answer
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == type_
    assert re.fullmatch(
        rf"attachment; filename=\"leads-\w{{8}}\.{form}\"; .*",
        answer.headers["content-disposition"],
    )


def test_a_file_in_several_parts_is_one_stream(api, export, monkeypatch):
    """Some clients read the first member of a gzip file, and no other."""
    monkeypatch.setattr(running, "PART", 3)
    monkeypatch.setattr(running, "STEP", 2)
    for n in range(8):
        api.make("lead", name=f"Lead {n}")
    for form in ("csv", "json"):
        done = export(format=form)
        raw = b"".join(stored(done))
        assert gzip.decompress(raw).decode() == done.answer.text
        names = [one["name"] for one in (done.lines if form == "csv" else done.objects)]
        assert sorted(names) == [f"Lead {n}" for n in range(8)]


def stored(done):
    """The file as it is kept, and nothing else: the parts are gone."""
    data = done.api.world.app.settings.data / "files" / done.api.organization_id
    id = re.search(r"file_\w+", done.shown["download_url"])[0]
    assert not list(data.glob("expo_*"))
    return [(data / id).read_bytes()]


def test_what_is_deleted_meanwhile_is_left_out(api, world, export, monkeypatch):
    monkeypatch.setattr(running, "PART", 1)
    made = [api.make("lead", name=f"Lead {n}") for n in range(3)]
    order = [{"field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}}]
    body = {"format": "json", "type": "leads", "sort": order}
    started = api.ok("post", "/export/lead/", json=body)
    path = f"/export/{started['id']}/"
    real = running.find

    async def found(ctx, one):
        count = await real(ctx, one)
        await ctx.db.execute("delete from activity where lead_id = $1", made[0]["id"])
        await ctx.db.execute("delete from lead where id = $1", made[0]["id"])
        return count

    monkeypatch.setattr(running, "find", found)
    world.work()
    done = type(export())(api, api.ok("get", path))
    assert [one["name"] for one in done.objects] == ["Lead 1", "Lead 2"]


def test_nothing_found_is_a_file_all_the_same(api, export):
    assert export().objects == []
    (header,) = export(format="csv").answer.text.splitlines()
    assert header.startswith("organization_id,id,date_created,")


def test_a_search_says_what_is_exported(api, export):
    for name in ("Wayne", "Bluth", "Wayne Tech"):
        api.make("lead", name=name)
    name = {"type": "regular_field", "object_type": "lead", "field_name": "name"}
    test = {"type": "text", "mode": "full_words", "value": "wayne"}
    query = {"type": "field_condition", "field": name, "condition": test}
    sort = [{"field": name, "direction": "desc"}]
    done = export(s_query=query, sort=sort)
    assert [one["name"] for one in done.objects] == ["Wayne Tech", "Wayne"]
    done = export(s_query=query, sort=sort, results_limit=1)
    assert [one["name"] for one in done.objects] == ["Wayne Tech"]
    assert [one["name"] for one in export(query="name:Bluth").objects] == ["Bluth"]


def test_contacts_of_the_leads_that_are_found(api, export):
    lead = api.make("lead", name="Sitwell", contacts=[GOB, {"name": "Michael"}])
    api.make("contact")
    done = export(type="contacts", query="name:Sitwell")
    assert done.objects == api.ok("get", f"/lead/{lead['id']}/")["contacts"]
    kind = {"type": "object_type", "object_type": "contact"}
    assert len(export(type="contacts", s_query=kind).objects) == 3


def test_opportunities_of_the_leads_that_are_found(api, export):
    lead = api.make("lead", name="Bluth")
    made = api.make("opportunity", lead_id=lead["id"])
    api.make("opportunity")
    done = export(type="lead_opps", query="name:Bluth")
    assert done.objects == [api.ok("get", f"/opportunity/{made['id']}/")]


def test_opportunities_by_the_filters_of_their_list(api, export):
    made = [api.make("opportunity", confidence=n, value=n * 100) for n in (10, 50, 90)]
    params = {"_order_by": "-confidence", "lead_id__in": [one["lead_id"] for one in made[1:]]}
    done = export("opportunity", params=params)
    assert [one["confidence"] for one in done.objects] == [90, 50]
    assert (done.shown["type"], done.shown["params"]) == ("opps", params)
    status = made[0]["status_label"]
    assert len(export("opportunity", params={"status": status}).objects) == 3
    assert export("opportunity", format="csv").lines[0]["value"] == "9000"


def test_activities_come_with_their_leads(api, export):
    note = api.make("activity.note")
    (lead,) = export(include_activities=True).objects
    shown = api.ok("get", f"/activity/?lead_id={note['lead_id']}")["data"]
    assert lead["activities"] == shown
    assert lead["id"] == note["lead_id"]


def test_timelines_that_are_read_in_pieces_are_whole(api, export, monkeypatch):
    monkeypatch.setattr(timelines, "AT_ONCE", 3)
    for notes in (5, 0, 2):
        lead = api.make("lead")["id"]
        for _ in range(notes):
            api.make("activity.note", lead_id=lead)
    for lead in export(include_activities=True).objects:
        shown = api.ok("get", f"/activity/?lead_id={lead['id']}")["data"]
        assert lead["activities"] == shown


def test_custom_objects_come_with_their_leads(api, export):
    thing = api.make("custom_object")
    (lead,) = export(include_custom_objects=True).objects
    assert lead["custom_objects"] == [api.ok("get", f"/custom_object/{thing['id']}/")]


def test_smart_fields_come_if_they_are_asked_for(api, export):
    contact = api.make("contact", **GOB)
    (lead,) = export(include_smart_fields=True).objects
    assert (lead["primary_email"], lead["num_contacts"]) == ("gob@bluth.example", 1)
    assert "num_contacts" not in export().objects[0]
    smart = {"format": "csv", "include_smart_fields": True}
    (line,) = export(fields=["num_contacts"], **smart).lines
    assert line["num_contacts"] == "1"
    (line,) = export(type="contacts", fields=["id", "lead_num_contacts"], **smart).lines
    assert line == {"id": contact["id"], "lead_num_contacts": "1"}


def test_a_line_of_csv_for_each_lead(api, export):
    field = api.make("custom_field.lead", name="Industry", type="text")
    lead = api.make("lead", name="Bluth", contacts=[GOB], **{f"custom.{field['id']}": "Retail"})
    (line,) = export(format="csv").lines
    assert line["id"] == lead["id"]
    assert line["status_label"] == lead["status_label"]
    assert line["primary_contact_name"] == "Gob Bluth"
    assert line["primary_contact_primary_email"] == "gob@bluth.example"
    assert line["primary_contact_primary_phone"] == "+16505550100"
    assert line["custom.Industry"] == "Retail"
    assert not any("address" in name for name in line)


def test_a_line_of_csv_for_each_contact(api, export):
    api.make("lead", name="Bluth", contacts=[GOB])
    (line,) = export(type="contacts", format="csv").lines
    assert (line["name"], line["title"], line["lead_name"]) == ("Gob Bluth", "Magician", "Bluth")
    assert line["emails"] == "gob@bluth.example; g@bluth.example"
    assert line["primary_email"] == "gob@bluth.example"


def test_addresses_of_leads_are_columns_if_they_are_asked_for(api, export):
    api.make("lead", addresses=[{"address_1": "Ocean Walk 1", "city": "Newport"}])
    (line,) = export(format="csv", include_addresses=True).lines
    assert (line["primary_address_1"], line["primary_address_city"]) == ("Ocean Walk 1", "Newport")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_fields_says_what_is_shown_and_in_which_order(api, export, form):
    field = api.make("custom_field.lead", name="Industry", type="text")
    key = f"custom.{field['id']}"
    lead = api.make("lead", name="Bluth", url="http://bluth.example", **{key: "Retail"})
    done = export(format=form, fields=["url", "id", key])
    assert done.shown["fields"] == ["url", "id", key]
    if form == "json":
        wanted = {"url": lead["url"], "id": lead["id"], key: "Retail"}
        assert done.objects == [wanted]
    else:
        wanted = {"url": lead["url"], "id": lead["id"], "custom.Industry": "Retail"}
        assert done.lines == [wanted]
        assert list(done.lines[0]) == ["url", "id", "custom.Industry"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (None, "2020-01-31 22:00:00.123000+00:00"),
        ("original", "2020-01-31 22:00:00.123000+00:00"),
        ("iso8601", "2020-01-31T22:00:00+00:00"),
        ("excel", "2020-01-31 10:00:00 PM"),
    ],
)
def test_dates_are_written_as_it_is_asked_for(api, export, form, text):
    field = api.make("custom_field.opportunity", name="When", type="datetime")
    values = {f"custom.{field['id']}": "2020-01-31T22:00:00.123Z", "date_won": "2020-01-31"}
    api.make("opportunity", date_created="2020-01-31T22:00:00.123000+00:00", **values)
    said = {"date_format": form} if form else {}
    (line,) = export("opportunity", format="csv", **said).lines
    assert (line["date_created"], line["custom.When"]) == (text, text)
    assert line["date_won"] == "2020-01-31"


EVIL = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+cmd", "\t=1", '=HYPERLINK("x")']


def test_a_cell_that_begins_like_a_formula_is_marked_as_text(api, export):
    for name in EVIL:
        api.make("lead", name=name)
    lines = export(format="csv", fields=["name"]).lines
    assert {line["name"] for line in lines} == {f"'{name}" for name in EVIL}


def test_numbers_are_left_as_they_are():
    for harmless in ("+1 650-555-0100", "-5", "+16505550100", "a=1", ""):
        assert neutral(harmless) == harmless
    assert cells.cell(-5) == "-5"


BAD = {
    "no format": ({"type": "leads"}, "format"),
    "no type": ({"format": "csv"}, "type"),
    "another type": ({"type": "opps", "format": "csv"}, "type"),
    "activities in CSV": (
        {"type": "leads", "format": "csv", "include_activities": True},
        "include_activities",
    ),
    "activities of contacts": (
        {"type": "contacts", "format": "json", "include_activities": True},
        "include_activities",
    ),
    "smart fields of contacts in JSON": (
        {"type": "contacts", "format": "json", "include_smart_fields": True},
        "include_smart_fields",
    ),
    "a form of dates in JSON": (
        {"type": "leads", "format": "json", "date_format": "excel"},
        "date_format",
    ),
    "an unknown field": ({"type": "leads", "format": "csv", "fields": ["no_such"]}, "fields"),
    "a bad query": ({"type": "leads", "format": "csv", "s_query": {"type": "x"}}, "s_query.type"),
}


@pytest.mark.parametrize(("body", "wrong"), BAD.values(), ids=BAD)
def test_what_cannot_be_exported_is_refused(api, body, wrong):
    refused = api.post("/export/lead/", json=body)
    assert refused.status_code == 400
    assert list(refused.json()["field-errors"]) == [wrong]


@pytest.mark.parametrize("params", [{"no_such": "x"}, {"value__gt": "x"}, {"query": "("}])
def test_filters_that_mean_nothing_are_refused(api, params):
    """Or else everything would be exported."""
    refused = api.post("/export/opportunity/", json={"format": "csv", "params": params})
    assert (refused.status_code, list(refused.json()["field-errors"])) == (400, ["params"])


def colleague(api, role):
    """Somebody else in the organization."""
    email = f"{role}@{api.organization_id}.example".lower()
    made = api.ok("post", "/membership/", json={"email": email, "role_id": role})
    other = type(api)(api.world)
    key = api.within(key_of, made["user_id"])
    other.organization_id, other.user_id = api.organization_id, made["user_id"]
    other.headers = {"authorization": authorization(key)}
    return other


async def key_of(ctx, user_id):
    them = Context(ctx.db, Caller(ctx.organization_id, user_id), ctx.now)
    return await founding.add_key(them, "tests")


def authorization(key):
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def test_exporting_takes_a_permission(api):
    refused = colleague(api, "user").post("/export/lead/", json={"format": "csv", "type": "leads"})
    assert refused.status_code == 403


def test_others_see_no_export_of_mine_and_cannot_open_its_file(api, export):
    api.make("lead")
    done = export()
    other = colleague(api, "superuser")
    assert other.ok("get", "/export/")["data"] == []
    assert other.get(f"/export/{done.shown['id']}/").status_code == 404
    path = urlsplit(done.shown["download_url"]).path
    answer = api.client.get(path, headers=other.headers, follow_redirects=False)
    assert answer.status_code == 404
    answer = api.client.get(path, headers=api.headers, follow_redirects=False)
    assert answer.status_code == 302


def test_an_address_is_good_for_an_hour_and_each_answer_has_a_new_one(api, export, clock):
    done = export()
    clock.pass_by(hours=2)
    assert done.answer.status_code == 403
    listed = api.ok("get", "/export/lead/")["data"][0]
    assert type(done)(api, listed).answer.status_code == 200


def test_what_the_log_says_of_an_export_opens_nothing(api, export):
    done = export()
    (event,) = api.ok("get", f"/event/?object_id={done.shown['id']}&action=completed")["data"]
    assert event["data"]["download_url"] == done.shown["download_url"].partition("?")[0]


def test_exports_are_listed_by_how_they_began(api, export):
    lead, opportunity = export().shown["id"], export("opportunity").shown["id"]

    def ids(path):
        return [one["id"] for one in api.ok("get", path)["data"]]

    assert ids("/export/lead/") == [lead]
    assert ids("/export/opportunity/") == [opportunity]
    assert ids("/export/") == [opportunity, lead]
    assert api.ok("get", "/export/?_fields=id")["data"] == [{"id": opportunity}, {"id": lead}]


def test_strangers_find_no_export(api, stranger, export):
    done = export()
    assert stranger.get(f"/export/{done.shown['id']}/").status_code == 404
    assert stranger.ok("get", "/export/")["data"] == []


def test_nothing_of_another_organization_is_exported(stranger, export):
    stranger.make("lead")
    assert export().objects == []


def test_files_are_deleted_after_a_week(api, world, export):
    done = export()
    world.call(forget, world.app.settings)
    assert done.answer.status_code == 200
    later = "update export set date_updated = now() - interval '8 days' where id = $1"
    world.sql(later, done.shown["id"])
    world.call(forget, world.app.settings)
    shown = api.ok("get", f"/export/{done.shown['id']}/")
    assert (shown["status"], shown["download_url"]) == ("done", None)
    path = world.app.settings.data / "files" / api.organization_id
    assert list(path.iterdir()) == []


async def forget(db, settings):
    async with db.transaction():
        await old.forget(db, settings)


def test_a_forged_address_opens_nothing(api, export):
    url = urlsplit(export().shown["download_url"])
    forged = url.query.replace("signature=", "signature=0")
    assert api.client.get(f"{url.path}?{forged}").status_code == 403
