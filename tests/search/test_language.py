"""The older language: a line of text says what to find."""

import pytest


@pytest.fixture
def found(api):
    def find(query, **params):
        answer = api.ok("get", "/lead/", params={"query": query, "_fields": "id,name"} | params)
        assert answer["total_results"] >= len(answer["data"])
        return [row["name"] for row in answer["data"]]

    return find


@pytest.fixture
def crowd(api):
    field = api.make("custom_field.lead", name="Field Name", type="number")["id"]
    ann = api.make("lead", name="Ann Arbor", **{f"custom.{field}": 7})
    bob = api.make("lead", name="Bob Online", description="sells boats")
    api.make("contact", lead_id=ann["id"], name="Zoe", emails=[{"email": "zoe+x@a.example"}])
    api.make("contact", lead_id=ann["id"], name="Yan", phones=[{"phone": "+16505550100"}])
    api.make("activity.note", lead_id=bob["id"], note="call about boats")
    api.make("opportunity", lead_id=bob["id"], value=900)
    return {"Ann Arbor": ann["id"], "Bob Online": bob["id"], "field": field}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("*", {"Ann Arbor", "Bob Online"}),
        ("", {"Ann Arbor", "Bob Online"}),
        ("onl", {"Bob Online"}),
        ("ann zoe", {"Ann Arbor"}),
        ("nobody", set()),
        ('"call about"', {"Bob Online"}),
        ('"about call"', set()),
        ("company: ann", {"Ann Arbor"}),
        ('name:"Bob Online"', {"Bob Online"}),
        ("name:ann OR name:bob", {"Ann Arbor", "Bob Online"}),
        ("not name:ann", {"Bob Online"}),
        ('name in ("Ann Arbor","x")', {"Ann Arbor"}),
        ("description:*", {"Bob Online"}),
        ('email_address:"zoe+x@a.example"', {"Ann Arbor"}),
        ("email:zoe+x@a.example", {"Ann Arbor"}),
        ("zoe+x@a.example", {"Ann Arbor"}),
        ("has:phone_numbers", {"Ann Arbor"}),
        ("notes:0", {"Ann Arbor"}),
        ("opportunities > 0", {"Bob Online"}),
        ("has:active_opportunities", {"Bob Online"}),
        ("contact(name:zoe email:*)", {"Ann Arbor"}),
        ("contact(name:yan phone:*)", {"Ann Arbor"}),
        ('opportunity(value >= 900 status:"Demo Completed")', {"Bob Online"}),
        ("opportunity(value > 900)", set()),
        ('"custom.Field Name" >= 7', {"Ann Arbor"}),
        ('"Field Name":7', {"Ann Arbor"}),
        ("custom.field_name < 7", set()),
        ("status:potential", {"Ann Arbor", "Bob Online"}),
        ("created:today", {"Ann Arbor", "Bob Online"}),
        ('date_created > "3 days ago"', {"Ann Arbor", "Bob Online"}),
        ("date_created < 2020-01-01", set()),
        ("date_updated >= 2020-01-01T10:15", {"Ann Arbor", "Bob Online"}),
    ],
)
def test_a_line_finds_leads(found, crowd, query, names):
    if query:
        assert set(found(query)) == names


def test_custom_fields_are_known_by_their_ids(found, crowd):
    assert found(f"custom.{crowd['field']}:7") == ["Ann Arbor"]
    assert found(f'id:"{crowd["Ann Arbor"]}" OR id:"{crowd["Bob Online"]}" sort:name') == [
        "Ann Arbor",
        "Bob Online",
    ]


def test_a_line_says_the_order(found, crowd):
    assert found("* sort:name") == ["Ann Arbor", "Bob Online"]
    assert found("* sort:-name") == ["Bob Online", "Ann Arbor"]
    assert found("* sort:-created,name", _limit=1, _skip=1) == ["Ann Arbor"]


def test_slices_add_up_to_all(api, found):
    names = {api.make("lead", name=f"L{n}")["name"] for n in range(8)}
    parts = [found(f"slice:{n}/3") for n in range(3)]
    assert sorted(name for part in parts for name in part) == sorted(names)


def test_counts_are_told_without_rows(api):
    api.make("lead")
    answer = api.ok("get", "/lead/", params={"query": "*", "_limit": 0})
    assert answer == {"data": [], "has_more": True, "total_results": 1}


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("weird:thing", '"weird:thing" at letter 1'),
        ("name:ann (bob", "the end at letter 14"),
        ("name:ann ) bob", '")" at letter 10'),
        ("date_created > soonish", "Must be"),
        ("has:unicorns", "no such objects"),
        ("unicorn(name:x)", "no such objects"),
        ("sort:colour", "no such field"),
        ("slice:x", "A slice is like"),
        ("contacts > many", "A number must follow"),
        ("(" * 50, "too large"),
    ],
)
def test_what_cannot_be_read_is_named(api, query, word):
    answer = api.get("/lead/", params={"query": query})
    assert answer.status_code == 400
    assert word in answer.json()["error"], answer.text


def test_opportunities_are_searched_in_the_same_way(api):
    one = api.make("opportunity", note="an important deal", value=5)
    api.make("opportunity", note="nothing", lead_id=one["lead_id"])
    api.ok("put", f"/lead/{one['lead_id']}/", json={"name": "Ann"})
    ids = lambda **params: [r["id"] for r in api.ok("get", "/opportunity/", params=params)["data"]]  # noqa: E731
    assert ids(query="note:important") == [one["id"]]
    assert ids(query="value:5") == [one["id"]]
    assert ids(query="note:absent") == []
    assert len(ids(lead_query="name:ann")) == 2
    lead = {"type": "object_type", "object_type": "lead"}
    view = api.make("saved_search", s_query={"query": lead})["id"]
    assert len(ids(lead_saved_search_id=view)) == 2
    assert ids(query="note:important", value_period="monthly") == []


def test_opportunities_are_found_by_their_own_words_and_changes_of_status(api):
    lead = api.make("lead", name="Volcano Ltd")["id"]
    statuses = {s["label"]: s["id"] for s in api.ok("get", "/status/opportunity/")["data"]}
    one = api.make("opportunity", lead_id=lead, note="an important deal")
    api.make("opportunity", lead_id=lead, note="a volcano")
    api.ok("put", f"/opportunity/{one['id']}/", json={"status_id": statuses["Won"]})

    def notes(query):
        page = api.ok("get", "/opportunity/", params={"query": query, "_fields": "note"})
        return [row["note"] for row in page["data"]]

    assert notes("important") == ["an important deal"]
    assert notes("volcano") == ["a volcano"]
    at = 'old_status:"Demo Completed" new_status:Won date > 2020-01-01'
    assert notes(f"status_change({at})") == ["an important deal"]
    assert notes("status_change(new_status:Lost)") == []


def test_views_may_be_kept_in_the_older_language(api):
    api.make("lead", name="Ann"), api.make("lead", name="Bob")
    view = api.ok("post", "/saved_search/", json={"name": "Anns", "query": "name:ann"})
    assert (view["query"], view["s_query"]) == ("name:ann", None)
    found = api.ok("get", f"/saved_search/{view['id']}/results/?_fields=name")["data"]
    assert [row["name"] for row in found] == ["Ann"]
    assert api.post("/saved_search/", json={"name": "x", "query": "weird:x"}).status_code == 400
