"""Smart Views."""

import pytest

LEADS = {"type": "object_type", "object_type": "lead"}
CONTACTS = {"type": "object_type", "object_type": "contact"}


def where(name, field, **condition):
    named = {"type": "regular_field", "object_type": name, "field_name": field}
    return {"type": "field_condition", "field": named, "condition": condition}


def every(*queries):
    return {"type": "and", "queries": list(queries)}


def view(api, *queries, **values):
    """A view of leads that meet these conditions."""
    return api.make("saved_search", s_query={"query": every(LEADS, *queries)}, **values)


def refused(api, **body):
    answer = api.post("/saved_search/", json={"name": "View"} | body)
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def colleague(api, role="user"):
    """Another member of the organization, as a client."""
    from ajar.founding import add_key
    from ajar.kernel.context import Caller, Context
    from tests.conftest import authorization

    body = {"email": f"{role}-{api.user_id}@team.example", "role_id": role}
    user = api.ok("post", "/membership/", json=body)["user_id"]

    async def key(db):
        caller = Caller(api.organization_id, user)
        return await add_key(Context(db, caller, api.world.clock()), "key")

    other = type(api).__new__(type(api))
    other.__dict__ |= api.__dict__ | {"user_id": user}
    other.headers = {"authorization": authorization(api.world.call(key))}
    return other


def test_a_view_is_of_leads_unless_it_says_otherwise(api):
    made = view(api)
    assert (made["type"], made["query"], made["user_id"]) == ("lead", None, api.user_id)
    assert made["is_user_dependent"] is False
    people = api.make("saved_search", type="contact", s_query={"query": CONTACTS})
    listed = lambda params: [v["id"] for v in api.ok("get", f"/saved_search/{params}")["data"]]  # noqa: E731
    assert made["id"] in listed("") and people["id"] not in listed("")
    assert listed("?type=contact") == [people["id"]]
    assert {made["id"], people["id"]} <= set(listed("?type__in=lead,contact"))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "s_query"),
        ({"s_query": {"query": LEADS}, "query": "*"}, "s_query"),
        ({"s_query": 5}, "s_query"),
        ({"s_query": {}}, "s_query"),
        ({"s_query": {"query": {"type": "x"}}}, "s_query.query"),
        ({"s_query": {"query": CONTACTS}}, "s_query.query"),
        ({"s_query": {"query": {"type": "match_all"}}}, "s_query.query"),
        ({"s_query": {"query": LEADS}, "type": "contact"}, "s_query.query"),
        ({"s_query": {"query": every(LEADS, {"type": "x"})}}, "s_query.query.queries.1.type"),
        ({"s_query": {"query": LEADS, "sort": 5}}, "s_query.sort"),
        ({"s_query": {"query": LEADS, "results_limit": -1}}, "s_query.results_limit"),
        ({"s_query": {"query": LEADS}, "type": "unicorn"}, "type"),
        ({"s_query": {"query": LEADS}, "name": None}, "name"),
        ({"s_query": {"query": LEADS}, "shared_with": ["user_x"]}, "shared_with"),
        ({"s_query": {"query": LEADS}, "shared_with": "x"}, "shared_with"),
        ({"s_query": {"query": LEADS}, "description": "x" * 301}, "description"),
        (
            {"s_query": {"query": LEADS}, "selected_fields": [{"field_id": "x" * 49}]},
            "selected_fields",
        ),
    ],
)
def test_what_is_wrong_with_a_view_is_named(api, body, where):
    assert set(refused(api, **body)) == {where}


def test_the_server_knows_whether_a_view_depends_on_who_asks(api):
    mine = where("lead", "created_by", type="current_user")
    made = view(api, mine)
    assert made["is_user_dependent"] is True
    nested = view(api, {"type": "saved_search", "saved_search_id": made["id"]})
    assert nested["is_user_dependent"] is True
    path = f"/saved_search/{made['id']}/"
    changed = api.ok("put", path, json={"s_query": {"query": LEADS}})
    assert changed["is_user_dependent"] is False


def test_a_view_can_be_run(api):
    leads = [api.make("lead", name=name)["id"] for name in ("Ann", "Bob", "Ann Two")]
    ann = where("lead", "name", type="text", mode="full_words", value="ann")
    path = f"/saved_search/{view(api, ann)['id']}/results/"
    found = api.ok("get", path)
    assert {row["id"] for row in found["data"]} == {leads[0], leads[2]}
    page = api.ok("get", f"{path}?_limit=1&_fields=name&include_counts=true")
    assert (page["data"][0]["name"], page["count"]["total"]) == ("Ann Two", 2)
    rest = api.ok("get", path, params={"_limit": 1, "cursor": page["cursor"]})
    assert [row["id"] for row in rest["data"]] == [leads[0]]
    assert api.get(f"{path}?_limit=x").status_code == 400
    assert api.get("/saved_search/save_x/results/").status_code == 404


def test_a_view_runs_for_whoever_asks(api):
    made = view(api, where("lead", "created_by", type="current_user"), is_shared=True)
    lead = api.make("lead")["id"]
    other = colleague(api)
    path = f"/saved_search/{made['id']}/results/"
    assert [row["id"] for row in api.ok("get", path)["data"]] == [lead]
    assert other.ok("get", path)["data"] == []


def test_a_view_may_be_part_of_another_but_not_of_itself(api):
    lead, _ = api.make("lead", name="Ann")["id"], api.make("lead")
    inner = view(
        api, where("lead", "name", type="exists"), where("lead", "name", type="text", value="ann")
    )
    outer = view(api, {"type": "saved_search", "saved_search_id": inner["id"], "negate": False})
    found = api.ok("get", f"/saved_search/{outer['id']}/results/")["data"]
    assert [row["id"] for row in found] == [lead]
    itself = {"query": every(LEADS, {"type": "saved_search", "saved_search_id": outer["id"]})}
    answer = api.put(f"/saved_search/{inner['id']}/", json={"s_query": itself})
    assert answer.status_code in (200, 400)
    assert api.get(f"/saved_search/{outer['id']}/results/").status_code in (200, 400)


def test_sharing_can_be_said_in_two_ways_that_agree(api):
    group = api.make("group")["id"]
    settings = {"whole_org": False, "user_ids": [api.user_id], "group_ids": [group]}
    made = view(api, sharing_settings=settings)
    assert made["shared_with"] == [api.user_id, group]
    assert made["is_shared"] is False
    stamps = {"created_by_id": api.user_id, "updated_by_id": api.user_id}
    stamps |= {"created_at": made["date_created"], "updated_at": made["date_updated"]}
    assert made["sharing_settings"] == settings | stamps
    path = f"/saved_search/{made['id']}/"
    changed = api.ok("put", path, json={"is_shared": True, "shared_with": []})
    everybody = {"whole_org": True, "user_ids": [], "group_ids": []}
    assert changed["sharing_settings"].items() >= everybody.items()


def test_others_see_what_is_shared_with_them_or_their_group(api):
    other, group = colleague(api), api.make("group")["id"]
    api.ok("post", f"/group/{group}/member/", json={"user_id": other.user_id})
    sees = lambda made: other.get(f"/saved_search/{made['id']}/").status_code == 200  # noqa: E731
    assert not sees(view(api))
    assert sees(view(api, is_shared=True))
    assert sees(view(api, shared_with=[other.user_id]))
    assert sees(view(api, shared_with=[group]))


def test_changing_a_view_of_somebody_else_takes_a_permission(api):
    made = view(api, is_shared=True)
    path = f"/saved_search/{made['id']}/"
    user, manager = colleague(api), colleague(api, "superuser")
    assert user.put(path, json={"name": "Mine"}).status_code == 403
    assert user.delete(path).status_code == 403
    assert manager.ok("put", path, json={"name": "Ours"})["name"] == "Ours"
    assert manager.ok("delete", path) == {}


def test_a_group_that_a_view_speaks_of_cannot_be_deleted(api):
    group = api.make("group")["id"]
    owned = where(
        "lead", "created_by", type="reference", reference_type="user_or_group", object_ids=[group]
    )
    made = view(api, owned)
    assert api.delete(f"/group/{group}/").status_code == 400
    api.ok("delete", f"/saved_search/{made['id']}/")
    assert api.delete(f"/group/{group}/").status_code == 204


def test_only_views_that_exist_can_be_pinned(api, stranger):
    path = f"/membership/{api.ok('get', '/me/')['memberships'][0]['id']}/pinned_views/"
    made = view(api)["id"]
    pinned = {"saved_view_ids": [made]}
    assert api.ok("put", path, json=pinned) == pinned
    for wrong in ("save_x", view(stranger)["id"]):
        answer = api.put(path, json={"saved_view_ids": [wrong]})
        assert set(answer.json()["field-errors"]) == {"saved_view_ids"}


TYPES = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
    "call": "activity.call",
    "email": "activity.email",
    "sms": "activity.sms",
    "meeting": "activity.meeting",
    "note": "activity.note",
    "whatsapp_message": "activity.whatsapp_message",
    "custom_activity": "activity.custom_activity",
    "form_submission": "activity.form_submission",
}


def test_a_view_may_be_of_other_objects_than_leads(api):
    made = {}
    for name, searched in TYPES.items():
        query = {"type": "object_type", "object_type": searched}
        made[name] = api.make("saved_search", type=name, s_query={"query": query})
        assert made[name]["type"] == name
        assert api.ok("get", f"/saved_search/{made[name]['id']}/results/")["cursor"] is None
    listed = {view["id"] for view in api.ok("get", "/saved_search/")["data"]}
    ours = {view["id"] for view in made.values()}
    assert listed & ours == {made["lead"]["id"]}
    every = api.ok("get", f"/saved_search/?type__in={','.join(TYPES)}")["data"]
    assert ours <= {view["id"] for view in every}


def test_a_view_keeps_its_order_and_its_limit_and_is_run_with_them(api):
    for name in ("Bob", "Ann", "Cid"):
        api.make("lead", name=name)
    sort = [{"direction": "desc", "field": where("lead", "name")["field"]}]
    search = {"query": LEADS, "sort": sort, "results_limit": 2}
    made = api.make("saved_search", s_query=search)
    assert made["s_query"] == search
    found = api.ok("get", f"/saved_search/{made['id']}/results/?_fields=name")["data"]
    assert [lead["name"] for lead in found] == ["Cid", "Bob"]


def test_a_view_is_a_search_or_a_line_of_text(api):
    lead, _ = api.make("lead", name="Ann"), api.make("lead", name="Bob")
    line = api.make("saved_search", s_query=None, query="name:ann")
    assert (line["query"], line["s_query"]) == ("name:ann", None)
    found = api.ok("get", f"/saved_search/{line['id']}/results/")["data"]
    assert [one["id"] for one in found] == [lead["id"]]


def test_the_type_of_a_view_stays(api):
    path = f"/saved_search/{view(api)['id']}/"
    assert api.ok("put", path, json={"type": "contact", "name": "People"})["type"] == "lead"
