"""Custom activities."""

import pytest

from ajar.errors import Forbidden
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources as registry
from ajar.resources.role import ADMIN

OWNER = "custom_activity_type_id"


@pytest.fixture
def field(api):
    """Make a definition; the key of its values and its type."""

    def make(**more):
        made = api.make("custom_field.activity", **more)
        return f"custom.{made['id']}", made[OWNER]

    return make


def test_a_published_activity_has_what_is_required(api, field):
    key, type = field(required=True)
    body = api.body("activity.custom", **{OWNER: type})
    refused = api.post("/activity/custom/", json=body)
    assert refused.json()["field-errors"] == {key: "This field is required."}
    made = api.make("activity.custom", **body, **{key: "x"})
    assert made["status"] == "published"
    assert made["last_published_at"] == made["date_created"]
    assert api.put(f"/activity/custom/{made['id']}/", json={key: None}).status_code == 400


def test_a_draft_is_checked_when_it_is_published(api, field):
    key, type = field(required=True)
    draft = api.make("activity.custom", status="draft", **{OWNER: type})
    path = f"/activity/custom/{draft['id']}/"
    assert draft["last_published_at"] is None
    assert api.put(path, json={"status": "published"}).status_code == 400
    done = api.ok("put", path, json={"status": "published", key: "x"})
    assert (done["status"], done[key]) == ("published", "x")


def test_only_fields_of_its_type_have_values(api, field):
    (key, type), (other, _) = field(), field()
    assert api.make("activity.custom", **{OWNER: type, key: "x"})[key] == "x"
    body = api.body("activity.custom", **{OWNER: type, other: "x"})
    assert list(api.post("/activity/custom/", json=body).json()["field-errors"]) == [other]


def test_values_may_be_sent_as_a_dictionary(api, field):
    key, type = field(name="Mood")
    made = api.make("activity.custom", **{OWNER: type}, custom_fields={key[7:]: "good"})
    assert made[key] == "good" and "custom_fields" not in made
    path = f"/activity/custom/{made['id']}/"
    assert api.ok("put", path, json={"custom_fields": {"Mood": "bad"}})[key] == "bad"
    assert key not in api.ok("put", path, json={key: None})


def test_values_are_added_changed_and_removed(api, field):
    key, type = field()
    made = api.make("activity.custom", **{OWNER: type})
    path = f"/activity/custom/{made['id']}/"
    assert key not in made
    for value in ("x", "y"):
        assert api.ok("put", path, json={key: value})[key] == value
    assert api.ok("put", path, json={"status": "draft"})[key] == "y"
    assert key not in api.ok("put", path, json={key: None})


def test_a_value_is_added_to_many_or_taken_away(api, field):
    choices = {"type": "choices", "choices": ["A", "B"], "accepts_multiple_values": True}
    key, type = field(**choices)
    made = api.make("activity.custom", **{OWNER: type, key: ["A"]})
    path = f"/activity/custom/{made['id']}/"
    assert api.ok("put", path, json={f"{key}.add": "B"})[key] == ["A", "B"]
    assert api.ok("put", path, json={f"{key}.remove": "A"})[key] == ["B"]
    one, type = field()
    path = f"/activity/custom/{api.make('activity.custom', **{OWNER: type})['id']}/"
    refused = api.put(path, json={f"{one}.add": "x"})
    assert (refused.status_code, list(refused.json()["field-errors"])) == (400, [f"{one}.add"])


def test_the_feed_shows_custom_activities_with_their_values(api, field):
    key, type = field()
    made = api.make("activity.custom", **{OWNER: type, key: "x"})
    feed = api.ok("get", f"/activity/?lead_id={made['lead_id']}")["data"]
    assert (feed[0], made["_type"]) == (made, "CustomActivity")


def test_the_feed_is_narrowed_to_custom_activities_or_one_type(api):
    lead = api.make("lead")["id"]
    one, other = (api.make("activity.custom", lead_id=lead) for _ in range(2))
    note = api.make("activity.note", lead_id=lead)

    def feed(parameter):
        found = api.ok("get", f"/activity/?lead_id={lead}&{parameter}")["data"]
        return {row["id"] for row in found}

    assert feed("_type=Custom") == {one["id"], other["id"]}
    assert feed("_type__in=Custom,Note") == {one["id"], other["id"], note["id"]}
    assert feed(f"_type={one[OWNER]}") == {one["id"]}
    assert feed(f"_type__in={one[OWNER]},Note") == {one["id"], note["id"]}


@pytest.mark.parametrize("suffix", ["", "__in"])
def test_a_list_of_one_type_is_of_one_lead(api, suffix):
    made = api.make("activity.custom")
    api.make("activity.custom", lead_id=made["lead_id"])
    path = f"/activity/custom/?{OWNER}{suffix}={made[OWNER]}"
    assert api.get(path).status_code == 400
    assert api.ok("get", f"{path}&lead_id={made['lead_id']}")["data"] == [made]


def test_an_activity_can_be_pinned_and_moved_in_time(api):
    made = api.make("activity.custom")
    path = f"/activity/custom/{made['id']}/"
    body = {"pinned": True, "activity_at": "2020-01-01T00:00:00+00:00"}
    changed = api.ok("put", path, json=body)
    assert (made["pinned"], made["pinned_at"]) == (False, None)
    assert changed["activity_at"] == "2020-01-01T00:00:00.000000+00:00"
    assert changed["pinned_at"] == changed["date_updated"]
    assert api.ok("put", path, json={"pinned": False})["pinned_at"] is None


def test_only_some_roles_may_write_activities_of_a_type(api, join):
    type = api.make("custom_activity", editable_with_roles=["admin"])["id"]
    body, user = api.body("activity.custom", **{OWNER: type}), join("user")
    assert user.post("/activity/custom/", json=body).status_code == 403
    made = api.make("activity.custom", **body)
    path = f"/activity/custom/{made['id']}/"
    assert user.put(path, json={"pinned": True}).status_code == 403
    assert user.delete(path).status_code == 403
    assert api.ok("put", path, json={"pinned": True})["pinned"] is True


def test_it_is_known_how_an_activity_was_made(api):
    assert api.make("activity.custom")["source"] == "api"


def test_some_types_are_for_programs_only(api, world):
    type = api.make("custom_activity", api_create_only=True)["id"]
    body = api.body("activity.custom", **{OWNER: type})
    api.make("activity.custom", **body)
    caller = Caller(api.organization_id, api.user_id, permissions=frozenset(ADMIN))

    def by_hand(db):
        ctx = Context(db, caller, world.clock())
        return ops.create(ctx, registry["activity.custom"], body)

    with pytest.raises(Forbidden):
        world.call(by_hand)
