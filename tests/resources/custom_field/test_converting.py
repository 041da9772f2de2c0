"""What becomes of stored values when their definition changes."""

import pytest

from ajar.resources.custom_field import converting


def change(api, key, **values):
    return api.ok("put", f"/custom_field/lead/{key[7:]}/", json=values)


def shown(api, lead, key):
    return api.ok("get", f"/lead/{lead['id']}/").get(key)


@pytest.fixture
def field(api):
    def make(type, **more):
        return "custom." + api.make("custom_field.lead", type=type, **more)["id"]

    return make


def test_a_field_without_values_changes_its_type_at_once(api, field):
    key = field("text")
    changed = change(api, key, type="number")
    assert (changed["type"], changed["converting_to_type"]) == ("number", None)


def test_stored_values_follow_a_new_type_and_what_does_not_fit_is_gone(api, field, world):
    key = field("text")
    number, words = (api.make("lead", **{key: value}) for value in ("12", "a dozen"))

    changed = change(api, key, type="number")
    assert (changed["type"], changed["converting_to_type"]) == ("text", "number")
    world.work()

    now = api.ok("get", f"/custom_field/lead/{key[7:]}/")
    assert (now["type"], now["converting_to_type"]) == ("number", None)
    assert (shown(api, number, key), shown(api, words, key)) == (12, None)


@pytest.mark.parametrize(
    ("before", "value", "after", "kept"),
    [
        ({"type": "number"}, 1.5, {"type": "text"}, "1.5"),
        ({"type": "date"}, "2026-11-21", {"type": "datetime"}, "2026-11-21T00:00:00.000000+00:00"),
        ({"type": "datetime"}, "2026-11-21T07:00:00Z", {"type": "date"}, "2026-11-21"),
        ({"type": "text"}, "A", {"type": "choices", "choices": ["A"]}, "A"),
        ({"type": "text"}, "Bruce Wayne", {"type": "user"}, "the user"),
    ],
)
def test_a_value_is_kept_where_the_new_type_has_one(api, field, world, before, value, after, kept):
    key = field(**before)
    lead = api.make("lead", **{key: value})
    change(api, key, **after)
    world.work()
    assert shown(api, lead, key) == (api.user_id if kept == "the user" else kept)


def test_a_choice_that_is_taken_away_is_no_longer_shown(api, field, world):
    key = field("choices", choices=["A", "B"])
    a, b = api.make("lead", **{key: "A"}), api.make("lead", **{key: "B"})
    change(api, key, choices=["B", "C"])
    world.work()
    assert (shown(api, a, key), shown(api, b, key)) == (None, "B")


def test_a_field_may_get_many_values_and_go_back_to_one(api, field, world):
    key = field("choices", choices=["A", "B"])
    lead = api.make("lead", **{key: "A"})
    change(api, key, accepts_multiple_values=True)
    world.work()
    assert shown(api, lead, key) == ["A"]

    api.ok("put", f"/lead/{lead['id']}/", json={f"{key}.add": "B"})
    change(api, key, accepts_multiple_values=False)
    world.work()
    assert shown(api, lead, key) == "A"


def found(api, key, value):
    field = {"type": "custom_field", "custom_field_id": key[7:]}
    said = {
        "type": "field_condition",
        "field": field,
        "condition": {"type": "term", "values": [value]},
    }
    lead = {"type": "object_type", "object_type": "lead"}
    query = {"type": "and", "queries": [lead, said]}
    return [row["id"] for row in api.ok("post", "/data/search/", json={"query": query})["data"]]


def test_a_lead_is_found_before_its_value_follows_and_afterwards(api, field, world):
    key = field("choices", choices=["A", "B"])
    lead = api.make("lead", **{key: "A"})
    for several in (True, False):
        change(api, key, accepts_multiple_values=several)
        assert found(api, key, "A") == [lead["id"]]
        world.work()
        assert found(api, key, "A") == [lead["id"]]


def test_leads_have_an_order_by_a_field_while_it_is_converted(api, field):
    key = field("number")
    more, less = (api.make("lead", **{key: number})["id"] for number in (20, 3))
    assert change(api, key, type="text")["converting_to_type"] == "text"

    by = {"type": "custom_field", "custom_field_id": key[7:]}
    query = {"type": "object_type", "object_type": "lead"}
    said = {"query": query, "sort": [{"field": by, "direction": "asc"}]}
    shown = [row["id"] for row in api.ok("post", "/data/search/", json=said)["data"]]
    assert [id for id in shown if id in (more, less)] == [less, more]


def test_many_values_are_converted_batch_by_batch(api, field, world, monkeypatch):
    monkeypatch.setattr(converting, "BATCH", 2)
    key = field("number")
    leads = [api.make("lead", **{key: number}) for number in range(5)]
    change(api, key, type="text")
    world.work()
    assert [shown(api, lead, key) for lead in leads] == ["0", "1", "2", "3", "4"]


def test_a_field_that_is_deleted_meanwhile_leaves_nothing(api, field, world):
    key = field("text")
    lead = api.make("lead", **{key: "12"})
    change(api, key, type="number")
    api.ok("delete", f"/custom_field/lead/{key[7:]}/")
    world.work()
    assert shown(api, lead, key) is None
