"""What programs in the wild send, byte for byte: some follow no redirect, and a redirected POST
loses its body."""

import pytest

JSON = {"content-type": "application/json"}
SLASHES = ("{}/", "{}", "/{}", "/{}/", "{}//", "//{}//")


@pytest.mark.parametrize("form", SLASHES)
def test_a_list_is_answered_with_any_slashes(company, form):
    answer = company.raw("GET", form.format("/custom_field/lead"))

    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize("form", SLASHES)
def test_a_body_arrives_with_any_slashes(company, form):
    answer = company.raw("POST", form.format("/lead"), json={"name": "Sitwell"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Sitwell")


@pytest.mark.parametrize("form", SLASHES)
def test_an_object_is_changed_and_deleted_with_any_slashes(company, lead, form):
    path = form.format(f"/lead/{lead['id']}")

    changed = company.raw("PUT", path, json={"name": "Sitwell"})
    deleted = company.raw("DELETE", path)

    assert changed.json()["name"] == "Sitwell"
    assert (deleted.status_code, deleted.json()) == (200, {})


def test_a_slash_may_be_doubled_in_the_middle(company):
    assert company.raw("GET", "/custom_field//lead/").status_code == 200


@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_a_get_may_say_that_it_is_json(company, lead, body):
    answer = company.raw("GET", f"/lead/{lead['id']}/", headers=JSON, data=body)

    assert (answer.status_code, answer.json()) == (200, lead)


@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_a_delete_may_say_that_it_is_json(company, lead, body):
    answer = company.raw("DELETE", f"/lead/{lead['id']}/", headers=JSON, data=body)

    assert (answer.status_code, answer.json()) == (200, {})


def test_a_type_in_the_body_is_no_harm(company, lead):
    body = {"_type": "Note", "lead_id": lead["id"], "note": "Hello"}

    answer = company.raw("POST", "/activity/note/", json=body)

    assert (answer.status_code, answer.json()["_type"]) == (200, "Note")


@pytest.mark.parametrize("path", ["lead", "contact", "task"])
def test_unknown_keys_are_passed_over(company, lead, path):
    body = {"lead_id": lead["id"], "name": "Gob", "text": "Call", "_type": "lead"}

    answer = company.raw("POST", f"/{path}/", json=body | {"hubspot_id": 7, "x": None})
    object = f"/{path}/{answer.json()['id']}/"
    changed = company.raw("PUT", object, json={"hubspot_id": 8})

    assert (answer.status_code, changed.status_code) == (200, 200)
    assert "hubspot_id" not in changed.json()


def test_what_a_get_answered_may_be_sent_back(company, lead):
    answer = company.raw("PUT", f"/lead/{lead['id']}/", json=lead | {"name": "Sitwell"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Sitwell")


def test_a_post_may_stand_for_another_method(company, lead):
    override = {"x-http-method-override": "GET"}

    answer = company.raw("POST", "/lead/", headers=override, json={"_params": {"_limit": 0}})

    assert answer.json() == {"data": [], "has_more": True, "total_results": 1}


def test_every_list_says_whether_there_is_more(company):
    paths = company.raw("GET", "/openapi.json").json()["paths"]
    names = {
        path: methods["get"]["operationId"] for path, methods in paths.items() if "get" in methods
    }
    lists = {path for path, name in names.items() if name.endswith(".list") and "{" not in path}

    pages = {path: company.raw("GET", path).json() for path in lists - OTHERWISE}

    assert [
        path for path, page in pages.items() if not isinstance(page.get("has_more"), bool)
    ] == []


# One has cursors, some are whole, three need a filter.
OTHERWISE = {
    "/event/",
    "/user/availability/",
    "/report/activity/metrics/",
    "/report/custom/fields/",
    "/comment/",
    "/custom_object/",
    "/sequence_subscription/",
}


@pytest.mark.parametrize("path", ["lead", "opportunity", "task"])
def test_a_limit_of_zero_counts(company, lead, path):
    for _ in range(3):
        company.raw("POST", f"/{path}/", json={"lead_id": lead["id"], "text": "Call"})

    page = company.raw("GET", f"/{path}/?_limit=0").json()

    assert page["data"] == []
    assert page["total_results"] == (4 if path == "lead" else 3)


def test_one_at_a_time(company, lead):
    company.raw("POST", "/lead/", json={"name": "Sitwell"})

    pages = [company.raw("GET", f"/lead/?_limit=1&_skip={skip}").json() for skip in range(3)]

    assert [[lead["name"] for lead in page["data"]] for page in pages] == [
        ["Sitwell"],
        ["Wayne Enterprises"],
        [],
    ]
    assert [page["has_more"] for page in pages] == [True, False, False]


def test_small_lists_allow_big_pages(company):
    assert company.raw("GET", "/custom_field/lead/?_limit=500").status_code == 200


@pytest.mark.parametrize("kind", ["lead", "contact"])
def test_custom_fields_answer_at_their_old_path(company, kind):
    old, new = f"/custom_fields/{kind}/", f"/custom_field/{kind}/"

    field = company.raw("POST", old, json={"name": "Region", "type": "text"}).json()
    listed = company.raw("GET", old).json()["data"]
    got = company.raw("GET", f"{old}{field['id']}/").json()
    changed = company.raw("PUT", f"{old}{field['id']}/", json={"name": "Area"}).json()
    deleted = company.raw("DELETE", f"{old}{field['id']}/")

    assert [one["id"] for one in listed] == [got["id"]] == [field["id"]]
    assert changed["name"] == "Area"
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert company.raw("GET", new).json()["data"] == []


def test_a_key_tells_whose_it_is(company):
    (key,) = company.raw("GET", "/api_key/").json()["data"]

    assert key["id"].startswith("api_")
    assert key["organization_id"] == company.organization_id
    assert key["user_id"] == company.user_id
