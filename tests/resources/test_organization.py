import pytest


@pytest.fixture
def path(api):
    return f"/organization/{api.organization_id}/"


def test_an_organization_has_the_fields_of_the_contract(api, path):
    organization = api.ok("get", path)

    assert organization["id"] == api.organization_id
    assert organization["name"] == "Wayne Enterprises"
    assert (organization["currency"], organization["currency_symbol"]) == ("USD", "$")
    assert organization["created_by"] == api.user_id
    assert "currency_digits" not in organization
    assert organization.keys() >= {
        "contact_custom_fields",
        "date_created",
        "date_updated",
        "enable_unsubscribe_link",
        "inactive_memberships",
        "lead_custom_fields",
        "memberships",
        "opportunity_custom_fields",
        "pipelines",
        "require_unsubscribe_link",
        "updated_by",
    }


def test_statuses_are_shown_in_order(api, path):
    organization = api.ok("get", path)

    labels = [status["label"] for status in organization["lead_statuses"]]
    assert labels[:3] == ["Potential", "Bad Fit", "Qualified"]
    assert organization["lead_statuses"][0].keys() == {"id", "label"}
    kinds = [(status["label"], status["type"]) for status in organization["opportunity_statuses"]]
    assert kinds[0] == ("Demo Completed", "active")
    assert kinds[-2:] == [("Won", "won"), ("Lost", "lost")]


def test_pipelines_and_custom_fields_are_shown_whole(api, path):
    field = api.make("custom_field.lead", name="Industry")

    organization = api.ok("get", path)

    assert [pipeline["name"] for pipeline in organization["pipelines"]] == ["Sales"]
    (shown,) = organization["lead_custom_fields"]
    assert (shown["id"], shown["name"]) == (field["id"], "Industry")


def test_memberships_tell_about_the_user_in_flat_fields(api, path):
    (member,) = api.ok("get", path)["memberships"]

    assert member["user_id"] == api.user_id
    assert member["user_full_name"] == "Bruce Wayne"
    assert (member["user_first_name"], member["user_last_name"]) == ("Bruce", "Wayne")
    assert member["user_email"].startswith("bruce")
    assert member["user_phone"] is None
    assert member["user_image"].startswith("https://")
    assert "user" not in member


def test_former_members_are_shown_apart(api, join, path):
    other = join()
    api.ok("delete", f"/membership/{other.member['id']}/")

    organization = api.ok("get", path)

    assert [member["user_id"] for member in organization["memberships"]] == [api.user_id]
    (former,) = organization["inactive_memberships"]
    assert former["user_id"] == other.user_id


def test_expanding_memberships_shows_users_as_objects(api, join, path):
    other = join()
    api.ok("delete", f"/membership/{other.member['id']}/")
    flat = api.ok("get", path)

    expand = "memberships__user,inactive_memberships__user"
    expanded = api.ok("get", f"{path}?_expand={expand}")

    for name, user_id in (("memberships", api.user_id), ("inactive_memberships", other.user_id)):
        (member,) = expanded[name]
        assert member["user"] == api.ok("get", f"/user/{user_id}/")
        assert [key for key in member if key.startswith("user")] == ["user_id", "user"]
    assert expanded.keys() == flat.keys()


def test_one_kind_of_membership_can_be_expanded_alone(api, join, path):
    join()

    expanded = api.ok("get", f"{path}?_expand=memberships__user&_fields=name,memberships")

    assert expanded.keys() == {"name", "memberships"}
    assert all("user" in member for member in expanded["memberships"])


def test_expanding_what_cannot_be_expanded_changes_nothing(api, path):
    assert api.ok("get", f"{path}?_expand=pipelines__x") == api.ok("get", path)


def test_reading_an_organization_is_one_statement(api, path, statements):
    for query in ("", "?_expand=memberships__user"):
        api.ok("get", path + query)
        assert len(statements(lambda query=query: api.ok("get", path + query))) == 1


def test_another_organization_does_not_exist(api, stranger):
    theirs = f"/organization/{stranger.organization_id}/"

    assert api.get(theirs).status_code == 404
    assert api.put(theirs, json={"name": "Mine"}).status_code == 404
    assert stranger.ok("get", theirs)["name"] == "Wayne Enterprises"


def test_name_and_currency_can_be_changed(api, path):
    changed = api.ok("put", path, json={"name": "Wayne Foundation", "currency": "EUR"})

    assert (changed["name"], changed["currency"]) == ("Wayne Foundation", "EUR")
    assert changed["currency_symbol"] == "€"
    assert changed["updated_by"] == api.user_id
    assert api.ok("get", path) == changed


@pytest.mark.parametrize(("currency", "symbol", "digits"), [("JPY", "¥", 0), ("KWD", "KWD", 3)])
def test_symbol_and_digits_follow_the_currency(api, world, path, currency, symbol, digits):
    assert api.ok("put", path, json={"currency": currency})["currency_symbol"] == symbol

    query = "select currency_digits from organization where organization_id = $1"
    assert world.sql(query, api.organization_id)[0][0] == digits


def test_an_organization_is_founded_with_the_digits_of_its_currency(api, world):
    query = "select currency_digits from organization where organization_id = $1"

    assert world.sql(query, api.organization_id)[0][0] == 2


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"currency": "XXL"}, {"currency": "Not a valid choice."}),
        ({"currency": None}, {"currency": "This field is required."}),
        ({"currency": 5}, {"currency": "Value must be of str type."}),
        ({"name": ""}, {"name": "This field is required."}),
        (
            {"name": 1, "currency": "eur"},
            {"name": "Value must be of str type.", "currency": "Not a valid choice."},
        ),
    ],
)
def test_bad_values_are_refused(api, path, body, errors):
    answer = api.put(path, json=body)

    assert answer.status_code == 400
    assert answer.json() == {"field-errors": errors, "errors": []}


def test_unsubscribe_links_can_be_switched(api, path):
    changed = api.ok("put", path, json={"enable_unsubscribe_link": True})

    assert changed["enable_unsubscribe_link"] is True
    assert changed["require_unsubscribe_link"] is False


def test_lead_statuses_can_be_put_in_another_order(api, path):
    ids = [{"id": status["id"]} for status in api.ok("get", path)["lead_statuses"]]

    changed = api.ok("put", path, json={"lead_statuses": ids[::-1]})

    assert [{"id": status["id"]} for status in changed["lead_statuses"]] == ids[::-1]
    assert [{"id": s["id"]} for s in api.ok("get", "/status/lead/")["data"]] == ids[::-1]
    assert {"id": api.make("lead")["status_id"]} == ids[-1]


@pytest.mark.parametrize(
    "change",
    [
        lambda ids: ids[1:],
        lambda ids: [*ids, ids[0]],
        lambda ids: [*ids[1:], {"id": "stat_unknown"}],
        lambda ids: [*ids[1:], {"id": 5}],
        lambda ids: [*ids[1:], {"id": {}}],
        lambda ids: [item["id"] for item in ids],
        lambda ids: "all",
        lambda ids: None,
        lambda ids: [],
    ],
)
def test_an_order_of_lead_statuses_must_name_each_once(api, path, change):
    before = api.ok("get", path)
    ids = [{"id": status["id"]} for status in before["lead_statuses"]]

    answer = api.put(path, json={"name": "Other", "lead_statuses": change(ids)})

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == ["lead_statuses"]
    assert api.ok("get", path) == before


def test_a_status_of_another_organization_is_not_in_the_order(api, stranger, path):
    ids = [{"id": status["id"]} for status in api.ok("get", path)["lead_statuses"]]
    theirs = stranger.ok("get", "/status/lead/")["data"][0]["id"]

    answer = api.put(path, json={"lead_statuses": [*ids[1:], {"id": theirs}]})

    assert answer.status_code == 400


def test_changing_an_organization_takes_the_permission(join, path):
    answer = join("superuser").put(path, json={"name": "Mine"})

    assert answer.status_code == 403
    assert answer.json() == {"error": 'This takes the permission "manage_organization".'}
