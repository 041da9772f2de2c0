"""Answers that others recorded, matched by shape: what has a key, a type, a form of date or a
prefix of ids there has the same here. Ours are those of an organization full of demo data."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ajar import resources as declarations
from ajar import seeding
from ajar.kernel.registry import resources

SAMPLES = Path(__file__).parents[2] / "shared" / "reference" / "samples"
if not SAMPLES.exists():
    pytest.skip("the contract is kept beside the repository", allow_module_level=True)

declarations.load()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Whose answers a file has, unless its name says it.
OF = {
    "activity_list": "activity",
    "activity_status_change_lead": "activity.status_change.lead",
    "activity_task_completed": "activity.task_completed",
    "custom_field_activity": "custom_field.activity",
    "custom_field_contact": "custom_field.contact",
    "custom_field_lead": "custom_field.lead",
    "custom_field_opportunity": "custom_field.opportunity",
    "custom_fields_legacy": "custom_field.lead",
    "email_template": "email_template",
    "integration_link": "integration_link",
    "lead_status": "status.lead",
    "opportunity_status": "status.opportunity",
    "phone_number": "phone_number",
}
FILES = {file.stem: json.loads(file.read_text())["entries"] for file in SAMPLES.glob("*.json")}
# They are asked for again, word for word.
ASKED = ("delete", "errors")
# What is not the same on purpose: the resource and the key, and why.
OF_TASKS = "what agents and the original's own inbox keep is in no contract"
BILLS = "nobody is billed here"
OLD = "is of 2017 and 2018, and in no contract since"
APART = {
    ("lead", ".contacts[].emails[].email_lower"): OLD,
    ("organization", ".leads_email"): OLD,
    ("organization", ".status"): BILLS,
    **{
        (name, f"{at}.{key}"): OF_TASKS
        for name, at in (("task", ""), ("lead", ".tasks[]"))
        for key in (
            *("agent_config_id", "deduplication_key", "is_primary_lead_notification"),
            *("sequence_id", "sequence_subscription_id"),
        )
    },
    **{
        ("organization", f".{key}"): BILLS
        for key in (
            *("billing_account_id", "cancellation_date", "payment_fail_date", "trial_ends"),
            *("user_count", "memberships[].plan_type", "memberships[].is_free"),
        )
    },
    **{
        ("organization", f".memberships[].{key}"): OLD
        for key in ("country", "record_calls", "show_onboarding", "user_phone_formatted")
    },
    **{
        (f"custom_field.{kind}", f".{key} is of another form"): "only a POST leaves the offset out"
        for kind in ("contact", "lead")
        for key in ("date_created", "date_updated")
    },
}
RENAMED = {"lcf": "cf"}  # old ids of custom fields
PREFIXES = {resource.about.prefix for resource in resources.values()} | RENAMED.keys()
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")
ID = re.compile(r"([a-z0-9]+)_[0-9A-Za-z]+")  # some were edited by hand


def named(stem):
    return OF.get(stem) or (
        stem.replace("activity_", "activity.", 1) if stem.startswith("activity_") else stem
    )


def form(value):
    """What kind of value it is."""
    if not isinstance(value, str):
        return "number" if type(value) in (int, float) else type(value).__name__
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "day"
    if found := MOMENT.fullmatch(value):
        return f"moment{found[2] or ''}"
    if (found := ID.fullmatch(value)) and found[1] in PREFIXES:
        return f"id of {RENAMED.get(found[1], found[1])}"
    return "text"


def differences(shown, ours, at=""):
    """What is shown and is nowhere among ours. Of what ours leave empty only the key is known."""
    ours = [one for one in ours if one is not None]
    if shown is None or not ours:
        return
    if isinstance(shown, dict):
        for key, value in shown.items():
            if key.startswith("custom.") or at == ".custom":
                continue
            having = [one[key] for one in ours if isinstance(one, dict) and key in one]
            if having:
                yield from differences(value, having, f"{at}.{key}")
            else:
                yield f"{at}.{key}"
    elif isinstance(shown, list):
        if not all(isinstance(one, list) for one in ours):
            yield f"{at} should be a list"
            return
        items = [item for one in ours for item in one]
        for item in shown if items else ():
            yield from differences(item, items, f"{at}[]")
    elif form(shown) not in (forms := {form(one) for one in ours}) and not (
        isinstance(shown, str) and "text" in forms
    ):
        yield f"{at} is of another form"


@pytest.fixture(scope="module")
def company(newcomer):
    api = newcomer()
    caller = api.world.app.database, api.organization_id, api.user_id
    options = {"leads": 40, "seed": 1, "now": NOW}
    asyncio.run(seeding.seed(*caller, **options, told=lambda leads: None))
    return api


@pytest.fixture(scope="module")
def answers(company):
    """Call it with the name of a resource: its list, and some of its rows one by one."""
    known = {}

    def answered(name):
        if name not in known:
            known[name] = found(company, name)
        return known[name]

    return answered


def found(api, name):
    about = resources[name].about
    if name == "organization":
        return {}, [api.ok("get", f"/organization/{api.organization_id}/")]
    params = {"_limit": 50} | ({"_type": "all"} if name == "task" else {})
    page = api.ok("get", f"/{about.path}/", params=params)
    if name == "activity":
        return page, page["data"]
    single = [api.ok("get", f"/{about.path}/{row['id']}/") for row in page["data"][:5]]
    return page, [*page["data"], *single]


COMPARED = [
    pytest.param(named(stem), entry, id=f"{stem}-{number}")
    for stem, entries in sorted(FILES.items())
    if stem not in ASKED
    for number, entry in enumerate(entries)
]


@pytest.mark.parametrize(("name", "entry"), COMPARED)
def test_an_answer_is_like_the_one_recorded(answers, name, entry):
    page, rows = answers(name)
    body = entry["body"]
    if isinstance(body.get("data"), list):
        assert body.keys() <= page.keys()
    assert [one for one in unlike(rows, body) if (name, one) not in APART] == []


def unlike(rows, body):
    """Where an answer differs from ours of the same type."""
    wrong = set()
    for one in body["data"] if isinstance(body.get("data"), list) else [body]:
        alike = [row for row in rows if row.get("_type") == one.get("_type", row.get("_type"))]
        assert alike
        wrong |= set(differences(one, alike))
    return wrong


def test_what_is_apart_is_apart(answers):
    """A reason that no longer holds is taken away."""
    found = (parameters.values for parameters in COMPARED)
    still = {(n, wrong) for n, entry in found for wrong in unlike(answers(n)[1], entry["body"])}
    assert APART.keys() <= still


# What was deleted, and what was refused


@pytest.mark.parametrize(
    "entry", FILES["delete"], ids=[one["request"]["path"] for one in FILES["delete"]]
)
def test_a_delete_is_answered_as_recorded(api, entry):
    kind = entry["request"]["path"].strip("/").rpartition("/")[0]
    made = api.make(kind.replace("/", "."))
    answer = api.delete(f"/{kind}/{made['id']}/")
    assert (answer.status_code, answer.json()) == (entry["status"], entry["body"])


# How the same is said today, where that has changed since it was recorded.
SAID = {
    # By its id a status was never found under the name of its label.
    ("POST", "/lead/"): (400, {"field-errors": {"status_id": "Object does not exist."}}),
    # It gets a lead that has no name yet: so says the contract.
    ("POST", "/opportunity/"): (200, {"lead_name": "Untitled"}),
    # A wrong reference is named as it was sent.
    ("POST", "/task/"): (400, {"field-errors": {"lead_id": "Object does not exist."}}),
}
REFUSED = [entry for entry in FILES["errors"] if entry["status"] not in (401, 429)]


@pytest.mark.parametrize("entry", REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_is_worded_as_recorded(api, entry):
    asked = entry["request"]
    body = asked.get("body")
    if asked["path"] == "/lead/merge/":
        body = body | {"destination": api.make("lead")["id"]}
    options = {"json": body or {}} if asked["method"] != "GET" else {}
    answer = getattr(api, asked["method"].lower())(asked["path"], **options)
    recorded = entry["status"], entry["body"]
    status, said = SAID.get((asked["method"], asked["path"]), recorded)
    assert answer.status_code == status
    assert answer.json().items() >= said.items()


def test_who_is_unknown_and_who_asks_too_often_is_told_in_todays_words():
    """What was recorded of them in 2017 is tested as it is said since, in test_http.py."""
    assert sorted(e["status"] for e in FILES["errors"] if e not in REFUSED) == [401, 429]
