import pytest

BUILT_IN = ["admin", "superuser", "user", "restricteduser"]
PERMISSIONS = """bulk_delete bulk_edit bulk_email bulk_import bulk_sequence_subscriptions
    call_coach_barge call_coach_listen calling delete_leads delete_own_activities
    delete_own_opportunities delete_own_tasks export manage_customizations
    manage_email_sequences manage_group_numbers manage_organization manage_others_activities
    manage_others_opportunities manage_others_tasks manage_team_email_templates
    manage_team_smart_views merge_leads view_all_leads"""
REASON = "Must be empty, because the role may view all leads."


def refused(answer, **fields):
    assert answer.status_code == 400
    assert answer.json() == {"field-errors": fields, "errors": []}


def user_field(api, **values):
    return api.make("custom_field.lead", type="user", **values)["id"]


def test_built_in_roles_are_listed_first(api):
    own = api.make("role")

    page = api.ok("get", "/role/")

    assert [role["id"] for role in page["data"]] == [*BUILT_IN, own["id"]]
    assert page["has_more"] is False


@pytest.mark.parametrize("limit", range(8))
@pytest.mark.parametrize("skip", range(8))
def test_a_list_of_roles_has_pages(api, limit, skip):
    everything = [*BUILT_IN, api.make("role")["id"], api.make("role")["id"]]

    page = api.ok("get", f"/role/?_limit={limit}&_skip={skip}&_fields=id")

    assert page["data"] == [{"id": id} for id in everything[skip : skip + limit]]
    assert page["has_more"] is (skip + limit < len(everything))


def test_a_built_in_role_is_shown_as_recorded(api):
    role = api.ok("get", "/role/restricteduser/")

    assert role == {
        "date_created": "0001-01-01T00:00:00",
        "date_updated": "0001-01-01T00:00:00",
        "editable": False,
        "id": "restricteduser",
        "name": "Restricted User",
        "organization_id": api.organization_id,
        "permissions": [
            "delete_own_activities",
            "delete_own_opportunities",
            "delete_own_tasks",
            "calling",
            "view_all_leads",
        ],
        "visibility_user_lcf_behavior": None,
        "visibility_user_lcf_ids": [],
    }
    assert role in api.ok("get", "/role/")["data"]


def test_an_admin_may_do_everything_and_a_superuser_all_but_manage_the_organization(api):
    admin, superuser = api.ok("get", "/role/")["data"][:2]

    assert admin["permissions"] == PERMISSIONS.split()
    assert set(admin["permissions"]) - set(superuser["permissions"]) == {"manage_organization"}


def test_a_built_in_role_shows_the_fields_asked_for(api):
    assert api.ok("get", "/role/admin/?_fields=name,nothing") == {"name": "Admin"}


def test_a_role_can_be_made_read_changed_and_deleted(api):
    body = {"name": "Closer", "permissions": ["calling", "view_all_leads"]}
    answer = api.post("/role/", json=body)
    assert answer.status_code == 201
    role = answer.json()
    path = f"/role/{role['id']}/"
    assert answer.headers["location"] == f"/api/v1{path}"

    assert body.items() <= role.items()
    assert role["editable"] is True
    assert role["visibility_user_lcf_behavior"] is None
    assert role["visibility_user_lcf_ids"] == []
    assert "+" not in role["date_created"]
    assert api.ok("get", path) == role

    changed = api.ok("put", path, json={"name": "Opener"})
    assert (changed["name"], changed["permissions"]) == ("Opener", body["permissions"])

    assert api.ok("delete", path) == {}
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name": "This field is required.", "permissions": "This field is required."}),
        (
            {"name": "", "permissions": ["fly"]},
            {"name": "This field is required.", "permissions": 'There is no permission "fly".'},
        ),
        ({"name": "A", "permissions": "all"}, {"permissions": "Value must be of list type."}),
        ({"name": "A", "permissions": [1]}, {"permissions": "Value must be a list of texts."}),
        (
            {"name": "A", "permissions": [], "visibility_user_lcf_behavior": "guess"},
            {"visibility_user_lcf_behavior": "Not a valid choice."},
        ),
    ],
)
def test_a_role_has_a_name_and_known_permissions(api, body, fields):
    refused(api.post("/role/", json=body), **fields)


def test_a_role_may_allow_nothing(api):
    assert api.make("role", permissions=[])["permissions"] == []


def test_a_permission_counts_once(api):
    role = api.make("role", permissions=["calling", "export", "calling"])

    assert role["permissions"] == ["calling", "export"]


@pytest.mark.parametrize("id", BUILT_IN)
def test_built_in_roles_cannot_be_changed_or_deleted(api, id):
    for answer in (api.put(f"/role/{id}/", json={"name": "Mine"}), api.delete(f"/role/{id}/")):
        assert answer.status_code == 400
        assert "built in" in answer.json()["error"]


def test_a_role_with_members_cannot_be_deleted(api, join):
    role = api.make("role")
    path, other = f"/role/{role['id']}/", join(role["id"])

    answer = api.delete(path)
    assert answer.status_code == 400
    assert answer.json()["errors"]

    api.ok("put", f"/membership/{other.member['id']}/", json={"role_id": "user"})
    assert api.ok("delete", path) == {}


def test_former_members_do_not_keep_a_role(api, join):
    role = api.make("role")
    other = join(role["id"])
    api.ok("delete", f"/membership/{other.member['id']}/")

    assert api.ok("delete", f"/role/{role['id']}/") == {}

    organization = api.ok("get", f"/organization/{api.organization_id}/")
    assert organization["inactive_memberships"][0]["permissions_granted"] == []


def test_changing_roles_takes_the_permission(api, join):
    role, other = api.make("role"), join("superuser")
    path, body = f"/role/{role['id']}/", {"name": "A", "permissions": ["calling"]}

    for answer in (
        other.post("/role/", json=body),
        other.put(path, json=body),
        other.delete(path),
    ):
        assert answer.status_code == 403
    assert other.ok("get", path) == role


def test_a_role_of_another_organization_does_not_exist(api, stranger):
    path = f"/role/{stranger.make('role')['id']}/"

    for answer in (api.get(path), api.put(path, json={"name": "Mine"}), api.delete(path)):
        assert answer.status_code == 404
    assert len(api.ok("get", "/role/")["data"]) == len(BUILT_IN)


def test_reading_roles_is_at_most_one_statement(api, statements):
    for path in ("/role/", "/role/admin/", f"/role/{api.make('role')['id']}/"):
        api.ok("get", path)
        assert len(statements(lambda path=path: api.ok("get", path))) <= 1


def test_changing_roles_is_no_event(api):
    role = api.make("role")
    api.ok("put", f"/role/{role['id']}/", json={"name": "Other"})
    api.ok("delete", f"/role/{role['id']}/")

    assert api.events() == []


def test_a_changed_role_counts_from_the_next_request_on(api, join):
    role = api.make("role", permissions=["view_all_leads"])
    other, name = join(role["id"]), {"name": "Daily Planet"}

    for permissions, status in ((["manage_organization"], 200), (["calling"], 403)) * 5:
        api.ok("put", f"/role/{role['id']}/", json={"permissions": permissions})
        answer = other.put(f"/organization/{api.organization_id}/", json=name)
        assert answer.status_code == status


def test_lead_visibility_is_told_by_custom_fields_of_leads_that_hold_users(api):
    fields = [user_field(api, name=name) for name in ("Owner", "Helper", "Coach")]

    role = api.make(
        "role",
        permissions=["calling"],
        visibility_user_lcf_ids=fields,
        visibility_user_lcf_behavior="allow_unassigned",
    )

    assert role["visibility_user_lcf_ids"] == fields
    assert role["visibility_user_lcf_behavior"] == "allow_unassigned"


def test_other_fields_do_not_tell_who_sees_a_lead(api, stranger):
    wrong = "Each must be the id of a custom field of leads, of type user."
    others = [
        api.make("custom_field.lead", name="Industry")["id"],
        api.make("custom_field.contact", name="Friend", type="user")["id"],
        user_field(stranger, name="Owner"),
        "cf_unknown",
    ]

    for id in others:
        body = {"name": "A", "permissions": [], "visibility_user_lcf_ids": [id]}
        refused(api.post("/role/", json=body), visibility_user_lcf_ids=wrong)


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        (["a", "b", "c", "d"], "List is too long."),
        ("cf_a", "Value must be of list type."),
        ([1], "Value must be a list of texts."),
    ],
)
def test_at_most_three_fields_tell_who_sees_a_lead(api, ids, reason):
    body = {"name": "A", "permissions": [], "visibility_user_lcf_ids": ids}

    refused(api.post("/role/", json=body), visibility_user_lcf_ids=reason)


def test_a_role_that_views_all_leads_has_no_rules_of_visibility(api):
    rules = {
        "visibility_user_lcf_ids": [user_field(api)],
        "visibility_user_lcf_behavior": "require_assignment",
    }
    both = dict.fromkeys(rules, REASON)
    body = {"name": "A", "permissions": ["view_all_leads"]}

    refused(api.post("/role/", json=body | rules), **both)

    role = api.make("role", permissions=["calling"], **rules)
    path = f"/role/{role['id']}/"
    refused(api.put(path, json={"permissions": ["view_all_leads"]}), **both)
    none = dict.fromkeys(rules)
    changed = api.ok("put", path, json={"permissions": ["view_all_leads"]} | none)
    assert changed["visibility_user_lcf_ids"] == []


class Leads:
    """Three leads: of the limited user, of the admin, of nobody; and a client of each."""

    def __init__(self, api, join, behavior):
        self.field = user_field(api, name="Owner")
        role = api.make(
            "role",
            permissions=["calling"],
            visibility_user_lcf_ids=[self.field],
            visibility_user_lcf_behavior=behavior,
        )
        self.api, self.limited = api, join(role["id"])
        key = f"custom.{self.field}"
        self.mine = api.make("lead", name="Mine", **{key: self.limited.user_id})["id"]
        self.other = api.make("lead", name="Other", **{key: api.user_id})["id"]
        self.nobody = api.make("lead", name="Nobody")["id"]

    def seen(self):
        listed = sorted(lead["name"] for lead in self.limited.ok("get", "/lead/")["data"])
        every = {"Mine": self.mine, "Other": self.other, "Nobody": self.nobody}
        for name, id in every.items():
            status = 200 if name in listed else 404
            assert self.limited.get(f"/lead/{id}/").status_code == status
            changed = self.limited.put(f"/lead/{id}/", json={"description": "Seen"})
            assert changed.status_code == status
        return listed


@pytest.fixture
def leads(api, join):
    return Leads(api, join, "require_assignment")


def test_a_limited_user_sees_only_the_leads_that_name_them(leads):
    assert leads.seen() == ["Mine"]
    assert len(leads.api.ok("get", "/lead/")["data"]) == 3


def test_leads_of_nobody_are_seen_when_the_role_allows_it(api, join):
    assert Leads(api, join, "allow_unassigned").seen() == ["Mine", "Nobody"]


def test_without_a_rule_leads_of_nobody_are_hidden(api, join):
    assert Leads(api, join, None).seen() == ["Mine"]


def test_one_of_several_users_is_enough(leads):
    field = user_field(leads.api, name="Helpers", accepts_multiple_values=True)
    role_id = leads.limited.member["role_id"]
    ids = [leads.field, field]
    leads.api.ok("put", f"/role/{role_id}/", json={"visibility_user_lcf_ids": ids})

    helpers = [leads.api.user_id, leads.limited.user_id]
    leads.api.ok("put", f"/lead/{leads.other}/", json={f"custom.{field}": helpers})

    assert leads.seen() == ["Mine", "Other"]


def test_a_lead_that_names_a_group_is_seen_by_its_members(leads, world):
    group = leads.api.make("group")
    path = f"/group/{group['id']}/member/"
    world.sql(
        "update lead set custom = jsonb_build_object($3::text, $4::text)"
        " where organization_id = $1 and id = $2",
        leads.api.organization_id,
        leads.other,
        f"custom.{leads.field}",
        group["id"],
    )
    assert leads.seen() == ["Mine"]

    leads.api.ok("post", path, json={"user_id": leads.limited.user_id})
    assert leads.seen() == ["Mine", "Other"]

    leads.api.ok("delete", f"{path}{leads.limited.user_id}/")
    assert leads.seen() == ["Mine"]


def test_deleting_a_group_ends_what_its_members_saw_through_it(leads, world):
    group = leads.api.make("group")
    leads.api.ok("post", f"/group/{group['id']}/member/", json={"user_id": leads.limited.user_id})
    world.sql(
        "update lead set custom = jsonb_build_object($3::text, $4::text)"
        " where organization_id = $1 and id = $2",
        leads.api.organization_id,
        leads.other,
        f"custom.{leads.field}",
        group["id"],
    )
    assert leads.seen() == ["Mine", "Other"]

    leads.api.ok("delete", f"/group/{group['id']}/")

    assert leads.seen() == ["Mine"]


def test_what_hangs_on_a_hidden_lead_is_hidden_too(leads):
    made = []
    for lead_id in (leads.mine, leads.other):
        note = leads.api.make("activity.note", lead_id=lead_id)["id"]
        contact = leads.api.make("contact", lead_id=lead_id)["id"]
        made.append((f"/activity/note/{note}/", f"/contact/{contact}/"))

    for path in made[0]:
        assert leads.limited.get(path).status_code == 200
    for path in made[1]:
        assert leads.limited.get(path).status_code == 404
    for path in ("/activity/note/", "/contact/"):
        listed = [one["lead_id"] for one in leads.limited.ok("get", path)["data"]]
        assert listed == [leads.mine]


def test_nothing_can_be_put_on_a_hidden_lead(leads):
    answer = leads.limited.post("/activity/note/", json={"lead_id": leads.other, "note": "Hi"})

    assert answer.status_code == 400
    assert answer.json()["field-errors"].keys() & {"lead_id", "lead"}


def test_a_lead_is_lost_from_sight_when_it_is_given_to_somebody_else(leads):
    key = f"custom.{leads.field}"

    leads.api.ok("put", f"/lead/{leads.mine}/", json={key: leads.api.user_id})

    assert leads.seen() == []


def test_a_new_role_shows_all_leads_at_once(leads):
    member = f"/membership/{leads.limited.member['id']}/"

    leads.api.ok("put", member, json={"role_id": "restricteduser"})

    assert leads.seen() == ["Mine", "Nobody", "Other"]


def test_limited_reads_are_one_statement(leads, statements):
    leads.limited.ok("get", "/lead/")

    assert len(statements(lambda: leads.limited.ok("get", "/lead/"))) == 1
