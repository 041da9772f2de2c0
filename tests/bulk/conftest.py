"""Bulk actions, run by a worker to their end."""

import pytest


@pytest.fixture(autouse=True)
def nothing_left(world):
    """Of what other tests have deferred."""
    world.sql("delete from procrastinate_jobs")


@pytest.fixture
def act(world, api):
    """Start an action, and have it done; how it is then."""

    def started(kind, /, by=None, **body):
        by = by or api
        action = by.ok("post", f"/bulk_action/{kind}/", json=body)
        world.work()
        return by.ok("get", f"/bulk_action/{kind}/{action['id']}/")

    return started


@pytest.fixture
def failures(api):
    """(object, reason) of what an action left alone."""

    def of(kind, action):
        path = f"/bulk_action/{kind}/{action['id']}/?_fields=failures"
        shown = api.ok("get", path)["failures"]
        return [(one["object_id"], one["reason"]) for one in shown]

    return of


@pytest.fixture
def leads(api):
    def made(count, **values):
        return [api.make("lead", name=f"Lead {n}", **values) for n in range(count)]

    return made
