"""Answers that others recorded, matched by shape: what has a key, a type, a form of date or a
prefix of ids there has the same here. Ours are those of an organization full of demo data."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ajar import seeding
from ajar.kernel.registry import resources

SAMPLES = Path(__file__).parents[2] / "shared" / "reference" / "samples"
if not SAMPLES.exists():
    pytest.skip("the contract is kept beside the repository", allow_module_level=True)

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
# What is not the same on purpose: the resource, the key, and why.
APART: dict[tuple[str, str], str] = {}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")
ID = re.compile(r"([a-z0-9]+)_[0-9A-Za-z]{20,43}")


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
    if found := ID.fullmatch(value):
        return f"id of {found[1]}"
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
        yield f"{at} should be like {shown!r}, not {ours[0]!r}"


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
    listed = isinstance(body.get("data"), list)
    wrong = (
        list(differences({k: v for k, v in body.items() if k != "data"}, [page])) if listed else []
    )
    for one in body["data"] if listed else [body]:
        alike = [row for row in rows if row.get("_type") == one.get("_type", row.get("_type"))]
        assert alike
        wrong += differences(one, alike)
    assert [one for one in set(wrong) if (name, one) not in APART] == []


def test_what_is_apart_is_apart(answers):
    """A reason that no longer holds is taken away."""
    still = set()
    for parameters in COMPARED:
        name, entry = parameters.values
        rows = answers(name)[1]
        for one in entry["body"].get("data", [entry["body"]]):
            still |= {(name, wrong) for wrong in differences(one, rows)}
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


REFUSED = [entry for entry in FILES["errors"] if entry["status"] not in (401, 429)]


@pytest.mark.parametrize("entry", REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_is_worded_as_recorded(api, entry):
    asked = entry["request"]
    body = asked.get("body")
    if asked["path"] == "/lead/merge/":
        body = body | {"destination": api.make("lead")["id"]}
    options = {"json": body} if body is not None else {}
    answer = getattr(api, asked["method"].lower())(asked["path"], **options)
    assert (answer.status_code, answer.json()) == (entry["status"], entry["body"])


def test_who_is_unknown_is_refused_as_recorded(api):
    (entry,) = [entry for entry in FILES["errors"] if entry["status"] == 401]
    wrong = {"authorization": "Basic d3Jvbmc6"}
    answer = api.get(entry["request"]["path"], headers=wrong)
    assert (answer.status_code, answer.json()) == (entry["status"], entry["body"])
