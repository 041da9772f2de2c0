"""How runs of sequences go on by themselves, and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest

from ajar import meetings, sequencing
from ajar.kernel.context import Caller, Context
from ajar.sequencing.advancing import advance

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = 86400


@pytest.fixture(autouse=True)
def monday(clock):
    clock.stand(MONDAY)


@pytest.fixture
def minute(world, clock):
    """Let time pass, and then do what is due until nothing is."""

    def passes(**duration):
        clock.pass_by(**duration)
        while world.sql("select from sequence_progress where due_at <= $1 limit 1", clock()):
            world.call(wake, clock())
            world.work()

    return passes


async def wake(db, now):
    async with db.transaction():
        await sequencing.wake(db, now)


@pytest.fixture
def inside(world, api):
    """Call a function with a context of the organization."""

    def call(function, *args):
        async def act(db):
            async with db.transaction():
                await function(Context(db, Caller(api.organization_id), world.clock()), *args)

        world.call(act)

    return call


def call(**values):
    return {"step_type": "call", **values}


def start(api, *steps, people=None, run=None, **values):
    """A run of a new sequence."""
    sequence = api.make("sequence", steps=list(steps), timezone="UTC", **values)
    people = people or [api.user_id]
    more = {"sequence_id": sequence["id"], "calls_assigned_to": people} | (run or {})
    return api.make("sequence_subscription", **more)


def another(api, run, **values):
    """Somebody else in the same sequence."""
    more = {"sequence_id": run["sequence_id"], "calls_assigned_to": run["calls_assigned_to"]}
    return api.make("sequence_subscription", **more | values)


def tasks(api, run):
    """The calls that a run asked for, oldest first."""
    params = {"_type": "outgoing_call", "lead_id": run["lead_id"], "_order_by": "date_created"}
    return api.ok("get", "/task/", params=params)["data"]


def complete(api, task):
    api.ok("put", f"/task/{task['id']}/", json={"is_complete": True})


def state(api, run):
    shown = api.ok("get", f"/sequence_subscription/{run['id']}/")
    return shown["status"], shown["status_reason"]


def steps_of(api, run):
    return api.ok("get", f"/sequence/{run['sequence_id']}/")["steps"]


def change(api, run, **values):
    return api.ok("put", f"/sequence/{run['sequence_id']}/", json=values)


def test_a_call_step_makes_a_task_for_who_calls(api, minute):
    run = start(api, call(), name="Chase")
    minute()

    (task,) = tasks(api, run)
    assert (task["_type"], task["text"], task["date"]) == ("outgoing_call", "Chase", "2026-11-23")
    assert (task["contact_id"], task["assigned_to"]) == (run["contact_id"], api.user_id)
    assert task["created_by"] == api.user_id
    assert task["is_complete"] is False
    assert state(api, run) == ("active", None)


def test_to_go_on_is_no_event_of_the_run(api, minute):
    run = start(api, call())
    minute()
    assert tasks(api, run)
    assert api.events().count(("sequence_subscription", "updated")) == 0


def test_the_delay_of_the_first_step_counts_from_the_start(api, minute):
    run = start(api, call(delay=2 * DAY))
    minute(hours=47)
    assert tasks(api, run) == []
    minute(hours=1)
    assert len(tasks(api, run)) == 1


def test_a_required_call_is_waited_for_and_the_next_delay_counts_from_it(api, minute):
    run = start(api, call(), call(delay=DAY))
    for _ in range(3):
        minute(days=30)
    assert len(tasks(api, run)) == 1
    complete(api, tasks(api, run)[0])
    minute()
    minute(hours=23)
    assert len(tasks(api, run)) == 1
    minute(hours=1)
    assert len(tasks(api, run)) == 2


def test_a_run_is_finished_after_its_last_step(api, minute):
    run = start(api, call())
    minute()
    complete(api, tasks(api, run)[0])
    minute()
    assert state(api, run) == ("finished", None)


@pytest.mark.parametrize(("allowed", "hours"), [(None, 1), (2 * 3600, 2)])
def test_a_call_that_need_not_be_made_is_waited_for_no_longer_than_allowed(
    api, minute, allowed, hours
):
    run = start(api, call(required=False, step_allowed_delay=allowed), call())
    minute()
    minute(minutes=60 * hours - 1)
    assert len(tasks(api, run)) == 1
    minute(minutes=1)
    assert len(tasks(api, run)) == 2


def test_a_call_whose_task_is_deleted_is_not_waited_for(api, minute):
    run = start(api, call(), call())
    minute()
    (task,) = tasks(api, run)
    api.ok("delete", f"/task/{task['id']}/")
    minute()
    assert [one["id"] == task["id"] for one in tasks(api, run)] == [False]


def test_people_take_turns(api, join, minute):
    """A group stands for its members; who is no longer a member gets no calls."""
    group, first, second, gone = api.make("group")["id"], join(), join(), join()
    for member in (first, gone):
        api.ok("post", f"/group/{group}/member/", json={"user_id": member.user_id})
    api.ok("delete", f"/membership/{gone.member['id']}/")
    run = start(api, call(), people=[group, second.user_id])
    runs = [run, *(another(api, run) for _ in range(3))]
    minute()

    callers = [task["assigned_to"] for one in runs for task in tasks(api, one)]
    assert sorted(callers) == sorted([first.user_id, second.user_id] * 2)


def test_without_anybody_to_call_a_run_is_in_error(api, join, minute):
    gone = join()
    run = start(api, call(), people=[gone.user_id])
    api.ok("delete", f"/membership/{gone.member['id']}/")
    minute()
    assert state(api, run) == ("error", "assignees-missing")


def test_nothing_happens_outside_of_the_schedule(api, minute):
    """In the time zone of the sequence: it is Monday, 7 in the morning in New York."""
    schedule = {"ranges": [{"weekday": 1, "start": "09:00", "end": "10:00"}]}
    run = start(api, call(), schedule=schedule)
    change(api, run, timezone="America/New_York")
    minute(hours=1, minutes=59)
    assert tasks(api, run) == []
    minute(minutes=1)
    assert len(tasks(api, run)) == 1


def test_what_is_due_at_night_is_done_when_the_schedule_opens(api, minute):
    schedule = {"ranges": [{"weekday": 3, "start": "09:00", "end": "10:00"}]}
    run = start(api, call(delay=DAY), schedule=schedule)
    minute(days=1)
    minute(hours=20)
    assert tasks(api, run) == []
    minute(hours=1)
    assert len(tasks(api, run)) == 1


def with_mail(api):
    template = api.make("email_template", is_shared=True)["id"]
    account = api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")
    sender = {"sender_account_id": account, "sender_name": "B", "sender_email": "b@w.example"}
    emails = [{"email": f"gob@{api.organization_id}.example".lower()}]
    contact = api.make("contact", emails=emails)
    return start(
        api, {"email_template_id": template}, call(), run=sender | {"contact_id": contact["id"]}
    )


def test_a_mail_that_nothing_can_send_puts_the_run_in_error(api, minute):
    run = with_mail(api)
    minute()
    assert state(api, run) == ("error", "account-invalid")
    assert tasks(api, run) == []


def test_an_unsubscribed_address_gets_no_mail_and_the_rest_goes_on(api, minute):
    run = with_mail(api)
    api.ok("post", "/unsubscribe/email/", json={"email": run["contact_email"].upper()})
    minute()
    assert state(api, run) == ("active", None)
    assert len(tasks(api, run)) == 1


def test_a_message_that_no_carrier_takes_puts_the_run_in_error(api, minute):
    template = api.make("sms_template", is_shared=True)["id"]
    number = {"from_phone_number_id": api.make("phone_number")["id"]}
    run = start(api, {"step_type": "sms", "sms_template_id": template}, run=number)
    minute()
    assert state(api, run) == ("error", "sms-failed")


def test_a_run_that_rests_does_nothing_and_goes_on_where_it_was(api, minute):
    run = start(api, call(delay=DAY))
    path = f"/sequence_subscription/{run['id']}/"
    api.ok("put", path, json={"status": "paused"})
    minute(days=3)
    assert tasks(api, run) == []
    api.ok("put", path, json={"status": "active"})
    minute()
    assert len(tasks(api, run)) == 1


def test_a_run_that_rests_while_a_call_is_waited_for_asks_for_no_second_one(api, minute):
    run = start(api, call(), call())
    path = f"/sequence_subscription/{run['id']}/"
    minute()
    for status in ("paused", "active"):
        api.ok("put", path, json={"status": status})
        minute()
    assert len(tasks(api, run)) == 1
    api.ok("put", path, json={"status": "paused"})
    complete(api, tasks(api, run)[0])
    minute()
    assert len(tasks(api, run)) == 1
    api.ok("put", path, json={"status": "active"})
    minute()
    assert len(tasks(api, run)) == 2


def test_a_run_that_begins_later_counts_from_then(api, minute):
    run = start(api, call(delay=DAY), run={"status": "paused"})
    minute(days=5)
    api.ok("put", f"/sequence_subscription/{run['id']}/", json={"status": "active"})
    minute(hours=23)
    assert tasks(api, run) == []
    minute(hours=1)
    assert len(tasks(api, run)) == 1


def test_runs_of_a_sequence_that_rests_rest(api, minute):
    run = start(api, call())
    change(api, run, status="paused")
    minute(days=1)
    assert tasks(api, run) == []
    change(api, run, status="active")
    minute()
    assert len(tasks(api, run)) == 1


def test_a_run_that_is_not_yet_settled_rests_with_its_sequence(api, inside, monkeypatch):
    monkeypatch.setattr("ajar.sequencing.ending.AT_ONCE", 0)
    run = start(api, call())
    change(api, run, status="paused")
    before = state(api, run)
    inside(advance, run["id"])
    assert (before, state(api, run)) == (("active", None), ("paused", "workflow-paused"))
    assert tasks(api, run) == []


def test_a_step_that_waits_takes_a_new_delay_at_once(api, minute):
    run = start(api, call(delay=9 * DAY))
    minute(days=1)
    change(api, run, steps=[{"id": steps_of(api, run)[0]["id"], "delay": DAY}])
    minute()
    assert len(tasks(api, run)) == 1


def test_new_steps_are_part_of_runs_under_way(api, minute):
    run = start(api, call())
    minute()
    change(api, run, steps=[*steps_of(api, run), call()])
    complete(api, tasks(api, run)[0])
    minute()
    assert state(api, run) == ("active", None)
    assert len(tasks(api, run)) == 2


def test_a_run_goes_on_after_the_step_before_one_that_is_gone(api, minute):
    run = start(api, call(), call(), call(delay=DAY))
    for done in (1, 2):
        minute()
        complete(api, tasks(api, run)[done - 1])
    minute()
    first, _, third = steps_of(api, run)
    change(api, run, steps=[first, third])
    minute(hours=23)
    assert len(tasks(api, run)) == 2
    minute(hours=1)
    assert len(tasks(api, run)) == 3


def test_a_call_whose_step_is_gone_is_not_waited_for(api, minute):
    run = start(api, call(), call())
    minute()
    change(api, run, steps=steps_of(api, run)[1:])
    minute()
    assert len(tasks(api, run)) == 2


def test_a_finished_run_that_is_resumed_does_what_was_added(api, minute):
    run = start(api, call())
    minute()
    complete(api, tasks(api, run)[0])
    minute()
    change(api, run, steps=[*steps_of(api, run), call()])
    api.ok("put", f"/sequence_subscription/{run['id']}/", json={"status": "active"})
    minute()
    assert len(tasks(api, run)) == 2


def test_a_deleted_sequence_does_nothing_more(api, minute):
    run = start(api, call())
    api.ok("delete", f"/sequence/{run['sequence_id']}/")
    minute()
    assert (tasks(api, run), state(api, run)[0]) == ([], "finished")


@pytest.mark.parametrize("reason", ["reply-received", "call-answered", "meeting-booked"])
def test_hearing_from_a_contact_ends_its_runs(api, inside, minute, reason):
    run, rests = start(api, call()), start(api, call())
    other = another(api, run)
    rests = another(api, rests, contact_id=run["contact_id"], status="paused")

    inside(sequencing.heard_from, run["contact_id"], reason)
    minute()

    assert state(api, run) == state(api, rests) == ("goal", reason)
    assert state(api, other) == ("active", None)
    assert tasks(api, run) == []


def answered(api, run):
    about = {"lead_id": run["lead_id"], "contact_id": run["contact_id"]}
    api.make("activity.call", **about, direction="outbound", disposition="answered")


def missed(api, run):
    about = {"lead_id": run["lead_id"], "contact_id": run["contact_id"]}
    api.make("activity.call", **about, direction="outbound", disposition="no-answer")


def mailed(api, run, status="inbox"):
    about = {"lead_id": run["lead_id"], "contact_id": run["contact_id"]}
    api.make("activity.email", **about, status=status, subject="Hi", sender="gob@bluth.example")


def texted(api, run, status="inbox"):
    about = {"lead_id": run["lead_id"], "contact_id": run["contact_id"]}
    numbers = {"local_phone": "+14156550100", "remote_phone": "+16505550100"}
    api.make("activity.sms", **about, **numbers, status=status)


def met(api, run):
    people = [{"contact_id": run["contact_id"], "status": "yes"}]
    address = f"gob@{api.organization_id}.example".lower()
    body = {"emails": [{"email": address}]}
    api.ok("put", f"/contact/{people[0]['contact_id']}/", json=body)
    account = api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")
    calendar = meetings.Calendar(id="cal_1", type="google", account_id=account)
    begins = api.world.clock() + timedelta(days=1)
    event = meetings.CalendarEvent(
        id=f"event of {run['id']}",
        title="Intro",
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        people=[meetings.Person(email=address, status="yes")],
    )
    assert api.within(meetings.seen, calendar, event)


@pytest.mark.parametrize(
    ("hear", "state_then"),
    [
        (answered, ("goal", "call-answered")),
        (missed, ("active", None)),
        (mailed, ("goal", "reply-received")),
        (lambda api, run: mailed(api, run, "sent"), ("active", None)),
        (texted, ("goal", "reply-received")),
        (lambda api, run: texted(api, run, "sent"), ("active", None)),
        (met, ("goal", "meeting-booked")),
    ],
    ids=["answered", "missed", "mail", "mail to them", "text", "text to them", "meeting"],
)
def test_what_a_contact_does_ends_their_runs(api, hear, state_then):
    run = start(api, call())
    hear(api, run)
    assert state(api, run) == state_then


def test_a_message_without_a_number_puts_the_run_in_error(api, minute):
    run = start(api, call())
    minute()
    template = api.make("sms_template", is_shared=True)["id"]
    message = {"step_type": "sms", "sms_template_id": template}
    change(api, run, steps=[*steps_of(api, run), message])
    complete(api, tasks(api, run)[0])
    minute()
    assert state(api, run) == ("error", "no-user-phone")


def test_a_run_that_ended_is_not_ended_again(api, inside):
    run = start(api, call())
    inside(sequencing.heard_from, run["contact_id"], "meeting-booked")
    inside(sequencing.heard_from, run["contact_id"], "reply-received")
    assert state(api, run) == ("goal", "meeting-booked")


def test_a_chosen_status_of_the_lead_ends_its_runs(api):
    won, other = (api.make("status.lead", label=label)["id"] for label in ("Signed", "Asked"))
    run = start(api, call(), ends_on_lead_status_ids=[won])
    stays = another(api, start(api, call()), contact_id=run["contact_id"])
    path = f"/lead/{run['lead_id']}/"

    api.ok("put", path, json={"status_id": other})
    before = state(api, run)
    api.ok("put", path, json={"status_id": won})

    assert before == state(api, stays) == ("active", None)
    assert state(api, run) == ("goal", "lead-status-changed")


def test_a_job_that_comes_twice_does_nothing_twice(api, inside):
    run = start(api, call())
    for _ in range(2):
        inside(advance, run["id"])
    assert len(tasks(api, run)) == 1


def test_a_job_of_a_run_that_is_gone_does_nothing(api, inside):
    inside(advance, "sub_nobody")


def test_every_statement_keeps_to_one_organization(api, inside, statements, strays, minute):
    run = start(api, call(), call())
    found = statements(lambda: inside(advance, run["id"]))
    found += statements(lambda: complete(api, tasks(api, run)[0]))
    found += statements(lambda: change(api, run, steps=steps_of(api, run)[1:]))
    found += statements(lambda: change(api, run, status="paused"))
    found += statements(lambda: inside(sequencing.heard_from, run["contact_id"], "reply-received"))
    assert len(found) > 20
    assert [text for text in found if strays(text)] == []
