"""The activity report."""

import csv
import io
from datetime import datetime

import pytest

from ajar.reports.metrics import METRICS

COUNT = "calls.all.all.count"
SECONDS = "calls.all.all.sum_duration"
MEAN = "calls.all.all.avg_duration"
NOW = "2026-03-18T12:00:00+00:00"  # a Wednesday


@pytest.fixture
def at(clock):
    def stand(text):
        clock.stand(datetime.fromisoformat(text))

    stand(NOW)
    return stand


@pytest.fixture
def report(api):
    def ask(headers=None, **said):
        said = {"type": "overview", "relative_range": "this-week", "metrics": [COUNT]} | said
        said = {name: value for name, value in said.items() if value is not None}
        return api.ok("post", "/report/activity/", json=said, headers=headers)

    return ask


@pytest.fixture
def refused(api):
    def ask(**said):
        said = {"type": "overview", "relative_range": "this-week", "metrics": [COUNT]} | said
        answer = api.post("/report/activity/", json=said)
        assert answer.status_code == 400
        return answer.json()["field-errors"]

    return ask


def colleague(api, name="gob"):
    body = {"email": f"{name}.{api.user_id}@bluth.example", "role_id": "user"}
    return api.ok("post", "/membership/", json=body)["user_id"]


def test_an_overview_has_a_row_for_each_day_of_a_week(api, report, at):
    api.make("activity.call", duration=60)

    body = report(metrics=[COUNT, SECONDS])

    days = [row["datetime"] for row in body["data"]]
    assert days == [f"2026-03-{day}T00:00:00+00:00" for day in range(16, 23)]
    assert body["data"][2] == {"datetime": days[2], COUNT: 1, SECONDS: 60}
    assert body["data"][3] == {"datetime": days[3], COUNT: 0, SECONDS: 0}
    assert body["aggregations"] == {"totals": {COUNT: 1, SECONDS: 60}}


@pytest.mark.parametrize(
    ("range", "rows", "first"),
    [
        ("today", 24, "2026-03-18T00:00:00+00:00"),
        ("yesterday", 24, "2026-03-17T00:00:00+00:00"),
        ("last-week", 7, "2026-03-09T00:00:00+00:00"),
        ("this-month", 31, "2026-03-01T00:00:00+00:00"),
        ("last-month", 28, "2026-02-01T00:00:00+00:00"),
        ("this-quarter", 14, "2025-12-29T00:00:00+00:00"),
        ("last-quarter", 14, "2025-09-29T00:00:00+00:00"),
        ("this-year", 12, "2026-01-01T00:00:00+00:00"),
        ("last-year", 12, "2025-01-01T00:00:00+00:00"),
        ("all-time", 0, None),
    ],
)
def test_periods_follow_the_length_of_the_range(report, at, range, rows, first):
    data = report(relative_range=range)["data"]
    assert len(data) == rows
    assert (data[0]["datetime"] if data else None) == first


def test_all_time_has_the_months_in_which_something_was(api, report, at):
    lead = api.make("lead")["id"]
    for day in ("2025-11-30", "2026-02-01"):
        api.make("activity.call", lead_id=lead, activity_at=f"{day}T10:00:00+00:00")
    data = report(relative_range="all-time")["data"]
    assert [(row["datetime"][:7], row[COUNT]) for row in data] == [
        ("2025-11", 1),
        ("2025-12", 0),
        ("2026-01", 0),
        ("2026-02", 1),
    ]


def test_a_day_is_one_of_who_asks(api, report, at):
    api.make("activity.call", activity_at="2026-03-18T03:00:00+00:00")
    data = report(headers={"x-tz-offset": "-4"})["data"]
    counts = {row["datetime"]: row[COUNT] for row in data}
    assert counts["2026-03-17T00:00:00-04:00"] == 1
    assert counts["2026-03-18T00:00:00-04:00"] == 0


def test_a_range_begins_with_its_start_and_ends_before_its_end(api, report, at):
    lead = api.make("lead")["id"]
    for time in ("09:59:59.999", "10:00:00", "10:59:59.999", "11:00:00"):
        api.make("activity.call", lead_id=lead, activity_at=f"2026-03-18T{time}+00:00")
    said = {"start": "2026-03-18T10:00:00+00:00", "end": "2026-03-18T11:00:00+00:00"}
    body = report(relative_range=None, datetime_range=said)
    assert body["aggregations"]["totals"] == {COUNT: 2}


def test_days_without_a_time_belong_to_a_range_wholly(api, report, at):
    lead = api.make("lead")["id"]
    for day in ("16", "17", "18"):
        api.make("activity.call", lead_id=lead, activity_at=f"2026-03-{day}T23:30:00+00:00")
    said = {"start": "2026-03-16", "end": "2026-03-17"}
    body = report(relative_range=None, datetime_range=said)
    assert body["aggregations"]["totals"] == {COUNT: 2}


def test_an_average_of_nothing_is_null(api, report, at):
    api.make("activity.call", duration=None)
    body = report(metrics=[COUNT, MEAN])
    assert body["aggregations"]["totals"] == {COUNT: 1, MEAN: None}


def test_a_comparison_has_a_row_for_each_user_and_their_names(api, report, at):
    gob = colleague(api)
    api.make("activity.call", user_id=gob)

    body = report(type="comparison")

    assert {row["user_id"]: row[COUNT] for row in body["data"]} == {api.user_id: 0, gob: 1}
    assert body["lookup"]["user"][api.user_id] == {"display": "Bruce Wayne"}


def test_users_and_groups_limit_a_report(api, report, at):
    gob, group = colleague(api), api.make("group")["id"]
    api.ok("post", f"/group/{group}/member/", json={"user_id": gob})
    lead = api.make("lead")["id"]
    for user in (gob, gob, api.user_id):
        api.make("activity.call", lead_id=lead, user_id=user)

    def total(*users):
        return report(users=list(users))["aggregations"]["totals"][COUNT]

    assert (total(gob), total(group), total(group, api.user_id), total()) == (2, 2, 3, 3)
    rows = report(type="comparison", users=[group])["data"]
    assert [row["user_id"] for row in rows] == [gob]


def test_a_group_without_members_did_nothing(api, report, at):
    group = api.make("group")["id"]
    api.make("activity.call")
    assert report(users=[group])["aggregations"]["totals"] == {COUNT: 0}


def test_totals_are_the_same_however_the_rows_are_cut(api, report, at):
    gob = colleague(api)
    for user in (gob, api.user_id, None):
        api.make("activity.call", user_id=user)
    asked = {"metrics": [COUNT, "leads.contacted.all.count"]}
    totals = [report(type=kind, **asked)["aggregations"] for kind in ("overview", "comparison")]
    assert totals[0] == totals[1] == {"totals": dict.fromkeys(asked["metrics"], 3)}


def test_a_lead_is_contacted_once_a_period(api, report, at):
    lead = api.make("lead")["id"]
    for day in ("17", "17", "18"):
        api.make("activity.call", lead_id=lead, activity_at=f"2026-03-{day}T10:00:00+00:00")
    key = "leads.contacted.all.count"
    body = report(metrics=[key])
    assert [row[key] for row in body["data"]][:4] == [0, 1, 1, 0]
    assert body["aggregations"]["totals"] == {key: 1}


# Leads that a report is limited to


def named(name):
    field = {"type": "regular_field", "object_type": "lead", "field_name": "name"}
    test = {"type": "text", "mode": "exact_value", "value": name}
    return {"type": "field_condition", "field": field, "condition": test}


@pytest.fixture
def two(api, at):
    """Calls of two leads: one of Acme, two of the other."""
    acme, other = (api.make("lead", name=name)["id"] for name in ("Acme", "Other"))
    for lead in (acme, other, other):
        api.make("activity.call", lead_id=lead)
    return acme


def test_a_smart_view_is_evaluated_now(api, report, two):
    view = api.make("saved_search", s_query={"query": named("Acme")})["id"]
    query = {"type": "saved_search", "saved_search_id": view}
    assert report(query=query)["aggregations"]["totals"] == {COUNT: 1}
    assert report(saved_search_id=view)["aggregations"]["totals"] == {COUNT: 1}
    api.ok("put", f"/lead/{two}/", json={"name": "Acme no more"})
    assert report(query=query)["aggregations"]["totals"] == {COUNT: 0}


def test_an_old_smart_view_is_a_line_of_text(api, report, two):
    view = api.make("saved_search", s_query=None, query='name:"Acme"')["id"]
    query = {"type": "saved_search", "saved_search_id": view}
    assert report(query=query)["aggregations"]["totals"] == {COUNT: 1}


def test_a_smart_view_of_contacts_means_their_leads(api, report, two):
    api.make("contact", lead_id=two, name="Gob")
    field = {"type": "regular_field", "object_type": "contact", "field_name": "name"}
    test = {"type": "text", "mode": "exact_value", "value": "Gob"}
    said = {"query": {"type": "field_condition", "field": field, "condition": test}}
    view = api.make("saved_search", type="contact", s_query=said)["id"]
    assert report(saved_search_id=view)["aggregations"]["totals"] == {COUNT: 1}


def test_a_query_is_that_of_a_search_or_a_line_of_text(api, report, two):
    for said in ({"query": named("Acme")}, {"s_query": {"query": named("Acme")}}):
        assert report(**said)["aggregations"]["totals"] == {COUNT: 1}
    body = report(query="name:Acme", metrics=[COUNT, "leads.created.all.count"])
    assert body["aggregations"]["totals"] == {COUNT: 1, "leads.created.all.count": 1}


def test_the_leads_behind_a_number_are_found_by_its_query(api, report, two):
    view = api.make("saved_search", s_query={"query": named("Acme")})["id"]
    (line,) = report(saved_search_id=view)["queries"]["leads"][COUNT]
    found = api.ok("get", "/lead/", params={"query": line})["data"]
    assert [lead["id"] for lead in found] == [two]


def test_what_others_do_is_not_seen(api, stranger, at):
    stranger.make("activity.call")
    said = {"type": "comparison", "relative_range": "all-time", "metrics": list(METRICS)}
    body = api.ok("post", "/report/activity/", json=said)
    assert {total for total in body["aggregations"]["totals"].values() if total} == set()
    assert [row["user_id"] for row in body["data"]] == [api.user_id]


# Refusals


def test_everything_that_is_wrong_is_told_at_once(refused):
    errors = refused(type="pie", relative_range="next-year", metrics=["calls.x", 3], users="me")
    assert errors.keys() == {"type", "relative_range", "metrics", "users"}
    assert errors["metrics"] == "There is no such metric: calls.x, 3."


@pytest.mark.parametrize("type", [None, ""])
def test_a_report_is_an_overview_or_a_comparison(refused, type):
    assert refused(type=type) == {"type": "This field is required."}


@pytest.mark.parametrize("metrics", [None, [], "calls", {}])
def test_metrics_must_be_named(refused, metrics):
    assert refused(metrics=metrics).keys() == {"metrics"}


@pytest.mark.parametrize(
    "range",
    [
        None,
        "today",
        {},
        {"start": "2026-01-01"},
        {"start": 1, "end": 2},
        {"start": "x", "end": "y"},
        {"start": "2026-01-03", "end": "2026-01-01"},
    ],
)
def test_a_range_has_a_start_and_an_end(refused, range):
    errors = refused(relative_range=None, datetime_range=range)
    assert errors.keys() in ({"datetime_range"}, {"relative_range"})


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("9999-01-01", "9999-12-20", 200),
        ("0001-01-01", "9999-12-31", 200),
        ("0001-01-01", "0001-01-02", 200),
        ("0001-03-01", "2026-01-01", 400),  # too many periods
    ],
)
def test_the_ends_of_time_are_no_error(api, start, end, status):
    said = {"type": "overview", "metrics": [COUNT, "opportunities.won.all.count"]}
    said |= {"datetime_range": {"start": start, "end": end}}
    for offset in ("-12", "14"):
        answer = api.post("/report/activity/", json=said, headers={"x-tz-offset": offset})
        assert answer.status_code == status, answer.text


def test_there_is_one_range(refused):
    said = {"start": "2026-01-01", "end": "2026-01-02"}
    assert refused(datetime_range=said).keys() == {"datetime_range"}


def test_users_and_views_of_others_are_unknown(api, stranger, refused):
    view = stranger.make("saved_search")["id"]
    query = {"type": "saved_search", "saved_search_id": view}
    errors = refused(users=[stranger.user_id], query=query)
    assert errors.keys() == {"users", "query.saved_search_id"}


@pytest.mark.parametrize("query", [{"type": "magic"}, [1], 7, "name:", {"type": "saved_search"}])
def test_a_query_that_cannot_be_read_is_refused(refused, query):
    assert all(name.startswith("query") for name in refused(query=query))


def test_a_report_has_one_query(api):
    said = {"query": "name:a", "s_query": {"query": named("a")}}
    said |= {"type": "overview", "relative_range": "today", "metrics": [COUNT]}
    answer = api.post("/report/activity/", json=said)
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["Send one of query, s_query, not all of them."]


# CSV


def lines(answer):
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


def test_who_accepts_csv_gets_the_rows(api, at):
    api.make("activity.call", duration=60)
    said = {"type": "comparison", "relative_range": "today", "metrics": [COUNT, MEAN, SECONDS]}
    headers = {"accept": "text/csv"}
    found = lines(api.post("/report/activity/", json=said, headers=headers))
    head = ["user_id", "user_name", COUNT, MEAN, SECONDS]
    assert found == [head, [api.user_id, "Bruce Wayne", "1", "60", "60"]]
    said["type"] = "overview"
    found = lines(api.post("/report/activity/", json=said, headers=headers))
    assert found[0] == ["datetime", COUNT, MEAN, SECONDS]
    assert found[13] == ["2026-03-18T12:00:00+00:00", "1", "60", "60"]
    assert found[14] == ["2026-03-18T13:00:00+00:00", "0", "", "0"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/csv"])
def test_others_get_json(api, accept):
    said = {"type": "overview", "relative_range": "today", "metrics": [COUNT]}
    answer = api.post("/report/activity/", json=said, headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"


# Metrics


def test_every_metric_has_a_key_a_name_and_a_description(api):
    metrics = api.ok("get", "/report/activity/metrics/")["metrics"]
    assert len(metrics) > 114
    assert len({one["key"] for one in metrics}) == len({one["name"] for one in metrics})
    assert all(one.keys() == {"key", "name", "description"} for one in metrics)
    assert all(one["name"] and one["description"] for one in metrics)


def test_money_is_in_cents_and_time_in_seconds(api, report, at):
    api.make("activity.call", duration=90)
    won = api.ok("get", "/status/opportunity/")["data"][3]
    made = api.make("opportunity", value=12345, status_id=won["id"])
    assert (won["type"], made["value_formatted"]) == ("won", "$123.45")
    keys = [SECONDS, MEAN, "opportunities.value_won.one_time.sum_value"]
    assert list(report(metrics=keys)["aggregations"]["totals"].values()) == [90, 90, 12345]


@pytest.mark.parametrize(
    "keys",
    [
        "calls.{all.all,inbound.all,outbound.all,outbound.regular,outbound.external,"
        "outbound.power_dialer,outbound.predictive_dialer}.{count,sum_duration,avg_duration}",
        "emails.sent.{all,sequences,sequences_with_reply,sequences_without_reply,"
        "manual_with_reply,bulk_with_reply}.count",
        "emails.received.all.count",
        "emails.opened.{all,sequences}.count",
        "sms.{sent,received}.all.count",
        "leads.{created,contacted}.all.count",
        "opportunities.{created,created_for}.all.count",
        "opportunities.{won,lost}.all.{count,sum_annualized_value}",
        "opportunities.{value_won,value_lost}.{one_time,monthly,annual}.{count,sum_value}",
    ],
)
def test_the_metrics_of_the_original_are_there(api, keys):
    listed = {one["key"] for one in api.ok("get", "/report/activity/metrics/")["metrics"]}
    assert [key for key in expanded(keys) if key not in listed] == []


def expanded(text):
    head, brace, rest = text.partition("{")
    if not brace:
        return [head]
    words, _, rest = rest.partition("}")
    return [found for word in words.split(",") for found in expanded(head + word + rest)]


def test_each_type_of_custom_activities_has_a_metric(api, report, at):
    type_ = api.make("custom_activity", name="Visit")["id"]
    key = f"custom_activities.created.{type_}.count"
    names = {
        one["key"]: one["name"] for one in api.ok("get", "/report/activity/metrics/")["metrics"]
    }
    assert names[key] == "Custom activities: Visit"
    api.make("activity.custom", custom_activity_type_id=type_)
    api.make("activity.custom")
    body = report(metrics=[key, "custom_activities.created.all.count"])
    assert list(body["aggregations"]["totals"].values()) == [1, 2]


def test_a_report_takes_a_statement_for_each_kind_of_rows(api, statements):
    """However many metrics, periods and users there are."""
    said = {"type": "comparison", "relative_range": "last-year", "metrics": list(METRICS)}
    ask = lambda: api.ok("post", "/report/activity/", json=said)  # noqa: E731
    ask()
    asked = [text for text in statements(ask) if text.startswith(("SELECT", "(SELECT", "WITH"))]
    kinds = {repr(one.sources) for one in METRICS.values()}
    assert len(asked) == len(kinds) + 2  # the users, the types of custom activities
