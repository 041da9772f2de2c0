"""What `ajar seed` makes is as if it had come in through the API."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from ajar import conversations, describe, seeding
from ajar import resources as declarations
from ajar.commands import Trouble
from ajar.commands import seed as command
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources
from ajar.kernel.sql import metadata
from ajar.seeding.telling import KINDS as WRITTEN

declarations.load()
LEADS = 50
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPERATIONS = all_operations()
# What hangs off leads, by the path of its list, and what else clients may change.
WRITABLE = sorted(
    name.removesuffix(".update")
    for name in OPERATIONS
    if name.endswith(".update") and name.removesuffix(".update") in WRITTEN
)
OFFICE = (
    *("user", "group", "role", "pipeline", "status.lead", "status.opportunity", "outcome"),
    *("custom_field.lead", "custom_field.contact", "custom_field.opportunity", "custom_activity"),
    *("custom_field.activity", "custom_field.custom_object_type", "custom_field.shared"),
    *("custom_object_type", "email_template", "sms_template", "playbook", "form", "sequence"),
    *("integration_link", "phone_number", "scheduling_link", "shared_scheduling_link", "dialer"),
    *("connected_account", "blocked_phone_number", "send_as"),
)
# Lists that are too long to be shown whole.
OF_ONE_LEAD = ("custom_object", "sequence_subscription")
MINE = "select * from {} where organization_id = $1 order by id"


def seed(api, leads=LEADS, seed=1):
    options = {"leads": leads, "seed": seed, "now": NOW}
    caller = api.world.app.database, api.organization_id, api.user_id
    asyncio.run(seeding.seed(*caller, **options, told=lambda leads: None))
    return api


@pytest.fixture(scope="module")
def seeded(newcomer):
    """To be looked at."""
    return seed(newcomer())


@pytest.fixture(scope="module")
def worn(newcomer):
    """To be changed, in ways that nobody else minds."""
    return seed(newcomer(), leads=30)


@pytest.fixture
def mine(api):
    return seed(api, leads=10)


def path(name):
    return resources[name].about.path


def some(api, name, limit=20, **params):
    if name in OF_ONE_LEAD:
        table = resources[name].about.table.name
        query = f"select lead_id from {table} where organization_id = $1 group by 1 order by 1"
        leads = [row[0] for row in api.world.sql(f"{query} limit 5", api.organization_id)]
        pages = [api.ok("get", f"/{path(name)}/", params={"lead_id": id}) for id in leads]
        return [row for page in pages for row in page["data"]]
    if name == "comment":
        threads = [row["id"] for row in some(api, "comment_thread", 5)]
        pages = [api.ok("get", "/comment/", params={"thread_id": id}) for id in threads]
        return [row for page in pages for row in page["data"]]
    params = {"_limit": limit, "_type": "all"} if name == "task" else {"_limit": limit}
    if name == "saved_search":
        params["type__in"] = "lead,contact"
    return api.ok("get", f"/{path(name)}/", params=params)["data"]


@pytest.fixture(scope="module")
def components(world):
    return world.client.get("/api/v1/openapi.json").json()["components"]


@pytest.mark.parametrize("name", [*WRITTEN, *OFFICE, "saved_search"])
def test_there_are_some_of_every_kind_and_all_are_as_documented(seeded, components, name):
    schema = {"$ref": f"#/components/schemas/{resources[name].__name__}"}
    validator = Draft202012Validator(
        schema | {"components": components, "unevaluatedProperties": False}
    )
    rows = some(seeded, name, limit=200)
    wrong = [error.message for row in rows for error in validator.iter_errors(row)]
    assert rows
    assert wrong == []


# These would not only be there: they would do something.
WOULD_ACT = {"webhook"} | {
    f"bulk_action.{kind}" for kind in ("delete", "edit", "email", "sequence_subscription")
}


def test_no_kind_that_clients_make_is_forgotten():
    """Whoever adds one says what of it there is to see."""
    made = {name for name in resources if "create" in resources[name].about.verbs}
    assert made - {*WRITTEN, *OFFICE, "saved_search"} == WOULD_ACT


@pytest.mark.parametrize("name", WRITABLE)
def test_what_a_list_shows_can_be_read(seeded, name):
    for row in some(seeded, name, 5):
        assert seeded.ok("get", f"/{path(name)}/{row['id']}/").items() >= row.items()


@pytest.mark.parametrize("name", WRITABLE)
def test_sending_back_what_was_read_changes_nothing(seeded, name):
    """So that each value is kept in the form in which the server keeps it."""
    allowed = describe.body(OPERATIONS[f"{name}.update"])["properties"]
    for row in some(seeded, name):
        whole = seeded.ok("get", f"/{path(name)}/{row['id']}/")
        if name == "comment" and row["created_by"] != seeded.user_id:
            continue
        sent = {k: v for k, v in whole.items() if k in allowed or k.startswith("custom.")}
        sent.pop("sender_account_id", None)  # which may be a colleague's
        assert seeded.ok("put", f"/{path(name)}/{row['id']}/", json=sent) == whole


TEXTS = {
    **dict.fromkeys(("lead", "contact", "custom_object"), "name"),
    **dict.fromkeys(("activity.note", "activity.call", "opportunity"), "note"),
    "task": "priority",
    "activity.whatsapp_message": "message_markdown",
    "activity.meeting": "user_note_html",
    "activity.custom": "pinned",
    "sequence_subscription": "sender_name",
}
VALUES = {"priority": "low", "pinned": True, "user_note_html": "<body><p>New</p></body>"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_row_of_each_kind_can_be_changed(worn, name):
    field, row = TEXTS[name], some(worn, name, 1)[0]
    value = VALUES.get(field, "New")
    value = {"high": "medium", "medium": "high"}[row["priority"]] if name == "task" else value

    changed = worn.ok("put", f"/{path(name)}/{row['id']}/", json={field: value})

    assert changed[field] == value
    events = worn.ok("get", f"/event/?object_id={row['id']}")["data"]
    (event,) = [event for event in events if field in event["changed_fields"]]
    assert (event["action"], event["previous_data"][field]) == ("updated", row[field])


# What only the request decides, and what a thread knows of its mails.
OF_THE_MOMENT = {
    *("id", "date_created", "date_updated", "created_by", "created_by_name"),
    *("updated_by", "updated_by_name", "comment_summary", "users"),
}
OF_A_CONVERSATION = {
    *("envelope", "message_ids", "references", "has_reply", "thread_id", "email_account_id"),
    *("account_id", "in_reply_to_id"),
}
AGAIN = {
    "contact": set(),
    "opportunity": {"date_lost"},
    "task": {"object_id"},
    "custom_object": set(),
    "activity.note": {"pinned_at", "source"},
    "activity.call": set(),
    "activity.sms": set(),
    "activity.email": OF_A_CONVERSATION,
    "activity.whatsapp_message": set(),
    "activity.custom": {"source", "last_published_at", "pinned_at"},
    "activity.status_change.lead": set(),
    "activity.status_change.opportunity": set(),
}


@pytest.mark.parametrize("name", AGAIN)
def test_asked_for_over_the_api_the_same_row_is_made(worn, name):
    allowed = describe.body(OPERATIONS[f"{name}.create"])["properties"]
    for row in some(worn, name, 5):
        row = worn.ok("get", f"/{path(name)}/{row['id']}/")
        if name == "task" and row["_type"] not in ("lead", "outgoing_call"):
            continue
        if name == "activity.status_change.opportunity":
            continue
        sent = {k: v for k, v in row.items() if k in allowed or k.startswith("custom.")}
        sent.pop("in_reply_to_id", None)
        made = worn.ok("post", f"/{path(name)}/", json=sent)
        apart = OF_THE_MOMENT | AGAIN[name]
        assert {k: v for k, v in made.items() if k not in apart} == {
            k: v for k, v in row.items() if k not in apart
        }


def test_ten_leads_have_fifteen_contacts_and_a_hundred_activities(seeded):
    count = "select count(*) from {} where organization_id = $1"
    counted = {
        table: seeded.world.sql(count.format(table), seeded.organization_id)[0][0]
        for table in ("lead", "contact", "activity")
    }
    assert counted == {"lead": LEADS, "contact": LEADS * 3 // 2, "activity": LEADS * 10}


def test_leads_are_counted_and_listed_to_the_end(seeded):
    first, rest = (
        seeded.ok("get", "/lead/", params={"_limit": 30, "_skip": skip}) for skip in (0, 30)
    )

    assert first["total_results"] == LEADS
    assert len(first["data"]) + len(rest["data"]) == LEADS
    assert (first["has_more"], rest["has_more"]) == (True, False)


# What is derived, compared with what the lists say

COUNTED = {
    "num_calls": ("activity/call", lambda row: True),
    "num_outgoing_calls": ("activity/call", lambda row: row["direction"] == "outbound"),
    "num_emails": ("activity/email", lambda row: True),
    "num_received_emails": ("activity/email", lambda row: row["direction"] == "incoming"),
    "num_sent_sms": ("activity/sms", lambda row: row["status"] == "sent"),
    "num_received_sms": ("activity/sms", lambda row: row["status"] == "inbox"),
    "num_meetings": ("activity/meeting", lambda row: True),
    "num_completed_meetings": ("activity/meeting", lambda row: row["status"] == "completed"),
    "num_upcoming_meetings": ("activity/meeting", lambda row: row["status"] == "upcoming"),
    "num_canceled_meetings": ("activity/meeting", lambda row: row["status"] == "canceled"),
    "num_notes": ("activity/note", lambda row: True),
    "num_contacts": ("contact", lambda row: True),
    "num_opportunities": ("opportunity", lambda row: True),
    "num_won_opportunities": ("opportunity", lambda row: row["status_type"] == "won"),
    "num_tasks": ("task", lambda row: True),
    "num_incomplete_tasks": ("task", lambda row: not row["is_complete"]),
    "num_activities": ("activity", lambda row: True),
}
ENDS = {
    "first_call_date": ("activity/call", min, lambda row: True),
    "last_call_date": ("activity/call", max, lambda row: True),
    "last_incoming_email_date": (
        "activity/email",
        max,
        lambda row: row["direction"] == "incoming",
    ),
    "last_outgoing_sms_date": ("activity/sms", max, lambda row: row["direction"] == "outbound"),
    "last_note_created": ("activity/note", max, lambda row: True),
}


def test_what_is_derived_of_a_lead_is_what_its_lists_say(seeded, clock):
    clock.stand(NOW)
    names = ",".join(("id", *COUNTED, *ENDS))
    for lead in seeded.ok("get", "/lead/", params={"_limit": 12, "_fields": names})["data"]:
        of = {"lead_id": lead["id"], "_limit": 100}
        lists = {
            name: seeded.ok("get", f"/{name}/", params=of | TASKS.get(name, {}))["data"]
            for name in {name for name, *_ in (*COUNTED.values(), *ENDS.values())}
        }
        lists["activity"] += seeded.ok("get", "/activity/emailthread/", params=of)["data"]
        for field, (name, fits) in COUNTED.items():
            assert lead[field] == sum(map(fits, lists[name])), field
        for field, (name, end, fits) in ENDS.items():
            dates = [row["date_created"] for row in lists[name] if fits(row)]
            assert lead[field] == (end(dates) if dates else None), field


TASKS = {"task": {"_type": "all"}}


def test_a_thread_tells_of_its_mails(seeded):
    for thread in some(seeded, "activity.emailthread", 100):
        told = conversations.summary(thread["emails"])
        told["activity_at"] = told["activity_at"].isoformat(timespec="microseconds")
        told["user_name"] = told["user_name"] if "user_name" in told else thread["user_name"]
        assert {name: thread[name] for name in told} == told
        for one in thread["emails"]:
            later = [m for m in thread["emails"] if m["activity_at"] > one["activity_at"]]
            replied = any(m["direction"] == "incoming" for m in later)
            assert one["has_reply"] == (one["direction"] == "outgoing" and replied)


def test_a_thread_of_comments_counts_them_and_its_object_knows(seeded):
    for thread in some(seeded, "comment_thread", 100):
        comments = seeded.ok("get", f"/comment/?thread_id={thread['id']}")["data"]
        assert thread["num_comments"] == len(comments)
        assert set(thread["participating"]) == {one["created_by"] for one in comments}
        kind = thread["object_type"].partition(".")[0]
        if kind in ("activity", "opportunity"):
            (row,) = seeded.world.sql(
                f"select comment_summary from {kind} where organization_id = $1 and id = $2",
                *(seeded.organization_id, thread["object_id"]),
            )
            summary = {"thread_id": thread["id"], "comment_count": len(comments)}
            assert row["comment_summary"] == summary


def test_whoever_wants_no_mail_is_on_the_list(seeded):
    unwanted = {row["email"] for row in some(seeded, "unsubscribe.email", 200)}
    emails = [one for row in some(seeded, "contact", 100) for one in row["emails"]]
    assert {one["email"] for one in emails if one["is_unsubscribed"]} == unwanted


def test_a_run_that_waits_for_a_call_goes_on_when_it_is_made(worn):
    asked = (
        "select p.subscription_id, p.task_id from sequence_progress p"
        " where p.organization_id = $1 and p.call_id is not null"
    )
    run, task = worn.world.sql(asked, worn.organization_id)[0]

    worn.ok("put", f"/task/{task}/", json={"is_complete": True})

    due = "select due_at from sequence_progress where organization_id = $1 and subscription_id = $2"
    assert worn.world.sql(due, worn.organization_id, run)[0]["due_at"] is not None


@pytest.mark.parametrize("name", ["lead", "contact", "opportunity", "activity.call", "task"])
def test_search_finds_what_lists_show(seeded, name):
    type_ = {"task": "activity.note"}.get(name, name)
    query = {"type": "object_type", "object_type": type_}
    body = {"query": query, "include_counts": True, "_limit": 1}

    found = seeded.ok("post", "/data/search/", json=body)

    kind = resources[type_].about.type
    table = resources[type_].about.table.name
    of_kind = f" and _type = '{kind}'" if kind else ""
    count = f"select count(*) from {table} where organization_id = $1{of_kind}"
    assert found["count"]["total"] == seeded.world.sql(count, seeded.organization_id)[0][0]


def test_search_finds_a_lead_by_its_words(seeded):
    lead = some(seeded, "lead", 1)[0]
    word = {"type": "text", "mode": "full_words", "value": lead["name"]}
    kind = {"type": "object_type", "object_type": "lead"}
    query = {"type": "and", "queries": [kind, word]}

    found = seeded.ok("post", "/data/search/", json={"query": query})

    assert lead["id"] in [row["id"] for row in found["data"]]


def test_each_smart_view_can_be_opened(seeded):
    for view in some(seeded, "saved_search"):
        assert seeded.ok("get", f"/saved_search/{view['id']}/results/")["data"]


def test_a_seeded_lead_goes_with_all_that_is_its_own(mine):
    lead = some(mine, "lead", 1)[0]

    mine.ok("delete", f"/lead/{lead['id']}/")

    assert mine.ok("get", "/lead/", params={"_limit": 1})["total_results"] == 9
    for name in ("contact", "task", "activity"):
        assert mine.ok("get", f"/{name}/", params={"lead_id": lead["id"]})["data"] == []


def test_a_seeded_lead_takes_changes(mine):
    lead = some(mine, "lead", 1)[0]
    status = next(s for s in some(mine, "status.lead") if s["id"] != lead["status_id"])

    mine.ok("put", f"/lead/{lead['id']}/", json={"status_id": status["id"]})

    changes = mine.ok("get", "/activity/status_change/lead/", params={"lead_id": lead["id"]})
    assert changes["data"][0]["new_status_id"] == status["id"]


def test_every_lead_begins_with_how_it_came_to_be(seeded):
    created = {row["id"]: row for row in some(seeded, "activity.created", 100)}

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


def test_ids_sort_by_number_and_before_those_of_a_server(mine):
    rows = mine.world.sql(MINE.format("lead"), mine.organization_id)
    made = mine.make("lead")["id"]

    assert all(re.fullmatch("lead_[0-9A-Za-z]{22}", row["id"]) for row in rows)
    assert max(row["id"] for row in rows) < made
    dates = [row["date_created"] for row in rows]
    assert dates == sorted(dates)


def test_a_seed_gives_the_same_data_each_time(newcomer):
    first, second = (seed(newcomer(), leads=20, seed=3) for _ in range(2))

    for table in sorted({resources[name].about.table.name for name in WRITTEN}):
        assert rows_of(first, table) == rows_of(second, table), table


def rows_of(api, table):
    """Without what is of one organization: its own statuses, and its founder."""
    apart = (
        *("organization_id", "status", "created_by", "updated_by", "user", "assigned", "custom"),
        *("participa", "mention", "body", "sender", "envelope", "to", "provider_calendar_ids"),
        *("attendees", "configuration", "parts", "has_reply", "title"),
    )
    rows = api.world.sql(MINE.format(f'"{table}"'), api.organization_id)
    return [{k: v for k, v in row.items() if not any(a in k for a in apart)} for row in rows]


def test_another_seed_adds_other_leads_to_the_same_team(mine):
    before = {name: some(mine, name) for name in OFFICE}

    seed(mine, leads=5, seed=2)

    assert mine.ok("get", "/lead/")["total_results"] == 15
    assert {name: some(mine, name) for name in OFFICE} == before


def test_a_seed_is_used_once(mine):
    with pytest.raises(seeding.AlreadySeeded):
        seed(mine)

    assert mine.ok("get", "/lead/")["total_results"] == 10


def test_the_command_finds_the_organization_by_its_id_or_a_key(api):
    url, expected = api.world.app.database, (api.organization_id, api.user_id)

    assert tuple(asyncio.run(command.found(url, api.organization_id, None))) == expected
    assert tuple(asyncio.run(command.found(url, None, api.key))) == expected
    for wrong in ((url, "orga_none", None), (url, None, "no such key")):
        with pytest.raises(Trouble):
            asyncio.run(command.found(*wrong))
