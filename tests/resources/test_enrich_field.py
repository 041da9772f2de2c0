"""Enrichment: what the service is asked, and what becomes of its answer."""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

KNOWN = {"value": "Real estate", "confidence": "high", "reasoning": "They build houses."}


class Service(ThreadingHTTPServer):
    """Answers what it is told to, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.status, self.asked = json.dumps(KNOWN).encode(), 200, []

    def says(self, value, **more):
        self.answer = json.dumps({"value": value, **more}).encode()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format, *args):
        pass


@pytest.fixture
def service(world, monkeypatch):
    server = Service()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/answer"
    use(world, monkeypatch, enrichment_url=url, enrichment_key="hush")
    yield server
    server.shutdown()
    server.server_close()


def use(world, monkeypatch, **settings):
    api = world.app.api
    monkeypatch.setattr(api, "settings", replace(api.settings, **settings))


@pytest.fixture
def lead(api):
    return api.make("lead", name="Bluth")


@pytest.fixture
def field(api):
    return api.make("custom_field.lead", name="Industry")


def body(api, field, row, object_type="lead", **more):
    asked = {"organization_id": api.organization_id, "object_type": object_type}
    return asked | {"object_id": row["id"], "field_id": field["id"], **more}


def enrich(api, field, row, **more):
    return api.post("/enrich_field/", json=body(api, field, row, **more))


def value(api, field, row, kind="lead"):
    return api.ok("get", f"/{kind}/{row['id']}/").get(f"custom.{field['id']}")


def test_without_a_service_it_is_refused_with_the_reason(api, field, lead):
    answer = enrich(api, field, lead)
    assert answer.status_code == 400
    assert "AJAR_ENRICHMENT_URL" in answer.json()["error"]


def test_the_service_is_told_the_object_and_the_field(api, service, field, lead):
    enrich(api, field, lead)

    ((path, headers, asked),) = service.asked
    assert path == "/answer"
    assert headers["authorization"] == "Bearer hush"
    assert asked["object_type"] == "lead"
    assert asked["object"] == lead
    assert asked["field"] == {
        "id": field["id"],
        "name": "Industry",
        "type": "text",
        "description": None,
        "choices": None,
        "accepts_multiple_values": False,
    }


def test_the_answer_is_given_and_the_value_stored(api, service, field, lead):
    answer = enrich(api, field, lead)
    assert answer.status_code == 200
    assert answer.json() == body(api, field, lead) | KNOWN
    assert value(api, field, lead) == "Real estate"
    assert api.events()[-1] == ("lead", "updated")


def test_contacts_and_shared_fields_can_be_enriched(api, service):
    contact, shared = api.make("contact"), api.make("custom_field.shared")
    path = f"/custom_field/shared/{shared['id']}/association/"
    api.ok("post", path, json={"object_type": "contact"})
    own = api.make("custom_field.contact")
    for field in (own, shared):
        assert enrich(api, field, contact, object_type="contact").status_code == 200
        assert value(api, field, contact, "contact") == "Real estate"


def test_nothing_is_stored_when_only_an_answer_is_wanted(api, service, field, lead):
    assert enrich(api, field, lead, set_new_value=False).json()["value"] == "Real estate"
    assert value(api, field, lead) is None


@pytest.mark.parametrize(
    ("overwrite", "kept"),
    [
        ({}, "Magic"),
        ({"overwrite_existing_value": False}, "Magic"),
        ({"overwrite_existing_value": True}, "Real estate"),
    ],
)
def test_a_value_that_is_there_stays_unless_it_shall_be_overwritten(
    api, service, field, lead, overwrite, kept
):
    api.ok("put", f"/lead/{lead['id']}/", json={f"custom.{field['id']}": "Magic"})
    answer = enrich(api, field, lead, **overwrite)
    assert answer.json()["value"] == "Real estate"
    assert value(api, field, lead) == kept


@pytest.mark.parametrize("nothing", [None, "", []])
def test_what_the_service_does_not_know_stays_as_it_is(api, service, field, lead, nothing):
    api.ok("put", f"/lead/{lead['id']}/", json={f"custom.{field['id']}": "Magic"})
    service.says(nothing)
    answer = enrich(api, field, lead, overwrite_existing_value=True).json()
    assert (answer["value"], answer["confidence"], answer["reasoning"]) == (None, "", "")
    assert value(api, field, lead) == "Magic"


@pytest.mark.parametrize(
    ("options", "said", "stored"),
    [
        ({"type": "number"}, "12.5", 12.5),
        ({"type": "date"}, "2026-11-21", "2026-11-21"),
        ({"type": "choices", "choices": ["a", "b"]}, "b", "b"),
        (
            {"type": "choices", "choices": ["a", "b"], "accepts_multiple_values": True},
            ["b", "a"],
            ["b", "a"],
        ),
    ],
)
def test_fields_of_these_types_can_be_enriched(api, service, lead, options, said, stored):
    field = api.make("custom_field.lead", **options)
    service.says(said)
    assert enrich(api, field, lead).json()["value"] == stored
    assert value(api, field, lead) == stored


@pytest.mark.parametrize("said", ["c", 7, ["a"], {"a": 1}])
def test_a_value_that_does_not_fit_is_not_stored(api, service, lead, said):
    field = api.make("custom_field.lead", type="choices", choices=["a", "b"])
    service.says(said)
    assert enrich(api, field, lead).status_code == 503
    assert value(api, field, lead) is None


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, b"{}"), (302, b"{}"), (200, b"no JSON"), (200, b"[]"), (200, b'{"confidence": 5}')],
)
def test_an_answer_that_makes_no_sense_is_told_and_changes_nothing(
    api, service, field, lead, status, answer
):
    service.status, service.answer = status, answer
    refused = enrich(api, field, lead)
    assert refused.status_code == 503
    assert "no usable answer" in refused.json()["error"]
    assert "hush" not in refused.text
    assert value(api, field, lead) is None


def test_a_service_that_does_not_answer_is_told(api, world, monkeypatch, service, field, lead):
    service.shutdown()
    service.server_close()
    assert enrich(api, field, lead).status_code == 503


def test_everything_that_is_missing_or_wrong_is_told_at_once(api, service):
    required = dict.fromkeys(
        ("organization_id", "object_type", "object_id", "field_id"), "This field is required."
    )
    wrong = {"object_type": "task", "object_id": 5, "set_new_value": "yes"}
    assert api.post("/enrich_field/", json={}).json()["field-errors"] == required
    assert api.post("/enrich_field/", json=wrong).json()["field-errors"] == {
        "organization_id": "This field is required.",
        "field_id": "This field is required.",
        "object_type": "Not a valid choice.",
        "object_id": "Value must be of str type.",
        "set_new_value": "Value must be of bool type.",
    }


def test_what_is_unknown_or_of_strangers_does_not_exist(api, stranger, service, field, lead):
    theirs, other = stranger.make("lead"), stranger.make("custom_field.lead")
    of_contacts = api.make("custom_field.contact")
    absent = "Object does not exist."

    def errors(*args, **more):
        answer = enrich(api, *args, **more)
        assert answer.status_code == 400
        return answer.json()["field-errors"]

    assert errors(field, theirs) == errors(field, {"id": "lead_x"}) == {"object_id": absent}
    assert errors(other, lead) == errors(of_contacts, lead) == {"field_id": absent}
    assert errors(other, theirs) == {"object_id": absent, "field_id": absent}
    strange = {"organization_id": stranger.organization_id}
    assert errors(field, lead, **strange) == {"organization_id": absent}
    assert service.asked == []


def test_fields_that_hold_people_cannot_be_enriched(api, service, lead):
    field = api.make("custom_field.lead", type="user")
    assert list(enrich(api, field, lead).json()["field-errors"]) == ["field_id"]


def test_a_lead_that_one_does_not_see_cannot_be_enriched(api, join, service, field, lead):
    member = join(api.make("role", permissions=["calling"])["id"])
    assert enrich(member, field, lead).json()["field-errors"] == {
        "object_id": "Object does not exist."
    }


def test_whose_role_may_not_change_the_field_changes_nothing(api, join, service, lead):
    field = api.make("custom_field.lead", editable_with_roles=["admin"])
    member = join("user")
    answer = enrich(member, field, lead)
    assert answer.status_code == 400
    assert value(api, field, lead) is None


def test_every_statement_keeps_to_one_organization(api, service, field, lead, statements, strays):
    found = statements(lambda: enrich(api, field, lead))
    assert found and [text for text in found if strays(text)] == []
