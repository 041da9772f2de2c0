"""What ids look like, and the words by which kinds of one family are told apart."""

import re
import time

import pytest

from ajar import ids, resources
from ajar.kernel.registry import resources as registry

resources.load()
PREFIXES = {
    "activity.note": "acti",
    "activity.emailthread": "acti",
    "blocked_phone_number": "bphn",
    "bulk_action.delete": "bulkdelete",
    "bulk_action.edit": "bulkedit",
    "bulk_action.email": "bulkemail",
    "bulk_action.sequence_subscription": "bulkseqsub",
    "comment": "comm",
    "comment_thread": "comthr",
    "connected_account": "emailacct",
    "contact": "cont",
    "custom_activity": "actitype",
    "custom_field.activity": "cf",
    "custom_field.contact": "cf",
    "custom_field.custom_object_type": "cf",
    "custom_field.lead": "cf",
    "custom_field.opportunity": "cf",
    "custom_field.shared": "cf",
    "custom_object": "custobj",
    "custom_object_type": "cotype",
    "dialer": "dial",
    "email_template": "tmpl",
    "export": "expo",
    "form": "form",
    "group": "group",
    "integration_link": "ilink",
    "lead": "lead",
    "membership": "memb",
    "opportunity": "oppo",
    "organization": "orga",
    "outcome": "outcome",
    "phone_number": "phon",
    "pipeline": "pipe",
    "playbook": "playbook",
    "role": "role",
    "saved_search": "save",
    "scheduling_link": "schlnk",
    "send_as": "sdas",
    "sequence": "seq",
    "sequence_subscription": "sub",
    "shared_scheduling_link": "schlnk",
    "sms_template": "smstmpl",
    "status.lead": "stat",
    "status.opportunity": "stat",
    "task": "task",
    "user": "user",
    "webhook": "whsub",
}
ACTIVITIES = {
    "activity.call": "Call",
    "activity.created": "Created",
    "activity.custom": "CustomActivity",
    "activity.email": "Email",
    "activity.emailthread": "EmailThread",
    "activity.form_submission": "FormSubmission",
    "activity.lead_merge": "LeadMerge",
    "activity.meeting": "Meeting",
    "activity.note": "Note",
    "activity.sms": "SMS",
    "activity.status_change.lead": "LeadStatusChange",
    "activity.status_change.opportunity": "OpportunityStatusChange",
    "activity.task_completed": "TaskCompleted",
    "activity.whatsapp_message": "WhatsAppMessage",
}


def test_an_id_says_what_kind_of_thing_it_is_of():
    assert {name: registry[name].about.prefix for name in PREFIXES} == PREFIXES
    kinds = [name for name in registry if name.startswith("activity.")]
    assert {registry[name].about.prefix for name in kinds} == {"acti"}


def test_an_id_is_a_prefix_and_22_letters(api):
    made = [api.make(name) for name in ("lead", "contact", "activity.note", "sequence", "group")]
    ids = [row["id"] for row in made]
    assert [re.fullmatch("[a-z]+_[0-9A-Za-z]{22}", id) for id in ids].count(None) == 0


def test_ids_come_in_the_order_they_were_made_in_whatever_the_clock_says(monkeypatch):
    made = [ids.new("x") for _ in range(1000)]
    monkeypatch.setattr(time, "time_ns", lambda: 0)  # set back
    made += [ids.new("x") for _ in range(1000)]

    assert made == sorted(set(made))


def test_an_id_tells_when_it_was_made():
    before = ids.moment(time.time_ns() // 1000)
    made = ids.new("x").removeprefix("x_")
    after = ids.moment(time.time_ns() // 1000 + 1000)

    assert before <= made[: ids.MOMENT] <= after
    assert made[: ids.MOMENT].isdigit()  # or other languages would sort it in another way


def test_parts_have_ids_of_their_own_kind(api):
    (event, *_) = api.ok("get", f"/event/?object_id={api.make('lead')['id']}")["data"]
    (step,) = api.make("sequence")["steps"]
    field, *_ = api.make("form")["fields"]
    ids = [event["id"], event["request_id"], event["api_key_id"], step["id"], field["id"], api.key]

    assert [id.partition("_")[0] for id in ids] == ["ev", "req", "api", "seqstep", "formfld", "api"]


def test_built_in_roles_have_words_for_ids(api):
    ids = [role["id"] for role in api.ok("get", "/role/")["data"]]
    assert ids == ["admin", "superuser", "user", "restricteduser"]


def test_each_kind_of_activity_has_its_word():
    of_table = {name: one.about.type for name, one in registry.items() if "activity." in name}
    assert {name: of_table[name] for name in ACTIVITIES} == ACTIVITIES


def test_activities_are_found_by_the_words_of_their_kinds(api):
    lead = api.make("lead")["id"]
    made = {"Note": "activity.note", "Call": "activity.call", "SMS": "activity.sms"}
    made |= {"CustomActivity": "activity.custom"}
    ids = {word: api.make(name, lead_id=lead)["id"] for word, name in made.items()}

    for word, id in (ids | {"Custom": ids["CustomActivity"]}).items():
        shown = api.ok("get", f"/activity/?lead_id={lead}&_type={word}")["data"]
        assert [(one["id"], one["_type"]) for one in shown] == [
            (id, "CustomActivity" if word == "Custom" else word)
        ]


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("connected_account", "_type", "google microsoft custom_email zoom calendly"),
        ("integration_link", "type", "lead contact opportunity"),
        ("scheduling_link", "source", "MANUAL THIRD_PARTY CALENDLY"),
        ("phone_number", "type", "internal external virtual"),
        ("phone_number", "carrier_type", "local national mobile tollfree shortcode"),
        ("phone_number", "carrier", "twilio plivo"),
        ("activity.call", "direction", "inbound outbound"),
        ("activity.sms", "direction", "inbound outbound"),
        ("activity.email", "direction", "incoming outgoing"),
        ("activity.whatsapp_message", "direction", "incoming outgoing"),
    ],
)
def test_a_field_has_the_words_of_the_api(name, field, words):
    assert registry[name].about.stored[field].choices == tuple(words.split())


def test_a_scheduling_link_is_of_a_user_or_shared(api):
    made = [api.make("scheduling_link"), api.make("shared_scheduling_link")]
    assert [one["type"] for one in made] == ["USER", "SHARED"]
