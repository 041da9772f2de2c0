def test_ones_own_keys_are_listed_without_what_is_secret(api, join):
    join()

    page = api.ok("get", "/api_key/")

    (key,) = page["data"]
    assert page["has_more"] is False
    assert (key["organization_id"], key["user_id"]) == (api.organization_id, api.user_id)
    assert key.keys() == {
        "id",
        "organization_id",
        "user_id",
        "name",
        "scope",
        "networks",
        "date_created",
        "date_expires",
        "date_last_used",
    }
    assert key["date_created"].endswith("+00:00")
    assert api.key not in str(page)


def test_the_list_of_keys_has_pages(api):
    assert api.ok("get", "/api_key/?_limit=0") == {"data": [], "has_more": True}


def test_reading_keys_is_one_statement(api, statements):
    api.ok("get", "/api_key/")

    assert len(statements(lambda: api.ok("get", "/api_key/"))) == 1
