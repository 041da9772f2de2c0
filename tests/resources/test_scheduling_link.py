"""Scheduling links: of a user, of everybody, and what stands behind these."""

import pytest

from ajar.errors import Invalid
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import all_operations

MAP = "/shared_scheduling_link_association/"


def test_a_link_belongs_to_who_made_it(api, join):
    link = api.make("scheduling_link")
    other = join("admin")

    assert (link["user_id"], link["type"], link["source"]) == (api.user_id, "USER", "MANUAL")
    assert other.ok("get", "/scheduling_link/")["data"] == []
    assert other.put(f"/scheduling_link/{link['id']}/", json={"name": "x"}).status_code == 404


def test_a_scheme_is_added_where_it_is_missing(api):
    assert api.make("scheduling_link", url="cal.example/gob")["url"] == "https://cal.example/gob"


@pytest.mark.parametrize("name", ["scheduling_link", "shared_scheduling_link"])
def test_a_list_says_whether_there_are_more(api, name):
    links = [api.make(name) for _ in range(2)]
    assert api.ok("get", f"/{name}/") == {"data": links[::-1], "has_more": False}
    assert api.ok("get", f"/{name}/?_limit=1") == {"data": links[1:], "has_more": True}


def test_a_link_is_made_read_changed_and_deleted(api):
    made = api.post("/scheduling_link/", json={"name": "Talk", "url": "cal.example/gob"})
    path = f"/scheduling_link/{made.json()['id']}/"
    new = {"name": "Chat", "url": "cal.example/chat", "description": "A chat."}
    changed = api.put(path, json=new)
    assert (made.status_code, changed.status_code) == (201, 200)
    shown = {name: changed.json()[name] for name in new}
    assert shown == new | {"url": "https://cal.example/chat"}
    assert api.ok("get", path) == changed.json()
    gone = api.delete(path)
    assert (gone.status_code, gone.content, api.get(path).status_code) == (204, b"", 404)


def test_only_links_of_applications_name_one(api):
    made, shared = api.make("scheduling_link"), api.make("shared_scheduling_link")
    assert made["oauth_client_id"] is None
    assert "oauth_client_id" not in shared


@pytest.fixture
def application(api, world):
    """Calls an operation as an OAuth application that works for the user."""

    def call(name, params=None, body=None, client="oa2client_1"):
        async def called(db):
            caller = Caller(api.organization_id, api.user_id, oauth_client_id=client)
            ctx = Context(db, caller, world.clock())
            return await all_operations()[name].call(ctx, params or {}, body or {})

        return world.call(called)

    return call


INTEGRATED = {"source_id": "7", "name": "Demo", "url": "cal.example", "duration_in_minutes": 30}


def test_an_application_makes_a_link_once_and_changes_it_then(api, application):
    application("scheduling_link.integration.upsert", body=INTEGRATED)
    application("scheduling_link.integration.upsert", body={"source_id": "7", "name": "Talk"})

    (link,) = api.ok("get", "/scheduling_link/")["data"]
    assert (link["name"], link["url"], link["duration_in_minutes"]) == (
        "Talk",
        "https://cal.example",
        30,
    )
    assert (link["source"], link["source_id"]) == ("THIRD_PARTY", "7")
    assert link["oauth_client_id"] == "oa2client_1"


def test_links_of_applications_are_known_by_app_and_source(api, application):
    name = "scheduling_link.integration.upsert"
    application(name, body=INTEGRATED | {"source_type": "event", "description": "A demo."})
    application(name, body=INTEGRATED, client="oa2client_2")
    application(name, body=INTEGRATED | {"source_id": "8"})
    with pytest.raises(Invalid) as refused:
        application(name, body={"url": "cal.example"})

    links = api.ok("get", "/scheduling_link/")["data"]
    known = [(one["oauth_client_id"], one["source_id"]) for one in links]
    assert sorted(known) == [("oa2client_1", "7"), ("oa2client_1", "8"), ("oa2client_2", "7")]
    (first,) = [one for one in links if one["source_type"]]
    assert (first["source_type"], first["description"]) == ("event", "A demo.")
    assert set(refused.value.body["field-errors"]) == {"source_id", "name"}


def test_an_application_takes_back_its_own_links_only(api, application):
    application("scheduling_link.integration.upsert", body=INTEGRATED)
    params = {"source_id": "7"}

    with pytest.raises(Exception, match="does not exist"):
        application("scheduling_link.integration.delete", params, client="oa2client_2")
    application("scheduling_link.integration.delete", params)

    assert api.ok("get", "/scheduling_link/")["data"] == []


def test_an_api_key_is_no_application(api):
    assert api.post("/scheduling_link/integration/", json=INTEGRATED).status_code == 403
    assert api.delete("/scheduling_link/integration/7/").status_code == 403


def test_shared_links_take_a_permission(api, join):
    shared = api.make("shared_scheduling_link")
    user, path = join("user"), f"/shared_scheduling_link/{shared['id']}/"

    assert user.post("/shared_scheduling_link/", json={"name": "x"}).status_code == 403
    assert user.put(path, json={"name": "x"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert user.ok("get", path) == shared


def test_the_tag_of_a_shared_link_stays_when_its_name_changes(api):
    shared = api.make("shared_scheduling_link", name="Intro Call!")

    renamed = api.ok("put", f"/shared_scheduling_link/{shared['id']}/", json={"name": "Other"})

    assert shared["template_tag"] == renamed["template_tag"] == "intro-call"
    assert (shared["url"], shared["user_id"], shared["type"]) == (None, None, "SHARED")
    assert "url" not in api.body("shared_scheduling_link")
    assert api.make("shared_scheduling_link", url="https://cal.example")["url"] is None


def mapped(api, **values):
    shared = values.pop("shared", None) or api.make("shared_scheduling_link")["id"]
    body = {"shared_scheduling_link_id": shared, "user_id": api.user_id}
    return api.post(MAP, json=body | values)


def test_a_shared_link_stands_for_a_link_or_an_address(api):
    link = api.make("scheduling_link")["id"]

    by_link = mapped(api, user_scheduling_link_id=link)
    by_url = mapped(api, url="cal.example")

    assert (by_link.status_code, by_link.json()["user_scheduling_link_id"]) == (201, link)
    assert by_url.json()["url"] == "https://cal.example"


def test_exactly_one_thing_stands_behind_a_shared_link(api):
    link = api.make("scheduling_link")["id"]

    assert mapped(api).status_code == 400
    assert mapped(api, url="x.example", user_scheduling_link_id=link).status_code == 400


def test_links_of_others_cannot_stand_behind_it(api, join):
    theirs = join("user").make("scheduling_link")["id"]

    answer = mapped(api, user_scheduling_link_id=theirs)

    assert answer.json()["field-errors"] == {"user_scheduling_link_id": "Object does not exist."}


def kept(world, api):
    return world.sql(
        "select url from shared_scheduling_link_association where organization_id = $1",
        api.organization_id,
    )


def test_mapping_again_replaces_and_unmapping_removes(api, world):
    shared = api.make("shared_scheduling_link")["id"]
    mapped(api, shared=shared, url="a.example"), mapped(api, shared=shared, url="b.example")
    assert [row["url"] for row in kept(world, api)] == ["https://b.example"]
    body = {"shared_scheduling_link_id": shared, "user_id": api.user_id}

    assert api.ok("post", f"{MAP}unmap/", json=body) == {}

    assert kept(world, api) == []


def test_the_tag_of_a_shared_link_is_the_link_of_whoever_writes(api, join):
    contact = api.make("contact", name="Gob", emails=[{"email": "gob@bluth.example"}])
    own = api.make("scheduling_link", url="cal.example/bruce")["id"]
    demo, talk = (api.make("shared_scheduling_link", name=n)["id"] for n in ("Demo", "Intro Call"))
    body = '<a href="{{ intro-call }}">Book</a> or {{ demo }} {{ no-such-link }}'
    template = api.make("email_template", body=body, subject="{{ demo }}", is_shared=True)
    mapped(api, shared=talk, user_scheduling_link_id=own), mapped(api, shared=demo, url="b.example")
    other = join("user")
    mapped(other, shared=demo, url="c.example", user_id=other.user_id)
    params = {"lead_id": contact["lead_id"], "contact_id": contact["id"]}

    def written(api):
        body = params | {"status": "draft", "template_id": template["id"]}
        mail = api.ok("post", "/activity/email/", json=body)
        seen = api.ok("get", f"/email_template/{template['id']}/render/", params=params)
        assert (mail["subject"], mail["body_html"]) == (seen["subject"], seen["body"])
        return mail["subject"], mail["body_html"].strip()

    link = '<a href="https://cal.example/bruce">Book</a>'
    assert written(api) == ("https://b.example", f"{link} or https://b.example")
    link = '<a href="">Book</a>'
    assert written(other) == ("https://c.example", f"{link} or https://c.example")


def test_what_is_unmapped_is_named_in_full(api, join, world):
    shared = api.make("shared_scheduling_link")["id"]
    other, more = join("user"), api.make("shared_scheduling_link")["id"]
    mapped(api, shared=shared, url="a.example"), mapped(api, shared=more, url="b.example")
    mapped(other, shared=shared, url="c.example", user_id=other.user_id)
    refused = api.post(f"{MAP}unmap/", json={})
    body = {"shared_scheduling_link_id": shared, "user_id": api.user_id}
    elsewhere = api.post(f"{MAP}unmap/", json=body | {"organization_id": "orga_x"})

    assert set(refused.json()["field-errors"]) == {"shared_scheduling_link_id", "user_id"}
    assert list(elsewhere.json()["field-errors"]) == ["organization_id"]
    api.ok("post", f"{MAP}unmap/", json=body | {"organization_id": api.organization_id})
    left = sorted(row["url"] for row in kept(world, api))
    assert left == ["https://b.example", "https://c.example"]


def test_what_stands_behind_a_link_for_others_is_theirs_to_say(api, join):
    user = join("user")
    shared = api.make("shared_scheduling_link")["id"]
    body = {"shared_scheduling_link_id": shared, "user_id": api.user_id, "url": "x.example"}

    assert user.post(MAP, json=body).status_code == 403
