"""Integration links, and how they are shown."""

import pytest


def links(api, kind, id):
    return api.ok("get", f"/{kind}/{id}/")["integration_links"]


def test_a_lead_shows_the_links_with_its_values_in_them(api):
    api.make("integration_link", name="Search", url="https://x/?q={{ lead.display_name }}&a=b")
    lead = api.make("lead", name="Größe & Co/~")

    shown = links(api, "lead", lead["id"])

    assert shown == [{"name": "Search", "url": "https://x/?q=Gr%C3%B6%C3%9Fe%20%26%20Co%2F~&a=b"}]


def test_each_kind_of_object_shows_the_links_of_its_type(api):
    lead = api.make("lead", name="Bluth")
    contact = api.make("contact", lead_id=lead["id"], name="Gob Bluth")
    opportunity = api.make("opportunity", lead_id=lead["id"], contact_id=contact["id"], value=500)
    made = {"lead": lead, "contact": contact, "opportunity": opportunity}
    tags = "{{ lead.name }}/{{ contact.first_name }}/{{ opportunity.value }}/{{ user.first_name }}"
    for kind in made:
        api.make("integration_link", name=kind, type=kind, url=f"x://{tags}")

    shown = {kind: links(api, kind, row["id"]) for kind, row in made.items()}

    assert shown == {
        "lead": [{"name": "lead", "url": "x://Bluth/Gob//Bruce"}],
        "contact": [{"name": "contact", "url": "x://Bluth/Gob//Bruce"}],
        "opportunity": [{"name": "opportunity", "url": "x://Bluth/Gob/500/Bruce"}],
    }


def test_whatever_shows_an_object_shows_its_links(api):
    api.make("integration_link", name="A", url="x://{{ lead.name }}")
    api.make("integration_link", name="B", type="contact", url="x://{{ contact.name }}")
    api.make("integration_link", name="C", type="opportunity", url="x://{{ opportunity.note }}")
    lead = api.ok("post", "/lead/", json={"name": "Bluth", "contacts": [{"name": "Gob"}]})
    api.make("opportunity", lead_id=lead["id"], note="Soon")
    of_lead = [{"name": "A", "url": "x://Bluth"}]

    (listed,) = api.ok("get", "/lead/")["data"]
    changed = api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})
    events = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]

    assert lead["integration_links"] == listed["integration_links"] == of_lead
    assert listed["contacts"][0]["integration_links"] == [{"name": "B", "url": "x://Gob"}]
    assert listed["opportunities"][0]["integration_links"] == [{"name": "C", "url": "x://Soon"}]
    assert changed["integration_links"] == [{"name": "A", "url": "x://Sitwell"}]
    assert events[0]["data"] == changed
    named = api.ok("get", f"/lead/{lead['id']}/?_fields=integration_links")
    assert named == {"integration_links": changed["integration_links"]}


def test_the_first_link_shows_at_once_and_the_last_one_no_longer(api):
    lead = api.make("lead")
    assert links(api, "lead", lead["id"]) == lead["integration_links"] == []

    link = api.make("integration_link", url="https://a.example")
    assert links(api, "lead", lead["id"]) == [{"name": link["name"], "url": "https://a.example"}]

    api.ok("delete", f"/integration_link/{link['id']}/")
    assert links(api, "lead", lead["id"]) == []


def test_without_links_nothing_is_asked_about_any(api, statements):
    lead = api.make("lead")["id"]
    reads = [f"/lead/{lead}/", "/lead/", "/opportunity/", "/contact/"]
    reads += ["/lead/?_fields=integration_links"]

    seen = [text for url in reads for text in statements(lambda url=url: api.ok("get", url))]

    assert len(seen) == len(reads)
    assert not any("FROM integration_link" in text for text in seen)


def test_a_tag_may_name_a_custom_field(api):
    field = api.make("custom_field.lead", name='The "Area"')
    lead = api.make("lead", **{f"custom.{field['id']}": "a b"})
    url = """x://{{ lead.custom.['The "Area"'] }}/{{ lead.custom.["No such"] }}"""
    api.make("integration_link", url=url)

    assert links(api, "lead", lead["id"])[0]["url"] == "x://a%20b/"


def test_rendered_links_are_read_with_one_statement(api, statements):
    api.make("integration_link")
    lead = api.make("lead")
    links(api, "lead", lead["id"])

    assert len(statements(lambda: links(api, "lead", lead["id"]))) == 1
    assert len(statements(lambda: api.ok("get", "/lead/"))) == 1


def test_links_of_strangers_are_not_shown(api, stranger):
    stranger.make("integration_link")
    lead = api.make("lead")

    assert links(api, "lead", lead["id"]) == []


def test_a_link_that_cannot_be_filled_in_is_refused(api):
    answer = api.post("/integration_link/", json={"name": "x", "type": "lead", "url": "{{ a() }}"})

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == ["url"]


@pytest.mark.parametrize("role", ["user", "superuser"])
def test_only_admins_write(api, join, role):
    link = api.make("integration_link")
    member = join(role)

    assert member.post("/integration_link/", json=api.body("integration_link")).status_code == 403
    assert member.put(f"/integration_link/{link['id']}/", json={"name": "x"}).status_code == 403
    assert member.delete(f"/integration_link/{link['id']}/").status_code == 403
    assert member.ok("get", f"/integration_link/{link['id']}/") == link


def test_links_are_not_in_the_event_log(api):
    api.make("integration_link")
    assert api.events() == []
