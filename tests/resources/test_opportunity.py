"""Opportunities: what they are worth, how they come and go, and how they are listed."""

from datetime import UTC, datetime

import pytest

FILE = "https://app.close.com/go/file/file_1/offer.pdf"
RECORDED = {
    "annualized_expected_value": int,
    "annualized_value": int,
    "attachments": list,
    "confidence": int,
    "contact_id": str,
    "contact_name": str,
    "created_by": str,
    "created_by_name": str,
    "date_created": str,
    "date_lost": type(None),
    "date_updated": str,
    "date_won": type(None),
    "expected_value": int,
    "id": str,
    "lead_id": str,
    "lead_name": str,
    "note": str,
    "note_html": str,
    "organization_id": str,
    "pipeline_id": str,
    "pipeline_name": str,
    "status_display_name": str,
    "status_id": str,
    "status_label": str,
    "status_type": str,
    "updated_by": str,
    "updated_by_name": str,
    "user_id": str,
    "user_name": str,
    "value": int,
    "value_currency": str,
    "value_formatted": str,
    "value_period": str,
}


def statuses(api):
    return {s["label"]: s["id"] for s in api.ok("get", "/status/opportunity/")["data"]}


def update(api, opportunity, headers=None, **body):
    return api.ok("put", f"/opportunity/{opportunity['id']}/", json=body, headers=headers)


def refused(answer):
    assert answer.status_code == 400, answer.text
    return list(answer.json()["field-errors"])


def test_an_answer_has_the_recorded_form(api):
    lead = api.make("lead", name="Globex")
    contact = api.make("contact", lead_id=lead["id"], name="Hank Scorpio")

    made = api.ok(
        "post",
        "/opportunity/",
        json={
            "lead_id": lead["id"],
            "status_id": statuses(api)["Demo Completed"],
            "note": "Needs a volcano",
            "value": 50000,
            "value_period": "one_time",
            "contact_id": contact["id"],
        },
    )

    assert {name: type(made[name]) for name in RECORDED} == RECORDED
    assert {
        "annualized_expected_value": 25000,
        "annualized_value": 50000,
        "attachments": [],
        "confidence": 50,
        "contact_name": "Hank Scorpio",
        "expected_value": 25000,
        "lead_name": "Globex",
        "note_html": "<body><p>Needs a volcano</p></body>",
        "pipeline_name": "Sales",
        "status_display_name": "Demo Completed",
        "status_label": "Demo Completed",
        "status_type": "active",
        "user_name": "Bruce Wayne",
        "value_currency": "USD",
        "value_formatted": "$500",
    }.items() <= made.items()
    assert api.ok("get", f"/opportunity/{made['id']}/") == made


def test_without_a_lead_it_gets_one_that_is_untitled(api):
    made = api.ok("post", "/opportunity/", json={"value": 5})

    assert made["lead_name"] == "Untitled"
    assert api.ok("get", f"/lead/{made['lead_id']}/")["display_name"] == "Untitled"
    assert api.events() == [("lead", "created"), ("opportunity", "created")]


def test_a_bad_opportunity_leaves_no_lead_behind(api):
    assert refused(api.post("/opportunity/", json={"value": "much"})) == ["value"]

    assert api.ok("get", "/lead/")["data"] == []


def test_a_lead_shows_its_opportunities(api):
    made = api.make("opportunity")

    assert api.ok("get", f"/lead/{made['lead_id']}/")["opportunities"] == [made]


def test_it_goes_with_its_lead(api):
    made = api.make("opportunity")

    api.ok("delete", f"/lead/{made['lead_id']}/")

    assert api.get(f"/opportunity/{made['id']}/").status_code == 404
    assert ("opportunity", "deleted") in api.events()


def test_the_caller_owns_it_unless_it_says_otherwise(api, join):
    other = join()

    assert api.make("opportunity")["user_id"] == api.user_id
    assert api.make("opportunity", user_id=other.user_id)["user_id"] == other.user_id


def test_the_first_status_of_the_first_pipeline_is_the_default(api):
    api.make("pipeline", name="Renewals", statuses=[{"label": "Offer", "type": "active"}])

    assert api.make("opportunity")["status_label"] == "Demo Completed"


def test_a_pipeline_gives_its_first_status(api):
    pipeline = api.make(
        "pipeline",
        statuses=[{"label": "Offer", "type": "active"}, {"label": "Signed", "type": "won"}],
    )

    made = api.make("opportunity", pipeline_id=pipeline["id"])

    assert (made["pipeline_id"], made["status_label"]) == (pipeline["id"], "Offer")


def test_status_and_pipeline_must_agree(api):
    pipeline = api.make("pipeline", statuses=[{"label": "Offer", "type": "active"}])
    other = api.ok("get", "/pipeline/")["data"][0]["id"]
    status = pipeline["statuses"][0]["id"]

    body = {"status_id": status, "pipeline_id": pipeline["id"]}
    assert api.make("opportunity", **body)["status_id"] == status

    answer = api.post("/opportunity/", json=body | {"pipeline_id": other})
    assert refused(answer) == ["pipeline_id"]


def test_an_unknown_pipeline_is_refused(api, stranger):
    theirs = stranger.ok("get", "/pipeline/")["data"][0]["id"]

    for id in ("pipe_nowhere", theirs, 7):
        assert refused(api.post("/opportunity/", json={"pipeline_id": id})) == ["pipeline_id"]


def test_a_pipeline_without_statuses_is_refused(api):
    pipeline = api.make("pipeline")

    answer = api.post("/opportunity/", json={"pipeline_id": pipeline["id"]})

    assert refused(answer) == ["pipeline_id"]


def test_a_status_may_be_named_by_its_label(api):
    made = api.make("opportunity")

    assert update(api, made, status="Contract Sent")["status_label"] == "Contract Sent"

    answer = api.put(f"/opportunity/{made['id']}/", json={"status": "Nowhere"})
    assert refused(answer) == ["status"]


def test_a_label_means_the_status_in_the_same_pipeline(api):
    pipeline = api.make(
        "pipeline", statuses=[{"label": "Offer", "type": "active"}, {"label": "Won", "type": "won"}]
    )
    made = api.make("opportunity", pipeline_id=pipeline["id"])

    assert update(api, made, status="Won")["pipeline_id"] == pipeline["id"]


def test_the_pipeline_is_part_of_the_name_when_there_are_several(api):
    made = api.make("opportunity")
    assert made["status_display_name"] == "Demo Completed"

    api.make("pipeline", name="Renewals")

    shown = api.ok("get", f"/opportunity/{made['id']}/")
    assert shown["status_display_name"] == "Sales: Demo Completed"


def test_becoming_won_sets_the_date_to_today_of_the_caller(api, clock):
    clock.stand(datetime(2026, 11, 21, 2, 30, tzinfo=UTC))
    made = api.make("opportunity")

    won = update(api, made, status_id=statuses(api)["Won"], headers={"x-tz-offset": "-4"})

    assert (won["status_type"], won["date_won"]) == ("won", "2026-11-20")


def test_what_is_created_as_won_has_a_date(api):
    assert api.make("opportunity", status_id=statuses(api)["Won"])["date_won"]


def test_a_date_that_is_stored_or_sent_stays(api):
    stored = api.make("opportunity", date_won="2026-12-24")
    sent = api.make("opportunity")

    won = statuses(api)["Won"]
    assert update(api, stored, status_id=won)["date_won"] == "2026-12-24"
    assert update(api, sent, status_id=won, date_won="2026-12-25")["date_won"] == "2026-12-25"


def test_leaving_won_does_not_clear_the_date(api):
    known = statuses(api)
    won = api.make("opportunity", status_id=known["Won"])

    for label in ("Lost", "Demo Completed"):
        assert update(api, won, status_id=known[label])["date_won"] == won["date_won"]


def test_a_date_that_is_cleared_stays_so(api):
    won = api.make("opportunity", status_id=statuses(api)["Won"])

    assert update(api, won, date_won=None)["date_won"] is None
    assert update(api, won, value=7)["date_won"] is None


def test_becoming_lost_is_remembered(api, clock):
    known = statuses(api)
    made = api.make("opportunity")

    lost = update(api, made, status_id=known["Lost"])
    clock.pass_by(days=1)
    open_ = update(api, made, status_id=known["Demo Completed"])
    again = update(api, made, status_id=known["Lost"])

    assert lost["date_lost"] == lost["date_updated"]
    assert open_["date_lost"] == again["date_lost"] == lost["date_lost"]


def test_a_moment_means_the_day_it_falls_on_for_the_caller(api):
    headers, body = {"x-tz-offset": "-5"}, {"date_won": "2026-03-01T02:00:00+00:00"}

    made = api.ok("post", "/opportunity/", json=body, headers=headers)
    changed = update(api, api.make("opportunity"), headers, **body)

    assert made["date_won"] == changed["date_won"] == "2026-02-28"


@pytest.mark.parametrize(
    ("value", "period", "formatted"),
    [
        (100000, "one_time", "$1,000"),
        (100050, "one_time", "$1,000.50"),
        (100005, "one_time", "$1,000.05"),
        (5000, "monthly", "$50 monthly"),
        (50000, "annual", "$500 annual"),
        (0, "one_time", "$0"),
        (99, "one_time", "$0.99"),
        (-500, "one_time", "-$5"),
        (10**15, "one_time", "$10,000,000,000,000"),
        (None, "monthly", None),
    ],
)
def test_a_value_is_formatted(api, value, period, formatted):
    made = api.make("opportunity", value=value, value_period=period)

    assert made["value_formatted"] == formatted


@pytest.mark.parametrize(
    ("currency", "formatted"), [("EUR", "€1,234.56"), ("JPY", "¥123,456"), ("BHD", "BHD123.456")]
)
def test_a_value_is_formatted_in_the_currency_of_the_organization(api, currency, formatted):
    api.ok("put", f"/organization/{api.organization_id}/", json={"currency": currency})

    made = api.make("opportunity", value=123456)

    assert (made["value_currency"], made["value_formatted"]) == (currency, formatted)


@pytest.mark.parametrize(
    ("value", "period", "confidence", "amounts"),
    [
        (50000, "one_time", 50, (50000, 25000, 25000)),
        (500, "monthly", 90, (6000, 450, 5400)),
        (500, "annual", 90, (500, 450, 450)),
        (1, "one_time", 50, (1, 1, 1)),
        (-1, "one_time", 50, (-1, -1, -1)),
        (33, "monthly", 10, (396, 3, 40)),
        (10**15, "monthly", 100, (12 * 10**15, 10**15, 12 * 10**15)),
        (None, "monthly", 50, (None, None, None)),
    ],
)
def test_what_is_expected_is_rounded_to_whole_units(api, value, period, confidence, amounts):
    made = api.make("opportunity", value=value, value_period=period, confidence=confidence)

    names = ("annualized_value", "expected_value", "annualized_expected_value")
    assert tuple(made[name] for name in names) == amounts


def test_none_is_stalled(api):
    made = api.make("opportunity")

    assert made["is_stalled"] is False
    assert made["stall_status"] is None
    assert made["suggested_action"] is None


def test_note_and_rich_note_are_kept_in_step(api):
    made = api.make("opportunity", note="a < b")
    assert made["note_html"] == "<body><p>a &lt; b</p></body>"

    rich = update(api, made, note_html="<body><p>Now <b>bold</b></p></body>")
    assert rich["note"] == "Now bold"

    both = update(api, made, note="plain", note_html="<body><p>rich</p></body>")
    assert (both["note"], both["note_html"]) == ("rich", "<body><p>rich</p></body>")


def test_files_are_attached(api):
    file = {"url": FILE, "filename": "offer.pdf"}

    made = api.make("opportunity", attachments=[file])

    more = {"content_type": None, "size": None, "thumbnail_url": None}
    assert made["attachments"] == [file | more]
    assert update(api, made, attachments=[])["attachments"] == []


@pytest.mark.parametrize(
    "file",
    [
        {"url": FILE},
        {"filename": "offer.pdf"},
        {"url": "https://evil.example/go/file/offer.pdf", "filename": "offer.pdf"},
        {"url": "https://app.close.com/other/offer.pdf", "filename": "offer.pdf"},
        {"url": "/go/file/../../etc/passwd", "filename": "offer.pdf"},
        {"url": FILE, "filename": "offer.pdf", "size": -1},
        "offer.pdf",
    ],
)
def test_only_uploaded_files_are_attached(api, file):
    answer = api.post("/opportunity/", json={"attachments": [file]})

    assert refused(answer) == ["attachments"]


def test_who_imports_a_history_says_when_and_by_whom(api, join):
    other = join()

    made = api.make(
        "opportunity", date_created="2020-02-03T04:05:06+00:00", created_by=other.user_id
    )

    assert made["date_created"] == "2020-02-03T04:05:06.000000+00:00"
    assert made["created_by"] == other.user_id
    changed = update(api, made, date_created="2021-01-01T00:00:00", created_by=api.user_id)
    assert (changed["date_created"], changed["created_by"]) == (
        made["date_created"],
        made["created_by"],
    )


def test_an_opportunity_stays_with_its_lead(api):
    made, other = api.make("opportunity"), api.make("lead")

    assert update(api, made, lead_id=other["id"])["lead_id"] == made["lead_id"]


def test_what_is_left_out_stays_and_null_clears(api):
    made = api.make("opportunity", value=700, note="Hm", confidence=10)

    changed = update(api, made, value=None, note=None)

    assert (changed["value"], changed["note"], changed["note_html"]) == (None, None, None)
    assert (changed["confidence"], changed["status_id"]) == (10, made["status_id"])


def test_a_contact_that_goes_is_let_go(api):
    lead = api.make("lead")
    contact = api.make("contact", lead_id=lead["id"])
    made = api.make("opportunity", lead_id=lead["id"], contact_id=contact["id"])

    api.ok("delete", f"/contact/{contact['id']}/")

    shown = api.ok("get", f"/opportunity/{made['id']}/")
    assert (shown["contact_id"], shown["contact_name"]) == (None, None)


def test_a_contact_must_belong_to_the_lead(api):
    lead, elsewhere = api.make("lead"), api.make("contact")

    body = {"lead_id": lead["id"], "contact_id": elsewhere["id"]}
    assert refused(api.post("/opportunity/", json=body)) == ["contact_id"]

    made = api.make("opportunity", lead_id=lead["id"])
    answer = api.put(f"/opportunity/{made['id']}/", json={"contact_id": elsewhere["id"]})
    assert refused(answer) == ["contact_id"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"lead_id": "lead_nowhere"}, "lead_id"),
        ({"status_id": "stat_nowhere"}, "status_id"),
        ({"status_id": {"id": 1}}, "status_id"),
        ({"user_id": "user_nobody"}, "user_id"),
        ({"contact_id": "cont_nobody"}, "contact_id"),
        ({"confidence": 101}, "confidence"),
        ({"confidence": -1}, "confidence"),
        ({"confidence": 0.5}, "confidence"),
        ({"value": "500"}, "value"),
        ({"value": 10**15 + 1}, "value"),
        ({"value_period": "daily"}, "value_period"),
        ({"date_won": "soon"}, "date_won"),
        ({"date_won": 5}, "date_won"),
        ({"note": 5}, "note"),
        ({"note_html": []}, "note_html"),
        ({"attachments": "offer.pdf"}, "attachments"),
        ({"date_created": "once"}, "date_created"),
        ({"organization_id": "orga_other"}, "organization_id"),
        ({"custom.cf_nope": 1}, "custom.cf_nope"),
    ],
)
def test_a_bad_value_is_refused(api, body, name):
    assert refused(api.post("/opportunity/", json=body)) == [name]


@pytest.mark.parametrize("name", ["status_id", "user_id", "confidence", "value_period", "status"])
def test_what_every_opportunity_has_cannot_be_cleared(api, name):
    made = api.make("opportunity")

    answer = api.put(f"/opportunity/{made['id']}/", json={name: None})

    assert refused(answer) == ["status_id" if name == "status" else name]


def test_all_mistakes_are_told_at_once(api):
    answer = api.post("/opportunity/", json={"confidence": 200, "value": "1", "user_id": "x"})

    assert sorted(refused(answer)) == ["confidence", "user_id", "value"]


def test_custom_values_are_kept(api):
    field = api.make("custom_field.opportunity", name="Source")
    key = f"custom.{field['id']}"

    made = api.make("opportunity", **{key: "Fair"})

    assert made[key] == "Fair"
    assert update(api, made, **{key: "Web"})[key] == "Web"
    assert key not in update(api, made, **{key: None})


def test_custom_fields_are_the_values_by_id(api):
    field = api.make("custom_field.opportunity", name="Source")

    made = api.make("opportunity", custom_fields={field["id"]: "Fair"})

    assert made[f"custom.{field['id']}"] == "Fair"


def test_the_address_of_the_lead_is_shown_to_who_asks(api):
    lead = api.make("lead")
    api.make("contact", lead_id=lead["id"])
    reachable = {
        "emails": [{"email": "gob@bluth.example", "type": "office"}],
        "phones": [{"phone": "+13105550123", "type": "mobile"}],
    }
    api.make("contact", lead_id=lead["id"], **reachable)
    made = api.make("opportunity", lead_id=lead["id"])

    fields = "lead_primary_email,lead_primary_phone"
    shown = api.ok("get", f"/opportunity/{made['id']}/?_fields={fields}")

    assert shown["lead_primary_email"]["email"] == "gob@bluth.example"
    assert [phone["phone"] for phone in shown["lead_primary_phone"]] == ["+13105550123"]


def test_a_write_shows_the_fields_that_are_asked_for(api):
    made = api.ok("post", "/opportunity/?_fields=value", json={"value": 7})

    assert made == {"value": 7}


def test_a_deleted_opportunity_is_gone(api):
    made = api.make("opportunity")

    assert api.ok("delete", f"/opportunity/{made['id']}/") == {}

    assert api.get(f"/opportunity/{made['id']}/").status_code == 404


def test_an_unknown_opportunity_is_answered_as_recorded(api):
    answer = api.get("/opportunity/wobble/")

    error = "Empty query: Opportunity matching query does not exist."
    assert (answer.status_code, answer.json()) == (404, {"error": error})


def test_a_stranger_finds_none(api, stranger):
    made = api.make("opportunity")
    path = f"/opportunity/{made['id']}/"

    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"value": 1}).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert stranger.ok("get", f"/opportunity/?lead_id={made['lead_id']}")["total_results"] == 0


def test_nothing_of_a_stranger_is_accepted(api, stranger):
    theirs = stranger.make("opportunity")
    names = ("lead_id", "status_id", "user_id")

    answer = api.post("/opportunity/", json={name: theirs[name] for name in names})

    assert sorted(refused(answer)) == sorted(names)


def test_who_may_not_see_the_lead_may_not_see_its_opportunities(api, join):
    body = {"name": "Blind", "permissions": [], "visibility_user_lcf_behavior": None}
    role = api.ok("post", "/role/", json=body)
    made, blind = api.make("opportunity", value=700), join(role["id"])

    assert blind.get(f"/opportunity/{made['id']}/").status_code == 404
    page = blind.ok("get", "/opportunity/?_group_by=user_id")
    assert (page["data"], page["total_results"], page["total_value_one_time"]) == ([], 0, 0)


def test_changes_are_logged(api):
    made = api.make("opportunity", lead_id=api.make("lead")["id"])
    update(api, made, value=1)
    api.ok("delete", f"/opportunity/{made['id']}/")

    assert api.events()[1:] == [
        ("opportunity", "created"),
        ("opportunity", "updated"),
        ("opportunity", "deleted"),
    ]


def test_statements_are_few(api, statements):
    made = api.make("opportunity")
    body = {"lead_id": made["lead_id"], "value": 5, "user_id": api.user_id}

    assert len(statements(lambda: api.ok("get", f"/opportunity/{made['id']}/"))) == 1
    assert len(statements(lambda: api.ok("post", "/opportunity/", json=body))) == 2
    assert len(statements(lambda: update(api, made, value=8))) == 4
