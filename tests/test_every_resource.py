"""What holds for every resource. A new declaration is tested here by existing."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from ajar import describe, resources
from ajar.kernel import Choice, Date, DateTime, Int, List, Ref, Text, query
from ajar.kernel.custom import Custom
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry

resources.load()
OPERATIONS = all_operations()


@pytest.fixture(scope="module", autouse=True)
def nothing_left(world):
    """Of the jobs that were deferred here: whoever works next would do them all."""
    yield
    world.sql("delete from procrastinate_jobs")


@dataclass
class Thing:
    """A resource that clients may create, and what they may do with it."""

    about: Any

    @property
    def path(self) -> str:
        return f"/{self.about.path}/"

    def at(self, id: str) -> str:
        return f"/{self.about.path}/{id}/"

    def operation(self, verb: str):
        return OPERATIONS.get(f"{self.about.name}.{verb}")

    def fields(self, verb: str) -> dict[str, Any]:
        """The stored fields that a body may set."""
        body = describe.body(self.operation(verb))
        return {name: self.about.stored[name] for name in body["properties"]}

    def among(self, made: dict) -> dict[str, str]:
        """What finds a row in its list, where that must be narrowed."""
        name = NARROWED.get(self.about.name)
        return {name: made[name]} if name else {}

    @property
    def filters(self) -> list[str]:
        return list(query.filters(self.about.cls))


NARROWED = {  # lists that need this filter
    "comment": "thread_id",
    "custom_object": "lead_id",
    "sequence_subscription": "lead_id",
}
THINGS = [
    Thing(registry[name].about)
    for name in sorted(registry)
    if "create" in registry[name].about.verbs
]


def with_verbs(*verbs, where=lambda thing: True):
    """For every resource that has these verbs."""
    things = [one for one in THINGS if all(map(one.operation, verbs)) and where(one)]
    return pytest.mark.parametrize("thing", things, ids=lambda one: one.about.name)


def logged(thing):
    return thing.about.logged


def events_of(api, id):
    """What was logged about one object, oldest first."""
    return api.ok("get", f"/event/?object_id={id}")["data"][::-1]


def missing(thing):
    return {"error": f"Empty query: {thing.about.cls.__name__} matching query does not exist."}


def asked(statements, request):
    """The statements of a request; who the caller is was asked before, or is now."""
    return [text for text in statements(request) if "FROM api_key" not in text]


def ids(page):
    return [row["id"] for row in page["data"]]


def two(api, thing):
    """Make two rows; what finds both in their list."""
    among = thing.among(api.make(thing.about.name))
    api.make(thing.about.name, **among)
    return among


# Reading


@with_verbs("create", "get")
def test_what_was_created_can_be_read_back(api, thing):
    """A single object may show more than others do."""
    made = api.make(thing.about.name)
    assert api.ok("get", thing.at(made["id"])).items() >= made.items()


@with_verbs("create", "get")
def test_an_id_begins_with_the_prefix_of_its_kind(api, thing):
    assert api.make(thing.about.name)["id"].startswith(f"{thing.about.prefix}_")


@with_verbs("create", "list")
def test_a_list_shows_only_rows_of_the_callers_organization(api, stranger, thing):
    made = api.make(thing.about.name)
    assert made["id"] in ids(api.ok("get", thing.path, params=thing.among(made)))
    assert made["id"] not in ids(stranger.ok("get", thing.path, params=thing.among(made)))


@with_verbs("create", "list")
def test_pages_add_up_to_the_whole_list(api, thing):
    among = two(api, thing)
    whole = api.ok("get", thing.path, params=among)
    parts = [among | {"_limit": 1, "_skip": n} for n in range(len(whole["data"]))]
    pages = [api.ok("get", thing.path, params=part) for part in parts]
    assert [row for page in pages for row in page["data"]] == whole["data"]
    assert [page["has_more"] for page in pages] == [True] * (len(pages) - 1) + [False]


@with_verbs("create", "get")
def test_fields_chooses_what_is_shown(api, thing):
    made = api.make(thing.about.name)
    half = sorted(made)[::2]
    shown = api.ok("get", thing.at(made["id"]), params={"_fields": ",".join(["no_such", *half])})
    assert shown == {name: made[name] for name in half}


@with_verbs("create", "list")
def test_fields_chooses_what_a_list_shows(api, thing):
    among = thing.among(api.make(thing.about.name))
    rows = api.ok("get", thing.path, params=among | {"_fields": "id,no_such"})["data"]
    assert rows and all(set(row) == {"id"} for row in rows)
    rows = api.ok("get", thing.path, params=among | {"_fields": "no_such"})["data"]
    assert all(row == {} for row in rows)


@with_verbs("create", "list")
def test_a_list_is_one_statement(api, statements, thing):
    among = two(api, thing)
    assert len(asked(statements, lambda: api.ok("get", thing.path, params=among))) == 1


@with_verbs("create", "get")
def test_reading_one_is_one_statement(api, statements, thing):
    made = api.make(thing.about.name)
    assert len(asked(statements, lambda: api.ok("get", thing.at(made["id"])))) == 1


@with_verbs("create", "get")
@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_write_shows_the_fields_that_are_asked_for(api, thing, verb):
    operation = thing.operation(verb) or pytest.skip(f"has no {verb}")
    path = thing.path if verb == "create" else thing.at(api.make(thing.about.name)["id"])
    body = api.body(thing.about.name) if verb == "create" else {}
    shown = api.ok(operation.method.lower(), path, json=body, params={"_fields": "id,no_such"})
    assert list(shown) == ["id"]


# Filters and order

# What each filter must answer for the row's own value.
FINDS_ITSELF = {"": True, "in": True, "gte": True, "lte": True, "gt": False, "lt": False}


def text_of(value):
    """As a query string has it; nothing means null."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def together(thing, made):
    """Some filters can only be used together with a lead, or what the list needs anyway."""
    return thing.among(made) or ({"lead_id": made["lead_id"]} if made.get("lead_id") else {})


@with_verbs("create", "list", where=lambda thing: thing.filters)
def test_each_filter_compares_as_it_says(api, thing):
    made = api.make(thing.about.name)
    for name in thing.filters:
        field, _, suffix = name.partition("__")
        value = made.get(field)
        if field not in made or (suffix and value is None) or isinstance(value, list):
            continue
        params = together(thing, made) | {name: text_of(value), "_limit": thing.about.most}
        found = made["id"] in ids(api.ok("get", thing.path, params=params))
        assert found == FINDS_ITSELF[suffix], name


@with_verbs("create", "list", where=lambda thing: thing.filters)
def test_a_filter_with_another_value_does_not_find_it(api, thing):
    made = api.make(thing.about.name)
    for name in thing.filters:
        field, member = name.partition("__")[0], thing.about.members[name.partition("__")[0]]
        if name == field and isinstance(member, Text | Ref) and made.get(field) is not None:
            found = api.ok(
                "get", thing.path, params=together(thing, made) | {name: "something_else"}
            )
            assert made["id"] not in ids(found), name


NASTY = ["", '""', "x", ",", "a,b", "0", "9" * 30, "2026-02-30", "0001-01-01T00:00:00+14:00", "🜁"]


@with_verbs("list", where=lambda thing: thing.filters)
def test_a_senseless_filter_is_refused_or_finds_nothing(api, thing):
    for name, value in itertools.product(thing.filters, NASTY):
        answer = api.get(thing.path, params={name: value})
        assert answer.status_code in (200, 400), (name, value, answer.text)


def sorts(thing):
    """What a list may be ordered by; all rows have the same organization."""
    names = thing.about.sorts or [n for n, f in thing.about.stored.items() if f.filter]
    return [name for name in names if name != "organization_id"]


@with_verbs("create", "list", where=sorts)
def test_descending_is_ascending_turned_around(api, thing):
    among = two(api, thing)
    for name in sorts(thing):
        up = ids(api.ok("get", thing.path, params=among | {"_order_by": name}))
        down = ids(api.ok("get", thing.path, params=among | {"_order_by": f"-{name}"}))
        assert down == up[::-1], name


@with_verbs("create", "list")
def test_an_unknown_order_is_ignored_or_refused_in_words(api, thing):
    among = two(api, thing)
    answer = api.get(thing.path, params=among | {"_order_by": "no_such"})
    refused = answer.status_code == 400 and answer.json()["error"].startswith("_order_by must be ")
    assert refused or answer.json() == api.ok("get", thing.path, params=among)


# Writing


def needed(thing):
    fields = thing.fields("create").items()
    return [name for name, field in fields if field.required and field.default is None]


@with_verbs("create", where=needed)
def test_required_fields_are_required(api, thing):
    answer = api.post(thing.path, json={})
    errors = answer.json()["field-errors"]
    assert answer.status_code == 400
    assert {n: errors.get(n) for n in needed(thing)} == dict.fromkeys(
        needed(thing), "This field is required."
    )


@with_verbs("create", "update")
def test_an_empty_update_changes_and_logs_nothing(api, thing):
    made = api.make(thing.about.name)
    before = api.events()
    for body in ({}, {"no_such_field": 1}):
        assert api.ok("put", thing.at(made["id"]), json=body) == made
    assert api.events() == before


def clearable(thing):
    """A text that may be missing."""
    fields = thing.fields("update").items()
    return [n for n, f in fields if type(f) is Text and not (f.required or f.default)]


@with_verbs("create", "update", where=clearable)
def test_null_clears_a_value_and_what_is_left_out_stays(api, thing):
    for name in clearable(thing):
        made = api.make(thing.about.name, **{name: "Something"})
        changed = api.ok("put", thing.at(made["id"]), json={name: None})
        differs = {key for key in made if changed.get(key) != made[key]} - {"sharing_settings"}
        assert changed[name] in (None, ""), name
        assert {name} <= differs <= {name, *FOLLOWING.get(name, ()), *STAMPS}, name


STAMPS = ("date_updated", "updated_at", "updated_by")
MAIL = {"body_html", "body_text", "body_preview", "body_html_quoted", "body_text_quoted"}
FOLLOWING = {  # what changes with it
    "name": {"display_name"},
    "note": {"note_html"},
    "note_html": {"note"},
    "body_text": MAIL,
    "body_html": MAIL,
}


@with_verbs("create", "update")
def test_what_was_read_can_be_written_back(api, thing):
    made = api.make(thing.about.name)
    before = api.events()
    assert api.ok("put", thing.at(made["id"]), json=made) == made
    assert api.events() == before


@with_verbs("create", "get", "delete")
def test_what_was_deleted_is_gone(api, thing):
    made = api.make(thing.about.name)
    answer = api.delete(thing.at(made["id"]))
    assert (answer.status_code, answer.content) == DELETED[thing.about.deleted]
    assert api.get(thing.at(made["id"])).status_code == 404
    assert api.delete(thing.at(made["id"])).status_code == 404


DELETED = {200: (200, b"{}"), 204: (204, b"")}


@with_verbs("create", where=lambda thing: thing.about.created == 201)
def test_the_answer_to_a_create_says_where_it_is(api, thing):
    answer = api.post(thing.path, json=api.body(thing.about.name))
    assert answer.headers["location"] == f"/api/v1{thing.at(answer.json()['id'])}"


# Events


def kind(thing, made):
    name = thing.about.object_type
    return name(made) if callable(name) else name


@with_verbs("create", where=logged)
def test_the_event_of_a_create_holds_the_answer(api, thing):
    made = api.make(thing.about.name)
    event = events_of(api, made["id"])[0]
    assert (event["action"], event["object_type"]) == ("created", kind(thing, made))
    assert (event["data"], event["previous_data"], event["changed_fields"]) == (made, None, [])


def changeable(thing):
    """A text that clients may change."""
    return [n for n, f in thing.fields("update").items() if type(f) is Text][:1]


@with_verbs("create", "update", where=lambda thing: logged(thing) and changeable(thing))
def test_the_event_of_an_update_holds_the_answer_and_what_was(api, thing):
    made = api.make(thing.about.name)
    (name,) = changeable(thing)
    new = api.ok("put", thing.at(made["id"]), json={name: "Something new"})
    event = events_of(api, made["id"])[-1]
    differs = sorted(key for key in new if new[key] != made[key])
    assert (event["action"], event["data"]) == ("updated", new)
    assert event["changed_fields"] == differs
    assert event["previous_data"] == {key: made[key] for key in differs}


@with_verbs("create", "delete", where=logged)
def test_the_event_of_a_delete_holds_what_was(api, thing):
    made = api.make(thing.about.name)
    api.delete(thing.at(made["id"]))
    event = events_of(api, made["id"])[-1]
    assert (event["action"], event["object_type"]) == ("deleted", kind(thing, made))
    assert (event["data"], event["previous_data"]) == (None, made)


# Strangers


@with_verbs("create")
@pytest.mark.parametrize("verb", ["get", "update", "delete"])
def test_strangers_find_nothing(api, stranger, thing, verb):
    operation = thing.operation(verb) or pytest.skip(f"has no {verb}")
    made = api.make(thing.about.name)
    body = {"json": {}} if verb == "update" else {}
    answer = getattr(stranger, operation.method.lower())(thing.at(made["id"]), **body)
    assert (answer.status_code, answer.json()) == (404, missing(thing))
    assert made["id"] in ids(api.ok("get", thing.path, params=thing.among(made)))


@with_verbs("create")
@pytest.mark.parametrize("verb", ["get", "update", "delete"])
def test_an_unknown_id_finds_nothing(api, thing, verb):
    operation = thing.operation(verb) or pytest.skip(f"has no {verb}")
    for id in (f"{thing.about.prefix}_nobody", "x", "'", "%F0%9F%9C%81", "0" * 500):
        body = {"json": {}} if verb == "update" else {}
        answer = getattr(api, operation.method.lower())(thing.at(id), **body)
        assert (answer.status_code, answer.json()) == (404, missing(thing))


def refs(thing, verb):
    return [n for n, f in thing.fields(verb).items() if isinstance(f, Ref)] if verb else []


def foreign(stranger, field):
    """The id of a row of another organization."""
    if "create" not in registry[field.to].about.verbs:
        return stranger.user_id if field.to == "user" else stranger.add(field.to)
    return stranger.make(field.to)["id"]


def unknown(stranger, thing, verb):
    """Each reference, with an id of nothing and one of a row of another organization."""
    for name in refs(thing, verb):
        yield name, "nothing_here"
        yield name, foreign(stranger, thing.about.stored[name])


@with_verbs("create", where=lambda thing: refs(thing, "create"))
def test_nothing_can_be_created_that_refers_to_rows_of_strangers(api, stranger, thing):
    for name, id in unknown(stranger, thing, "create"):
        body = api.body(thing.about.name)
        answer = api.post(thing.path, json=body | {name: id})
        # A contact is known only as one of its lead.
        wrong = {name} | ({"contact_id"} & body.keys() if name == "lead_id" else set())
        assert (answer.status_code, answer.json().get("field-errors")) == (
            400,
            dict.fromkeys(wrong, "Object does not exist."),
        )


@with_verbs("create", "update", where=lambda thing: refs(thing, "update"))
def test_nothing_can_be_changed_to_refer_to_rows_of_strangers(api, stranger, thing):
    made = api.make(thing.about.name)
    for name, id in unknown(stranger, thing, "update"):
        answer = api.put(thing.at(made["id"]), json={name: id})
        assert (answer.status_code, answer.json().get("field-errors")) == (
            400,
            {name: "Object does not exist."},
        )


# Values that do not fit

WRONG = {
    str: [5, True, [1], {"a": 1}],
    int: ["x", 1.5, [1], True],
    bool: ["x", 1],
    list: ["x", [1]],
    dict: ["x", [1], 1, True],
}


@with_verbs("create")
def test_values_of_the_wrong_type_are_refused_all_at_once(api, thing):
    fields = {n: f for n, f in thing.fields("create").items() if not isinstance(f, Custom)}
    for turn in range(4):
        wrong = {
            n: WRONG[f.python_type][turn % len(WRONG[f.python_type])] for n, f in fields.items()
        }
        answer = api.post(thing.path, json=wrong)
        assert answer.status_code == 400, (wrong, answer.text)
        assert set(answer.json()["field-errors"]) >= set(fields), wrong


BEYOND = {
    Choice: ["no such choice"],
    Text: ["x" * 200_001],
    Int: [2**63 - 1],
    Date: ["yesterday", "2026-02-30"],
    DateTime: ["yesterday", "2026-02-30T00:00:00", "9999-99-99T00:00:00"],
    List: [["x"] * 1001],
}


def out_of_range(field):
    kind = next((kind for kind in BEYOND if isinstance(field, kind)), None)
    full = isinstance(field, Int) and field.most == 2**63 - 1
    return BEYOND[kind] if kind and not full else []


@with_verbs("create")
def test_values_out_of_range_are_refused(api, thing):
    body = api.body(thing.about.name)
    for name, field in thing.fields("create").items():
        for value in out_of_range(field):
            answer = api.post(thing.path, json=body | {name: value})
            assert answer.status_code == 400, (name, answer.text)
            assert set(answer.json()["field-errors"]) == {name}


def choices(thing):
    return [n for n, f in thing.fields("create").items() if isinstance(f, Choice)]


@with_verbs("create", where=choices)
def test_a_choice_is_one_of_its_choices(api, thing):
    body = api.body(thing.about.name)
    for name in choices(thing):
        answer = api.post(thing.path, json=body | {name: "no such choice"})
        assert answer.json()["field-errors"] == {name: "Not a valid choice."}


STRANGE = [
    None, True, False, 0, -1, 1.5, 1e300, 2**63 - 1, -(2**63), "", " ", "x", "x" * 300, "🜁\n",
    "2026-02-28", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", [], [None], [[]], [{}],
    [""], ["x"], [1e300], {}, {"a": {"b": None}}, {"": ""},
]  # fmt: skip


@with_verbs("create")
def test_no_value_is_a_bug_of_the_server(api, thing):
    body = api.body(thing.about.name)
    for name, value in itertools.product(thing.fields("create"), STRANGE):
        answer = api.post(thing.path, json=body | {name: value})
        assert answer.status_code in (thing.about.created, 400), (name, value, answer.text)


@with_verbs("create", "update")
def test_no_value_of_an_update_is_a_bug_of_the_server(api, thing):
    made = api.make(thing.about.name)
    for name, value in itertools.product(thing.fields("update"), STRANGE):
        answer = api.put(thing.at(made["id"]), json={name: value})
        assert answer.status_code in (200, 400), (name, value, answer.text)


UNREADABLE = {
    "a NUL character": b'{"name": "a\\u0000b"}',
    "a NUL character in a key": b'{"a\\u0000b": 1}',
    "half a character": b'{"name": "\\ud800"}',
    "not UTF-8": b'{"name": "\xff"}',
    "a huge number": b'{"name": 123456789012345678901234567890}',
    "a number beyond all": b'{"name": 1e999}',
    "not a number": b'{"name": NaN}',
    "too deep": b'{"name": ' + b"[" * 100 + b"]" * 100 + b"}",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "no JSON": b"{",
}


@with_verbs("create")
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_kept_is_refused(api, thing, content):
    headers = {"content-type": "application/json"}
    answer = api.post(thing.path, content=content, headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    if thing.operation("update"):
        id = api.make(thing.about.name)["id"]
        assert api.put(thing.at(id), content=content, headers=headers).status_code == 400
