"""What `ajar seed` makes is as if it had come in through the API."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from ajar import seeding
from ajar.commands import Trouble
from ajar.commands import seed as command
from ajar.kernel.sql import metadata

LEADS = 50
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WRITABLE = ("lead", "contact", "opportunity", "task", "activity/note")
KINDS = (
    *(*WRITABLE, "user", "group", "pipeline", "status/lead", "status/opportunity"),
    *("activity", "activity/created", "activity/task_completed"),
    *("activity/status_change/lead", "activity/status_change/opportunity"),
    *("custom_field/lead", "custom_field/contact", "custom_field/opportunity"),
)
MINE = "select * from {} where organization_id = $1 order by id"


def seed(api, leads=LEADS, seed=1):
    options = {"leads": leads, "seed": seed, "now": NOW}
    caller = api.world.app.database, api.organization_id, api.user_id
    asyncio.run(seeding.seed(*caller, **options, told=lambda leads: None))


@pytest.fixture
def seeded(api):
    seed(api)
    return api


def some(api, path, limit=20):
    return api.ok("get", f"/{path}/", params={"_limit": limit})["data"]


def test_there_is_something_of_every_kind(seeded):
    assert [path for path in KINDS if not some(seeded, path)] == []


def test_what_a_list_shows_can_be_read(seeded):
    for path in WRITABLE:
        for row in some(seeded, path):
            assert seeded.ok("get", f"/{path}/{row['id']}/") == row


@pytest.mark.parametrize("path", WRITABLE)
def test_sending_back_what_was_read_changes_nothing(seeded, path):
    """So that each value is kept in the form in which the server keeps it."""
    for row in some(seeded, path):
        sent = {key: value for key, value in row.items() if key != "contacts"}
        assert seeded.ok("put", f"/{path}/{row['id']}/", json=sent) == row


def test_leads_are_counted_and_listed_to_the_end(seeded):
    first, rest = (
        seeded.ok("get", "/lead/", params={"_limit": 30, "_skip": skip}) for skip in (0, 30)
    )

    assert first["total_results"] == LEADS
    assert len(first["data"]) + len(rest["data"]) == LEADS
    assert (first["has_more"], rest["has_more"]) == (True, False)


def test_a_seeded_lead_goes_with_all_that_is_its_own(seeded):
    lead = some(seeded, "lead", 1)[0]

    seeded.ok("delete", f"/lead/{lead['id']}/")

    assert seeded.ok("get", "/lead/", params={"_limit": 1})["total_results"] == LEADS - 1
    for path in ("contact", "task", "activity"):
        found = seeded.ok("get", f"/{path}/", params={"lead_id": lead["id"]})
        assert found["data"] == []


def test_a_seeded_lead_takes_changes(seeded):
    lead = some(seeded, "lead", 1)[0]
    status = next(s for s in some(seeded, "status/lead") if s["id"] != lead["status_id"])

    seeded.ok("put", f"/lead/{lead['id']}/", json={"status_id": status["id"]})

    changes = seeded.ok("get", "/activity/status_change/lead/", params={"lead_id": lead["id"]})
    assert changes["data"][0]["new_status_id"] == status["id"]


def test_every_lead_begins_with_how_it_came_to_be(seeded):
    created = {row["id"]: row for row in some(seeded, "activity/created", 100)}

    for lead in some(seeded, "lead", 100):
        beginning = created[lead["id"].replace("lead_", "acti_")]
        assert beginning["lead_id"] == lead["id"]
        assert beginning["source"] == lead["source"]
        assert beginning["date_created"] == lead["date_created"]


def test_all_that_is_referred_to_exists(seeded):
    """The database did not look, for the sake of speed."""
    owned = [table for table in metadata.tables.values() if "organization_id" in table.c]
    for table in owned:
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            same = " and ".join(
                f't."{e.parent.name}" = o."{e.column.name}"' for e in constraint.elements
            )
            filled = " and ".join(f't."{e.parent.name}" is not null' for e in constraint.elements)
            lost = (
                f'select count(*) from "{table.name}" t where t.organization_id = $1 and {filled}'
                f' and not exists (select from "{target}" o where {same})'
            )
            assert seeded.world.sql(lost, seeded.organization_id)[0][0] == 0, constraint.name


def test_ids_sort_by_number_and_before_those_of_a_server(seeded):
    ids = [row["id"] for row in seeded.world.sql(MINE.format("lead"), seeded.organization_id)]
    made = seeded.make("lead")["id"]

    assert all(re.fullmatch("lead_[0-9A-Za-z]{22}", id) for id in ids)
    assert max(ids) < made
    dates = [
        row["date_created"] for row in seeded.world.sql(MINE.format("lead"), seeded.organization_id)
    ]
    assert dates[:LEADS] == sorted(dates[:LEADS])


def test_a_seed_gives_the_same_data_each_time(api, stranger):
    for one in (api, stranger):
        seed(one, leads=20, seed=3)

    for table in ("lead", "contact", "opportunity", "task", "activity"):
        first, second = (rows_of(one, table) for one in (api, stranger))
        assert first == second


def rows_of(api, table):
    """Without what is of one organization: its own statuses, and its founder."""
    apart = ("organization_id", "status", "created_by", "updated_by", "user", "assigned", "custom")
    rows = api.world.sql(MINE.format(table), api.organization_id)
    return [{k: v for k, v in row.items() if not any(a in k for a in apart)} for row in rows]


def test_another_seed_adds_other_leads_to_the_same_team(seeded):
    people = some(seeded, "user")

    seed(seeded, leads=10, seed=2)

    assert seeded.ok("get", "/lead/")["total_results"] == LEADS + 10
    assert some(seeded, "user") == people


def test_a_seed_is_used_once(seeded):
    with pytest.raises(seeding.AlreadySeeded):
        seed(seeded)

    assert seeded.ok("get", "/lead/")["total_results"] == LEADS


def test_the_command_finds_the_organization_by_its_id_or_a_key(api):
    url, expected = api.world.app.database, (api.organization_id, api.user_id)

    assert tuple(asyncio.run(command.found(url, api.organization_id, None))) == expected
    assert tuple(asyncio.run(command.found(url, None, api.key))) == expected
    for wrong in ((url, "orga_none", None), (url, None, "no such key")):
        with pytest.raises(Trouble):
            asyncio.run(command.found(*wrong))
