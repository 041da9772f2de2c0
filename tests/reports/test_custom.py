"""The custom report, which draws one field against another."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

NOW = datetime.fromisoformat("2026-03-18T12:00:00+00:00")


@pytest.fixture
def draw(api, clock):
    clock.stand(NOW)

    def ask(headers=None, **params):
        path = f"/report/custom/{api.organization_id}/"
        return api.get(path, params=params, headers=headers)

    return ask


@pytest.fixture
def points(draw):
    """Of the only series."""

    def ask(**params):
        answer = draw(**params)
        assert answer.status_code == 200, answer.text
        (series,) = answer.json()["series"]
        return [tuple(point) for point in series["points"]]

    return ask


@pytest.fixture
def series(draw):
    def ask(**params):
        answer = draw(**params)
        assert answer.status_code == 200, answer.text
        found = answer.json()["series"]
        return {one["name"]: [tuple(point) for point in one["points"]] for one in found}

    return ask


def test_it_counts_leads_unless_another_number_is_named(api, draw):
    api.make("lead")
    body = draw(x="lead.date_created", start="2026-03-17", end="2026-03-18", interval="day").json()
    assert body == {
        "series": [
            {
                "name": "lead.count",
                "points": [["2026-03-17T00:00:00+00:00", 0], ["2026-03-18T00:00:00+00:00", 1]],
            }
        ],
        "interval": "day",
        "x": "lead.date_created",
        "y": "lead.count",
    }


@pytest.mark.parametrize(
    ("interval", "start", "count"),
    [
        ("hour", "2026-03-17", 24),
        ("day", "2026-03-11", 7),
        ("week", "2026-03-09", 2),
        ("month", "2026-01-01", 3),
        ("quarter", "2025-12-31", 2),
        ("year", "2025-12-31", 2),
    ],
)
def test_dates_are_put_together_by_an_interval(points, interval, start, count):
    found = points(x="lead.date_created", interval=interval, start=start, end="2026-03-17")
    assert len(found) == count


def test_an_interval_follows_from_start_and_end(draw):
    def interval(start, **said):
        asked = {"x": "lead.date_created", "start": start, "end": "2026-03-18"} | said
        return draw(**asked).json()["interval"]

    starts = ("2026-03-18", "2026-03-01", "2026-01-01", "2020-01-01")
    assert [interval(start) for start in starts] == ["hour", "day", "week", "month"]
    assert [interval(start, interval="auto") for start in starts] == [
        "hour",
        "day",
        "week",
        "month",
    ]


def test_it_begins_with_the_organization_and_ends_now(api, draw, points, clock):
    api.make("lead")
    founded = api.ok("get", f"/organization/{api.organization_id}/")["date_created"]
    clock.stand(datetime.fromisoformat(founded) + timedelta(days=3))
    found = points(x="lead.date_created", interval="day")
    assert len(found) == 4
    assert found[0][0][:10] == founded[:10]


def test_numbers_are_put_together_by_their_size(api, draw, points):
    for value in (0, 9, 10, 25, None):
        api.make("opportunity", value=value)
    asked = {"x": "opportunity.value", "y": "opportunity.count"}
    assert points(**asked, interval="10") == [(0, 2), (10, 1), (20, 1)]
    assert points(**asked, interval="10", start="9", end="10") == [(0, 1), (10, 1)]
    api.make("opportunity", value=2000)
    body = draw(**asked).json()
    assert body == draw(**asked, interval="auto").json()
    assert body["interval"] == 100
    assert body["series"][0]["points"] == [[0, 4], [2000, 1]]


def test_other_values_stand_for_themselves(api, points):
    for period in ("monthly", "monthly", "annual"):
        api.make("opportunity", value_period=period, value=100)
    asked = {"x": "opportunity.value_period"}
    assert points(**asked, y="opportunity.count") == [("annual", 1), ("monthly", 2)]
    assert points(**asked, y="opportunity.value") == [("annual", 100), ("monthly", 200)]


@pytest.mark.parametrize(("how", "number"), [("sum", 90), ("avg", 30), ("min", 10), ("max", 50)])
def test_numbers_are_added_or_compared(api, points, how, number):
    lead = api.make("lead")["id"]
    for seconds in (10, 30, 50):
        api.make("activity.call", lead_id=lead, duration=seconds)
    found = points(x="lead.status_label", y="call.duration", transform_y=how)
    assert found == [("Potential", number)]


@pytest.mark.parametrize(("how", "number"), [("sum", 3), ("avg", 1.5), ("min", 1), ("max", 2)])
def test_counts_of_what_hangs_off_are_compared_by_object(api, points, how, number):
    for count in (1, 2):
        lead = api.make("lead")["id"]
        for _ in range(count):
            api.make("activity.call", lead_id=lead)
    assert points(x="lead.status_label", y="call.count", transform_y=how) == [("Potential", number)]


def test_a_count_of_the_same_objects_is_never_transformed(api, points):
    api.make("lead")
    api.make("lead")
    asked = {"x": "lead.status_label", "y": "lead.count", "transform_y": "avg"}
    assert points(**asked) == [("Potential", 2)]


def test_what_has_to_do_with_many_is_counted_once(api, points):
    lead = api.make("lead")["id"]
    for _ in range(2):
        api.make("opportunity", lead_id=lead)
    api.make("activity.call", lead_id=lead, duration=60)
    assert points(x="opportunity.value_period", y="lead.count") == [("one_time", 1)]
    assert points(x="opportunity.value_period", y="call.duration") == [("one_time", 60)]


def test_a_group_is_a_series(api, series):
    acme = api.make("lead", name="Acme")["id"]
    api.make("opportunity", lead_id=acme, value=1, value_period="annual")
    api.make("opportunity", value=2)
    asked = {"x": "opportunity.status_label", "y": "opportunity.value"}
    assert series(**asked, group_by="opportunity.value_period") == {
        "annual": [("Demo Completed", 1)],
        "one_time": [("Demo Completed", 2)],
    }
    assert series(**asked, group_by="lead.name") == {
        None: [("Demo Completed", 2)],
        "Acme": [("Demo Completed", 1)],
    }


def test_custom_fields_go_by_name_or_id(api, points):
    field = api.make("custom_field.lead", name="M.R.R.", type="number")["id"]
    kind = api.make("custom_field.lead", name="Industry", type="choices", choices=["A", "B"])["id"]
    for number, choice in ((10, "A"), (20, "A"), (5, "B")):
        api.make("lead", **{f"custom.{field}": number, f"custom.{kind}": choice})
    for name in ("M.R.R.", field):
        found = points(x=f"lead.custom.{kind}", y=f"lead.custom.{name}")
        assert found == [("A", 30), ("B", 5)]
    assert points(x="lead.custom.M.R.R.", interval="10") == [(0, 1), (10, 1), (20, 1)]


def test_an_object_is_counted_at_each_of_its_values(api, points, series):
    tags, colors = (
        api.make(
            "custom_field.lead",
            name=name,
            type="choices",
            choices=["A", "B", "C"],
            accepts_multiple_values=True,
        )["id"]
        for name in ("Tags", "Colors")
    )
    for tagged, colored, worth in ((["A", "B"], ["A"], 10), (["B"], None, 20), (None, ["C"], 40)):
        lead = api.make("lead", **{f"custom.{tags}": tagged, f"custom.{colors}": colored})
        api.make("opportunity", lead_id=lead["id"], value=worth, note="")

    assert points(x="lead.custom.Tags") == [("A", 1), ("B", 2)]
    assert points(x="lead.custom.Tags", y="opportunity.value") == [("A", 10), ("B", 30)]
    assert points(x="lead.custom.Tags", y="opportunity.count", transform_y="avg") == [
        ("A", 1),
        ("B", 1),
    ]
    colored = series(x="lead.custom.Tags", group_by="lead.custom.Colors")
    assert colored == {None: [("B", 1)], "A": [("A", 1), ("B", 1)]}
    by_status = series(x="lead.status_label", group_by="lead.custom.Colors")
    (label,) = {label for points in by_status.values() for label, _ in points}
    assert by_status == {None: [(label, 1)], "A": [(label, 1)], "C": [(label, 1)]}


def test_a_group_of_another_kind_of_object_has_one_value(api, draw):
    api.make("custom_field.lead", name="Tags", type="user", accepts_multiple_values=True)
    params = {"x": "task.date", "y": "task.count", "group_by": "lead.custom.Tags"}
    assert draw(**params).json()["field-errors"].keys() == {"group_by"}


@pytest.mark.parametrize("type", ["date", "datetime"])
def test_custom_dates_are_dates(api, points, type):
    field = api.make("custom_field.lead", name="Since", type=type)["id"]
    value = "2026-03-10" + ("T23:00:00+00:00" if type == "datetime" else "")
    api.make("lead", **{f"custom.{field}": value})
    found = points(x="lead.custom.Since", interval="day", start="2026-03-10", end="2026-03-11")
    assert [count for _, count in found] == [1, 0]


def test_days_begin_when_they_do_for_who_asks(api, draw):
    lead = api.make("lead")["id"]
    api.make("activity.call", lead_id=lead, activity_at="2026-03-17T03:00:00+00:00")
    asked = {"x": "call.activity_at", "y": "call.count", "interval": "day", "start": "2026-03-16"}
    body = draw(headers={"x-tz-offset": "-4"}, **asked).json()
    first = body["series"][0]["points"][0]
    assert first == ["2026-03-16T00:00:00-04:00", 1]


def test_tasks_are_due_on_a_day_or_at_a_moment(api, points):
    for due in ("2026-03-16", "2026-03-16T10:00:00+00:00", "2026-03-17"):
        api.make("task", date=due)
    asked = {"interval": "day", "start": "2026-03-16", "end": "2026-03-17"}
    found = points(x="task.date", y="task.count", **asked)
    assert [count for _, count in found] == [2, 1]


def test_a_query_is_about_the_objects_of_x(api, points):
    acme = api.make("lead", name="Acme")["id"]
    api.make("opportunity", lead_id=acme, value=5)
    api.make("opportunity", value=50)
    view = api.make("saved_search", s_query=None, query="name:Acme")["id"]
    asked = {"x": "opportunity.value_period", "y": "opportunity.count"}
    assert points(**asked) == [("one_time", 2)]
    assert points(**asked, query="value<10") == [("one_time", 1)]
    assert points(**asked, saved_search_id=view) == [("one_time", 1)]
    assert points(x="lead.status_label", query="name:Acme") == [("Potential", 1)]
    assert points(x="lead.status_label", query="*") == [("Potential", 2)]


@pytest.mark.parametrize(
    ("x", "known", "unknown"),
    [
        ("opportunity.value_period", "value<10", "name:Acme"),
        ("call.direction", "duration>10", "value<10"),
        ("lead.name", "opportunities:0", "duration>10"),
    ],
)
def test_a_query_on_other_objects_than_leads_knows_only_their_properties(draw, x, known, unknown):
    asked = {"x": x, "y": f"{x.partition('.')[0]}.count"}
    assert draw(**asked, query=known).status_code == 200
    refused = draw(**asked, query=unknown)
    assert refused.json()["field-errors"].keys() == {"query"}


def test_what_others_have_is_not_drawn(stranger, api, draw):
    stranger.make("opportunity", value=5)
    asked = {"x": "lead.status_label", "y": "opportunity.value", "group_by": "lead.name"}
    assert draw(**asked).json()["series"] == []


# The fields


def test_every_field_that_is_listed_can_be_drawn(api, draw):
    """Each on one of its axes; of one type, as these follow from the declarations of all."""
    api.make("custom_field.opportunity", name="Industry", type="number")
    fields = api.ok("get", "/report/custom/fields/")["data"]
    fields = [field for field in fields if field["object_type"] == "opportunity"]
    wrong = []
    for field in fields:
        count = f"{field['object_type']}.count"
        asked = {"x": field["name"], "y": count} if "x" in field["axes"] else {"y": field["name"]}
        answer = draw(**{"x": "lead.status_label"} | asked)
        if answer.status_code != 200:
            wrong.append((field, answer.text))
    assert fields
    assert wrong == []


def test_fields_tell_where_they_can_be_used(api):
    field = api.make("custom_field.lead", name="Industry", type="text")["id"]
    found = {one["name"]: one for one in api.ok("get", "/report/custom/fields/")["data"]}
    assert found["lead.count"]["axes"] == ["y"]
    assert found["opportunity.value"] == {
        "name": "opportunity.value",
        "type": "number",
        "object_type": "opportunity",
        "label": "Value",
        "axes": ["x", "group_by", "y"],
    }
    assert found["lead.custom.Industry"]["custom_field_id"] == field
    assert found["call.activity_at"]["type"] == "datetime"
    assert found["lead.custom.Industry"]["axes"] == ["x", "group_by"]


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({}, "x"),
        ({"x": "lead"}, "x"),
        ({"x": "lead.colour"}, "x"),
        ({"x": "lead.custom.Nope"}, "x"),
        ({"x": "lead.count"}, "x"),
        ({"x": "contact_email.email"}, "x"),
        ({"x": "lead.name", "y": "lead.name"}, "y"),
        ({"x": "lead.name", "y": "magic.count"}, "y"),
        ({"x": "lead.name", "transform_y": "median"}, "transform_y"),
        ({"x": "lead.name", "group_by": "call.count"}, "group_by"),
        ({"x": "lead.name", "group_by": "call.direction"}, "group_by"),
        ({"x": "lead.date_created", "interval": "decade"}, "interval"),
        ({"x": "opportunity.value", "interval": "0"}, "interval"),
        ({"x": "opportunity.value", "interval": "day"}, "interval"),
        ({"x": "opportunity.value", "start": "soon"}, "start"),
        ({"x": "opportunity.value", "interval": "9" * 30}, "interval"),
        ({"x": "lead.date_created", "start": "soon"}, "start"),
        ({"x": "lead.date_created", "start": "2026-02-01", "end": "2026-01-01"}, "end"),
        ({"x": "lead.name", "query": "magic:1"}, "query"),
        ({"x": "lead.name", "smart_view_id": "save_x"}, "smart_view_id"),
    ],
)
def test_what_is_wrong_is_named(draw, params, wrong):
    answer = draw(**params)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field-errors"].keys() == {wrong}


def test_too_many_points_are_refused(draw):
    asked = {"x": "lead.date_created", "interval": "hour", "start": "2020-01-01"}
    answer = draw(**asked)
    assert answer.status_code == 400
    assert "larger interval" in answer.json()["error"]


def test_a_random_history_is_drawn_as_it_is(history, api):
    """The value of opportunities and the length of calls, as the lists of the API have them."""
    told = history(7, steps=60)
    lists, path = told.lists(), f"/report/custom/{api.organization_id}/"
    start, end = "2026-03-01", (told.ended + timedelta(days=1)).date().isoformat()

    def drawn(**params):
        found = api.ok("get", path, params={"start": start, "end": end} | params)["series"]
        return {
            (one["name"], at): number for one in found for at, number in one["points"] if number
        }

    wanted = defaultdict(int)
    for one in lists["opportunity"]:
        wanted[one["value_period"], one["date_created"][:10]] += one["value"] or 0
    wanted = {(name, f"{day}T00:00:00+00:00"): n for (name, day), n in wanted.items() if n}
    asked = {"x": "opportunity.date_created", "y": "opportunity.value", "interval": "day"}
    assert drawn(**asked, group_by="opportunity.value_period") == wanted

    status = {lead["id"]: lead["status_label"] for lead in lists["lead"]}
    wanted = defaultdict(int)
    for call in lists["activity/call"]:
        wanted["call.duration", status[call["lead_id"]]] += call["duration"] or 0
    found = drawn(x="lead.status_label", y="call.duration")
    assert found == {key: n for key, n in wanted.items() if n}
