"""Sequences for all that a search finds."""

import threading
import time

import psycopg
import pytest

NAMES = ("gob", "michael")
AWAITED = "select 1 from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))"


@pytest.fixture
def sequence(api):
    return api.make("sequence", steps=[{"step_type": "call"}], timezone="UTC")["id"]


@pytest.fixture
def sender(api):
    id = api.body("bulk_action.email")["email_account_id"]
    return {
        "sender_account_id": id,
        "sender_name": "Bruce",
        "sender_email": "bruce@wayne.example",
        "calls_assigned_to": [api.user_id],
    }


@pytest.fixture
def subscribe(act, sequence, sender):
    def begun(**body):
        wanted = {"action_type": "subscribe", "sequence_id": sequence, "contact_preference": "lead"}
        return act("sequence_subscription", **wanted | sender | body)

    return begun


@pytest.fixture
def runs(api, sequence):
    """The runs of the sequence, by contact."""

    def found():
        listed = api.ok("get", f"/sequence_subscription/?sequence_id={sequence}")["data"]
        return {one["contact_id"]: one for one in listed}

    return found


@pytest.fixture
def bluths(api):
    addresses = [[f"{name}@bluth.example", f"{name}@home.example"] for name in NAMES]
    emails = [[{"email": email} for email in some] for some in addresses]
    people = [{"name": n, "emails": e} for n, e in zip(NAMES, emails, strict=True)]
    people.append({"name": "Nobody"})
    return api.make("lead", contacts=people)


def contacts(api, lead):
    return {one["name"]: one["id"] for one in api.ok("get", f"/lead/{lead['id']}/")["contacts"]}


def test_the_first_contact_of_a_lead_begins(api, subscribe, runs, bluths, sender):
    action = subscribe()
    (run,) = runs().values()
    first = api.ok("get", f"/lead/{bluths['id']}/")["contacts"]
    assert run["contact_id"] == next(one["id"] for one in first if one["emails"])
    assert {name: run[name] for name in sender} == sender
    assert run["status"] == "active"
    assert (action["n_leads_processed"], action["n_objects_failed"]) == (1, 0)


def test_every_contact_with_an_address_begins(api, subscribe, runs, bluths):
    subscribe(contact_preference="contact")
    people = contacts(api, bluths)
    addresses = {id: run["contact_email"] for id, run in runs().items()}
    assert addresses == {people[name]: f"{name}@bluth.example" for name in ("gob", "michael")}


def test_the_event_of_each_run_names_the_action(api, subscribe, runs, bluths):
    action = subscribe()
    (run,) = runs().values()
    (event,) = api.ok("get", f"/event/?object_id={run['id']}&action=created")["data"]
    assert event["meta"]["bulk_action_id"] == action["id"]


def test_who_was_in_the_sequence_is_not_subscribed_again(api, subscribe, runs, failures, bluths):
    subscribe()
    before = runs()
    action = subscribe()
    assert runs() == before
    reason = "This contact is or was in this sequence already."
    assert failures("sequence_subscription", action) == [(bluths["id"], reason)]
    subscribe(contact_preference="contact")
    assert len(runs()) == 2


def test_what_a_subscription_needs_is_required(api, sequence):
    body = {"action_type": "subscribe"}
    refused = api.post("/bulk_action/sequence_subscription/", json=body)
    names = ("sequence_id", "sender_account_id", "sender_name", "sender_email")
    wanted = dict.fromkeys((*names, "contact_preference"), "This field is required.")
    assert refused.json()["field-errors"] == wanted


def only(runs):
    (run,) = runs().values()
    return run["status"], run["status_reason"]


def test_runs_rest_and_go_on(act, subscribe, runs, sequence, bluths):
    subscribe()
    act("sequence_subscription", action_type="pause", sequence_id=sequence)
    assert only(runs) == ("paused", "bulk-action")
    act("sequence_subscription", action_type="resume", sequence_id=sequence)
    assert only(runs) == ("active", None)


def test_without_a_sequence_the_runs_of_all_are_meant(api, act, subscribe, runs, bluths):
    subscribe()
    other = api.make("sequence_subscription")
    act("sequence_subscription", action_type="pause")
    assert only(runs) == ("paused", "bulk-action")
    assert api.ok("get", f"/sequence_subscription/{other['id']}/")["status"] == "paused"


def test_runs_of_other_sequences_are_left_alone(api, act, subscribe, runs, bluths):
    subscribe()
    other = api.make("sequence_subscription")
    act("sequence_subscription", action_type="pause", sequence_id=other["sequence_id"])
    assert only(runs) == ("active", None)


def test_finished_runs_go_on_where_there_are_new_steps(world, api, act, subscribe, runs, sequence):
    contact = api.make("contact", emails=[{"email": "gob@bluth.example"}])
    subscribe()
    (run,) = runs().values()
    finished = "update sequence_subscription set status = 'finished' where id = $1"
    world.sql(finished, run["id"])
    act("sequence_subscription", action_type="resume", sequence_id=sequence)
    assert only(runs)[0] == "finished"
    act("sequence_subscription", action_type="resume_finished", sequence_id=sequence)
    assert only(runs) == ("active", None)
    assert run["contact_id"] == contact["id"]


def test_runs_are_given_to_somebody_else(api, act, subscribe, runs, bluths):
    subscribe()
    group = api.make("group")["id"]
    act("sequence_subscription", action_type="reassign", calls_assigned_to=[group])
    (run,) = runs().values()
    assert (run["calls_assigned_to"], run["sender_name"]) == ([group], "Bruce")
    refused = api.post("/bulk_action/sequence_subscription/", json={"action_type": "reassign"})
    assert refused.status_code == 400


def test_a_run_that_cannot_go_on_is_told(api, act, subscribe, runs, failures, sequence, bluths):
    subscribe()
    act("sequence_subscription", action_type="pause")
    api.ok("put", f"/sequence/{sequence}/", json={"status": "paused"})
    action = act("sequence_subscription", action_type="resume", sequence_id=sequence)
    reason = "status: The sequence is not active."
    assert failures("sequence_subscription", action) == [(bluths["id"], reason)]


def test_runs_of_contacts_that_are_looked_for(api, act, subscribe, runs, sequence, bluths):
    subscribe(contact_preference="contact")
    people = contacts(api, bluths)
    gob = {"type": "id", "value": people["gob"]}
    kind = {"type": "object_type", "object_type": "contact"}
    query = {"type": "and", "queries": [kind, gob]}
    act("sequence_subscription", action_type="pause", s_query=query)
    assert runs()[people["gob"]]["status"] == "paused"
    assert runs()[people["michael"]]["status"] == "active"


@pytest.mark.parametrize(
    ("action_type", "changed"),
    [
        ("pause", {"active": ("paused", "bulk-action")}),
        ("resume", {"paused": ("active", None)}),
        ("resume_finished", {"finished": ("active", None)}),
    ],
)
@pytest.mark.parametrize("of_all", [False, True])
def test_each_action_is_about_runs_of_one_status(
    world, api, act, sequence, action_type, changed, of_all
):
    statuses = ("active", "paused", "finished", "goal", "error")
    made = {one: started(api, world, sequence, one) for one in statuses}
    body = {} if of_all else {"sequence_id": sequence}

    act("sequence_subscription", action_type=action_type, **body)

    for status, id in made.items():
        run = api.ok("get", f"/sequence_subscription/{id}/")
        as_it_was = (status, "manual" if status == "paused" else None)
        assert (run["status"], run["status_reason"]) == changed.get(status, as_it_was)


def started(api, world, sequence, status):
    """A run that has come to this status."""
    who = {"sequence_id": sequence, "calls_assigned_to": [api.user_id]}
    first = status if status == "paused" else "active"
    id = api.make("sequence_subscription", **who, status=first)["id"]
    world.sql("update sequence_subscription set status = $2 where id = $1", id, status)
    return id


def test_a_run_that_ends_meanwhile_does_not_rest(world, api, act, sequence):
    id = started(api, world, sequence, "active")
    with psycopg.connect(world.app.database) as db:
        db.execute("update sequence_subscription set status = 'finished' where id = %s", [id])
        ends = threading.Thread(target=commit_once_awaited, args=(db,))
        ends.start()

        act("sequence_subscription", action_type="pause", sequence_id=sequence)

        ends.join()
    assert api.ok("get", f"/sequence_subscription/{id}/")["status"] == "finished"


def commit_once_awaited(db):
    deadline = time.monotonic() + 20
    while not db.execute(AWAITED).fetchone() and time.monotonic() < deadline:
        time.sleep(0.01)
    db.commit()
