"""A change that is sent again with its Idempotency-Key is made once."""

import threading
import time
from dataclasses import replace

import psycopg
import pytest

from ajar import founding
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import Operation
from ajar.kernel.registry import resources as registry
from ajar.maintenance import forget_answers
from tests.conftest import authorization

KEY = {"idempotency-key": "0190-a"}
REPLAYED = "idempotency-replayed"


def leads(api):
    return api.ok("get", "/lead/")["total_results"]


def same(first, second):
    """Whether the second repeats the first."""
    ours = ("x-request-id", REPLAYED)
    headers = [{k: v for k, v in one.headers.items() if k not in ours} for one in (first, second)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert headers[0] == headers[1]
    return REPLAYED not in first.headers and second.headers[REPLAYED] == "true"


def test_a_create_that_is_sent_again_creates_nothing_more(api):
    first, second = (api.post("/lead/", json={"name": "Bluth"}, headers=KEY) for _ in range(2))

    assert same(first, second)
    assert leads(api) == 1
    assert api.events().count(("lead", "created")) == 1


def test_without_a_key_each_request_counts(api):
    for _ in range(2):
        assert REPLAYED not in api.post("/lead/", json={"name": "Bluth"}).headers

    assert leads(api) == 2


def test_an_answer_comes_again_with_its_location(api):
    body = {"object_id": api.make("activity.note")["id"], "body": "<body>Well done!</body>"}

    first, second = (api.post("/comment/", json=body, headers=KEY) for _ in range(2))

    assert first.status_code == 201
    assert "location" in first.headers
    assert same(first, second)


def test_an_update_comes_again_though_the_object_has_changed_since(api):
    path = f"/lead/{api.make('lead')['id']}/"
    first = api.put(path, json={"name": "Sitwell"}, headers=KEY)
    api.put(path, json={"name": "Bluth"})

    assert same(first, api.put(path, json={"name": "Sitwell"}, headers=KEY))
    assert api.ok("get", path)["name"] == "Bluth"


@pytest.mark.parametrize("name", ["lead", "comment"])
def test_a_delete_comes_again_though_the_object_is_gone(api, name):
    about = {"object_id": api.make("activity.note")["id"]} if name == "comment" else {}
    path = f"/{name}/{api.make(name, **about)['id']}/"

    first, second = (api.delete(path, headers=KEY) for _ in range(2))

    assert first.status_code in (200, 204)
    assert same(first, second)
    assert api.delete(path).status_code == 404


def test_what_rights_were_changed_by_is_forgotten_as_ever(api):
    role = api.make("role", permissions=["manage_organization"])

    first, second = (
        api.put(f"/role/{role['id']}/", json={"name": "Guest"}, headers=KEY) for _ in range(2)
    )

    assert same(first, second)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/lead/", {"name": "Sitwell"}),
        ("post", "/contact/", {"name": "Bluth"}),
        ("post", "/lead/?_fields=id", {"name": "Bluth"}),
        ("put", "/lead/lead_x/", {"name": "Bluth"}),
    ],
)
def test_a_key_stands_for_one_request(api, method, path, body):
    api.post("/lead/", json={"name": "Bluth"}, headers=KEY)

    refused = getattr(api, method)(path, json=body, headers=KEY)

    assert refused.status_code == 409
    assert refused.json() == {"error": "This Idempotency-Key was sent with another request."}
    assert leads(api) == 1


def test_how_a_request_is_written_does_not_matter(api):
    body = {"name": "Bluth", "description": "Houses", "url": "http://bluth.example"}
    first = api.post("/lead/", json=body, headers=KEY)

    assert same(first, api.post("//lead", json=dict(reversed(body.items())), headers=KEY))


def test_a_post_that_stands_for_a_put_is_that_put(api):
    path = f"/lead/{api.make('lead')['id']}/"
    put = {"x-http-method-override": "PUT"}
    first = api.post(path, json={"name": "Sitwell"}, headers=KEY | put)

    assert same(first, api.put(path, json={"name": "Sitwell"}, headers=KEY))
    assert api.post(path, headers=KEY | {"x-http-method-override": "DELETE"}).status_code == 409


def test_parameters_in_the_body_are_part_of_the_request(api):
    body = {"name": "Bluth", "_params": {"_fields": "id"}}
    first, second = (api.post("/lead/", json=body, headers=KEY) for _ in range(2))
    other = body | {"_params": {"_fields": "name"}}

    assert same(first, second)
    assert api.post("/lead/", json=other, headers=KEY).status_code == 409


@pytest.mark.parametrize("key", ["", " ", "a b", "\xe9", "x" * 256, "tab\tbed"])
def test_a_key_must_be_one(api, key):
    refused = api.post("/lead/", json={}, headers={"idempotency-key": key.encode("latin-1")})

    assert refused.status_code == 400
    assert refused.json() == {"error": "Idempotency-Key must be 1 to 255 visible ASCII characters."}
    assert leads(api) == 0


@pytest.mark.parametrize("key", ["x", "x" * 255, '"0190-a"', "!~;,=%"])
def test_a_key_may_be_any_word(api, key):
    headers = {"idempotency-key": key}
    assert same(*(api.post("/lead/", json={}, headers=headers) for _ in range(2)))


def test_reading_takes_no_key(api):
    for _ in range(2):
        answer = api.get("/lead/", headers={"idempotency-key": "not a key"})
        assert (answer.status_code, REPLAYED in answer.headers) == (200, False)
        query = {"query": {"type": "object_type", "object_type": "lead"}}
        answer = api.post("/data/search/", json=query, headers=KEY)
        assert (answer.status_code, REPLAYED in answer.headers) == (200, False)


def test_keys_are_not_shared_between_callers(world, api, stranger):
    caller = Caller(api.organization_id, api.user_id)
    colleague = world.call(
        lambda db: founding.add_key(Context(db, caller, world.clock()), "colleague")
    )
    for who in (api.headers, {"authorization": authorization(colleague)}, stranger.headers):
        answer = world.client.post("/api/v1/lead/", json={"name": "Bluth"}, headers=who | KEY)
        assert (answer.status_code, REPLAYED in answer.headers) == (200, False)

    assert (leads(api), leads(stranger)) == (2, 1)


def test_a_refusal_is_not_kept_and_the_request_may_be_mended(api):
    refused = api.post("/task/", json={"text": "Call"}, headers=KEY)
    task = {"text": "Call", "lead_id": api.make("lead")["id"]}
    first = api.post("/task/", json=task, headers=KEY)

    assert refused.status_code == 400
    assert first.status_code == 200
    assert same(first, api.post("/task/", json=task, headers=KEY))


def test_what_failed_is_done_when_it_is_sent_again(world, api, monkeypatch):
    calls = []

    async def breaks_once(ctx, params, body):
        lead = await ops.create(ctx, registry["lead"], body)
        calls.append(lead["id"])
        if len(calls) == 1:
            raise KeyError("a secret of the house")
        return lead.json

    path = "/broken/once/"
    world.app.api.router.add(Operation("broken.create", "POST", path, breaks_once), path)

    answers = [api.post(path, json={"name": "Bluth"}, headers=KEY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 200, 200]
    assert same(*answers[1:])
    assert leads(api) == 1


def test_a_key_is_forgotten_after_a_day(world, api, clock):
    api.post("/lead/", json={"name": "Bluth"}, headers=KEY)
    clock.pass_by(hours=23, minutes=59)
    again = api.post("/lead/", json={"name": "Bluth"}, headers=KEY)
    clock.pass_by(minutes=2)
    anew = api.post("/lead/", json={"name": "Sitwell"}, headers=KEY)

    assert REPLAYED in again.headers
    assert (anew.status_code, REPLAYED in anew.headers) == (200, False)
    assert same(anew, api.post("/lead/", json={"name": "Sitwell"}, headers=KEY))


def test_answers_that_are_too_old_are_deleted(world, api, clock):
    kept = "select key from idempotency_key where organization_id = $1"
    api.post("/lead/", json={}, headers={"idempotency-key": "old"})
    clock.pass_by(hours=25)
    api.post("/lead/", json={}, headers={"idempotency-key": "new"})
    settings = replace(world.app.settings, time=clock())

    world.call(lambda db: forget_answers(db, settings))

    assert [row["key"] for row in world.sql(kept, api.organization_id)] == ["new"]


def test_secrets_in_answers_are_not_kept_in_plain_text(world, api):
    first = api.post("/api_key/", json={"name": "Zapier"}, headers=KEY)
    secret = next(v for k, v in first.json().items() if "key" in k and str(v).startswith("api_"))

    (row,) = world.sql(
        "select idempotency_key::text, answer from idempotency_key where organization_id = $1",
        api.organization_id,
    )

    assert secret not in row[0]
    assert secret.encode() not in row["answer"]
    assert same(first, api.post("/api_key/", json={"name": "Zapier"}, headers=KEY))


def test_an_answer_that_cannot_be_read_any_more_is_not_done_again(world, api):
    api.post("/lead/", json={}, headers=KEY)
    world.sql(
        "update idempotency_key set answer = 'x' where organization_id = $1", api.organization_id
    )

    refused = api.post("/lead/", json={}, headers=KEY)

    assert refused.status_code == 409
    assert "AJAR_SECRET_KEY" in refused.json()["error"]
    assert leads(api) == 1


def test_a_large_body_is_kept_as_its_hash_only(world, api):
    body = {"name": "Bluth", "description": "x" * 9000}
    api.post("/lead/?_fields=id", json=body, headers=KEY)

    (row,) = world.sql(
        "select sum(pg_column_size(t.*)) from idempotency_key t where organization_id = $1",
        api.organization_id,
    )
    assert row[0] < 1000


# What it costs


def test_without_a_key_nothing_is_asked_for_it(api, statements):
    seen = statements(lambda: api.post("/lead/", json={"name": "Bluth"}))
    assert not [text for text in seen if "idempotency" in text]


def test_a_key_costs_two_statements(api, statements, strays):
    path = f"/lead/{api.make('lead')['id']}/"
    plain = statements(lambda: api.put(path, json={"name": "Bluth"}))
    seen = statements(lambda: api.put(path, json={"name": "Sitwell"}, headers=KEY))
    again = statements(lambda: api.put(path, json={"name": "Sitwell"}, headers=KEY))

    assert len(seen) == len(plain) + 2
    assert len([text for text in again if text not in ("BEGIN;", "COMMIT;")]) == 1
    assert [strays(text) for text in {*seen, *again} if "idempotency" in text] == [[], []]


# At once


def at_once(number, function):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(function())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def slow(world, api):
    """The path of an operation that takes a moment."""

    async def create(ctx, params, body):
        lead = await ops.create(ctx, registry["lead"], body)
        await ctx.db.execute("select pg_sleep(0.8)")
        return lead.json

    world.app.api.router.add(Operation("slow.create", "POST", "/slow/", create), "/slow/")
    return "/slow/"


def test_who_asks_again_meanwhile_waits_for_the_answer(api, slow):
    answers = at_once(4, lambda: api.post(slow, json={"name": "Bluth"}, headers=KEY))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sorted(REPLAYED in answer.headers for answer in answers) == [False, True, True, True]
    assert leads(api) == 1


def test_who_waits_takes_no_connection_from_others(api, slow):
    """This server has two."""
    thread = threading.Thread(
        target=lambda: at_once(4, lambda: api.post(slow, json={}, headers=KEY))
    )
    thread.start()
    time.sleep(0.1)
    began = time.monotonic()
    api.ok("get", "/me/")
    took = time.monotonic() - began
    thread.join()

    assert took < 0.75


def test_who_waits_too_long_is_told_to_come_back(world, api, postgres, monkeypatch):
    monkeypatch.setattr("ajar.http.api.PAUSES", (0.01, 0.01))
    (row,) = world.sql(
        "select id from api_key where organization_id = $1 order by date_created desc limit 1",
        api.organization_id,
    )
    place = f"once {api.organization_id} {row['id']} {KEY['idempotency-key']}"
    with psycopg.connect(postgres) as db:
        db.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
        refused = api.post("/lead/", json={}, headers=KEY)

    assert (refused.status_code, refused.headers["retry-after"]) == (409, "1")
    assert api.post("/lead/", json={}, headers=KEY).status_code == 200
