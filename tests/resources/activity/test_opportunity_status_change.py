"""What a change of an opportunity's status leaves on the timeline."""

import pytest

PATH = "/activity/status_change/opportunity/"


@pytest.fixture
def known(api):
    return {s["label"]: s for s in api.ok("get", "/status/opportunity/")["data"]}


def move(api, opportunity, status):
    body = {"status_id": status["id"]}
    return api.ok("put", f"/opportunity/{opportunity['id']}/", json=body)


def changes(api, parameters=""):
    return api.ok("get", f"{PATH}?{parameters}")["data"]


def steps(api):
    return [(c["old_status_label"], c["new_status_label"]) for c in reversed(changes(api))]


def test_changing_the_status_leaves_an_activity(api, known):
    pipeline = api.make("pipeline", name="Renewals", statuses=[{"label": "Paid", "type": "won"}])
    deal = api.make("opportunity", value=5000, value_period="monthly", confidence=90)

    won = move(api, deal, pipeline["statuses"][0])

    (change,) = changes(api)
    expected = {
        "_type": "OpportunityStatusChange",
        "opportunity_id": deal["id"],
        "lead_id": deal["lead_id"],
        "user_id": api.user_id,
        "old_status_id": deal["status_id"],
        "old_status_label": "Demo Completed",
        "old_status_type": "active",
        "old_pipeline_id": deal["pipeline_id"],
        "old_pipeline_name": "Sales",
        "new_status_id": won["status_id"],
        "new_status_label": "Paid",
        "new_status_type": "won",
        "new_pipeline_id": pipeline["id"],
        "new_pipeline_name": "Renewals",
        "opportunity_value": 5000,
        "opportunity_value_period": "monthly",
        "opportunity_value_currency": "USD",
        "opportunity_value_formatted": "$50 monthly",
        "opportunity_confidence": 90,
        "opportunity_date_won": f"{won['date_won']}T00:00:00.000000+00:00",
    }
    assert {name: change[name] for name in expected} == expected
    assert api.events()[-2:] == [
        ("opportunity", "updated"),
        ("activity.opportunity_status_change", "created"),
    ]


def test_creating_an_opportunity_leaves_none(api):
    api.make("opportunity")

    assert changes(api) == []


def test_another_change_leaves_none(api):
    deal = api.make("opportunity")
    api.ok("put", f"/opportunity/{deal['id']}/", json={"value": 8})

    assert changes(api) == []


def test_what_the_opportunity_becomes_later_does_not_matter(api, known, clock):
    deal = api.make("opportunity", value=5000)
    move(api, deal, known["Won"])
    clock.pass_by(hours=1)

    api.ok("put", f"/opportunity/{deal['id']}/", json={"value": 1, "confidence": 1})

    (change,) = changes(api)
    assert (change["opportunity_value"], change["opportunity_confidence"]) == (5000, 50)


def test_a_contact_that_goes_is_let_go_and_nothing_else(api, known):
    deal = api.make("opportunity", value=5000)
    contact = api.make("contact", lead_id=deal["lead_id"])
    body = {"new_status_id": known["Won"]["id"], "contact_id": contact["id"]}
    body |= {"lead_id": deal["lead_id"], "opportunity_id": deal["id"]}
    change = api.ok("post", PATH, json=body)
    api.ok("put", f"/opportunity/{deal['id']}/", json={"value": 1})

    api.ok("delete", f"/contact/{contact['id']}/")

    left = api.ok("get", f"{PATH}{change['id']}/")
    assert (left["contact_id"], left["opportunity_value"]) == (None, 5000)


def test_quick_changes_become_one(api, known, clock):
    deal = api.make("opportunity")

    move(api, deal, known["Proposal Sent"])
    clock.pass_by(minutes=4)
    move(api, deal, known["Won"])

    assert steps(api) == [("Demo Completed", "Won")]
    assert changes(api)[0]["opportunity_date_won"]
    assert api.events()[-1] == ("activity.opportunity_status_change", "updated")


def test_a_quick_revert_leaves_none(api, known, clock):
    deal = api.make("opportunity")

    move(api, deal, known["Won"])
    clock.pass_by(minutes=4)
    move(api, deal, known["Demo Completed"])

    assert changes(api) == []
    assert api.events()[-1] == ("activity.opportunity_status_change", "deleted")


def test_changes_in_good_time_stay_apart(api, known, clock):
    deal = api.make("opportunity")

    move(api, deal, known["Proposal Sent"])
    clock.pass_by(minutes=6)
    move(api, deal, known["Demo Completed"])

    assert steps(api) == [("Demo Completed", "Proposal Sent"), ("Proposal Sent", "Demo Completed")]


def test_opportunities_of_one_lead_have_changes_of_their_own(api, known):
    one = api.make("opportunity")
    two = api.make("opportunity", lead_id=one["lead_id"])

    for deal in (one, two):
        move(api, deal, known["Won"])

    assert len(changes(api)) == 2
    (change,) = changes(api, f"opportunity_id={one['id']}")
    assert change["opportunity_id"] == one["id"]


def test_logging_a_past_change_leaves_the_opportunity_as_it_is(api, known):
    deal = api.make("opportunity")
    body = {
        "lead_id": deal["lead_id"],
        "opportunity_id": deal["id"],
        "old_status_id": known["Proposal Sent"]["id"],
        "new_status_id": known["Won"]["id"],
        "date_created": "2020-01-02T03:04:05",
    }

    change = api.ok("post", PATH, json=body)

    assert change["date_created"] == "2020-01-02T03:04:05.000000+00:00"
    assert change["new_status_label"] == "Won"
    assert change["opportunity_value"] == deal["value"]
    assert api.ok("get", f"{PATH}{change['id']}/") == change
    assert api.ok("get", f"/opportunity/{deal['id']}/") == deal


def test_deleting_a_change_leaves_the_opportunity_as_it_is(api, known):
    deal = move(api, api.make("opportunity"), known["Won"])
    (change,) = changes(api)

    assert api.ok("delete", f"{PATH}{change['id']}/") == {}

    assert changes(api) == []
    assert api.ok("get", f"/opportunity/{deal['id']}/") == deal


def test_a_change_is_not_changed(api, known):
    move(api, api.make("opportunity"), known["Won"])
    (change,) = changes(api)

    assert api.put(f"{PATH}{change['id']}/", json={}).status_code == 405


def test_a_change_outlives_the_opportunity_and_its_statuses(api, known):
    deal = api.make("opportunity")
    status = api.make("status.opportunity", label="Brief")
    move(api, deal, status)
    api.ok("delete", f"/opportunity/{deal['id']}/")
    api.ok("delete", f"/status/opportunity/{status['id']}/")

    (change,) = changes(api)

    assert (change["opportunity_id"], change["new_status_id"]) == (deal["id"], status["id"])
    assert change["new_status_label"] is None


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"opportunity_id": None}, "opportunity_id"),
        ({"opportunity_id": "oppo_nowhere"}, "opportunity_id"),
        ({"new_status_id": None}, "new_status_id"),
        ({"new_status_id": "stat_nowhere"}, "new_status_id"),
        ({"old_status_id": "stat_nowhere"}, "old_status_id"),
        ({"lead_id": None}, "lead_id"),
        ({"date_created": "once"}, "date_created"),
    ],
)
def test_a_bad_value_is_refused(api, known, wrong, name):
    deal = api.make("opportunity")
    body = {
        "lead_id": deal["lead_id"],
        "opportunity_id": deal["id"],
        "old_status_id": known["Proposal Sent"]["id"],
        "new_status_id": known["Won"]["id"],
    }

    answer = api.post(PATH, json=body | wrong)

    assert answer.status_code == 400
    assert list(answer.json()["field-errors"]) == [name]


def test_the_opportunity_must_be_one_of_the_lead(api, known):
    body = {
        "lead_id": api.make("lead")["id"],
        "opportunity_id": api.make("opportunity")["id"],
        "new_status_id": known["Won"]["id"],
    }

    answer = api.post(PATH, json=body)

    assert list(answer.json()["field-errors"]) == ["opportunity_id"]


def test_a_change_of_status_costs_three_statements_more(api, known, statements):
    deal = api.make("opportunity")
    move(api, api.make("opportunity"), known["Won"])

    assert len(statements(lambda: move(api, deal, known["Won"]))) == 5 + 3


def test_a_list_is_one_statement(api, known, statements):
    move(api, api.make("opportunity"), known["Won"])

    assert len(statements(lambda: changes(api))) == 1


def test_a_stranger_finds_none(api, stranger, known):
    deal = move(api, api.make("opportunity"), known["Won"])
    (change,) = changes(api)

    assert stranger.get(f"{PATH}{change['id']}/").status_code == 404
    assert stranger.delete(f"{PATH}{change['id']}/").status_code == 404
    assert changes(stranger, f"opportunity_id={deal['id']}") == []
