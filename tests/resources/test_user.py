import hashlib

import pytest


def names(page):
    return [(user["first_name"], user["last_name"]) for user in page["data"]]


@pytest.fixture
def team(api, join):
    """The admin, Bruce Wayne, and two more."""
    for first, last in (("Alfred", "Young"), ("Zoe", "Abel")):
        email = f"{first}.{last}@{api.organization_id}.example"
        body = {"email": email, "role_id": "user", "first_name": first, "last_name": last}
        api.ok("post", "/membership/", json=body)
    return api


def test_users_are_listed_by_first_name(team):
    page = team.ok("get", "/user/")

    assert names(page) == [("Alfred", "Young"), ("Bruce", "Wayne"), ("Zoe", "Abel")]
    assert page["has_more"] is False


def test_users_can_be_listed_by_last_name(team):
    page = team.ok("get", "/user/?_order_by=last_name,first_name")

    assert names(page) == [("Zoe", "Abel"), ("Bruce", "Wayne"), ("Alfred", "Young")]


def test_users_can_be_listed_by_first_name(team):
    assert team.ok("get", "/user/?_order_by=first_name,last_name") == team.ok("get", "/user/")


def test_a_list_of_users_has_pages(team):
    page = team.ok("get", "/user/?_limit=1&_skip=1")

    assert names(page) == [("Bruce", "Wayne")]
    assert page["has_more"] is True


def test_a_user_has_the_fields_of_the_contract(api):
    user = api.ok("get", f"/user/{api.user_id}/")

    assert user["organizations"] == [api.organization_id]
    assert user.keys() == {
        "id",
        "email",
        "email_verified_at",
        "first_name",
        "last_name",
        "google_profile_image_url",
        "image",
        "last_used_timezone",
        "date_created",
        "date_updated",
        "organizations",
    }


def test_the_image_of_a_user_is_found_by_the_address(join, api):
    other = join(email=f" Mixed.Case@{api.organization_id}.example")

    user = api.ok("get", f"/user/{other.user_id}/")

    hashed = hashlib.md5(user["email"].lower().encode()).hexdigest()
    assert user["image"] == f"https://secure.gravatar.com/avatar/{hashed}"


def test_a_former_member_can_be_read_and_belongs_nowhere(api, join):
    other = join()
    api.ok("delete", f"/membership/{other.member['id']}/")

    assert api.ok("get", f"/user/{other.user_id}/")["organizations"] == []
    assert other.user_id in [user["id"] for user in api.ok("get", "/user/")["data"]]


def test_a_user_of_another_organization_does_not_exist(api, stranger):
    answer = api.get(f"/user/{stranger.user_id}/")

    assert answer.status_code == 404
    assert answer.json() == {"error": "Empty query: User matching query does not exist."}


def test_reading_users_is_one_statement(api, statements):
    for path in ("/user/", f"/user/{api.user_id}/", "/user/availability/"):
        api.ok("get", path)
        assert len(statements(lambda path=path: api.ok("get", path))) == 1


def test_availability_has_an_entry_for_each_member(api, join):
    other, former = join(), join()
    api.ok("delete", f"/membership/{former.member['id']}/")

    body = api.ok("get", "/user/availability/")

    members = sorted([api.user_id, other.user_id])
    assert body == {"data": [{"user_id": id, "availability": []} for id in members]}


def test_availability_in_another_organization_is_not_told(api, stranger):
    own = api.ok("get", f"/user/availability/?organization_id={api.organization_id}")
    answer = api.get(f"/user/availability/?organization_id={stranger.organization_id}")

    assert own == api.ok("get", "/user/availability/")
    assert answer.status_code == 404


@pytest.fixture
def group(api, join):
    """A group of one, who has made a note; and a note of the admin's."""
    member = join()
    lead = api.make("lead")
    group = api.make("group")
    api.ok("post", f"/group/{group['id']}/member/", json={"user_id": member.user_id})
    for client in (api, member):
        client.ok("post", "/activity/note/", json={"lead_id": lead["id"], "note": client.user_id})
    return {"id": group["id"], "member": member.user_id, "lead": lead["id"]}


def authors(api, group, *people):
    query = f"lead_id={group['lead']}&user_id__in={','.join(people)}"
    return sorted(note["note"] for note in api.ok("get", f"/activity/note/?{query}")["data"])


def test_a_group_stands_for_its_members_where_lists_are_filtered_by_users(api, group):
    assert authors(api, group, group["id"]) == [group["member"]]
    assert authors(api, group, api.user_id, group["id"]) == sorted([api.user_id, group["member"]])


def test_a_filter_of_users_alone_is_as_it_was(api, group):
    assert authors(api, group, api.user_id) == [api.user_id]


def test_a_group_of_another_organization_has_no_members_here(api, group, stranger):
    theirs = stranger.make("group")

    assert authors(api, group, theirs["id"]) == []


def test_filtering_by_a_group_is_one_statement(api, group, statements):
    authors(api, group, group["id"])

    assert len(statements(lambda: authors(api, group, group["id"]))) == 1


def test_what_belongs_to_lists_means_nothing_for_one_user(api):
    query = "_limit=0&_skip=5&_order_by=last_name,first_name"

    assert api.ok("get", f"/user/{api.user_id}/?{query}") == api.ok("get", f"/user/{api.user_id}/")


def test_users_of_others_are_not_listed(api, stranger):
    assert [user["id"] for user in api.ok("get", "/user/")["data"]] == [api.user_id]


def test_users_have_no_other_order_than_that_of_their_names(team):
    assert team.ok("get", "/user/?_order_by=email") == team.ok("get", "/user/")


KINDS = ("note", "call", "email", "sms", "whatsapp_message", "custom")


@pytest.mark.parametrize("kind", [*(f"activity.{kind}" for kind in KINDS), "opportunity"])
def test_a_group_stands_for_its_members_in_every_list(api, group, kind):
    more = {"lead_id": group["lead"], "user_id": group["member"]}
    if kind == "activity.sms":
        more |= {"local_phone": "+14156550100", "remote_phone": "+16505550100"}
    theirs = api.make(kind, **more)["id"]
    mine = api.make(kind, **more | {"user_id": api.user_id})["id"]

    def found(*people):
        query = f"lead_id={group['lead']}&_fields=id&user_id__in={','.join(people)}"
        return {one["id"] for one in api.ok("get", f"/{kind.replace('.', '/')}/?{query}")["data"]}

    assert found(group["id"]) & {mine, theirs} == {theirs}
    assert found(group["id"], api.user_id) >= {mine, theirs}


def test_a_group_stands_for_its_members_on_the_timeline_and_where_tasks_are_assigned(api, group):
    for client in (api.user_id, group["member"]):
        api.make("task", lead_id=group["lead"], assigned_to=client)

    def found(path, name):
        rows = api.ok("get", f"{path}?lead_id={group['lead']}&{name}__in={group['id']}")["data"]
        return {one[name] for one in rows}

    assert found("/task/", "assigned_to") == {group["member"]}
    assert found("/activity/", "user_id") == {group["member"]}
