"""The status change reports, and the report of sent emails."""

from datetime import datetime, timedelta

import pytest

START = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
PERIOD = {"date_start": "2026-03-04", "date_end": "2026-03-10"}


@pytest.fixture
def report(api):
    def ask(kind="lead", **params):
        return api.ok("get", f"/report/statuses/{kind}/{api.organization_id}/", params=params)

    return ask


@pytest.fixture
def statuses(api):
    return [one["id"] for one in api.ok("get", "/status/lead/")["data"]][:3]


@pytest.fixture
def story(api, clock, statuses):
    """Leads, each by the days on which it came to a status."""

    def tell(*ways):
        made = []
        events = sorted((day, n, status) for n, way in enumerate(ways) for day, status in way)
        for day, number, status in events:
            clock.stand(START + timedelta(days=day))
            body = {"status_id": statuses[status]}
            if number < len(made):
                api.ok("put", f"/lead/{made[number]}/", json=body)
            else:
                made.append(api.make("lead", **body)["id"])
        clock.stand(START + timedelta(days=28))
        return made

    return tell


def overview(body):
    return {row["status_id"]: row for row in body["status_overview"]}


def test_an_overview_tells_how_a_period_began_and_ended(report, story, statuses):
    story([(0, 0), (4, 1)], [(0, 0)], [(5, 0)])

    rows = overview(report(**PERIOD))

    first, second = rows[statuses[0]], rows[statuses[1]]
    sides = ("started", "ended", "change", "change_percent", "gained", "lost", "entered", "left")
    assert [first[side] for side in sides] == [2, 2, 0, 0, 1, 1, 1, 1]
    assert [second[side] for side in sides] == [0, 1, 1, None, 1, 0, 1, 0]
    assert first["status_label"] == "Potential"
    assert first["status_is_deleted"] is False
    told = {"status_id", "status_label", "status_is_deleted", "_queries", "_leads_page_urls"}
    assert first.keys() == told | set(sides)
    numbers = {"started", "ended", "gained", "lost", "entered", "left"}
    assert first["_queries"].keys() == first["_leads_page_urls"].keys() == numbers


def test_what_goes_and_comes_back_is_neither_gained_nor_lost(report, story, statuses):
    story([(0, 0), (4, 1), (5, 0)])
    first = overview(report(**PERIOD))[statuses[0]]
    counts = [first[side] for side in ("gained", "lost", "entered", "left")]
    assert counts == [0, 0, 1, 1]


def test_what_happens_as_the_period_begins_is_within_it(report, story, statuses):
    story([(0, 0), (2, 1)])
    rows = overview(report(**PERIOD))
    first, second = (rows[id] for id in statuses[:2])
    assert (first["started"], first["left"], second["started"], second["entered"]) == (1, 1, 0, 1)


TOLD = ("id", "label", "is_deleted")


def test_every_hop_is_a_transition_and_the_summary_has_one(api, report, story, statuses):
    _, last = story([(0, 0), (4, 1), (5, 2)], [(5, 0)])

    body = report(**PERIOD)

    def pairs(name):
        return {(t["from_status_id"], t["to_status_id"]): t["count"] for t in body[name]}

    zero, one, two = statuses
    hops = {(zero, one): 1, (one, two): 1, (None, zero): 1}
    assert pairs("status_transitions") == hops
    assert pairs("status_transitions_summary") == {(zero, two): 1, (None, zero): 1}
    labels = {(t["from_status_label"], t["to_status_label"]) for t in body["status_transitions"]}
    assert {("Potential", "Bad Fit"), ("Bad Fit", "Qualified")} < labels
    for name in ("status_transitions", "status_transitions_summary"):
        made = next(t for t in body[name] if t["from_status_id"] is None)
        assert (made["from_status_label"], made["from_status_is_deleted"]) == (None, None)
        assert (made["to_status_label"], made["to_status_is_deleted"]) == ("Potential", False)
        assert made.keys() == {
            *(f"{side}_status_{what}" for side in ("from", "to") for what in TOLD),
            *("count", "_query", "_leads_page_url"),
        }
        found = api.ok("get", "/lead/", params={"query": made["_query"]})["data"]
        assert [lead["id"] for lead in found] == [last]


def test_a_transition_tells_that_a_status_is_gone(api, report, story, statuses):
    story([(0, 0), (4, 1), (5, 2)])
    api.ok("delete", f"/status/lead/{statuses[1]}/")
    first, second = report(**PERIOD)["status_transitions"]
    assert (first["to_status_id"], first["to_status_is_deleted"]) == (statuses[1], True)
    assert (second["from_status_id"], second["from_status_is_deleted"]) == (statuses[1], True)


def test_without_dates_it_is_of_all_time(report, story, statuses):
    story([(0, 0), (4, 1)])
    row = overview(report())[statuses[1]]
    assert (row["ended"], row["entered"], row["left"]) == (1, 1, 0)
    assert not {"started", "change", "change_percent", "gained", "lost"} & row.keys()
    assert row["_queries"].keys() == {"ended", "entered", "left"}


def test_either_date_is_enough(report, story, statuses):
    story([(0, 0), (4, 1)])
    row = overview(report(date_start="2026-03-04"))[statuses[1]]
    assert (row["started"], row["ended"]) == (0, 1)
    row = overview(report(date_end="2026-03-04"))[statuses[1]]
    assert (row["started"], row["ended"]) == (0, 0)


def test_a_status_that_is_gone_is_told_so(api, report, story, statuses):
    story([(0, 0), (4, 1), (5, 2)])
    api.ok("delete", f"/status/lead/{statuses[1]}/")
    row = overview(report(**PERIOD))[statuses[1]]
    assert (row["status_is_deleted"], row["status_label"]) == (True, None)


def test_the_leads_of_a_number_are_found_by_its_query(api, report, story, statuses):
    moved, _ = story([(0, 0), (4, 1)], [(0, 0)])
    row = overview(report(**PERIOD))[statuses[0]]
    found = api.ok("get", "/lead/", params={"query": row["_queries"]["lost"]})["data"]
    assert [lead["id"] for lead in found] == [moved]
    assert row["_leads_page_urls"].keys() == row["_queries"].keys()
    assert row["_leads_page_urls"]["lost"].startswith("http")


def test_a_query_that_would_name_too_many_is_null(report, story, statuses, monkeypatch):
    monkeypatch.setattr("ajar.reports.drill.MOST_IDS", 1)
    story([(0, 0)], [(0, 0)])
    row = overview(report(**PERIOD))[statuses[0]]
    assert (row["started"], row["_queries"]["started"]) == (2, None)
    assert row["_leads_page_urls"]["started"] is None


def test_a_query_or_a_smart_view_limits_it(api, report, story, statuses):
    acme, _ = story([(0, 0)], [(0, 0)])
    api.ok("put", f"/lead/{acme}/", json={"name": "Acme"})
    view = api.make("saved_search", s_query=None, query="name:Acme")["id"]
    for said in ({"query": "name:Acme"}, {"smart_view_id": view}):
        assert overview(report(**said))[statuses[0]]["ended"] == 1
    both = {"query": "name:Acme", "smart_view_id": view}
    path = f"/report/statuses/lead/{api.organization_id}/"
    assert api.get(path, params=both).status_code == 400


# Opportunities


def test_opportunities_have_pages_of_their_own(api, report):
    made = api.make("opportunity")
    row = overview(report("opportunity"))[made["status_id"]]
    line = row["_queries"]["ended"]
    assert line == f'opportunity(id in ("{made["id"]}"))'
    stripped = line.removeprefix("opportunity(").removesuffix(")")
    found = api.ok("get", "/opportunity/", params={"query": stripped})["data"]
    assert [one["id"] for one in found] == [made["id"]]
    leads = api.ok("get", "/lead/", params={"query": line})["data"]
    assert [one["id"] for one in leads] == [made["lead_id"]]
    assert row["_opportunities_page_urls"].keys() == row["_leads_page_urls"].keys()
    for name in ("status_transitions", "status_transitions_summary"):
        (moved,) = report("opportunity")[name]
        assert moved["_query"] == line
        assert moved.keys() >= {"_leads_page_url", "_opportunities_page_url", "count"}


def test_opportunities_of_one_user(api, report):
    made = api.make("opportunity")
    body = {"email": f"gob.{api.user_id}@bluth.example", "role_id": "user"}
    gob = api.ok("post", "/membership/", json=body)["user_id"]
    api.make("opportunity", user_id=gob)
    assert overview(report("opportunity"))[made["status_id"]]["ended"] == 2
    assert overview(report("opportunity", user_id=gob))[made["status_id"]]["ended"] == 1


# What is refused


PATHS = ("statuses/lead", "statuses/opportunity", "sent_emails", "custom")


@pytest.mark.parametrize("name", PATHS)
def test_another_organization_is_not_there(api, stranger, name):
    path = f"/report/{name}/{stranger.organization_id}/"
    assert api.get(path, params={"x": "lead.date_created"}).status_code == 404


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({"date_start": "soon"}, "date_start"),
        ({"date_start": "2026-03-05", "date_end": "2026-03-01"}, "date_end"),
        ({"smart_view_id": "save_x"}, "smart_view_id"),
        ({"query": "magic:1"}, "query"),
        ({"user_id": "user_x"}, "user_id"),
    ],
)
def test_what_is_wrong_is_named(api, params, wrong):
    path = f"/report/statuses/opportunity/{api.organization_id}/"
    answer = api.get(path, params=params)
    assert answer.status_code == 400
    assert answer.json()["field-errors"].keys() == {wrong}


# Sent emails


def send(api, template=None, **values):
    mail = {"status": "sent", "direction": "outgoing", "body_text": "Hi", "template_id": template}
    people = {"to": ["gob@bluth.example"], "sender": "bruce@wayne.example"}
    who = {"lead_id": api.make("lead")["id"], "user_id": api.user_id}
    return api.add("activity.email", **(who | mail | people | values))


def stats(api, **params):
    path = f"/report/sent_emails/{api.organization_id}/"
    return api.ok("get", path, params=params)["sent_email_stats"]


OPENED = [{"opened_at": "2026-03-20T10:00:00+00:00"}]


def test_sent_emails_are_told_by_template_after_all_together(api):
    template = api.make("email_template", name="Hello", is_shared=True)["id"]
    lead = api.make("lead")["id"]
    send(api, template, opens=OPENED, lead_id=lead, subject="Hi")
    send(api, template)
    people = {"sender": "gob@bluth.example", "to": ["bruce@wayne.example"]}
    answer = {"status": "inbox", "direction": "incoming", "subject": "Re: Hi"}
    send(api, lead_id=lead, **people, **answer)
    send(api, opens=OPENED)
    send(api, status="draft")

    first, second = stats(api)

    assert (first["total"], first["opened"], first["responded"]) == (3, 2, 1)
    assert second | {"_queries": None} == {
        "template_id": template,
        "name": "Hello",
        "is_shared": True,
        "total": 2,
        "opened": 1,
        "percentage_opened": 50,
        "responded": 1,
        "percentage_responded": 50,
        "_queries": None,
    }
    counts = {}
    for side, line in second["_queries"].items():
        counts[side] = api.ok("get", "/lead/", params={"query": line})["total_results"]
    assert counts == {"total": 2, "opened": 1, "responded": 1}


def test_without_emails_there_is_one_row(api):
    (row,) = stats(api)
    assert (row["total"], row["percentage_opened"]) == (0, None)


def test_sent_emails_of_a_period_and_a_user(api):
    send(api, activity_at=START)
    send(api, activity_at=START + timedelta(days=5), user_id=None)

    def total(**params):
        return stats(api, **params)[0]["total"]

    assert total() == 2
    assert total(date_start="2026-03-02", date_end="2026-03-02") == 1
    assert total(user_id=api.user_id) == 1
