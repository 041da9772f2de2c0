"""The opportunity funnel."""

import csv
import io
from datetime import datetime, timedelta

import pytest

START = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
DAY = 86_400


@pytest.fixture
def funnel(api):
    def ask(kind, headers=None, **said):
        pipeline = api.ok("get", "/pipeline/")["data"][0]["id"]
        said = {"type": "created-cohort", "pipeline": pipeline} | said
        if said["type"] == "created-cohort":
            said = {"cohort_datetime_range": {"start": "2026-03-01", "end": "2026-03-31"}} | said
        path = f"/report/funnel/opportunity/{kind}/"
        return api.post(path, json={k: v for k, v in said.items() if v}, headers=headers)

    return ask


@pytest.fixture
def statuses(api):
    """By their labels: Demo Completed, Proposal Sent, Contract Sent, Won, Lost."""
    return {one["label"]: one["id"] for one in api.ok("get", "/pipeline/")["data"][0]["statuses"]}


@pytest.fixture
def story(api, clock, statuses):
    """Opportunities, each by the days on which it came to a status."""

    def tell(*ways, **values):
        made = []
        events = sorted((day, n, label) for n, way in enumerate(ways) for day, label in way)
        for day, number, label in events:
            clock.stand(START + timedelta(days=day))
            status = {"status_id": statuses[label]}
            if number < len(made):
                api.ok("put", f"/opportunity/{made[number]}/", json=status)
            else:
                made.append(api.make("opportunity", **status, **values)["id"])
        clock.stand(START + timedelta(days=28))
        return made

    return tell


FIRST = [(0, "Demo Completed"), (2, "Proposal Sent"), (5, "Won")]
SECOND = [(1, "Demo Completed"), (3, "Lost")]
THIRD = [(2, "Demo Completed")]


def test_stages_tell_who_went_on_and_who_was_lost(funnel, story, statuses):
    story(FIRST, SECOND, THIRD, value=100, confidence=50)

    stages = funnel("stages").json()["aggregations"]["stages"]

    assert [one["status"]["label"] for one in stages] == list(statuses)
    assert stages[0] == {
        "status": {"id": statuses["Demo Completed"], "label": "Demo Completed", "type": "active"},
        "count": 3,
        "count_lost": 1,
        "count_lost_ratio": pytest.approx(1 / 3, abs=1e-5),
        "count_conversion_rate": pytest.approx(1 / 3, abs=1e-5),
        "value": 300,
        "value_lost": 100,
        "value_lost_ratio": pytest.approx(1 / 3, abs=1e-5),
        "value_conversion_rate": pytest.approx(1 / 3, abs=1e-5),
        "weighted_value": 150,
        "weighted_value_conversion_rate": pytest.approx(1 / 3, abs=1e-5),
        "average_time_to_advance": 2 * DAY,
    }
    assert [one["count"] for one in stages] == [3, 1, 0, 1, 1]


def test_who_goes_back_has_not_gone_on(funnel, story):
    story([(0, "Proposal Sent"), (2, "Demo Completed")])
    stages = funnel("stages").json()["aggregations"]["stages"]
    assert [one["count_conversion_rate"] for one in stages[:2]] == [0, 0]


def test_ratios_of_nothing_are_null(funnel, story):
    stages = funnel("stages").json()["aggregations"]["stages"]
    nulls = {name for one in stages for name, value in one.items() if value is None}
    ratios = {"count_lost_ratio", "count_conversion_rate", "value_lost_ratio"}
    ratios |= {"value_conversion_rate", "weighted_value_conversion_rate"}
    assert nulls == ratios | {"average_time_to_advance"}


def test_totals_tell_what_was_won_and_how_quickly(funnel, story):
    story(FIRST, SECOND, THIRD, value=100, value_period="monthly")
    assert funnel("totals").json()["aggregations"] == {
        "count": 3,
        "count_total_complete": 2,
        "count_total_won": 1,
        "count_win_rate": 0.5,
        "value_total_complete": 2400,
        "value_total_won": 1200,
        "value_win_rate": 0.5,
        "average_time_to_win": 5 * DAY,
        "sales_velocity": 360,  # 3 of them, half won, 1200 each, in 5 days
        "average_value_annualized_per_won_opportunity": 1200,
    }


def test_a_cohort_by_creation_has_what_was_created_then(funnel, story):
    story(FIRST, SECOND, THIRD)

    def count(start, end):
        said = {"cohort_datetime_range": {"start": start, "end": end}}
        return funnel("totals", **said).json()["aggregations"]["count"]

    assert count("2026-03-02", "2026-03-02") == 1
    assert count("2026-03-02", "2026-03-03") == 2
    assert count("2026-02-01", "2026-03-01") == 0


def test_a_cohort_by_stage_has_what_was_active_then(funnel, story):
    story(FIRST, SECOND, THIRD)

    def count(start, end):
        said = {"type": "active-stage-cohort"}
        said |= {"report_datetime_range": {"start": start, "end": end}}
        return funnel("totals", **said).json()["aggregations"]["count"]

    assert count("2026-03-02", "2026-03-02") == 1  # only the first was there
    assert count("2026-03-02", "2026-03-20") == 3
    assert count("2026-03-08", "2026-03-20") == 1  # the third is open still


def test_what_came_after_the_period_is_not_seen(funnel, story):
    story(FIRST)
    early = {"report_datetime_range": {"start": "2026-03-01", "end": "2026-03-03"}}
    found = funnel("totals", **early).json()["aggregations"]
    assert (found["count"], found["count_total_won"]) == (1, 0)


def test_each_user_has_a_row(api, funnel, story):
    body = {"email": f"gob.{api.user_id}@bluth.example", "role_id": "user"}
    gob = api.ok("post", "/membership/", json=body)["user_id"]
    group = api.make("group")["id"]
    api.ok("post", f"/group/{group}/member/", json={"user_id": gob})
    story(FIRST, user_id=gob)
    story(SECOND)

    def counts(**said):
        rows = funnel("totals", **said).json()["data"]
        return {row["user_id"]: row["count"] for row in rows}

    assert counts() == {gob: 1, api.user_id: 1}
    assert counts(users=[group]) == {gob: 1}
    for kind in ("totals", "stages"):
        body = funnel(kind, users=[gob]).json()
        assert body["data"] == [body["aggregations"] | {"user_id": gob}]


def test_no_users_are_all_of_them(api, funnel, story):
    story(FIRST, SECOND)
    pipeline = api.ok("get", "/pipeline/")["data"][0]["id"]
    body = {"type": "created-cohort", "pipeline": pipeline, "users": []}
    body["cohort_datetime_range"] = {"start": "2026-03-01", "end": "2026-03-31"}
    assert api.ok("post", "/report/funnel/opportunity/totals/", json=body) == (
        funnel("totals").json()
    )


def test_a_smart_view_limits_the_leads(api, funnel, story):
    lead = api.make("lead", name="Acme")["id"]
    story(FIRST, lead_id=lead)
    story(SECOND)
    view = api.make("saved_search", s_query=None, query='name:"Acme"')["id"]
    query = {"type": "saved_search", "saved_search_id": view}
    assert funnel("totals", query=query).json()["aggregations"]["count"] == 1


def test_other_pipelines_do_not_count(api, funnel, story):
    statuses = [{"label": "Open", "type": "active"}]
    other = api.ok("post", "/pipeline/", json={"name": "Other", "statuses": statuses})
    story(FIRST)
    found = funnel("stages", pipeline=other["id"]).json()["aggregations"]["stages"]
    assert [one["count"] for one in found] == [0]


# Another period in the place of the first


def span(start, end):
    return {"start": f"2026-{start}", "end": f"2026-{end}"}


def test_a_compared_range_takes_the_place_of_the_cohort(funnel, story):
    story(FIRST, SECOND, THIRD)
    later = {"cohort_datetime_range": span("03-09", "03-10")}

    def count(**said):
        return funnel("totals", **later, **said).json()["aggregations"]["count"]

    assert count() == 0
    assert count(compared_datetime_range="same-days-last-week") == 2
    assert count(compared_datetime_range="same-days-last-month") == 0
    assert count(compared_custom_range=span("03-02", "03-02")) == 1
    assert count(compared_custom_range="this-month") == 3


def test_a_relative_range_is_compared_with_a_relative_one(funnel, story, clock):
    story(FIRST)
    clock.stand(START + timedelta(days=8))
    said = {"type": "active-stage-cohort", "report_relative_range": "this-week"}
    assert funnel("totals", **said).json()["aggregations"]["count"] == 0
    said["compared_relative_range"] = "last-week"
    assert funnel("totals", **said).json()["aggregations"]["count"] == 1


@pytest.mark.parametrize(
    ("how", "days"),
    [
        ("same-days-last-week", ("03-09", "03-09")),
        ("same-days-last-month", ("04-02", "04-02")),
        ("same-days-last-quarter", ("06-02", "06-02")),
    ],
)
def test_the_same_days_are_those_of_a_period_before(funnel, story, how, days):
    story(FIRST)
    said = {"type": "active-stage-cohort", "report_datetime_range": span(*days)}
    assert funnel("totals", **said).json()["aggregations"]["count"] == 0
    assert (
        funnel("totals", **said, compared_datetime_range=how).json()["aggregations"]["count"] == 1
    )
    said = {"cohort_datetime_range": span(*days)}
    assert (
        funnel("totals", **said, compared_datetime_range=how).json()["aggregations"]["count"] == 1
    )


def test_the_same_days_of_last_year(funnel, story):
    story(FIRST)
    said = {"cohort_datetime_range": {"start": "2027-03-02", "end": "2027-03-02"}}
    assert funnel("totals", **said).json()["aggregations"]["count"] == 0
    said["compared_datetime_range"] = "same-days-last-year"
    assert funnel("totals", **said).json()["aggregations"]["count"] == 1


def test_a_relative_cohort_is_compared_with_a_relative_one(funnel, story, clock):
    story(FIRST)
    clock.stand(START + timedelta(days=8))
    said = {"cohort_datetime_range": None, "cohort_relative_range": "this-week"}
    assert funnel("totals", **said).json()["aggregations"]["count"] == 0
    said["compared_relative_range"] = "last-week"
    assert funnel("totals", **said).json()["aggregations"]["count"] == 1


def test_a_cohort_by_stage_does_not_look_at_the_dates_of_a_cohort(funnel, story):
    story(FIRST, SECOND)
    said = {"type": "active-stage-cohort", "report_datetime_range": span("03-02", "03-20")}
    found = funnel("totals", **said).json()
    assert found["aggregations"]["count"] == 2
    for ignored in (
        {"cohort_datetime_range": span("01-01", "01-02")},
        {"cohort_relative_range": "last-year"},
    ):
        assert funnel("totals", **said, **ignored).json() == found


def test_what_is_looked_at_moves_along_with_the_cohort(funnel, story):
    story(FIRST)
    said = {"cohort_datetime_range": span("03-09", "03-09")}
    said |= {"report_datetime_range": span("03-09", "03-11")}
    said |= {"compared_datetime_range": "same-days-last-week"}
    found = funnel("totals", **said).json()["aggregations"]
    assert (found["count"], found["count_total_won"]) == (1, 0)  # it was won on the 7th


# CSV, and refusals


def test_csv_has_the_rows_of_users_only(api, funnel, story):
    story(FIRST, SECOND)
    headers = {"accept": "text/csv"}
    head, row = csv.reader(io.StringIO(funnel("totals", headers=headers).text))
    assert dict(zip(head, row, strict=True))["user_name"] == "Bruce Wayne"
    assert dict(zip(head, row, strict=True))["count"] == "2"
    head, *rows = csv.reader(io.StringIO(funnel("stages", headers=headers).text))
    assert head[:5] == ["user_id", "user_name", "status_id", "status_label", "status_type"]
    assert [row[5] for row in rows] == ["2", "1", "0", "1", "1"]
    assert {row[0] for row in rows} == {api.user_id}


STAGES = {"type": "active-stage-cohort", "report_relative_range": "this-week"}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"pipeline": None}, "pipeline"),
        ({"pipeline": "pipe_x"}, "pipeline"),
        ({"type": "cohort"}, "type"),
        ({"cohort_datetime_range": None}, "cohort_relative_range"),
        ({"type": "active-stage-cohort"}, "report_relative_range"),
        ({"users": ["user_x"]}, "users"),
        ({"compared_relative_range": "last-week"}, "compared_relative_range"),
        ({"compared_datetime_range": "next-week"}, "compared_datetime_range"),
        (
            STAGES | {"compared_datetime_range": "same-days-last-week"},
            "compared_datetime_range",
        ),
        (
            {"compared_custom_range": "today", "compared_datetime_range": "same-days-last-week"},
            "compared_custom_range",
        ),
    ],
)
def test_what_is_wrong_is_named(funnel, said, wrong):
    answer = funnel("totals", **said)
    assert answer.status_code == 400
    assert wrong in answer.json()["field-errors"]


@pytest.mark.parametrize("kind", ["totals", "stages"])
@pytest.mark.parametrize("how", ["same-days-last-week", "same-days-last-year"])
def test_the_ends_of_time_are_told_and_never_an_error(funnel, kind, how):
    ages = {"start": "0001-01-01", "end": "9999-12-31"}
    said = {"cohort_datetime_range": ages, "report_datetime_range": ages}
    assert funnel(kind, **said).status_code == 200
    assert funnel(kind, **said, compared_datetime_range=how).status_code == 400
    said["cohort_datetime_range"] = {"start": "9999-01-01", "end": "9999-12-20"}
    assert funnel(kind, **said, compared_custom_range=ages).status_code == 200


def test_a_pipeline_of_others_is_unknown(funnel, stranger):
    theirs = stranger.ok("get", "/pipeline/")["data"][0]["id"]
    errors = funnel("stages", pipeline=theirs).json()["field-errors"]
    assert errors == {"pipeline": "Object does not exist."}
