"""Many clients at the same time: nothing is lost, doubled or left half done."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

CLIENTS = 8


@pytest.fixture
def at_once():
    """Call it with functions: what each answered, all of them having begun together."""

    def run(*functions):
        with ThreadPoolExecutor(len(functions)) as pool:
            return [one.result() for one in [pool.submit(function) for function in functions]]

    return run


def repeat(number, function):
    return [lambda n=n: function(n) for n in range(number)]


def test_leads_that_are_made_at_once_are_all_there_and_counted(company, at_once):
    def make(client):
        answers = [company.raw("POST", "/lead/", json={"name": f"{client}-{n}"}) for n in range(10)]
        return [answer.json()["id"] for answer in answers]

    ids = {id for made in at_once(*repeat(CLIENTS, make)) for id in made}

    page = company.raw("GET", "/lead/?_limit=200&_fields=id").json()
    assert {lead["id"] for lead in page["data"]} == ids
    assert len(ids) == page["total_results"] == CLIENTS * 10


def test_no_value_that_is_added_at_once_is_lost(company, close, lead, at_once):
    choices = [f"choice {n}" for n in range(CLIENTS)]
    field = {"name": "Interests", "type": "choices", "choices": choices}
    id = close.post("custom_field/lead", field | {"accepts_multiple_values": True})["id"]
    path, key = f"/lead/{lead['id']}/", f"custom.{id}"

    at_once(*repeat(CLIENTS, lambda n: company.raw("PUT", path, json={f"{key}.add": choices[n]})))

    assert sorted(close.get(path.strip("/"))[key]) == choices
    events = close.get("event", {"object_id": lead["id"], "action": "updated"})["data"]
    assert sorted(len(event["data"][key]) for event in events) == list(range(1, CLIENTS + 1))


def test_two_leads_that_are_merged_into_each_other_become_one(company, close, at_once):
    for _ in range(5):
        a, b = (close.post("lead", {"name": name})["id"] for name in "ab")
        merges = [{"source": a, "destination": b}, {"source": b, "destination": a}]

        done, refused = sorted(
            at_once(*repeat(2, lambda n, m=merges: company.raw("POST", "/lead/merge/", json=m[n]))),
            key=lambda answer: answer.status_code,
        )

        assert (done.status_code, refused.status_code) == (200, 404), refused.text
    assert close.get("lead")["total_results"] == 5


def test_what_is_added_to_a_lead_while_it_is_deleted_goes_or_is_refused(company, close, at_once):
    kinds = {"contact": "name", "opportunity": "note", "task": "text", "activity/note": "note"}
    statuses = Counter()
    for _ in range(5):
        lead = close.post("lead", {"name": "Short-lived"})["id"]
        adding = [
            lambda path=path, name=name, lead=lead: company.raw(
                "POST", f"/{path}/", json={"lead_id": lead, name: "x"}
            )
            for path, name in kinds.items()
        ]
        deleting = [lambda lead=lead: company.raw("DELETE", f"/lead/{lead}/")]
        statuses.update(answer.status_code for answer in at_once(*adding, *deleting, *adding))

    assert statuses.keys() <= {200, 400, 404}
    assert statuses[200] >= 5
    for path in ("lead", *kinds):
        assert close.get(path)["data"] == []


def test_a_status_that_is_used_while_it_is_deleted_stays_or_is_refused(company, close, at_once):
    for n in range(5):
        status = close.post("status/lead", {"label": f"Status {n}"})["id"]

        made, deleted = at_once(
            lambda status=status: company.raw("POST", "/lead/", json={"status_id": status}),
            lambda status=status: company.raw("DELETE", f"/status/lead/{status}/"),
        )

        assert sorted([made.status_code, deleted.status_code]) == [200, 400], deleted.text


def test_the_log_is_complete_while_it_is_written(company, close, at_once):
    """Who follows the log, a page at a time, meets every change."""

    def write(client):
        for n in range(10):
            company.raw("POST", "/lead/", json={"name": f"{client}-{n}"})

    at_once(*repeat(CLIENTS, write))

    seen, cursor = [], ""
    while cursor is not None:
        path = f"/event/?object_type=lead&_limit=7&_cursor={cursor}"
        page = company.raw("GET", path).json()
        seen += [event["data"]["name"] for event in page["data"]]
        cursor = page["cursor_next"]
    assert Counter(seen) == {f"{client}-{n}": 1 for client in range(CLIENTS) for n in range(10)}
