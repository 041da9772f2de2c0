"""What holds for every request, whatever it asks for."""

import base64
import re
import threading
import time
from datetime import UTC, datetime

import asyncpg
import psycopg
import pytest
from starlette.testclient import TestClient

from ajar import founding, resources
from ajar.app import App
from ajar.config import Settings
from ajar.http.router import UNKNOWN, Router
from ajar.kernel import DateTime, Ref, ops, query, render
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import Operation, all_operations
from ajar.kernel.registry import resources as registry
from ajar.resources.task import total_results
from ajar.resources.user import UserRef

resources.load()
JSON = {"content-type": "application/json"}
LISTS = sorted(
    op.path
    for name, op in all_operations().items()
    if name.endswith(".list")
    and op.resource
    and "{" not in op.path
    # These need to know of what.
    and name not in ("comment.list", "custom_object.list", "sequence_subscription.list")
)


def refusal(answer):
    return answer.status_code, answer.json()


# Signing in


def basic(text: bytes) -> dict:
    return {"authorization": f"Basic {base64.b64encode(text).decode()}"}


@pytest.mark.parametrize("ending", ["", ":", ":x", ":api:x"])
def test_what_follows_the_key_is_ignored(world, api, ending):
    headers = basic(api.key.encode() + ending.encode())
    answer = world.client.get("/api/v1/me/", headers=headers)
    assert answer.json()["id"] == api.user_id


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(b":"),
        basic(b"api_unknown:"),
        basic(b"\xff\x00:"),
        {"authorization": ""},
        {"authorization": "Basic"},
        {"authorization": "Basic !"},
        {"authorization": b"Basic \xff\xfe"},
        {"authorization": "Bearer unknown"},
        {"authorization": "Negotiate x"},
    ],
)
def test_without_a_key_that_is_known_there_is_no_answer(world, headers):
    answer = world.client.get("/api/v1/lead/", headers=headers)
    assert refusal(answer) == (401, {"error": "Unauthorized"})
    assert answer.headers["www-authenticate"] == 'Basic realm="Ajar"'


# Addresses


@pytest.mark.parametrize("path", ["/lead/", "/lead", "//lead/", "/lead//", "//lead"])
def test_slashes_do_not_matter(api, path):
    lead = api.make("lead")
    assert [row["id"] for row in api.ok("get", path)["data"]] == [lead["id"]]
    assert api.ok("get", f"{path}/{lead['id']}")["id"] == lead["id"]
    assert api.ok("post", path, json={"name": "Sitwell"})["name"] == "Sitwell"


@pytest.mark.parametrize(
    "path", ["/", "/nothing/", "/lead/lead_x/nothing/", "/lead/%00/", "/activity/status_change/"]
)
def test_an_unknown_address_is_404(api, path):
    assert refusal(api.get(path)) == (404, {"error": UNKNOWN})


def test_a_literal_path_wins_over_an_id():
    found, params = Router(all_operations().values()).find("GET", "/activity/note/acti_x/")
    assert (found.name, params) == ("activity.note.get", {"id": "acti_x"})
    assert Router(all_operations().values()).find("POST", "/lead/merge/")[0].name == "lead.merge"


def test_another_method_is_405_and_says_which_there_are(api):
    answer = api.patch("/lead/lead_x/", json={})
    assert refusal(answer) == (405, {"error": "The method is not allowed for the requested URL."})
    assert answer.headers["allow"] == "DELETE, GET, PUT"


def test_a_post_to_an_object_is_told_to_put(api):
    lead = api.make("lead")
    status, body = refusal(api.post(f"/lead/{lead['id']}/", json={}))
    assert status == 404
    assert "PUT" in body["error"]


def test_old_addresses_still_answer(api):
    field = api.make("custom_field.lead")
    (row,) = api.ok("get", "/custom_fields/lead/")["data"]
    assert row == field
    assert api.ok("put", f"/custom_fields/lead/{field['id']}/", json={"name": "X"})["name"] == "X"


# Method override and _params


def test_a_post_may_stand_for_another_method(api):
    lead = api.make("lead")
    at = f"/lead/{lead['id']}/"
    assert api.post(at, headers={"x-http-method-override": "GET"}).json() == lead
    put = api.post(at, headers={"x-http-method-override": "put"}, json={"name": "Sitwell"})
    assert put.json()["name"] == "Sitwell"
    api.post(at, headers={"x-http-method-override": "DELETE"})
    assert api.get(at).status_code == 404


def test_only_a_post_may_stand_for_another_method(api):
    lead = api.make("lead")
    at = f"/lead/{lead['id']}/"
    assert api.get(at, headers={"x-http-method-override": "DELETE"}).json() == lead
    assert api.ok("get", at) == lead


def listed(api, path, **options):
    return [row["id"] for row in api.ok("get", path, **options)["data"]]


def ask(api, path, params):
    """A list whose parameters are in the body."""
    return api.post(path, headers={"x-http-method-override": "GET"}, json={"_params": params})


def test_parameters_in_the_body_replace_the_query_string(api):
    leads = [api.make("lead")["id"] for _ in range(3)]
    answer = ask(api, "/lead/?_limit=1&_skip=2", {"_limit": 2, "_fields": ["id", "name"]}).json()
    assert [set(row) for row in answer["data"]] == [{"id", "name"}] * 2
    assert [row["id"] for row in answer["data"]] == leads[:0:-1]


def test_a_list_in_the_body_is_a_list_of_values(api):
    tasks = [api.make("task")["id"] for _ in range(3)]
    found = ask(api, "/task/", {"id__in": tasks[:2], "is_complete": False}).json()["data"]
    assert {row["id"] for row in found} == set(tasks[:2])


@pytest.mark.parametrize("params", [[], "x", 1, True])
def test_parameters_in_the_body_must_be_an_object(api, params):
    assert refusal(ask(api, "/lead/", params)) == (400, {"error": "_params must be a dict."})


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], [{}], 1.5, None, "\t"])
def test_odd_parameters_in_the_body_are_no_bug(api, value):
    assert ask(api, "/lead/", {"_limit": value}).status_code in (200, 400)


# Query strings


def test_a_repeated_key_is_a_list(api):
    tasks = [api.make("task")["id"] for _ in range(3)]
    repeated = listed(api, "/task/", params={"id__in": tasks[:2]})
    commas = listed(api, "/task/", params={"id__in": ",".join(tasks[:2])})
    assert sorted(repeated) == sorted(commas) == sorted(tasks[:2])


@pytest.mark.parametrize("path", LISTS)
def test_every_list_says_whether_there_is_more(api, path):
    answer = api.ok("get", path)
    assert isinstance(answer["has_more"], bool)
    assert isinstance(answer["data"], list)


@pytest.mark.parametrize("path", LISTS)
def test_a_limit_of_nothing_shows_nothing(api, path):
    assert api.ok("get", f"{path}?_limit=0")["data"] == []


@pytest.mark.parametrize(
    ("params", "error"),
    [
        (
            "_limit=201",
            "The limit you set is larger than the maximum limit for this resource"
            " (max_limit = 200).",
        ),
        (
            "_skip=10001",
            "The skip you set is larger than the maximum skip for this resource"
            " (max_skip = 10000). Please refine your search query.",
        ),
        ("_limit=x", '_limit must be an integer (got "x" instead).'),
        ("_skip=1.5", '_skip must be an integer (got "1.5" instead).'),
        ("_limit=%D9%A1", '_limit must be an integer (got "\u0661" instead).'),
        ("_limit=1&_limit=2", '_limit must be an integer (got "1,2" instead).'),
        ("_limit=-1", '_limit must be a non-negative integer (got "-1" instead).'),
        ("_skip=-1", '_skip must be a non-negative integer (got "-1" instead).'),
    ],
)
def test_a_page_must_be_possible(api, params, error):
    assert refusal(api.get(f"/lead/?{params}")) == (400, {"error": error})


COPIED = """
insert into {table} select (jsonb_populate_record(one, jsonb_build_object('id', id || number))).*
from {table} one, generate_series(1, 100) number where organization_id = $1"""


@pytest.mark.parametrize("name", ["lead", "contact", "opportunity", "task", "activity.note"])
def test_a_page_begins_at_the_first_of_a_hundred_unless_it_says_otherwise(world, api, name):
    api.make(name)
    about = registry[name].about
    world.sql(COPIED.format(table=about.table.name), api.organization_id)

    first = api.ok("get", f"/{about.path}/")
    rest = api.ok("get", f"/{about.path}/?_skip=100")

    assert (len(first["data"]), first["has_more"]) == (100, True)
    assert (len(rest["data"]), rest["has_more"]) == (1, False)
    assert first["data"] == api.ok("get", f"/{about.path}/?_limit=100&_skip=0")["data"]


@pytest.mark.parametrize("params", ["_limit=", "_skip=", "_limit=200", "_skip=10000", "_fields="])
def test_a_page_may_be_as_large_as_it_gets(api, params):
    api.make("lead")
    assert api.get(f"/lead/?{params}").status_code == 200


def test_several_orders_apply_in_turn(api):
    first, *_ = [
        api.make("activity.note", lead_id=lead)["id"]
        for lead in sorted((api.make("lead")["id"], api.make("lead")["id"]), reverse=True)
        for _ in range(2)
    ]
    found = listed(api, "/activity/note/?_order_by=-lead_id,date_created")
    assert found[0] == first


@pytest.mark.parametrize("query", ["%ff=%ff", "a=%00", "%00=a", "=", "&&&", "a" * 3000, "%"])
def test_an_odd_query_string_is_no_bug(api, query):
    assert api.get(f"/lead/?{query}").status_code in (200, 400)


# Unknown parameters


def test_unknown_parameters_are_ignored_and_named(api):
    api.make("lead")
    answer = api.get("/lead/?_limt=0&colour=1&_limit=5")
    assert len(answer.json()["data"]) == 1
    assert answer.headers["x-ajar-ignored-parameters"] == "_limt, colour"
    assert "x-ajar-ignored-parameters" not in api.get("/lead/?_limit=5").headers


def test_unknown_parameters_are_refused_to_those_who_ask_for_it(api):
    answer = api.get("/lead/?_limt=0&colour=1", headers={"x-ajar-strict": "1"})
    error = 'Unknown parameter "_limt". Did you mean "_limit"? Unknown parameter "colour".'
    assert refusal(answer) == (400, {"error": error})
    assert api.get("/lead/?_limit=1", headers={"x-ajar-strict": "1"}).status_code == 200


@pytest.mark.parametrize("name", ["a%0D%0Ax-evil: 1", "%E2%82%AC", "%01%7F", "x" * 20_000])
def test_the_name_of_an_unknown_parameter_cannot_break_the_answer(api, name):
    answer = api.get(f"/lead/?{name}=1")
    said = answer.headers["x-ajar-ignored-parameters"]
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers
    assert said.isascii() and said.isprintable() and len(said) < 4000


# Bodies


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", "The request contains invalid JSON."),
        (b'{"name": NaN}', "The request contains invalid JSON."),
        (b'{"name": "\\ud800"}', "The request contains invalid JSON."),
        (b'{"name": "\xff"}', "The request contains invalid JSON."),
        (b"[]", "JSON data must be a dict."),
        (b'"x"', "JSON data must be a dict."),
        (b"null", "JSON data must be a dict."),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "The request contains JSON that is nested too deeply."),
        (b"[" * 100_000, "The request contains JSON that is nested too deeply."),
        (b'{"name": "a\\u0000"}', "The request contains a NUL character."),
        (b'{"a\\u0000": 1}', "The request contains a NUL character."),
        (b'{"a": [{"b": "\\u0000"}]}', "The request contains a NUL character."),
        (b'{"a": 9223372036854775808}', "The request contains a number that is too large."),
        (b'{"a": -9223372036854775809}', "The request contains a number that is too large."),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused(api, content, error):
    for method, path in (("post", "/lead/"), ("put", f"/lead/{api.make('lead')['id']}/")):
        answer = getattr(api, method)(path, content=content, headers=JSON)
        assert refusal(answer) == (400, {"error": error})


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "json"])
def test_a_body_of_another_type_is_refused(api, kind):
    error = "Please send valid JSON with a 'Content-Type: application/json' header."
    answer = api.post("/lead/", content=b'{"name": "x"}', headers={"content-type": kind})
    assert refusal(answer) == (400, {"error": error})


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"]
)
def test_json_has_several_names(api, kind):
    answer = api.post("/lead/", content=b'{"name": "x"}', headers={"content-type": kind})
    assert answer.json()["name"] == "x"


def test_no_body_is_an_empty_one(api):
    assert api.post("/lead/", headers=JSON).status_code == 200
    lead = api.make("lead")
    assert api.put(f"/lead/{lead['id']}/").json() == lead


def test_a_get_or_delete_may_say_that_its_missing_body_is_json(api):
    lead = api.make("lead")
    assert api.get(f"/lead/{lead['id']}/", headers=JSON).json() == lead
    assert api.delete(f"/lead/{lead['id']}/", headers=JSON).json() == {}


def test_unknown_keys_of_a_body_are_ignored(api):
    lead = api.ok("post", "/lead/", json={"name": "x", "no_such": 1, "_type": "Lead"})
    assert "no_such" not in lead


@pytest.mark.parametrize("name", ["opportunity", "task", "activity.note"])
def test_a_name_beside_an_id_is_only_a_copy(api, name):
    """Sent or not: it is the name of what has the id."""
    made = api.make(name)
    of = {key: key.removesuffix("_name") for key in made if key.endswith("_name")}
    copies = [key for key, id in of.items() if id in made or f"{id}_id" in made]

    changed = api.ok(
        "put", f"/{registry[name].about.path}/{made['id']}/", json=dict.fromkeys(copies, "Nobody")
    )

    assert {"created_by_name", "updated_by_name"} < set(copies)
    assert changed == made
    assert made["created_by_name"] == "Bruce Wayne"


@pytest.mark.parametrize("name", ["playbook", "sequence", "comment"])
def test_newer_kinds_say_in_newer_words_who_made_them(api, name):
    made = api.make(name)
    who = "created_by" if name == "comment" else "created_by_id"
    when = {"sequence": ("date_created", "date_updated")}.get(name, ("created_at", "updated_at"))
    assert made[who] == api.user_id
    assert all(datetime.fromisoformat(made[key]) for key in when)


def test_text_of_every_kind_comes_back_as_it_was(api):
    name = "🜁 Ünïcödé \u202e \u0007 \\ \" ' %s {} $1 \n"
    lead = api.ok("post", "/lead/", json={"name": name})
    assert api.ok("get", f"/lead/{lead['id']}/")["name"] == lead["name"] == name


def test_a_body_may_be_large_but_not_larger_than_the_setting(world, api):
    most = world.app.settings.max_body_bytes
    for size, status in ((most, 200), (most + 1, 413)):
        content = b'{"x": "' + b"x" * (size - 9) + b'"}'
        answer = api.post("/lead/", content=content, headers=JSON)
        assert answer.status_code == status
    assert answer.json() == {"error": f"The request body is larger than {most} bytes."}


# Errors


def test_mistakes_in_fields_have_both_keys(api):
    answer = api.post("/status/lead/", json={})
    errors = {"label": "This field is required."}
    assert refusal(answer) == (400, {"field-errors": errors, "errors": []})


def test_another_organization_in_a_body_is_refused(api, stranger):
    answer = api.post("/lead/", json={"organization_id": stranger.organization_id})
    errors = {"organization_id": "Object does not exist."}
    assert refusal(answer) == (400, {"field-errors": errors, "errors": []})
    assert api.post("/lead/", json={"organization_id": api.organization_id}).status_code == 200


def test_every_answer_names_its_request_as_the_event_does(api):
    answer = api.post("/lead/", json={"name": "x"})
    (event,) = api.ok("get", f"/event/?object_id={answer.json()['id']}")["data"]
    assert answer.headers["x-request-id"] == event["request_id"]
    for path in ("/lead/", "/nothing/", "/lead/?_limit=x"):
        assert re.fullmatch(r"req_[0-9A-Za-z]{22}", api.get(path).headers["x-request-id"])


# The caller's time


@pytest.mark.parametrize("offset", ["", "0", "-4", "-2.5", "+5.75", "14", "-12"])
def test_the_callers_time_zone_is_an_offset_in_hours(api, offset):
    assert api.get("/lead/", headers={"x-tz-offset": offset}).status_code == 200


@pytest.mark.parametrize("offset", ["x", "15", "-13", "1e1", "nan", "inf", "4:30", "1,2"])
def test_a_time_zone_that_does_not_exist_is_refused(api, offset):
    error = f'x-tz-offset: "{offset}" is not an offset from UTC in hours, such as -4 or 5.75.'
    answer = api.get("/lead/", headers={"x-tz-offset": offset})
    assert refusal(answer) == (400, {"error": error})


def test_a_day_begins_when_it_does_for_the_caller(api, clock):
    clock.stand(datetime(2026, 11, 21, 2, tzinfo=UTC))
    note = api.make("activity.note")["id"]
    path = "/activity/note/?date_created__gte=2026-11-21"
    assert listed(api, path) == [note]
    assert listed(api, path, headers={"x-tz-offset": "-4"}) == []


# How many requests; see test_limits.py


@pytest.fixture(scope="module")
def second(world, postgres, tmp_path_factory):
    """Another server over the same database: one request a second, and a few broken endpoints."""
    settings = Settings(database_url=postgres, data=tmp_path_factory.mktemp("second"), rate_limit=1)
    app = App(settings, postgres)
    for function in (breaks, breaks_late):
        path = f"/broken/{function.__name__}/"
        app.api.router.add(Operation("broken", "POST", path, function), path)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_too_many_requests_are_refused_until_later(second, api):
    good, refused = (second.get("/api/v1/lead/", headers=api.headers) for _ in range(2))
    assert (good.status_code, good.headers["ratelimit-remaining"]) == (200, "0")
    assert refused.status_code == 429
    assert {"retry-after", "ratelimit", "x-rate-limit-reset"} <= refused.headers.keys()
    assert refused.json()["rate_reset"] > 0


# Bugs, and a database that is not there


async def breaks(ctx, params, body):
    raise KeyError("a secret of the house")


async def breaks_late(ctx, params, body):
    await ops.create(ctx, registry["lead"], {"name": "Half done"})
    raise KeyError("a secret of the house")


@pytest.mark.parametrize("name", ["breaks", "breaks_late"])
def test_a_bug_says_nothing_and_leaves_nothing(second, api, name):
    answer = second.post(f"/api/v1/broken/{name}/", headers=api.headers, json={})
    body = {"error": "Something went wrong here; the server's log says what."}
    assert refusal(answer) == (500, body)
    assert answer.headers["x-request-id"].startswith("req_")
    assert (listed(api, "/lead/"), api.events()) == ([], [])


def in_background(request):
    """A request whose answer comes later: call it for that."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(request()))
    thread.start()

    def answer():
        thread.join(20)
        return answers[0]

    return answer


@pytest.fixture
def elsewhere(postgres):
    """A connection of somebody else, in a transaction."""
    with psycopg.connect(postgres) as db:
        yield db
        db.rollback()


def waiting(db):
    """The process of the server that waits for a lock that we hold."""
    for _ in range(200):
        found = db.execute(
            "select pid from pg_stat_activity"
            " where pg_backend_pid() = any(pg_blocking_pids(pid)) and application_name = 'ajar'"
        ).fetchone()
        if found:
            return found[0]
        time.sleep(0.02)
    raise TimeoutError("nobody waits")


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_request_that_the_database_gave_up_may_be_sent_again(api, elsewhere, end):
    lead = api.make("lead")
    elsewhere.execute("select 1 from lead where id = %s for update", [lead["id"]])
    answer = in_background(lambda: api.put(f"/lead/{lead['id']}/", json={"name": "Sitwell"}))
    elsewhere.execute(f"select {end}(%s)", [waiting(elsewhere)])
    assert refusal(answer()) == (
        503,
        {"error": "The database did not answer; try again in a moment."},
    )
    assert answer().headers["retry-after"] == "1"
    elsewhere.rollback()
    assert api.ok("put", f"/lead/{lead['id']}/", json={"name": "Sitwell"})["name"] == "Sitwell"


@pytest.fixture
def deadlock(api, elsewhere):
    """A merge that PostgreSQL ends, because it and another transaction wait for each other."""
    first, last = sorted(api.make("lead")["id"] for _ in range(2))
    elsewhere.execute("set local deadlock_timeout = '1min'")
    elsewhere.execute("select 1 from lead where id = %s for update", [last])
    body = {"source": first, "destination": last}
    answer = in_background(lambda: api.post("/lead/merge/", json=body))
    waiting(elsewhere)
    elsewhere.execute("select 1 from lead where id = %s for update", [first])
    return answer


def test_of_two_that_wait_for_each_other_one_is_done_later(deadlock, elsewhere):
    elsewhere.rollback()
    assert refusal(deadlock()) == (200, {"status": "ok"})


def test_what_never_gets_its_turn_may_come_again(monkeypatch, request):
    monkeypatch.setattr("ajar.http.api.PAUSES", ())
    answer = request.getfixturevalue("deadlock")()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_changes_at_the_same_time_are_made_one_after_the_other(api, elsewhere):
    lead = api.make("lead")
    at = f"/lead/{lead['id']}/"
    elsewhere.execute("select 1 from lead where id = %s for update", [lead["id"]])
    answer = in_background(lambda: api.put(at, json={"name": "Sitwell"}))
    waiting(elsewhere)
    elsewhere.execute("update lead set description = 'Rival' where id = %s", [lead["id"]])
    elsewhere.commit()
    assert (answer().json()["name"], answer().json()["description"]) == ("Sitwell", "Rival")


def test_what_another_request_took_first_is_a_mistake_of_the_field(api, elsewhere):
    row = "insert into \"group\" (organization_id, id, name) values (%s, 'group_x', 'Closers')"
    elsewhere.execute(row, [api.organization_id])
    answer = in_background(lambda: api.post("/group/", json={"name": "closers"}))
    waiting(elsewhere)
    elsewhere.commit()
    errors = {"name": "This value is already taken."}
    assert refusal(answer()) == (400, {"field-errors": errors, "errors": []})


def test_the_database_refuses_what_belongs_to_nobody(world, api):
    row = "insert into contact (organization_id, id, lead_id) values ($1, 'cont_x', 'lead_x')"
    with pytest.raises(asyncpg.PostgresError):
        world.sql(row, api.organization_id)


# Statements


@pytest.fixture
def sent(api, statements):
    """The statements of a request by someone who is signed in."""

    def sent(method, path, **options):
        api.ok("get", "/me/")
        seen = statements(lambda: api.ok(method, path, **options))
        return [text for text in seen if "FROM api_key" not in text]

    return sent


def test_a_page_is_one_statement_however_long(api, sent):
    for _ in range(3):
        api.make("contact")
    assert len(sent("get", "/lead/")) == len(sent("get", "/lead/?_limit=0")) == 1
    assert len(sent("get", "/lead/?_fields=id,contacts")) == 1


def test_a_create_that_the_foreign_keys_check_is_one_statement(api, sent):
    lead = api.make("lead")
    assert len(sent("post", "/activity/note/", json={"lead_id": lead["id"], "note": "x"})) == 1


def test_an_update_is_four_statements(api, sent):
    note = api.make("activity.note")
    statements = sent("put", f"/activity/note/{note['id']}/", json={"note": "Changed"})
    assert len(statements) == 4
    assert (statements[0], statements[-1]) == ("BEGIN;", "COMMIT;")


def test_an_update_that_changes_nothing_writes_nothing(api, sent):
    note = api.make("activity.note")
    statements = sent("put", f"/activity/note/{note['id']}/", json={"note": note["note"]})
    assert [text[:6] for text in statements] == ["BEGIN;", "WITH f", "COMMIT"]


def shapes(resource):
    """Every kind of statement that the kernel writes for a resource: (function, arguments)."""
    about = resource.about
    yield from ((render.by_id, (resource, names)) for names in (None, ("id", "custom."), ()))
    for action in ("created", "updated", "deleted"):
        beside = tuple(one for one in about.alongside if action in one.actions)
        yield ops.written, (resource, action, beside)
    yield ops.locked, (resource,)
    asking = tuple(n for n, f in about.stored.items() if hasattr(f, "question"))
    if asking:
        yield ops.questions, (resource, asking)
    refs = [n for n, f in about.stored.items() if isinstance(f, Ref)]
    yield from ((query.referring, (resource, name)) for name in refs)
    narrowed = [((name, how),) for name in query.filters(resource) for how in compared(about, name)]
    yield from ((query.matched, (resource, shape)) for shape in narrowed)
    together = tuple(one for shape in narrowed for one in shape)
    sorts = {*about.sorts, *(name for name, field in about.stored.items() if field.filter)}
    orders = [f"-{name}" for name in sorted(sorts)]
    for order in ("", *orders):
        names = ("id",) if order else None
        yield query.paged, (resource, names, together, order, total_results)


def compared(about, name):
    """The comparisons that a filter may ask for."""
    field = about.members[name.partition("__")[0]]
    return (
        name.partition("__")[2],
        "null",
        *(["day"] if isinstance(field, DateTime) else []),
        *(["people"] if isinstance(field, UserRef) else []),
    )


@pytest.mark.parametrize("name", sorted(registry))
def test_every_statement_of_the_kernel_keeps_to_one_organization(name, strays):
    for write, arguments in shapes(registry[name]):
        text = write.write(*arguments).text
        assert strays(text) == [], (arguments, text)


def test_a_statement_that_does_not_would_be_found(strays):
    assert strays("SELECT x FROM lead AS lead_1 WHERE lead_1.id = $1") == ["lead_1"]
    assert strays("SELECT x FROM lead AS a WHERE a.organization_id = $1") == []
    assert strays("INSERT INTO lead (id) SELECT $1") == ["lead"]
    assert strays("UPDATE lead SET name = $1 WHERE lead.id = $2") == ["lead"]


# Events


def test_changes_by_another_key_are_events_of_their_own(world, api, clock):
    lead = api.make("lead")
    clock.stand(clock())
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "A"})
    other = world.call(key_of(api))
    headers = {"authorization": basic(other.encode())["authorization"]}
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "B"}, headers=headers)
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "C"}, headers=headers)
    events = api.ok("get", f"/event/?object_id={lead['id']}&action=updated")["data"]
    assert sorted(event["data"]["name"] for event in events) == ["A", "C"]


def key_of(api):
    async def add(db):
        ctx = Context(db, Caller(api.organization_id, api.user_id), api.world.clock())
        return await founding.add_key(ctx, "another")

    return add
