"""Sequences: their steps, their schedule, and what they hold on to."""

import json
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[3] / "shared" / "reference" / "samples" / "sequence.json"


def make(api, *steps, **values):
    return api.make("sequence", **({"steps": list(steps)} if steps else {}), **values)


def put(api, sequence, **values):
    return api.put(f"/sequence/{sequence['id']}/", json=values)


def call(**values):
    return {"step_type": "call", **values}


def wrong(answer, index="0"):
    """What is wrong with a step."""
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]["steps"]["errors"][index]["field-errors"]


def test_name_time_zone_and_steps_are_required(api):
    errors = api.post("/sequence/", json={"steps": []}).json()
    assert errors == {
        "errors": [],
        "field-errors": {
            "name": "This field is required.",
            "timezone": "This field is required.",
            "steps": "List must not be empty.",
        },
    }


@pytest.mark.skipif(not SAMPLE.exists(), reason="the contract is kept beside the repository")
def test_a_sequence_has_the_recorded_form(api):
    recorded = json.loads(SAMPLE.read_text())["entries"][0]["body"]["data"][0]
    made = make(api)
    assert made.keys() - {"ends_on_lead_status_ids"} == recorded.keys()
    assert made["steps"][0].keys() == recorded["steps"][0].keys()
    assert "+" not in made["date_created"] + made["steps"][0]["date_created"]


def test_defaults_are_as_recorded(api):
    made = make(api, call())
    (step,) = made["steps"]
    assert step["id"].startswith("seqstep_")
    assert (made["status"], made["allow_manual_enrollment"]) == ("active", True)
    assert (made["schedule"], made["trigger_query"], made["schedule_id"]) == (None, None, None)
    assert (step["delay"], step["required"], step["step_allowed_delay"]) == (0, True, None)
    assert (step["email_template_id"], step["sms_template_id"], step["threading"]) == (None,) * 3


def test_a_step_is_an_email_unless_it_says_otherwise(api):
    template = api.make("email_template", is_shared=True)["id"]
    (step,) = make(api, {"email_template_id": template})["steps"]
    assert (step["step_type"], step["threading"]) == ("email", "new_thread")


def test_only_an_email_is_part_of_a_conversation(api):
    template = api.make("email_template", is_shared=True)["id"]
    mail = {"email_template_id": template, "threading": "old_thread"}
    steps = make(api, mail, call(threading="old_thread"))["steps"]
    assert [step["threading"] for step in steps] == ["old_thread", None]


@pytest.mark.parametrize("status", ["active", "paused", "draft"])
def test_a_sequence_is_active_paused_or_a_draft(api, status):
    made = make(api, status=status)
    assert made["status"] == status
    assert put(api, made, status="finished").json()["field-errors"].keys() == {"status"}


def test_steps_keep_their_ids_in_the_order_in_which_they_are_sent(api, clock):
    made = make(api, call(), call(delay=60), call(delay=120))
    first, second, third = made["steps"]
    clock.pass_by(minutes=1)

    steps = put(api, made, steps=[{"id": third["id"]}, call(delay=5), first]).json()["steps"]

    assert [step["id"] for step in steps] == [third["id"], steps[1]["id"], first["id"]]
    assert steps[0] == third and steps[2] == first
    assert steps[1]["id"] not in {first["id"], second["id"], third["id"]}


def test_a_step_that_changes_says_who_and_when(api, join, clock):
    made = make(api, call(), call())
    other = join("admin")
    clock.pass_by(minutes=1)
    first, second = made["steps"]

    new = put(other, made, steps=[{"id": first["id"], "delay": 60}, second]).json()["steps"]

    assert new[1] == second
    assert new[0]["created_by_id"] == api.user_id == first["created_by_id"]
    assert new[0]["updated_by_id"] == other.user_id
    assert new[0]["date_created"] == first["date_created"] < new[0]["date_updated"]


def test_a_copy_of_a_sequence_has_steps_of_its_own(api):
    original = make(api, call())
    copy = api.ok("post", "/sequence/", json=original)
    assert copy["steps"][0]["id"] != original["steps"][0]["id"]


@pytest.mark.parametrize(
    ("step", "errors"),
    [
        ({"step_type": "fax"}, {"step_type": "Not a valid choice."}),
        ({"step_type": "email"}, {"email_template_id": "This field is required."}),
        ({"step_type": "sms"}, {"sms_template_id": "This field is required."}),
        (
            {"email_template_id": "tmpl_nope"},
            {"email_template_id": "Object does not exist."},
        ),
        (
            {"step_type": "call", "email_template_id": "tmpl_x"},
            {"email_template_id": "Only a step of type email has this."},
        ),
        (
            {"step_type": "call", "delay": -1, "required": "yes"},
            {
                "delay": "Value must be between 0 and 316224000.",
                "required": "Value must be of bool type.",
            },
        ),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_its_place(api, step, errors):
    body = api.body("sequence", steps=[call(), step])
    assert wrong(api.post("/sequence/", json=body), "1") == errors


def test_a_step_cannot_become_another_kind_or_be_of_another_sequence(api):
    made, other = make(api), make(api)
    id = made["steps"][0]["id"]
    same = {"step_type": "email", "email_template_id": "tmpl_x", "id": id}
    theirs = {"id": other["steps"][0]["id"], "step_type": "call"}

    assert wrong(put(api, made, steps=[same])) == {"step_type": "Value cannot be changed."}
    assert wrong(put(api, made, steps=[theirs])) == {"id": "Object does not exist."}
    assert wrong(put(api, made, steps=[{"id": id}] * 2), "1") == {"id": "Object does not exist."}


@pytest.mark.parametrize(("kind", "type_"), [("email_template", "email"), ("sms_template", "sms")])
def test_a_template_must_be_shared(api, kind, type_):
    template = api.make(kind)["id"]
    body = api.body("sequence", steps=[{"step_type": type_, f"{kind}_id": template}])

    answer = api.post("/sequence/", json=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "errors": [f'Template "{template}" cannot be used in Workflows because it is not shared.'],
        "field-errors": {},
    }


def test_a_template_of_strangers_does_not_exist(api, stranger):
    template = stranger.make("email_template", is_shared=True)["id"]
    body = api.body("sequence", steps=[{"email_template_id": template}])
    errors = wrong(api.post("/sequence/", json=body))
    assert errors == {"email_template_id": "Object does not exist."}


@pytest.mark.parametrize(("kind", "type_"), [("email_template", "email"), ("sms_template", "sms")])
def test_a_template_that_is_used_cannot_be_deleted(api, kind, type_):
    template = api.make(kind, is_shared=True)["id"]
    sequence = make(api, {"step_type": type_, f"{kind}_id": template})

    refused = api.delete(f"/{kind}/{template}/")
    api.ok("delete", f"/sequence/{sequence['id']}/")
    deleted = api.delete(f"/{kind}/{template}/")

    assert refused.status_code == 400
    assert "used by a Workflow" in refused.json()["errors"][0]
    assert deleted.status_code < 300


def test_a_template_tells_which_sequences_use_it(api):
    template = api.make("email_template", is_shared=True)["id"]
    steps = [{"email_template_id": template}, {"email_template_id": template, "delay": 9}]
    sequence = make(api, *steps, name="Chase")
    make(api)

    shown = api.ok("get", f"/email_template/{template}/")["used_by_sequences"]

    assert shown == [{"id": sequence["id"], "name": "Chase"}]


def test_a_schedule_is_shown_with_seconds(api):
    ranges = [{"weekday": 1, "start": "08:00", "end": "20:00"}]
    made = make(api, schedule={"ranges": ranges})
    assert made["schedule"] == {"ranges": [{"weekday": 1, "start": "08:00:00", "end": "20:00:00"}]}
    assert put(api, made, schedule=None).json()["schedule"] is None


@pytest.mark.parametrize(
    "ranges",
    [
        None,
        [],
        [{}],
        ["x"],
        [{"weekday": 0, "start": "08:00", "end": "09:00"}],
        [{"weekday": 8, "start": "08:00", "end": "09:00"}],
        [{"weekday": 1, "start": "09:00", "end": "08:00"}],
        [{"weekday": 1, "start": "09:00", "end": "09:00"}],
        [{"weekday": 1, "start": "morning", "end": "09:00"}],
    ],
)
def test_a_schedule_that_never_opens_is_refused(api, ranges):
    answer = api.post("/sequence/", json=api.body("sequence", schedule={"ranges": ranges}))
    assert answer.status_code == 400
    errors = answer.json()["field-errors"]
    assert list(errors) == ["schedule"] and list(errors["schedule"]["field-errors"]) == ["ranges"]


@pytest.mark.parametrize("name", ["Bielefeld", "../etc/passwd", "x" * 200, "America"])
def test_a_time_zone_is_one_that_there_is(api, name):
    answer = api.post("/sequence/", json=api.body("sequence", timezone=name))
    assert list(answer.json()["field-errors"]) == ["timezone"]


def test_a_single_sequence_counts_its_runs(api):
    sequence = make(api)
    for status in ("active", "active", "paused"):
        api.make("sequence_subscription", sequence_id=sequence["id"], status=status)

    shown = api.ok("get", f"/sequence/{sequence['id']}/")

    assert api.ok("get", f"/sequence/{sequence['id']}/?_limit=0&_skip=9") == shown
    counts = shown["subscription_counts_by_status"]
    assert counts == {"active": 2, "paused": 1, "finished": 0, "goal": 0, "error": 0}
    assert "subscription_counts_by_status" not in api.ok("get", "/sequence/")["data"][0]


@pytest.mark.parametrize(("role", "may"), [("user", False), ("superuser", True)])
def test_sequences_take_a_permission(api, join, role, may):
    member, sequence = join(role), make(api)

    answers = [
        member.post("/sequence/", json=api.body("sequence")),
        put(member, sequence, name="Other"),
        member.delete(f"/sequence/{sequence['id']}/"),
    ]

    assert [answer.status_code for answer in answers] == ([200] * 3 if may else [403] * 3)
    assert member.get("/sequence/").status_code == 200


def test_a_list_is_the_newest_first(api, clock):
    old = make(api)
    clock.pass_by(seconds=1)
    new = make(api)
    ids = [row["id"] for row in api.ok("get", "/sequence/")["data"]]
    assert ids == [new["id"], old["id"]]
