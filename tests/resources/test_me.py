def test_me_is_the_caller(api, join):
    other = join()

    assert api.ok("get", "/me/")["id"] == api.user_id
    assert other.ok("get", "/me/")["id"] == other.user_id


def test_me_has_the_fields_of_the_contract(api):
    me = api.ok("get", "/me/")

    assert me["organization_id"] == api.organization_id
    assert me["email_accounts"] == me["phone_numbers"] == []
    assert me.keys() >= {
        "date_created",
        "date_updated",
        "email",
        "first_name",
        "image",
        "last_name",
        "last_used_timezone",
    }


def test_me_shows_organizations_as_whole_objects(api):
    (organization,) = api.ok("get", "/me/")["organizations"]

    assert organization == api.ok("get", f"/organization/{api.organization_id}/")


def test_me_shows_the_callers_own_membership(join):
    other = join("restricteduser")

    (membership,) = other.ok("get", "/me/")["memberships"]

    assert membership == other.member
    assert membership["role_id"] == "restricteduser"


def test_me_shows_only_the_fields_asked_for(api):
    assert api.ok("get", "/me/?_fields=id,phone_numbers") == {
        "id": api.user_id,
        "phone_numbers": [],
    }


def test_me_is_one_statement(api, statements):
    api.ok("get", "/me/")

    assert len(statements(lambda: api.ok("get", "/me/"))) == 1


def test_me_needs_a_credential(api):
    assert api.get("/me/", headers={"authorization": "Basic bm90aGluZzo="}).status_code == 401


def test_me_shows_the_callers_own_mailboxes_and_numbers(api, stranger):
    number = api.make("phone_number")
    mailbox = api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")
    stranger.make("phone_number")

    me = api.ok("get", "/me/")

    assert [one["id"] for one in me["phone_numbers"]] == [number["id"]]
    assert [one["id"] for one in me["email_accounts"]] == [mailbox]
    names = {"id", "number", "organization_id", "date_created", "date_updated"}
    assert me["phone_numbers"][0].keys() >= names
    names = {"_type", "id", "identities", "organization_id", "user_id"}
    assert me["email_accounts"][0].keys() >= names
