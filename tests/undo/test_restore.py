"""A deleted lead comes back with all that went with it."""

import dataclasses

import pytest

from ajar import maintenance


def restore(api, id, **how):
    return api.ok("post", f"/lead/{id}/restore/", json=how)


def test_everything_comes_back_as_it_was(api, everything, family):
    id, ids = family
    before = everything(api)
    api.ok("delete", f"/lead/{id}/")

    told = restore(api, id)

    assert everything(api) == before
    assert {one["object_id"] for one in told["objects"]} >= {id, *ids}
    assert {one["action"] for one in told["objects"] if one["object_id"] in (id, *ids)} == {
        "created"
    }


def test_search_finds_it_again_at_once(api, family):
    id, _ = family
    query = {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}]}
    query["queries"].append({"type": "text", "mode": "full_words", "value": "Bluth"})

    def found():
        return [one["id"] for one in api.ok("post", "/data/search/", json={"query": query})["data"]]

    assert found() == [id]
    api.ok("delete", f"/lead/{id}/")
    assert found() == []
    restore(api, id)
    assert found() == [id]


def test_a_dry_run_tells_what_would_come_back(api, rows, family):
    id, ids = family
    api.ok("delete", f"/lead/{id}/")
    before = rows(api)

    told = restore(api, id, dry_run=True)

    assert {one["object_id"] for one in told["objects"]} >= {id, *ids}
    assert rows(api) == before


def test_a_restore_can_be_undone(api, rows, family):
    id, _ = family
    api.ok("delete", f"/lead/{id}/")
    gone = rows(api)
    back = api.post(f"/lead/{id}/restore/")

    api.ok("post", f"/request/{back.headers['x-request-id']}/undo/")

    assert rows(api) == gone


def test_a_lead_that_was_deleted_twice_comes_back_twice(api, rows, family):
    id, _ = family
    before = rows(api)
    for _ in range(2):
        api.ok("delete", f"/lead/{id}/")
        restore(api, id)
    assert rows(api) == before


def test_a_run_goes_on_where_it_was(api, world, family):
    id, ids = family
    (run,) = (one for one in ids if one.startswith("sub_"))
    place = "select done_id, since from sequence_progress where subscription_id = $1"
    world.sql("update sequence_progress set done_id = 'x' where subscription_id = $1", run)
    before = world.sql(place, run)
    api.ok("delete", f"/lead/{id}/")
    assert world.sql("select due_at from sequence_progress where subscription_id = $1", run) == [
        (None,)
    ]

    restore(api, id)

    assert world.sql(place, run) == before
    assert world.sql("select gone_at from sequence_progress where subscription_id = $1", run) == [
        (None,)
    ]


def test_what_is_gone_is_told_and_left_out(api, family):
    id, _ = family
    field = api.ok("get", "/custom_field/lead/")["data"][0]["id"]
    status = api.ok("get", f"/lead/{id}/")["status_id"]
    api.ok("delete", f"/lead/{id}/")
    api.ok("delete", f"/custom_field/lead/{field}/")
    api.ok("delete", f"/status/lead/{status}/")

    told = restore(api, id)

    (lead,) = (one for one in told["objects"] if one["object_id"] == id)
    assert lead["lost"] == [f"custom.{field}", "status_id"]
    there = api.ok("get", f"/lead/{id}/")
    assert f"custom.{field}" not in there
    assert there["status_id"] == api.ok("get", "/status/lead/")["data"][0]["id"]


def test_an_opportunity_whose_status_is_gone_gets_the_first(api):
    status = api.make("status.opportunity", label="Odd", type="won")
    opportunity = api.make("opportunity", status_id=status["id"])
    id = opportunity["lead_id"]
    api.ok("delete", f"/lead/{id}/")
    api.ok("delete", f"/status/opportunity/{status['id']}/")

    told = restore(api, id)

    (one,) = (one for one in told["objects"] if one["object_id"] == opportunity["id"])
    there = api.ok("get", f"/opportunity/{opportunity['id']}/")
    assert (one["lost"], there["status_type"]) == (["status_id"], "active")


def test_a_child_whose_lead_is_gone_is_a_conflict(api):
    note = api.make("activity.note")
    gone = api.delete(f"/activity/note/{note['id']}/")
    api.ok("delete", f"/lead/{note['lead_id']}/")

    refused = api.post(f"/request/{gone.headers['x-request-id']}/undo/", json={"force": True})

    (conflict,) = refused.json()["conflicts"]
    assert conflict["reason"] == f"lead_id: {note['lead_id']} is gone."
    assert api.get(f"/activity/note/{note['id']}/").status_code == 404


def test_of_many_that_went_together_only_one_comes_back(api):
    one, other = api.make("lead"), api.make("lead")

    async def both(ctx):
        from ajar.kernel import ops
        from ajar.kernel.registry import resources

        ctx.request_id = "req_both"
        for lead in (one, other):
            await ops.delete(ctx, resources["lead"], lead["id"])

    api.within(both)

    restore(api, one["id"])

    assert api.get(f"/lead/{one['id']}/").status_code == 200
    assert api.get(f"/lead/{other['id']}/").status_code == 404


def test_a_lead_that_is_there_is_refused(api):
    refused = api.post(f"/lead/{api.make('lead')['id']}/restore/")
    assert (refused.status_code, refused.json()["error"]) == (400, "This lead is not deleted.")


def test_a_lead_that_was_merged_says_what_to_undo(api):
    source, destination = api.make("lead"), api.make("lead")
    body = {"source": source["id"], "destination": destination["id"]}
    merged = api.post("/lead/merge/", json=body)

    refused = api.post(f"/lead/{source['id']}/restore/")

    assert refused.status_code == 400
    assert merged.headers["x-request-id"] in refused.json()["error"]


@pytest.mark.parametrize("deleted", [True, False])
def test_strangers_find_nothing(api, stranger, deleted):
    lead = api.make("lead")
    if deleted:
        api.ok("delete", f"/lead/{lead['id']}/")
    answer = stranger.post(f"/lead/{lead['id']}/restore/")
    assert answer.status_code == 404
    assert answer.content == stranger.post("/lead/lead_nobody/restore/").content


@pytest.fixture
def limited(api):
    """Makes somebody who sees only the leads that name them, and may delete leads; `key` is the
    custom field that does."""
    field = api.make("custom_field.lead", type="user", name="Owner")["id"]

    def member(*permissions, unassigned="require_assignment"):
        role = api.make(
            "role",
            permissions=["delete_leads", *permissions],
            visibility_user_lcf_ids=[field],
            visibility_user_lcf_behavior=unassigned,
        )
        one = api.join(role["id"])
        one.key = f"custom.{field}"
        return one

    return member


def test_who_saw_a_lead_brings_it_back_with_all_that_went_along(api, limited, everything, family):
    """Also what others had written there, as it had gone with the lead."""
    id, ids = family
    one = limited()
    api.ok("put", f"/lead/{id}/", json={one.key: one.user_id})
    before = everything(api)
    one.ok("delete", f"/lead/{id}/")

    tried = restore(one, id, dry_run=True)
    told = restore(one, id)

    assert everything(api) == before
    assert tried["objects"] == told["objects"]
    assert {item["object_id"] for item in told["objects"]} >= {id, *ids}
    assert {item["lead_id"] for item in told["objects"]} == {id}
    assert one.ok("get", f"/lead/{id}/")["id"] == id


def test_who_sees_what_is_nobodys_brings_that_back(api, limited):
    one, lead = limited(unassigned="allow_unassigned"), api.make("lead")
    named = api.make("lead", **{one.key: api.user_id})
    for gone in (lead, named):
        api.ok("delete", f"/lead/{gone['id']}/")

    restore(one, lead["id"])

    assert one.post(f"/lead/{named['id']}/restore/").status_code == 404


def test_who_did_not_see_a_lead_finds_none_to_bring_back(api, limited):
    one = limited()
    lead = api.make("lead", **{one.key: api.user_id})
    nothing = one.post("/lead/lead_nobody/restore/")

    while_there = one.post(f"/lead/{lead['id']}/restore/")
    api.ok("delete", f"/lead/{lead['id']}/")
    when_gone = one.post(f"/lead/{lead['id']}/restore/")

    for answer in (while_there, when_gone):
        assert (answer.status_code, answer.content) == (404, nothing.content)


@pytest.mark.parametrize("gone", [True, False])
def test_a_lead_that_was_given_away_does_not_come_back_by_its_older_deletion(api, limited, gone):
    one = limited()
    id = api.make("lead", **{one.key: one.user_id})["id"]
    one.ok("delete", f"/lead/{id}/")
    restore(one, id)
    api.ok("put", f"/lead/{id}/", json={one.key: api.user_id})
    if gone:
        api.ok("delete", f"/lead/{id}/")

    assert one.post(f"/lead/{id}/restore/").status_code == 404


def test_where_a_merged_lead_went_is_not_told_to_who_did_not_see_it(api, limited):
    one, source, destination = limited(), api.make("lead"), api.make("lead")
    body = {"source": source["id"], "destination": destination["id"]}
    api.ok("post", "/lead/merge/", json=body)

    assert one.post(f"/lead/{source['id']}/restore/").status_code == 404


def test_who_may_delete_no_lead_brings_none_back(api, join):
    lead = api.make("lead")
    one = join(api.make("role", permissions=["view_all_leads"])["id"])
    api.ok("delete", f"/lead/{lead['id']}/")

    assert one.post(f"/lead/{lead['id']}/restore/").status_code == 403
    assert api.get(f"/lead/{lead['id']}/").status_code == 404


def test_who_may_change_nothing_of_others_brings_back_what_went_along(api, join, family):
    id, ids = family
    one = join(api.make("role", permissions=["view_all_leads", "delete_leads"])["id"])
    gone = one.delete(f"/lead/{id}/")

    one.ok("post", f"/request/{gone.headers['x-request-id']}/undo/")

    assert api.get(f"/lead/{id}/").status_code == 200
    assert api.get(f"/opportunity/{ids[1]}/").status_code == 200


def test_a_delete_asks_no_more_statements_than_before(api, statements):
    """What is kept of a row is part of the statement that deletes it."""
    lead = api.make("lead")
    asked = statements(lambda: api.ok("delete", f"/lead/{lead['id']}/"))
    assert len([text for text in asked if text.startswith("WITH") and "DELETE" in text]) == 2


def test_where_runs_stood_that_nobody_can_bring_back_is_forgotten(api, world, clock):
    run = api.make("sequence_subscription")
    kept = api.make("sequence_subscription")
    api.ok("delete", f"/sequence_subscription/{run['id']}/")
    clock.pass_by(days=31)
    settings = dataclasses.replace(world.app.settings, time=clock())

    world.call(maintenance.forget_runs, settings)

    left = "select subscription_id from sequence_progress where organization_id = $1"
    assert [row[0] for row in world.sql(left, api.organization_id)] == [kept["id"]]
