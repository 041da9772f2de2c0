import pytest

from ajar.formats.event_filter import nodes, parse, problems

EVENT = {
    "action": "updated",
    "user_id": "user_1",
    "changed_fields": ["status_id", "custom.cf_x"],
    "data": {"custom.cf_x": "red", "emails": [{"email": "gob@example.com"}], "number": 1},
    "previous_data": {"flag": True, "nothing": None},
}


def field(name, filter, *more):
    filter = field(filter, *more) if more else filter
    return {"type": "field_accessor", "field": name, "filter": filter}


def equals(value):
    return {"type": "equals", "value": value}


def contains(value):
    return {"type": "contains", "value": value}


NULL, SOME = {"type": "is_null"}, {"type": "non_null"}


def other_than(value):
    return {"type": "not_equals", "value": value}


@pytest.mark.parametrize(
    ("filter", "matches"),
    [
        (field("action", equals("updated")), True),
        (field("action", equals("created")), False),
        (field("action", other_than("created")), True),
        (field("action", other_than("updated")), False),
        (field("data", "number", equals(1)), True),
        (field("data", "number", equals(1.0)), True),
        (field("data", "number", equals(True)), False),
        (field("data", "number", equals("1")), False),
        (field("previous_data", "flag", equals(1)), False),
        (field("previous_data", "flag", equals(True)), True),
        (field("changed_fields", equals(["status_id", "custom.cf_x"])), True),
        (field("changed_fields", equals(["custom.cf_x", "status_id"])), False),
        (field("previous_data", equals({"nothing": None, "flag": True})), True),
        (field("previous_data", equals({"flag": 1, "nothing": None})), False),
        (field("data", "custom.cf_x", equals("red")), True),
        (field("changed_fields", contains("status_id")), True),
        (field("changed_fields", contains("status")), False),
        (field("data", "custom.cf_x", contains("re")), True),
        (field("data", "number", contains(1)), False),
        (field("data", contains("number")), False),
        (field("previous_data", "nothing", NULL), True),
        (field("data", "missing", NULL), True),
        (field("data", "missing", "deeper", NULL), True),
        (field("data", "missing", equals("x")), False),
        (field("data", "missing", equals(None)), True),
        (field("data", "missing", other_than("x")), True),
        (field("data", "number", SOME), True),
        (field("data", "missing", SOME), False),
        ({"type": "not", "filter": field("user_id", equals("user_1"))}, False),
        ({"type": "and", "filters": [field("user_id", SOME), field("data", SOME)]}, True),
        ({"type": "and", "filters": [field("user_id", SOME), field("data", NULL)]}, False),
        ({"type": "or", "filters": [field("user_id", NULL), field("data", SOME)]}, True),
        ({"type": "or", "filters": [field("user_id", NULL), field("data", NULL)]}, False),
    ],
)
def test_a_filter_matches(filter, matches):
    assert list(problems(filter)) == []
    assert parse(filter)(EVENT) is matches


def test_some_element_of_a_list():
    at = field("email", contains("@example.com"))
    some = field("data", "emails", {"type": "any_array_value", "filter": at})

    assert parse(some)(EVENT)
    assert not parse(some)({"data": {"emails": [{"email": "gob@bluth.example"}]}})
    assert not parse(some)({"data": {"emails": {"email": "gob@example.com"}}})


@pytest.mark.parametrize(
    ("filter", "wrong"),
    [
        ("x", "Value must be of dict type."),
        ({}, "type: Must be one of equals, "),
        ({"type": ["and"]}, "type: Must be one of equals, "),
        ({"type": "equals"}, "value: This field is required."),
        ({"type": "and"}, "filters: This field is required."),
        ({"type": "or", "filters": []}, "filters: Must be a list of filters, and not empty."),
        ({"type": "and", "filters": [NULL, {"type": "x"}]}, "filters.1.type: Must be one of "),
        ({"type": "not", "filter": {"type": "equals"}}, "filter.value: This field is required."),
        (field("", NULL), "field: Must be the name of a field."),
        (field(1, NULL), "field: Must be the name of a field."),
        (field("data", "x", None), "filter.filter: Value must be of dict type."),
    ],
)
def test_what_is_wrong_is_told_with_its_path(filter, wrong):
    (told,) = problems(filter)
    assert told.startswith(wrong)


def test_everything_that_is_wrong_is_told():
    filter = {"type": "and", "filters": [{"type": "equals"}, {"type": "x"}]}
    assert len(list(problems(filter))) == 2


def test_a_filter_is_not_too_deep():
    deep = NULL
    for _ in range(30):
        deep = {"type": "not", "filter": deep}
    (told,) = problems(deep)
    assert told.endswith("A filter must be no deeper than 20 levels.")


def test_parts_are_counted():
    filter = {"type": "and", "filters": [NULL, {"type": "not", "filter": NULL}]}
    assert nodes(filter) == 4
