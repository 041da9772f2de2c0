import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from ajar import ids
from ajar.kernel.context import RIGHTS

EMAIL = "clark@planet.example"
ABSENT = "Object does not exist."


def unused():
    return f"{ids.new('clark')}@planet.example"


def create(api, **body):
    return api.ok("post", "/membership/", json={"email": unused(), "role_id": "user"} | body)


def membership(api, user_id):
    organization = api.ok("get", f"/organization/{api.organization_id}/")
    both = organization["memberships"] + organization["inactive_memberships"]
    return next(member for member in both if member["user_id"] == user_id)


def refused(answer, **fields):
    assert answer.status_code == 400
    assert answer.json() == {"field-errors": fields, "errors": []}


def test_somebody_unknown_becomes_a_user_and_a_member(api):
    email = unused()

    member = create(api, email=email, role_id="restricteduser")

    user = api.ok("get", f"/user/{member['user_id']}/")
    assert user["email"] == member["user_email"] == email
    assert user["organizations"] == [api.organization_id]
    assert member["organization_id"] == api.organization_id
    assert member["role_id"] == member["role"] == "restricteduser"
    assert member["auto_record_calls"] == "unset"
    assert member["default_caller_id"] is None


def test_a_new_user_is_shown_by_the_address_or_the_name_that_was_given(api):
    nameless, named = create(api), create(api, first_name="Clark", last_name="Kent")

    assert nameless["user_full_name"] == nameless["user_email"]
    assert (nameless["user_first_name"], nameless["user_last_name"]) == ("", "")
    assert named["user_full_name"] == "Clark Kent"


def test_the_permissions_of_a_membership_are_those_of_the_role(api):
    role = api.make("role", permissions=["calling"])

    assert create(api, role_id=role["id"])["permissions_granted"] == ["calling"]
    granted = create(api, role_id="user")["permissions_granted"]
    assert "merge_leads" in granted
    assert "export" not in granted


def test_a_user_known_elsewhere_is_added_to_the_organization(api, stranger):
    email = stranger.ok("get", "/me/")["email"]

    member = create(api, email=email)

    assert member["user_id"] == stranger.user_id
    assert member["user_full_name"] == "Bruce Wayne"
    assert stranger.ok("get", "/me/")["organization_id"] == stranger.organization_id


def test_an_address_is_the_same_in_any_case(api):
    email = unused()

    first, again = create(api, email=email), create(api, email=f" {email.upper()}")

    assert again == first


def test_making_a_member_twice_changes_nothing(api):
    email = unused()
    first = create(api, email=email, role_id="superuser")

    again = create(api, email=email, role_id="user")

    assert again == first


def test_a_former_member_is_taken_up_again_with_the_new_role(api):
    email = unused()
    former = create(api, email=email)
    api.ok("delete", f"/membership/{former['id']}/")

    member = create(api, email=email, role_id="superuser")

    assert (member["id"], member["user_id"]) == (former["id"], former["user_id"])
    assert member["role_id"] == "superuser"
    assert api.ok("get", f"/user/{member['user_id']}/")["organizations"] == [api.organization_id]


def test_making_and_ending_a_membership_are_events(api):
    email = unused()
    member = create(api, email=email)
    create(api, email=email)
    api.ok("put", f"/membership/{member['id']}/", json={"role_id": "superuser"})
    api.ok("delete", f"/membership/{member['id']}/")
    api.ok("delete", f"/membership/{member['id']}/")
    create(api, email=email)

    assert api.events() == [
        ("membership", "activated"),
        ("membership", "deactivated"),
        ("membership", "activated"),
    ]


def test_an_event_tells_of_the_membership(api):
    member = create(api)

    (event,) = api.ok("get", "/event/?object_type=membership&_limit=1")["data"]

    assert event["object_id"] == member["id"]
    assert event["data"] == member


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email": "This field is required.", "role_id": "This field is required."}),
        ({"email": "nobody", "role_id": "user"}, {"email": "Invalid email address."}),
        ({"email": EMAIL, "role_id": "king"}, {"role_id": "Object does not exist."}),
        ({"email": EMAIL, "role_id": 7}, {"role_id": "Value must be of str type."}),
        ({"email": EMAIL, "role_id": ["user"]}, {"role_id": "Value must be of str type."}),
    ],
)
def test_a_member_needs_an_address_and_a_role_that_exists(api, body, fields):
    refused(api.post("/membership/", json=body), **fields)


def test_a_role_of_another_organization_does_not_exist(api, stranger):
    role_id = stranger.make("role")["id"]

    answer = api.post("/membership/", json={"email": unused(), "role_id": role_id})

    refused(answer, role_id="Object does not exist.")


@pytest.mark.parametrize("role", ["admin", "superuser", "user", "restricteduser"])
def test_every_built_in_role_can_be_given(api, role):
    assert create(api, role_id=role)["role_id"] == role


def test_making_members_takes_the_permission(join):
    other = join("superuser")

    answer = other.post("/membership/", json={"email": unused(), "role_id": "user"})

    assert answer.status_code == 403


def test_a_role_that_may_manage_the_organization_makes_members(api, join):
    role = api.make("role", permissions=["manage_organization"])

    create(join(role["id"]))


def test_a_membership_changes(api):
    member = create(api)
    change = {
        "role_id": "superuser",
        "auto_record_calls": "enabled",
        "hangup_recording_url": "https://planet.example/hangup.mp3",
        "may_workflows_impersonate": True,
        "track_email_opens": False,
    }

    changed = api.ok("put", f"/membership/{member['id']}/", json=change)

    assert change.items() <= changed.items()
    assert membership(api, member["user_id"]) == changed


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"role_id": "king"}, {"role_id": "Object does not exist."}),
        ({"role_id": None}, {"role_id": "This field is required."}),
        ({"auto_record_calls": "maybe"}, {"auto_record_calls": "Not a valid choice."}),
    ],
)
def test_bad_changes_of_a_membership_are_refused(api, body, fields):
    member = create(api)

    refused(api.put(f"/membership/{member['id']}/", json=body), **fields)


def test_a_new_role_counts_from_the_next_request_on(api, join):
    other = join("user")
    name = {"name": "Daily Planet"}
    path = f"/organization/{api.organization_id}/"
    assert other.put(path, json=name).status_code == 403

    for role_id, status in (("admin", 200), ("user", 403)) * 5:
        api.ok("put", f"/membership/{other.member['id']}/", json={"role_id": role_id})
        assert other.put(path, json=name).status_code == status


def test_members_change_their_own_settings_but_not_their_role(api, join):
    other = join("user")
    path = f"/membership/{other.member['id']}/"

    same = {"auto_record_calls": "disabled", "role_id": "user"}
    assert other.ok("put", path, json=same)["auto_record_calls"] == "disabled"
    assert other.put(path, json={"role_id": "admin"}).status_code == 403


def test_members_do_not_change_others(api, join):
    other, third = join("superuser"), join("user")
    path = f"/membership/{third.member['id']}/"

    assert other.put(path, json={"auto_record_calls": "disabled"}).status_code == 403
    assert other.put(f"{path}pinned_views/", json={"saved_view_ids": []}).status_code == 403
    assert other.delete(path).status_code == 403
    answer = other.put(f"/membership/?id__in={third.member['id']}", json={"role_id": "admin"})
    assert answer.status_code == 403


def test_a_removed_member_is_shut_out_at_once_and_let_in_again(api, join):
    other = join("user")
    other.ok("get", "/me/")

    assert api.ok("delete", f"/membership/{other.member['id']}/") == {}
    assert other.get("/me/").status_code == 401

    create(api, email=other.member["user_email"])
    assert other.get("/me/").status_code == 200


def test_other_processes_are_told_that_rights_have_changed(api, join, world):
    other = join("user")

    async def listen():
        db = await asyncpg.connect(world.app.database)
        told = asyncio.Event()
        await db.add_listener(RIGHTS, lambda *_: told.set())
        return db, told

    async def hear():
        await asyncio.wait_for(told.wait(), 5)
        await db.close()

    db, told = world.client.portal.call(listen)
    api.ok("put", f"/membership/{other.member['id']}/", json={"role_id": "admin"})

    world.client.portal.call(hear)


def test_two_admins_cannot_remove_each_other_at_once(api, join):
    other = join("admin")
    ids = [membership(api, api.user_id)["id"], other.member["id"]]

    def leave(client, id):
        return client.put(f"/membership/{id}/", json={"role_id": "user"}).status_code

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(leave, (api, other), ids)) == [200, 400]


def test_the_last_admin_stays_one(api):
    path = f"/membership/{membership(api, api.user_id)['id']}/"

    for answer in (
        api.put(path, json={"role_id": "superuser"}),
        api.put("/membership/", json={"_params": {"id__in": [path[12:-1]]}, "role_id": "user"}),
        api.delete(path),
    ):
        assert answer.status_code == 400
        assert answer.json()["errors"]
    assert membership(api, api.user_id)["role_id"] == "admin"


def test_a_former_admin_does_not_count_as_one(api, join):
    other = join("admin")
    api.ok("delete", f"/membership/{other.member['id']}/")

    path = f"/membership/{membership(api, api.user_id)['id']}/"
    assert api.put(path, json={"role_id": "user"}).status_code == 400


def test_an_admin_may_leave_when_there_is_another(api, join):
    other = join("admin")

    api.ok("put", f"/membership/{membership(api, api.user_id)['id']}/", json={"role_id": "user"})

    assert membership(other, api.user_id)["role_id"] == "user"


def test_many_memberships_change_at_once(api):
    members = [create(api)["id"] for _ in range(3)]

    body = {"_params": {"id__in": ",".join(members[:2])}, "role_id": "superuser"}
    assert api.ok("put", "/membership/", json=body) == {"count": 2}

    organization = api.ok("get", f"/organization/{api.organization_id}/")
    roles = {member["id"]: member["role_id"] for member in organization["memberships"]}
    assert [roles[id] for id in members] == ["superuser", "superuser", "user"]


def test_a_bulk_change_takes_ids_from_the_query_string_too(api, stranger):
    member, theirs = create(api), create(stranger)
    ids = f"{member['id']},{theirs['id']},memb_unknown"

    answer = api.ok("put", f"/membership/?id__in={ids}", json={"auto_record_calls": "enabled"})

    assert answer == {"count": 1}
    assert membership(stranger, theirs["user_id"])["auto_record_calls"] == "unset"


def test_a_bulk_change_happens_whole_or_not_at_all(api):
    member, admin = create(api), membership(api, api.user_id)

    body = {"_params": {"id__in": [member["id"], admin["id"]]}, "role_id": "superuser"}
    assert api.put("/membership/", json=body).status_code == 400

    assert membership(api, member["user_id"])["role_id"] == "user"


@pytest.mark.parametrize("body", [{}, {"_params": {}}, {"_params": {"id__in": ""}}])
def test_a_bulk_change_must_say_of_what(api, body):
    answer = api.put("/membership/", json=body | {"role_id": "admin"})

    assert answer.status_code == 400
    assert "id__in" in answer.json()["error"]


def test_a_bulk_change_has_a_limit(api, world):
    world.sql(
        'insert into "user" (organization_id, id, email, date_created, date_updated)'
        " select $1, 'user_' || n, n || '@many.example', now(), now()"
        " from generate_series(1, 1001) n",
        api.organization_id,
    )
    world.sql(
        "insert into membership (organization_id, id, user_id, role_id, is_active)"
        " select $1, 'memb_' || n, 'user_' || n, 'user', true from generate_series(1, 1001) n",
        api.organization_id,
    )
    many = [f"memb_{n}" for n in range(1, 1002)]

    answer = api.put("/membership/", json={"_params": {"id__in": many}, "role_id": "superuser"})

    assert answer.status_code == 400
    limit = "It's not allowed to update more than 1000 objects at once"
    assert answer.json()["errors"] == [limit]


def test_memberships_of_another_organization_do_not_exist(api, stranger):
    path = f"/membership/{create(stranger)['id']}/"

    for answer in (
        api.put(path, json={"role_id": "user"}),
        api.delete(path),
        api.get(f"{path}pinned_views/"),
        api.put(f"{path}pinned_views/", json={"saved_view_ids": []}),
    ):
        assert answer.status_code == 404
        error = "Empty query: Membership matching query does not exist."
        assert answer.json() == {"error": error}


def test_pinned_views_are_a_list_that_is_replaced(api):
    path = f"/membership/{create(api)['id']}/pinned_views"
    assert api.ok("get", path) == {"saved_view_ids": []}

    a, b, c = (api.make("saved_search")["id"] for _ in range(3))
    for views in ([b, a], [c], []):
        assert api.ok("put", path, json={"saved_view_ids": views}) == {"saved_view_ids": views}
        assert api.ok("get", f"{path}/") == {"saved_view_ids": views}


def test_members_pin_their_own_views(api, join):
    other = join("restricteduser")

    path = f"/membership/{other.member['id']}/pinned_views/"
    assert other.ok("put", path, json={"saved_view_ids": [api.make("saved_search")["id"]]})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "This field is required."),
        ({"saved_view_ids": None}, "This field is required."),
        ({"saved_view_ids": "save_a"}, "Value must be of list type."),
        ({"saved_view_ids": [1]}, "Value must be a list of texts."),
    ],
)
def test_pinned_views_must_be_a_list_of_ids(api, body, reason):
    path = f"/membership/{create(api)['id']}/pinned_views/"

    refused(api.put(path, json=body), saved_view_ids=reason)


def test_reading_pinned_views_is_one_statement(api, statements):
    path = f"/membership/{create(api)['id']}/pinned_views/"
    api.ok("get", path)

    assert len(statements(lambda: api.ok("get", path))) == 1


def test_a_member_calls_from_a_number_of_the_organization(api, stranger):
    member = create(api)
    path, number = f"/membership/{member['id']}/", api.make("phone_number")["id"]

    assert api.ok("put", path, json={"default_caller_id": number})["default_caller_id"] == number
    theirs = stranger.make("phone_number")["id"]
    refused(api.put(path, json={"default_caller_id": theirs}), default_caller_id=ABSENT)
    api.ok("delete", f"/phone_number/{number}/")
    assert membership(api, member["user_id"])["default_caller_id"] is None


def test_a_member_is_shown_with_their_first_own_number(api, clock):
    member = create(api)
    assert (member["primary_personal_number"], member["user_phone"]) == (None, None)
    first = api.make("phone_number", user_id=member["user_id"])
    clock.pass_by(minutes=1)
    api.make("phone_number", user_id=member["user_id"], number="+16505550100")

    shown = membership(api, member["user_id"])

    assert shown["primary_personal_number"] == first["id"]
    assert shown["user_phone"] == first["number"]
