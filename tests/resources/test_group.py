import pytest


@pytest.fixture
def group(api):
    return api.make("group", name="Closers")


@pytest.fixture
def path(group):
    return f"/group/{group['id']}/"


def test_a_new_group_is_empty(api):
    answer = api.post("/group/", json={"name": "Closers"})

    assert answer.status_code == 201
    group = answer.json()
    assert group == {
        "id": group["id"],
        "organization_id": api.organization_id,
        "name": "Closers",
        "members": [],
    }
    assert answer.headers["location"] == f"/api/v1/group/{group['id']}/"


def test_a_group_is_read_with_the_fields_asked_for(api, group, path):
    assert api.ok("get", f"{path}?_fields=name,members") == {"name": "Closers", "members": []}
    assert api.ok("get", path) == group


def test_a_list_of_groups_never_holds_members(api, group):
    whole = {name: group[name] for name in ("id", "organization_id", "name")}

    for query, shown in (
        ("", whole),
        ("?_fields=_all", whole),
        ("?_fields=name", {"name": "Closers"}),
        ("?_fields=name,members", {"name": "Closers"}),
        ("?_fields=members", {}),
    ):
        assert api.ok("get", f"/group/{query}") == {"data": [shown], "has_more": False}


def test_groups_are_listed_by_name(api):
    for name in ("B", "C", "A"):
        api.make("group", name=name)

    assert [group["name"] for group in api.ok("get", "/group/")["data"]] == ["A", "B", "C"]


def test_reading_groups_is_one_statement(api, path, statements):
    for one in ("/group/", path, f"{path}?_fields=members"):
        api.ok("get", one)
        assert len(statements(lambda one=one: api.ok("get", one))) == 1


def test_a_group_can_be_renamed(api, path):
    assert api.ok("put", path, json={"name": "Openers"})["name"] == "Openers"
    assert api.ok("get", f"{path}?_fields=name") == {"name": "Openers"}


def test_two_groups_do_not_have_one_name(api, stranger, group):
    other = api.make("group", name="Openers")
    stranger.make("group", name="Closers")

    for answer in (
        api.post("/group/", json={"name": "Closers"}),
        api.post("/group/", json={"name": "closers"}),
        api.put(f"/group/{other['id']}/", json={"name": "Closers"}),
    ):
        assert answer.status_code == 400
        fields = {"name": "This value is already taken."}
        assert answer.json() == {"field-errors": fields, "errors": []}


def test_a_group_keeps_its_own_name(api, group, path):
    assert api.ok("put", path, json={"name": "Closers"}) == group


@pytest.mark.parametrize("name", [None, ""])
def test_a_group_needs_a_name(api, path, name):
    for answer in (api.post("/group/", json={"name": name}), api.put(path, json={"name": name})):
        assert answer.status_code == 400
        assert answer.json()["field-errors"] == {"name": "This field is required."}


def members(api, path):
    return [member["user_id"] for member in api.ok("get", f"{path}?_fields=members")["members"]]


def test_members_are_added_one_by_one(api, join, path):
    other = join()

    for id in (api.user_id, other.user_id):
        answer = api.post(f"{path}member/", json={"user_id": id})
        assert answer.status_code == 201
        assert answer.json() == {"user_id": id}

    assert members(api, path) == [api.user_id, other.user_id]


def test_adding_a_member_twice_changes_nothing(api, path):
    for _ in range(2):
        answer = api.post(f"{path}member/", json={"user_id": api.user_id})
        assert answer.status_code == 201
        assert answer.json() == {"user_id": api.user_id}

    assert members(api, path) == [api.user_id]


def test_members_are_removed_one_by_one(api, join, path):
    other = join()
    for id in (api.user_id, other.user_id):
        api.ok("post", f"{path}member/", json={"user_id": id})

    answer = api.delete(f"{path}member/{other.user_id}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert members(api, path) == [api.user_id]


def test_removing_who_is_not_a_member_changes_nothing(api, path):
    for id in (api.user_id, "user_unknown"):
        assert api.delete(f"{path}member/{id}/").status_code == 204


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "This field is required."),
        ({"user_id": "user_unknown"}, "Object does not exist."),
        ({"user_id": 1}, "Value must be of str type."),
    ],
)
def test_a_member_is_a_user(api, path, body, reason):
    answer = api.post(f"{path}member/", json=body)

    assert answer.status_code == 400
    assert answer.json() == {"field-errors": {"user_id": reason}, "errors": []}


def test_a_member_is_a_user_of_the_organization(api, stranger, path):
    answer = api.post(f"{path}member/", json={"user_id": stranger.user_id})

    assert answer.status_code == 400


def test_a_removed_member_of_the_organization_stays_in_groups(api, join, path):
    other = join()
    api.ok("post", f"{path}member/", json={"user_id": other.user_id})

    api.ok("delete", f"/membership/{other.member['id']}/")

    assert members(api, path) == [other.user_id]


def test_deleting_a_group_keeps_its_members_in_the_organization(api, join, path):
    other = join()
    api.ok("post", f"{path}member/", json={"user_id": other.user_id})

    answer = api.delete(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(path).status_code == 404
    user = api.ok("get", f"/user/{other.user_id}/")
    assert user["organizations"] == [api.organization_id]


def test_every_change_of_a_group_is_an_event(api, path):
    for _ in range(2):
        api.ok("post", f"{path}member/", json={"user_id": api.user_id})
    for _ in range(2):
        api.ok("delete", f"{path}member/{api.user_id}/")
    api.ok("put", path, json={"name": "Openers"})
    api.ok("delete", path)

    actions = {action for kind, action in api.events() if kind == "group"}
    assert actions == {"created", "updated", "deleted"}
    assert {kind for kind, _ in api.events()} == {"group"}


def test_an_event_tells_who_came_into_a_group(api, path):
    api.ok("post", f"{path}member/", json={"user_id": api.user_id})

    event = api.ok("get", "/event/?object_type=group&_limit=1")["data"][0]

    assert event["action"] == "updated"
    assert event["changed_fields"] == ["members"]
    assert event["data"]["members"] == [{"user_id": api.user_id}]
    assert event["previous_data"] == {"members": []}


def test_changing_groups_takes_the_permission(api, join, group, path):
    other = join("superuser")

    for answer in (
        other.post("/group/", json={"name": "Mine"}),
        other.put(path, json={"name": "Mine"}),
        other.post(f"{path}member/", json={"user_id": other.user_id}),
        other.delete(f"{path}member/{other.user_id}/"),
        other.delete(path),
    ):
        assert answer.status_code == 403
    assert other.ok("get", path) == group


def test_a_group_of_another_organization_does_not_exist(api, stranger):
    path = f"/group/{stranger.make('group')['id']}/"

    for answer in (
        api.get(path),
        api.put(path, json={"name": "Mine"}),
        api.delete(path),
        api.post(f"{path}member/", json={"user_id": api.user_id}),
        api.delete(f"{path}member/{stranger.user_id}/"),
    ):
        assert answer.status_code == 404
    assert api.ok("get", "/group/")["data"] == []


def test_a_group_that_a_smart_view_speaks_of_cannot_be_deleted(api):
    group = api.make("group")["id"]
    people = {"type": "reference", "reference_type": "user_or_group", "object_ids": [group]}
    field = {"type": "regular_field", "object_type": "opportunity", "field_name": "user_id"}
    kind = {"type": "object_type", "object_type": "opportunity"}
    condition = {"type": "field_condition", "field": field, "condition": people}
    search = {"query": {"type": "and", "queries": [kind, condition]}}
    view = api.make("saved_search", type="opportunity", s_query=search)

    refused = api.delete(f"/group/{group}/")

    assert refused.status_code == 400
    assert refused.json()["errors"] == ["This Group is still in use by a Smart View."]
    api.ok("delete", f"/saved_search/{view['id']}/")
    assert api.delete(f"/group/{group}/").status_code == 204
