"""API keys."""

import base64
from datetime import timedelta

import pytest
from starlette.datastructures import Headers

from ajar import access
from ajar.errors import Forbidden


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


def signed(key):
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def test_a_new_key_is_shown_once_and_works(api):
    made = api.ok("post", "/api_key/", json={"name": "Exports"})

    assert api.ok("get", "/me/", headers=signed(made["key"]))["id"] == api.user_id
    (listed,) = (key for key in api.ok("get", "/api_key/")["data"] if key["name"] == "Exports")
    assert listed == {k: v for k, v in made.items() if k != "key"}
    assert made["id"].startswith("api_")
    assert made["scope"] == "all.full_access"


def test_a_key_is_kept_as_a_hash(api, world):
    key = api.ok("post", "/api_key/", json={})["key"]

    (row,) = world.sql("select * from api_key where hash = sha256($1)", key.encode())
    assert key not in str(row)


def test_a_key_that_is_deleted_works_no_longer(api):
    made = api.ok("post", "/api_key/", json={})
    api.ok("get", "/me/", headers=signed(made["key"]))

    assert api.ok("delete", f"/api_key/{made['id']}/") == {}

    assert api.get("/me/", headers=signed(made["key"])).status_code == 401
    assert api.delete(f"/api_key/{made['id']}/").status_code == 404


def test_an_admin_deletes_anybodys_key_and_others_their_own(api, join):
    other = join("user")
    (theirs,) = other.ok("get", "/api_key/")["data"]
    (mine,) = api.ok("get", "/api_key/")["data"]

    assert other.delete(f"/api_key/{mine['id']}/").status_code == 404
    assert api.delete(f"/api_key/{theirs['id']}/").status_code == 200


def test_a_key_of_another_organization_is_unknown(api, stranger):
    (key,) = api.ok("get", "/api_key/")["data"]

    assert stranger.delete(f"/api_key/{key['id']}/").status_code == 404


def test_a_key_ends_at_its_time_also_when_it_was_just_used(api, clock):
    clock.stand(clock())
    ends = (clock() + timedelta(minutes=1)).isoformat()
    key = api.ok("post", "/api_key/", json={"date_expires": ends})["key"]
    assert api.get("/me/", headers=signed(key)).status_code == 200

    clock.pass_by(minutes=1)

    assert api.get("/me/", headers=signed(key)).status_code == 401


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [
        ("mcp.read", (200, 403, 403, 403)),
        ("mcp.write_safe", (200, 200, 403, 403)),
        ("mcp.write_destructive", (200, 200, 200, 403)),
        ("all.full_access", (200, 200, 200, 201)),
    ],
)
def test_a_key_reaches_as_far_as_its_scope(api, scope, statuses):
    headers = signed(api.ok("post", "/api_key/", json={"scope": scope})["key"])
    lead = api.make("lead")

    answers = (
        api.get("/lead/", headers=headers),
        api.post("/lead/", json={}, headers=headers),
        api.put(f"/lead/{lead['id']}/", json={"name": "x"}, headers=headers),
        api.post("/api_key/", json={}, headers=headers),
    )

    assert tuple(answer.status_code for answer in answers) == statuses


@pytest.mark.parametrize(
    ("networks", "address", "good"),
    [
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.0/24", "2001:db8::/32"], "192.0.2.99", True),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.99", True),
        (["192.0.2.0/24"], "192.0.3.1", False),
        (["192.0.2.0/24"], "testclient", False),
    ],
)
def test_a_key_works_from_where_it_may(api, world, networks, address, good):
    key = api.ok("post", "/api_key/", json={"networks": networks})["key"]

    async def asked(db):
        return await world.app.sign_in(db, Headers(signed(key)), "GET", address)

    if good:
        assert world.call(asked).user_id == api.user_id
    else:
        with pytest.raises(Forbidden):
            world.call(asked)


def test_a_key_from_elsewhere_is_refused(api):
    key = api.ok("post", "/api_key/", json={"networks": ["192.0.2.0/24"]})["key"]

    for _ in range(2):  # also when it is known already
        assert api.get("/me/", headers=signed(key)).status_code == 403


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"scope": "everything"}, "scope"),
        ({"networks": ["192.0.2.1/24"]}, "networks"),
        ({"networks": "192.0.2.1"}, "networks"),
        ({"networks": [1]}, "networks"),
        ({"date_expires": "2020-01-01T00:00:00"}, "date_expires"),
        ({"date_expires": "soon"}, "date_expires"),
        ({"name": "x" * 256}, "name"),
    ],
)
def test_what_is_wrong_about_a_key_is_named(api, body, wrong):
    answer = api.post("/api_key/", json=body)

    assert answer.status_code == 400
    assert answer.json()["field-errors"].keys() == {wrong}


def test_when_a_key_was_used_is_kept_in_nobodys_way(api, world, clock, statements):
    clock.stand(clock())
    made = api.ok("post", "/api_key/", json={"name": "Used"})
    headers = signed(made["key"])
    api.ok("get", "/me/", headers=headers)

    assert len(statements(lambda: api.ok("get", "/me/", headers=headers))) == 1

    world.call(world.app.sign_in.note_use)
    (key,) = (key for key in api.ok("get", "/api_key/")["data"] if key["name"] == "Used")
    assert key["date_last_used"] == clock().isoformat(timespec="microseconds")
    assert world.app.sign_in.used == {}


def test_a_key_that_is_known_is_not_looked_up_again(api, world):
    api.ok("get", "/me/")
    asking = {statement.text for statement in access.find.known.values()}
    connections = [held._con for held in world.app.api.pool._holders if held._con]

    def asked():
        seen = []

        def log(record):
            seen.append(record.query)

        for connection in connections:
            connection.add_query_logger(log)
        api.ok("get", "/me/")
        for connection in connections:
            connection.remove_query_logger(log)
        return seen

    # Of several, as what is still told of an earlier change makes it forgotten once more.
    quickest = min((asked() for _ in range(5)), key=len)
    assert len(quickest) == 1
    assert not asking & set(quickest)
