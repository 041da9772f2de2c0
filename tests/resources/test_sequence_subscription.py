"""Runs of sequences: who may take part, and how a run rests and goes on."""

import pytest

REQUIRED = "This field is required."


@pytest.fixture
def gob(api):
    return api.make("contact", emails=[{"email": "gob@bluth.example"}, {"email": "g@b.example"}])


@pytest.fixture
def calling(api):
    return api.make("sequence")


@pytest.fixture
def mailing(api):
    template = api.make("email_template", is_shared=True)["id"]
    return api.make("sequence", steps=[{"email_template_id": template}])


def account(api):
    return api.add("connected_account", _type="google", user_id=api.user_id, email="b@w.example")


def sender(api):
    return {"sender_account_id": account(api), "sender_name": "B", "sender_email": "b@w.example"}


def enrol(api, sequence, contact, **values):
    body = {"sequence_id": sequence["id"], "contact_id": contact["id"], **values}
    return api.post("/sequence_subscription/", json=body)


def run_of(api, sequence, contact, **values):
    answer = enrol(api, sequence, contact, calls_assigned_to=[api.user_id], **values)
    assert answer.status_code == 201, answer.text
    return answer.json()


def set_status(api, run, status):
    return api.put(f"/sequence_subscription/{run['id']}/", json={"status": status})


def show(api, run):
    return api.ok("get", f"/sequence_subscription/{run['id']}/")


def state(api, run):
    shown = show(api, run)
    return shown["status"], shown["status_reason"]


def errors(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]


def test_a_run_belongs_to_the_lead_of_its_contact_and_starts_at_once(api, calling, gob):
    run = run_of(api, calling, gob)
    assert (run["lead_id"], run["status"], run["status_reason"]) == (gob["lead_id"], "active", None)
    assert run["start_date"] == run["date_created"]
    assert "+" not in run["start_date"]


def test_a_sequence_that_mails_needs_a_sender(api, mailing, gob):
    names = ("sender_account_id", "sender_name", "sender_email")
    assert errors(enrol(api, mailing, gob)) == dict.fromkeys(names, REQUIRED)
    assert enrol(api, mailing, gob, **sender(api)).status_code == 201


def test_a_sequence_that_mails_takes_the_first_address_unless_told_another(api, mailing, gob):
    other = api.make("contact", emails=[{"email": "x@bluth.example"}])
    first = enrol(api, mailing, gob, **sender(api)).json()
    said = enrol(api, mailing, other, contact_email="y@bluth.example", **sender(api)).json()
    assert first["contact_email"] == "gob@bluth.example"
    assert said["contact_email"] == "y@bluth.example"


def test_a_sequence_that_mails_needs_an_address(api, mailing):
    answer = enrol(api, mailing, api.make("contact"), **sender(api))
    assert errors(answer) == {"contact_email": REQUIRED}


def test_a_sequence_that_calls_needs_somebody_who_calls(api, calling, gob):
    assert errors(enrol(api, calling, gob)) == {"calls_assigned_to": REQUIRED}


def test_a_sequence_that_writes_messages_needs_a_number(api, gob):
    template = api.make("sms_template", is_shared=True)["id"]
    sequence = api.make("sequence", steps=[{"step_type": "sms", "sms_template_id": template}])
    number = api.make("phone_number")["id"]
    assert errors(enrol(api, sequence, gob)) == {"from_phone_number_id": REQUIRED}
    assert enrol(api, sequence, gob, from_phone_number_id=number).status_code == 201


def test_calls_are_assigned_to_users_and_groups_of_the_organization(api, stranger, calling, gob):
    group, theirs = api.make("group")["id"], stranger.make("group")["id"]
    reason = {"calls_assigned_to": "Each must be the id of a user or a group."}
    for ids in ([stranger.user_id], [theirs], ["x"], [api.user_id, theirs]):
        assert errors(enrol(api, calling, gob, calls_assigned_to=ids)) == reason
    both = [group, api.user_id]
    run = enrol(api, calling, gob, calls_assigned_to=[*both, group]).json()
    assert run["calls_assigned_to"] == both


def test_mail_goes_out_from_accounts_that_one_may_use(api, join, mailing, gob):
    other = join("admin")
    answer = enrol(other, mailing, gob, **sender(api))
    assert errors(answer) == {"sender_account_id": "Object does not exist."}


def test_a_contact_is_in_a_sequence_once(api, calling, gob):
    run = run_of(api, calling, gob)
    again = errors(enrol(api, calling, gob, calls_assigned_to=[api.user_id]))
    assert again == {"contact_id": "This contact is or was in this sequence already."}
    run_of(api, api.make("sequence"), gob)
    api.ok("delete", f"/sequence_subscription/{run['id']}/")
    run_of(api, calling, gob)


def test_nobody_is_enrolled_in_a_draft_or_where_it_is_not_allowed(api, gob):
    for values in ({"status": "draft"}, {"allow_manual_enrollment": False}):
        sequence = api.make("sequence", **values)
        answer = enrol(api, sequence, gob, calls_assigned_to=[api.user_id])
        assert list(errors(answer)) == ["sequence_id"]


def test_a_run_of_a_sequence_that_rests_rests_with_it(api, gob):
    sequence = api.make("sequence", status="paused")
    run = run_of(api, sequence, gob)
    assert state(api, run) == ("paused", "workflow-paused")
    assert run["start_date"] is None
    assert errors(set_status(api, run, "active")) == {"status": "The sequence is not active."}


def test_pausing_by_hand_says_so_and_resuming_takes_it_back(api, calling, gob):
    run = run_of(api, calling, gob)
    assert set_status(api, run, "paused").json()["status_reason"] == "manual"
    resumed = set_status(api, run, "active").json()
    assert (resumed["status"], resumed["status_reason"]) == ("active", None)


@pytest.mark.parametrize("status", ["finished", "goal", "error"])
def test_only_active_and_paused_can_be_set(api, calling, gob, status):
    run = run_of(api, calling, gob)
    assert list(errors(set_status(api, run, status))) == ["status"]
    assert state(api, run) == ("active", None)


def test_the_sender_of_a_run_can_be_changed(api, mailing, gob):
    run = enrol(api, mailing, gob, **sender(api)).json()
    new = sender(api) | {"sender_name": "Alfred"}
    changed = api.ok("put", f"/sequence_subscription/{run['id']}/", json=new)
    assert changed.items() >= new.items()


def test_a_run_whose_account_is_lost_rests(api, mailing, gob):
    run = enrol(api, mailing, gob, **sender(api)).json()
    api.ok("put", f"/sequence_subscription/{run['id']}/", json={"sender_account_id": None})
    assert state(api, run) == ("paused", "account-invalid")
    assert errors(set_status(api, run, "active")) == {"sender_account_id": REQUIRED}


def test_a_list_is_of_a_sequence_a_contact_or_a_lead(api, calling, gob):
    run = run_of(api, calling, gob)
    other = api.make("sequence_subscription")
    assert api.get("/sequence_subscription/").status_code == 400
    for name in ("sequence_id", "contact_id", "lead_id"):
        rows = api.ok("get", "/sequence_subscription/", params={name: run[name]})["data"]
        assert rows == [run] != [other]


def test_a_run_goes_with_its_contact(api, calling, gob):
    run = run_of(api, calling, gob)
    api.ok("delete", f"/contact/{gob['id']}/")
    assert api.get(f"/sequence_subscription/{run['id']}/").status_code == 404
    assert ("sequence_subscription", "deleted") in api.events()


def test_a_run_moves_when_leads_are_merged(api, calling, gob):
    run, other = run_of(api, calling, gob), api.make("lead")
    body = {"source": gob["lead_id"], "destination": other["id"]}
    api.ok("post", "/lead/merge/", json=body)
    assert show(api, run)["lead_id"] == other["id"]


def test_a_sequence_that_is_paused_pauses_its_runs_and_takes_them_along_again(api, calling, gob):
    run, by_hand = run_of(api, calling, gob), run_of(api, calling, api.make("contact"))
    set_status(api, by_hand, "paused")

    for status in ("paused", "draft"):
        api.ok("put", f"/sequence/{calling['id']}/", json={"status": status})
        assert state(api, run) == ("paused", "workflow-paused")
    api.ok("put", f"/sequence/{calling['id']}/", json={"status": "active"})

    assert state(api, run) == ("active", None)
    assert state(api, by_hand) == ("paused", "manual")


def test_deleting_a_sequence_ends_its_runs(api, calling, gob):
    run = run_of(api, calling, gob)
    api.ok("delete", f"/sequence/{calling['id']}/")
    assert state(api, run) == ("finished", "sequence-deleted")
    assert show(api, run)["sequence_id"] == calling["id"]
    assert errors(set_status(api, run, "active")) == {"status": "The sequence is not active."}


def test_many_runs_are_settled_in_parts(api, world, calling, monkeypatch):
    monkeypatch.setattr("ajar.sequencing.ending.AT_ONCE", 2)
    runs = [run_of(api, calling, api.make("contact")) for _ in range(5)]
    api.ok("put", f"/sequence/{calling['id']}/", json={"status": "paused"})
    before = [state(api, run)[0] for run in runs]
    world.work()
    assert before.count("paused") == 2
    assert {state(api, run) for run in runs} == {("paused", "workflow-paused")}


def test_whoever_does_not_see_a_lead_sees_no_run_of_it(api, join, calling, gob):
    role = api.make("role", permissions=["manage_email_sequences"])
    run, member = run_of(api, calling, gob), join(role["id"])
    assert member.get(f"/sequence_subscription/{run['id']}/").status_code == 404
    member.ok("put", f"/sequence/{calling['id']}/", json={"status": "paused"})
    assert state(api, run) == ("paused", "workflow-paused")
