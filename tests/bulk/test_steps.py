"""How an action goes from step to step: pausing, going on, what it may and what becomes of it."""

import base64

import pytest

from ajar import founding, jobs, maintenance
from ajar.bulk import running
from ajar.kernel.context import Caller, Context


@pytest.fixture
def status(api):
    return api.make("status.lead", label="Customer")["id"]


@pytest.fixture
def begin(api, status):
    def begun(**body):
        body = {"type": "set_lead_status", "lead_status_id": status} | body
        return api.ok("post", "/bulk_action/edit/", json=body)

    return begun


@pytest.fixture
def say(api):
    def said(action, status):
        return api.put(f"/bulk_action/edit/{action['id']}/", json={"status": status})

    return said


@pytest.fixture
def shown(api):
    return lambda action: api.ok("get", f"/bulk_action/edit/{action['id']}/")


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setitem(running.WORK, "edit", (running.WORK["edit"][0], 2))


def test_an_action_begins_as_created(begin):
    action = begin()
    assert action["id"].startswith("bulkedit_")
    names = ("status", "n_leads", "n_leads_processed", "n_objects", "n_objects_processed")
    assert [action[name] for name in names] == ["created", None, 0, None, 0]
    assert action["send_done_email"] is True


def test_what_is_found_is_counted_before_it_is_changed(api, world, begin, shown, monkeypatch):
    async def fails(*_):
        raise ZeroDivisionError

    def counted(action):
        names = ("status", "n_leads", "n_objects", "n_objects_processed")
        return [shown(action)[name] for name in names]

    api.make("lead")
    for step, now in (("loading", None), ("processing", 1)):
        action = begin()
        with monkeypatch.context() as patch:
            patch.setitem(running.STEPS, step, fails)
            world.work()
        assert counted(action) == [step, now, now, 0]


STARTED = {
    "edit": {"type": "set_lead_status"},
    "delete": {"s_query": {"type": "match_all"}},
    "email": {},
    "sequence_subscription": {"action_type": "pause"},
}


@pytest.mark.parametrize(("kind", "body"), STARTED.items(), ids=STARTED)
def test_actions_of_every_kind_tell_how_they_go(api, world, status, kind, body):
    path, name = f"/bulk_action/{kind}/", f"bulk_action.{kind}"
    body = body | ({"lead_status_id": status} if kind == "edit" else {})
    for mail in (True, False):
        action = api.ok("post", path, json=api.body(name, **body, send_done_email=mail))
        assert (action["send_done_email"], action["status"]) == (mail, "created")
    api.ok("put", f"{path}{action['id']}/", json={"status": "paused"})
    paused = api.ok("get", f"/event/?object_id={action['id']}")["data"]
    api.ok("put", f"{path}{action['id']}/", json={"status": "resuming"})
    world.work()

    told = api.ok("get", f"/event/?object_id={action['id']}")["data"][::-1]
    assert {one["object_type"] for one in told} == {name}
    assert {one["action"] for one in told} == {"created", "updated", "paused", "completed"}
    assert (told[0]["action"], told[-1]["action"]) == ("created", "completed")
    assert "paused" in [one["action"] for one in paused]
    assert api.ok("get", f"{path}{action['id']}/")["send_done_email"] is False
    assert action["id"] in [one["id"] for one in api.ok("get", path)["data"]]


def test_it_is_worked_off_in_pieces(api, world, begin, shown, status, small_pieces):
    made = [api.make("lead") for _ in range(5)]
    action = begin()
    world.work()
    assert (shown(action)["n_leads_processed"], shown(action)["status"]) == (5, "done")
    assert {api.ok("get", f"/lead/{one['id']}/")["status_id"] for one in made} == {status}


def test_what_is_paused_rests_and_goes_on_where_it_was(
    api, world, begin, say, shown, status, small_pieces, monkeypatch
):
    made = [api.make("lead") for _ in range(5)]
    action = begin()
    real = running.STEPS["processing"]

    async def once(ctx, kind, row):
        """The second piece fails, and is tried again later."""
        if row["n_objects_processed"]:
            raise ZeroDivisionError
        return await real(ctx, kind, row)

    monkeypatch.setitem(running.STEPS, "processing", once)
    world.work()
    monkeypatch.setitem(running.STEPS, "processing", real)
    assert (shown(action)["status"], shown(action)["n_objects_processed"]) == ("processing", 2)
    assert say(action, "paused").json()["status"] == "paused"
    world.sql("update procrastinate_jobs set scheduled_at = null")
    world.work()
    assert shown(action)["n_objects_processed"] == 2
    assert say(action, "resuming").json()["status"] == "resuming"
    world.work()
    assert (shown(action)["status"], shown(action)["n_objects_processed"]) == ("done", 5)
    changes = api.ok("get", "/activity/status_change/lead/")["data"]
    assert sorted(one["lead_id"] for one in changes) == sorted(one["id"] for one in made)


def test_pausing_before_it_begins(world, api, begin, say, shown):
    api.make("lead")
    action = begin()
    assert say(action, "paused").json()["status"] == "paused"
    world.work()
    assert (shown(action)["status"], shown(action)["n_objects"]) == ("paused", None)
    say(action, "resuming")
    world.work()
    assert (shown(action)["status"], shown(action)["n_objects"]) == ("done", 1)


def test_pausing_is_an_event(api, begin, say):
    action = begin()
    say(action, "paused")
    told = api.ok("get", f"/event/?object_id={action['id']}")["data"]
    assert "paused" in [one["action"] for one in told]


def test_going_on_at_once_does_nothing_twice(world, api, begin, say, shown, small_pieces):
    """The job of before the pause is still queued when the action goes on."""
    for _ in range(3):
        api.make("lead")
    action = begin()
    say(action, "paused")
    say(action, "resuming")
    world.work()
    assert (shown(action)["status"], shown(action)["n_objects_processed"]) == ("done", 3)
    assert len(api.ok("get", "/activity/status_change/lead/")["data"]) == 3


def test_it_goes_on_within_seven_days(begin, say, clock):
    early, late = begin(), begin()
    for action in (early, late):
        say(action, "paused")
    clock.pass_by(days=6)
    assert say(early, "resuming").status_code == 200
    clock.pass_by(days=2)
    assert list(say(late, "resuming").json()["field-errors"]) == ["status"]


@pytest.mark.parametrize(
    "status_", ["created", "loading", "processing", "done", "error", "resuming"]
)
def test_no_other_status_can_be_set(begin, say, status_):
    action = begin()
    answer = say(action, status_)
    assert (answer.status_code == 200) == (status_ == action["status"])


def test_what_is_done_stays_done(world, begin, say):
    action = begin()
    world.work()
    for status_ in ("paused", "resuming"):
        assert say(action, status_).status_code == 400


def test_nothing_but_the_status_can_be_changed(api, begin):
    action = begin()
    path = f"/bulk_action/edit/{action['id']}/"
    assert api.ok("put", path, json={"type": "set_custom_field", "results_limit": 1}) == action


def test_an_action_whose_job_was_given_up_says_so_and_can_go_on(
    world, api, begin, say, shown, monkeypatch
):
    api.make("lead")
    action = begin()

    async def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(running.STEPS, "processing", fails)
    world.work()
    world.sql("update procrastinate_jobs set attempts = $1, scheduled_at = null", len(jobs.GAPS))
    world.work()
    world.call(give_up, world.app.settings)
    assert shown(action)["status"] == "error"
    monkeypatch.undo()
    world.call(give_up, world.app.settings)
    assert say(action, "resuming").status_code == 200
    world.call(give_up, world.app.settings)
    world.work()
    assert shown(action)["status"] == "done"


async def give_up(db, settings):
    async with db.transaction():
        await running.give_up(db, settings)


def test_a_status_that_is_deleted_meanwhile(world, api, begin, shown, status, failures):
    lead = api.make("lead")
    action = begin()
    api.ok("delete", f"/status/lead/{status}/")
    world.work()
    ((object_id, reason),) = failures("edit", action)
    assert object_id == lead["id"]
    assert "Object does not exist." in reason


def test_why_something_was_left_alone_is_known_for_a_month(world, api, begin, status, failures):
    api.make("lead")
    action = begin()
    api.ok("delete", f"/status/lead/{status}/")
    world.work()
    world.call(maintenance.forget_outdated, world.app.settings)
    assert len(failures("edit", action)) == 1
    later = "update bulk_action set date_updated = now() - interval '31 days' where id = $1"
    world.sql(later, action["id"])
    world.call(maintenance.forget_outdated, world.app.settings)
    assert failures("edit", action) == []


def test_a_smart_view_that_is_deleted_meanwhile_ends_it(world, api, begin, shown):
    view = api.make("saved_search")["id"]
    action = begin(s_query={"type": "saved_search", "saved_search_id": view})
    api.ok("delete", f"/saved_search/{view}/")
    world.work()
    assert shown(action)["status"] == "error"


KINDS = {
    "edit": "bulk_edit",
    "delete": "bulk_delete",
    "email": "bulk_email",
    "sequence_subscription": "bulk_sequence_subscriptions",
}


def member(api, **role):
    """Somebody in the organization with a role of their own."""
    role = api.ok("post", "/role/", json={"name": "Some", **role})
    email = f"{role['id']}@team.example".lower()
    made = api.ok("post", "/membership/", json={"email": email, "role_id": role["id"]})
    other = type(api)(api.world)
    key = api.within(key_of, made["user_id"])
    other.organization_id, other.user_id = api.organization_id, made["user_id"]
    other.headers = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    return other


async def key_of(ctx, user_id):
    them = Context(ctx.db, Caller(ctx.organization_id, user_id), ctx.now)
    return await founding.add_key(them, "tests")


@pytest.mark.parametrize(("kind", "permission"), KINDS.items(), ids=KINDS)
def test_each_kind_takes_its_permission(api, kind, permission):
    template = api.make("email_template", is_shared=True)["id"]
    body = {"edit": {"type": "set_lead_status"}, "email": {"template_id": template}}.get(kind, {})
    body |= {"action_type": "pause"}
    others = [name for name in KINDS.values() if name != permission]
    somebody = member(api, permissions=["view_all_leads", *others])
    refused = somebody.post(f"/bulk_action/{kind}/", json=body)
    assert (refused.status_code, permission in refused.text) == (403, True)


def test_pausing_takes_the_permission_too(api, begin):
    somebody = member(api, permissions=["view_all_leads"])
    answer = somebody.put(f"/bulk_action/edit/{begin()['id']}/", json={"status": "paused"})
    assert answer.status_code == 403


def test_only_leads_that_its_maker_sees_are_changed(api, world, status):
    field = api.make("custom_field.lead", name="Owner", type="user")["id"]
    role = {"visibility_user_lcf_ids": [field], "permissions": ["bulk_edit"]}
    somebody = member(api, visibility_user_lcf_behavior="require_assignment", **role)
    seen = api.make("lead", **{f"custom.{field}": somebody.user_id})
    hidden = api.make("lead")
    body = {"type": "set_lead_status", "lead_status_id": status}
    action = somebody.ok("post", "/bulk_action/edit/", json=body)
    world.work()
    assert somebody.ok("get", f"/bulk_action/edit/{action['id']}/")["n_leads"] == 1
    assert api.ok("get", f"/lead/{seen['id']}/")["status_id"] == status
    assert api.ok("get", f"/lead/{hidden['id']}/")["status_id"] != status
    assert api.ok("get", f"/lead/{seen['id']}/")["updated_by"] == somebody.user_id


def test_actions_of_other_kinds_are_not_found(api, begin):
    action = begin()
    assert api.get(f"/bulk_action/delete/{action['id']}/").status_code == 404
    assert api.ok("get", "/bulk_action/delete/")["data"] == []
    assert [one["id"] for one in api.ok("get", "/bulk_action/edit/")["data"]] == [action["id"]]


def test_strangers_can_neither_see_nor_pause(stranger, begin, say):
    path = f"/bulk_action/edit/{begin()['id']}/"
    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"status": "paused"}).status_code == 404
