"""Pipelines and the order of their statuses."""

import pytest

STATUSES = [
    {"label": "Offer", "type": "active"},
    {"label": "Signed", "type": "won"},
    {"label": "Gone", "type": "lost"},
]


def labels(pipeline):
    return [status["label"] for status in pipeline["statuses"]]


def test_a_pipeline_is_created_with_its_statuses(api):
    answer = api.post("/pipeline/", json={"name": "Renewals", "statuses": STATUSES})

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/pipeline/{made['id']}/"
    assert made["name"] == "Renewals"
    assert [{k: s[k] for k in ("label", "type")} for s in made["statuses"]] == STATUSES


def test_a_pipeline_has_the_recorded_form(api):
    (pipeline,) = api.ok("get", "/pipeline/")["data"]

    assert set(pipeline) == {
        "created_by",
        "date_created",
        "date_updated",
        "id",
        "name",
        "organization_id",
        "statuses",
        "updated_by",
    }
    assert set(pipeline["statuses"][0]) == {"id", "label", "type"}
    assert len(pipeline["date_created"]) == len("2026-06-19T09:22:10.931820")


def test_statuses_may_be_left_out(api):
    assert api.make("pipeline")["statuses"] == []


def test_pipelines_are_listed_in_the_order_they_were_made(api):
    for name in ("Upsell", "Renewals"):
        api.make("pipeline", name=name)

    page = api.ok("get", "/pipeline/")

    assert [pipeline["name"] for pipeline in page["data"]] == ["Sales", "Upsell", "Renewals"]
    assert page["has_more"] is False


def test_a_list_is_one_statement(api, statements):
    api.ok("get", "/pipeline/?_fields=name")

    assert len(statements(lambda: api.ok("get", "/pipeline/?_fields=name"))) == 1


def test_a_pipeline_can_be_renamed(api):
    pipeline = api.make("pipeline", statuses=STATUSES)

    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json={"name": "New"})

    assert changed["name"] == "New"
    assert changed["statuses"] == pipeline["statuses"]
    assert api.ok("get", f"/pipeline/{pipeline['id']}/") == changed


def test_statuses_are_put_in_the_order_of_the_list(api):
    pipeline = api.make("pipeline", statuses=STATUSES)
    turned = [{"id": status["id"]} for status in reversed(pipeline["statuses"])]

    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json={"statuses": turned})

    assert labels(changed) == ["Gone", "Signed", "Offer"]


def test_a_status_left_out_of_the_list_stays_at_the_end(api):
    pipeline = api.make("pipeline", statuses=STATUSES)
    last = [{"id": pipeline["statuses"][2]["id"]}]

    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json={"statuses": last})

    assert labels(changed) == ["Gone", "Offer", "Signed"]


@pytest.mark.parametrize("statuses", [[], None])
def test_an_empty_list_changes_nothing(api, statuses):
    pipeline = api.make("pipeline", statuses=STATUSES)

    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json={"statuses": statuses})

    assert changed["statuses"] == pipeline["statuses"]


def test_a_status_of_another_pipeline_is_pulled_in(api):
    sales = api.ok("get", "/pipeline/")["data"][0]
    pipeline = api.make("pipeline", statuses=STATUSES)
    moved = sales["statuses"][1]

    body = {"statuses": [pipeline["statuses"][0], {"id": moved["id"]}]}
    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json=body)

    assert labels(changed) == ["Offer", "Proposal Sent", "Signed", "Gone"]
    assert moved not in api.ok("get", f"/pipeline/{sales['id']}/")["statuses"]
    assert api.ok("get", f"/status/opportunity/{moved['id']}/")["pipeline_id"] == pipeline["id"]


def test_the_opportunities_of_a_status_go_with_it(api):
    sales = api.ok("get", "/pipeline/")["data"][0]
    opportunity = api.make("opportunity", status_id=sales["statuses"][0]["id"])
    pipeline = api.make("pipeline", name="Renewals")

    body = {"statuses": [{"id": sales["statuses"][0]["id"]}]}
    api.ok("put", f"/pipeline/{pipeline['id']}/", json=body)

    shown = api.ok("get", f"/opportunity/{opportunity['id']}/")
    assert (shown["pipeline_id"], shown["pipeline_name"]) == (pipeline["id"], "Renewals")


def test_a_new_order_moves_the_date(api, clock):
    pipeline = api.make("pipeline", statuses=STATUSES)
    clock.pass_by(hours=1)

    body = {"statuses": list(reversed(pipeline["statuses"]))}
    changed = api.ok("put", f"/pipeline/{pipeline['id']}/", json=body)

    assert changed["date_updated"] > pipeline["date_updated"]


def test_the_status_of_another_organization_does_not_exist(api, stranger):
    theirs = stranger.make("status.opportunity")
    pipeline = api.make("pipeline")

    answer = api.put(f"/pipeline/{pipeline['id']}/", json={"statuses": [{"id": theirs["id"]}]})

    wrong = answer.json()["field-errors"]["statuses"]["errors"]["0"]
    assert answer.status_code == 400
    assert wrong["field-errors"] == {"id": "Object does not exist."}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "A", "statuses": "Offer"},
        {"name": "A", "statuses": ["Offer"]},
        {"name": "A", "statuses": [{"label": "Offer"}]},
        {"name": "A", "statuses": [{"label": "Offer", "type": "open"}]},
        {"name": "A", "statuses": [{"id": {}}]},
    ],
)
def test_a_bad_body_makes_nothing(api, body):
    assert api.post("/pipeline/", json=body).status_code == 400

    assert len(api.ok("get", "/pipeline/")["data"]) == 1


def test_an_empty_pipeline_can_be_deleted(api):
    pipeline = api.make("pipeline")

    answer = api.delete(f"/pipeline/{pipeline['id']}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"/pipeline/{pipeline['id']}/").status_code == 404


def test_a_pipeline_with_statuses_cannot_be_deleted(api):
    pipeline = api.make("pipeline", statuses=STATUSES)

    assert api.delete(f"/pipeline/{pipeline['id']}/").status_code == 400


def test_the_last_pipeline_cannot_be_deleted(api):
    sales, other = api.ok("get", "/pipeline/")["data"][0], api.make("pipeline")
    api.ok("put", f"/pipeline/{other['id']}/", json={"statuses": sales["statuses"]})
    api.ok("delete", f"/pipeline/{sales['id']}/")
    for status in sales["statuses"][1:]:
        api.ok("delete", f"/status/opportunity/{status['id']}/")

    assert api.delete(f"/pipeline/{other['id']}/").status_code == 400


def test_changes_need_the_permission_to_customize(api, join):
    user, pipeline = join("user"), api.make("pipeline", statuses=STATUSES)
    path = f"/pipeline/{pipeline['id']}/"

    assert user.post("/pipeline/", json={"name": "Mine"}).status_code == 403
    assert user.put(path, json={"name": "Mine"}).status_code == 403
    assert user.put(path, json={"statuses": pipeline["statuses"][1:]}).status_code == 403
    assert user.delete(path).status_code == 403
    assert user.get(path).json() == pipeline


def test_pipelines_are_not_logged(api):
    pipeline = api.make("pipeline")
    api.ok("put", f"/pipeline/{pipeline['id']}/", json={"name": "New"})
    api.ok("delete", f"/pipeline/{pipeline['id']}/")

    assert api.events() == []


def test_a_status_that_moves_is_logged(api):
    pipeline, sales = api.make("pipeline"), api.ok("get", "/pipeline/")["data"][0]

    body = {"statuses": sales["statuses"][:1]}
    api.ok("put", f"/pipeline/{pipeline['id']}/", json=body)

    assert api.events() == [("status.opportunity", "updated")]


def test_a_status_that_only_changes_its_place_is_not_logged(api):
    pipeline = api.make("pipeline", statuses=STATUSES)
    before = api.events()

    body = {"statuses": list(reversed(pipeline["statuses"]))}
    api.ok("put", f"/pipeline/{pipeline['id']}/", json=body)

    assert api.events() == before


def test_a_stranger_finds_none(api, stranger):
    path = f"/pipeline/{api.make('pipeline')['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"name": "Mine"}).status_code == 404
    assert stranger.delete(path).status_code == 404
