"""The list of opportunities: filters, orders, sums and groups."""

from urllib.parse import quote

import pytest


def statuses(api):
    return {s["label"]: s["id"] for s in api.ok("get", "/status/opportunity/")["data"]}


@pytest.fixture
def deals(api, clock):
    """Four of one lead, an hour apart."""
    clock.pass_by(hours=0)
    known, lead = statuses(api), api.make("lead")
    rows = [
        ("a", 100000, "one_time", 50, "Demo Completed", "2026-01-01"),
        ("b", 5000, "monthly", 10, "Proposal Sent", "2026-01-31"),
        ("c", 30000, "annual", 100, "Won", "2025-12-29"),
        ("d", None, "one_time", 25, "Demo Completed", None),
    ]
    for note, value, period, confidence, label, won in rows:
        api.make(
            "opportunity",
            lead_id=lead["id"],
            note=note,
            value=value,
            value_period=period,
            confidence=confidence,
            status_id=known[label],
            date_won=won,
        )
        clock.pass_by(hours=1)
    return lead


@pytest.fixture
def alfred(api, world):
    """The id of another user, whose name comes first."""
    world.sql(
        'insert into "user" (organization_id, id, email, first_name, last_name, date_created,'
        " date_updated) values ($1, 'user_al', 'al@x.example', 'Alfred', 'P', now(), now())",
        api.organization_id,
    )
    return "user_al"


def notes(api, parameters=""):
    return "".join(row["note"] for row in api.ok("get", f"/opportunity/?{parameters}")["data"])


def chosen(api, parameters):
    return "".join(sorted(notes(api, parameters)))


def test_the_newest_comes_first(api, deals):
    assert notes(api) == "dcba"


def test_a_page_has_the_sums_of_all_that_matches(api, deals):
    page = api.ok("get", "/opportunity/?_limit=1&_skip=1&_fields=note")

    assert page == {
        "data": [{"note": "c"}],
        "has_more": True,
        "total_results": 4,
        "count_by_value_period": {"one_time": 2, "monthly": 1, "annual": 1},
        "total_value_one_time": 100000,
        "total_value_monthly": 5000,
        "total_value_annual": 30000,
        "total_value_annualized": 190000,
        "expected_value_one_time": 50000,
        "expected_value_monthly": 500,
        "expected_value_annual": 30000,
        "expected_value_annualized": 86000,
    }


def test_the_sums_follow_the_filters(api, deals):
    page = api.ok("get", "/opportunity/?value_period=monthly&_limit=0")

    assert (page["data"], page["has_more"], page["total_results"]) == ([], True, 1)
    assert (page["total_value_monthly"], page["total_value_one_time"]) == (5000, 0)


def test_nothing_is_worth_nothing(api):
    page = api.ok("get", "/opportunity/")

    assert page.pop("data") == [] and page.pop("has_more") is False
    assert page.pop("count_by_value_period") == {"one_time": 0, "monthly": 0, "annual": 0}
    assert set(page.values()) == {0}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("status_type=active", "abd"),
        ("status_type=won", "c"),
        ("status_type__in=won,lost", "c"),
        ("status_label=Won", "c"),
        ("status_label__in=Won,Proposal Sent", "bc"),
        ("status=Won", "c"),
        ("status__in=Won,Demo Completed", "acd"),
        ("value_period=monthly", "b"),
        ("value_period__in=monthly,annual", "bc"),
        ("is_stalled=false", "abcd"),
        ("is_stalled=true", ""),
        ("date_won=2026-01-01", "a"),
        ("date_won=", "d"),
        ("date_won__gt=2026-01-01", "b"),
        ("date_won__gte=2026-01-01", "ab"),
        ("date_won__lt=2026-01-01", "c"),
        ("date_won__lte=2026-01-01", "ac"),
        ("date_won__gte=2026-01-01&date_won__lt=2026-01-31", "a"),
        ("date_won__gte=2026-01-31T23:00:00-05:00", ""),
        ("lead_id=lead_nowhere", ""),
        ("organization_id=orga_other", ""),
        ("user_id=user_nobody", ""),
        ("unknown=1", "abcd"),
    ],
)
def test_filters(api, deals, parameters, found):
    assert chosen(api, parameters) == found


def test_filters_by_id(api, deals):
    known = statuses(api)

    assert chosen(api, f"status_id={known['Won']}") == "c"
    assert chosen(api, f"status_id__in={known['Won']},{known['Proposal Sent']}") == "bc"
    assert chosen(api, f"lead_id={deals['id']}") == "abcd"
    assert chosen(api, f"user_id={api.user_id}") == "abcd"
    assert chosen(api, f"organization_id={api.organization_id}") == "abcd"


@pytest.mark.parametrize("name", ["date_created", "date_updated"])
def test_filters_by_time(api, deals, name):
    a, b, _, d = reversed(api.ok("get", "/opportunity/")["data"])
    first, second, last = (quote(row[name]) for row in (a, b, d))

    assert chosen(api, f"{name}={second}") == "b"
    assert chosen(api, f"{name}__gt={second}") == "cd"
    assert chosen(api, f"{name}__gte={second}&{name}__lt={last}") == "bc"
    assert chosen(api, f"{name}__lte={first}") == "a"
    assert chosen(api, f"{name}__lte=2020-01-01") == ""


def test_a_group_stands_for_its_members(api, deals, join):
    other = join()
    group = api.make("group", name="Closers")
    api.ok("post", f"/group/{group['id']}/member/", json={"user_id": other.user_id})
    api.make("opportunity", note="e", user_id=other.user_id)

    assert chosen(api, f"user_id__in={group['id']}") == "e"
    assert chosen(api, f"user_id__in={api.user_id},{group['id']}") == "abcde"


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("date_won__gt=soon", "date_won__gt"),
        ("date_created=never", "date_created"),
        ("is_stalled=maybe", "is_stalled"),
        ("_limit=201", "limit"),
        ("_skip=-1", "_skip"),
        ("_order_by=note", "_order_by"),
        ("_order_by=value,note", "_order_by"),
        ("_group_by=note", "_group_by"),
        ("_group_by=-", "_group_by"),
        ("_group_by=user_id&_order_by=note", "_order_by"),
    ],
)
def test_what_makes_no_sense_is_refused(api, parameters, name):
    answer = api.get(f"/opportunity/?{parameters}")

    assert answer.status_code == 400
    assert name in answer.json()["error"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("date_created", "abcd"),
        ("-date_created", "dcba"),
        ("date_updated", "abcd"),
        ("date_won", "cabd"),
        ("-confidence", "cadb"),
        ("value", "bcad"),
        ("annualized_value", "cbad"),
        ("annualized_expected_value", "bcad"),
        ("-annualized_expected_value", "dacb"),
        ("-user_name,-value", "dacb"),
    ],
)
def test_orders(api, deals, order, found):
    assert notes(api, f"_order_by={order}") == found


def test_the_order_of_users_is_that_of_their_names(api, deals, alfred):
    api.make("opportunity", note="e", user_id=alfred)

    assert notes(api, "_order_by=user_name,date_created") == "eabcd"
    assert notes(api, "_order_by=-user_name,date_created") == "abcde"


def test_a_list_is_one_statement(api, deals, statements):
    for path in ("/opportunity/?status_type=active", "/opportunity/?_group_by=-date_won__month"):
        assert len(statements(lambda path=path: api.ok("get", path))) == 1


def groups(api, by, parameters=""):
    page = api.ok("get", f"/opportunity/?_group_by={by}&{parameters}")
    found = [(g["key"], "".join(row["note"] for row in g["objects"])) for g in page["data"]]
    return dict(found) if len(dict(found)) == len(found) else found


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("date_won__year", {"2025": "c", "2026": "ba", "none": "d"}),
        ("date_won__quarter", {"2025-Q4": "c", "2026-Q1": "ba", "none": "d"}),
        ("date_won__month", {"2025-12": "c", "2026-01": "ba", "none": "d"}),
        ("date_won__week", {"2026-W01": "ca", "2026-W05": "b", "none": "d"}),
    ],
)
def test_groups_by_the_day_of_winning(api, deals, by, found):
    assert list(groups(api, by).items()) == list(found.items())
    assert list(groups(api, f"-{by}").items()) == list(reversed(found.items()))


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("date_won__year", {"year": 2026}),
        ("date_won__quarter", {"year": 2026, "quarter": 1}),
        ("date_won__month", {"year": 2026, "month": 1}),
        ("date_won__week", {"weekyear": 2026, "week": 1}),
    ],
)
def test_a_group_says_which_time_it_is_of(api, deals, by, parts):
    page = api.ok("get", f"/opportunity/?_group_by={by}&date_won=2026-01-01")

    (group,) = page["data"]
    assert parts.items() <= group.items()


def test_what_has_no_date_is_a_group_too(api, deals):
    page = api.ok("get", "/opportunity/?_group_by=date_won__month&date_won=")

    (group,) = page["data"]
    assert (group["key"], group["year"], group["month"]) == ("none", None, None)


def test_groups_of_users_come_in_the_order_of_their_names(api, deals, alfred):
    api.make("opportunity", note="e", user_id=alfred)

    page = api.ok("get", "/opportunity/?_group_by=user_id&_order_by=date_created")

    names = [(g["user_id"], g["user_name"], len(g["objects"])) for g in page["data"]]
    assert names == [("user_al", "Alfred P", 1), (api.user_id, "Bruce Wayne", 4)]
    assert groups(api, "-user_id", "_order_by=date_created") == {
        api.user_id: "abcd",
        "user_al": "e",
    }


def test_a_group_has_sums_of_its_own(api, deals):
    page = api.ok("get", "/opportunity/?_group_by=date_won__year&_fields=note")

    assert page["data"][1] == {
        "key": "2026",
        "year": 2026,
        "objects": [{"note": "b"}, {"note": "a"}],
        "total_results": 2,
        "count_by_value_period": {"one_time": 1, "monthly": 1, "annual": 0},
        "total_value_one_time": 100000,
        "total_value_monthly": 5000,
        "total_value_annual": 0,
        "total_value_annualized": 160000,
        "expected_value_one_time": 50000,
        "expected_value_monthly": 500,
        "expected_value_annual": 0,
        "expected_value_annualized": 56000,
    }
    assert (page["total_results"], page["total_value_annualized"]) == (4, 190000)


def test_the_sums_of_a_group_follow_the_filters(api, deals):
    page = api.ok("get", "/opportunity/?_group_by=date_won__year&value_period=monthly")

    (group,) = page["data"]
    assert (group["total_results"], group["total_value_one_time"]) == (1, 0)
    assert (page["total_results"], page["total_value_monthly"]) == (1, 5000)


def test_a_page_of_groups_counts_objects(api, deals):
    pages = [
        api.ok("get", f"/opportunity/?_group_by=date_won__year&_limit=2&_skip={skip}&_fields=note")
        for skip in (0, 2)
    ]

    (first, cut), (rest, last) = (page["data"] for page in pages)
    assert [page["has_more"] for page in pages] == [True, False]
    assert (first["key"], len(first["objects"])) == ("2025", 1)
    assert cut["key"] == rest["key"] == "2026"
    assert (cut["objects"], rest["objects"]) == ([{"note": "b"}], [{"note": "a"}])
    assert cut["total_results"] == rest["total_results"] == 2
    assert last["key"] == "none"


def test_nothing_makes_no_groups(api):
    page = api.ok("get", "/opportunity/?_group_by=user_id")

    assert (page["data"], page["has_more"], page["total_results"]) == ([], False, 0)


def test_custom_values_are_shown_in_groups(api):
    field = api.make("custom_field.opportunity", name="Source")
    api.make("opportunity", **{f"custom.{field['id']}": "Fair"})

    page = api.ok("get", f"/opportunity/?_group_by=user_id&_fields=custom.{field['id']}")

    assert page["data"][0]["objects"] == [{f"custom.{field['id']}": "Fair"}]
