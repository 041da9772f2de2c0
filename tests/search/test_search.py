"""POST /data/search/: what each part of a query means."""

import pytest
from jsonschema import Draft202012Validator


def text(value, mode="full_words"):
    return {"type": "text", "mode": mode, "value": value}


def term(*values):
    return {"type": "term", "values": list(values)}


def ids_of(type_, *ids):
    return {"type": "reference", "reference_type": type_, "object_ids": list(ids)}


def since(moment):
    return {"type": "moment_range", "on_or_after": moment, "before": None}


def before(moment):
    return {"type": "moment_range", "on_or_after": None, "before": moment}


def utc(value):
    return {"type": "fixed_utc", "value": value}


def ago(way="past", edge=None, **offset):
    moment = {"type": "offset", "moment": {"type": "now"}, "direction": way, "offset": offset}
    return moment | {"which_day_end": edge}


# Answers


def test_a_row_has_its_id_and_its_type_and_what_is_asked_for(api, search):
    lead = api.make("lead", name="Acme")

    assert search("lead") == {"data": [{"__object_type": "lead", "id": lead["id"]}], "cursor": None}
    found = search("lead", _fields={"lead": ["name", "contacts"]})["data"]
    assert found == [{"__object_type": "lead", "id": lead["id"], "name": "Acme", "contacts": []}]


def test_custom_values_are_shown_one_by_one_or_all_together(api, search):
    field = api.make("custom_field.lead", name="Tier")["id"]
    api.make("lead", **{f"custom.{field}": "gold"})

    (one,) = search("lead", _fields={"lead": [f"custom.{field}"]})["data"]
    (every,) = search("lead", _fields={"lead": ["custom"]})["data"]
    assert one[f"custom.{field}"] == "gold"
    assert every["custom"] == {"Tier": "gold"}


def test_what_was_written_is_found_at_once(api, search):
    lead = api.make("lead", name="Quick")
    assert search.ids("lead", {"type": "text", **text("quick")}) == {lead["id"]}
    api.ok("put", f"/lead/{lead['id']}/", json={"name": "Slow"})
    assert search.ids("lead", {"type": "text", **text("quick")}) == set()


def test_counts_tell_of_all_and_of_those_within_the_limit(api, search):
    for _ in range(3):
        api.make("lead")
    found = search("lead", results_limit=2, include_counts=True)
    assert (len(found["data"]), found["cursor"]) == (2, None)
    assert found["count"] == {"limited": 2, "total": 3}
    counted = search("lead", results_limit=0, include_counts=True)
    assert counted == {"data": [], "cursor": None, "count": {"limited": 0, "total": 3}}


def test_unknown_keys_are_ignored(api, search):
    api.make("lead")
    assert len(search("lead", limit=0)["data"]) == 1


def test_another_organization_is_not_searched(api, stranger, search, say):
    api.make("lead", name="Ours")
    stranger.make("lead", name="Ours")
    assert len(search.ids("lead", {"type": "text", **text("ours")})) == 1
    status = stranger.ok("get", "/status/lead/")["data"][0]["id"]
    wrong = search.refused(say.where("lead", "status_id", **ids_of("status.lead", status)))
    assert wrong == {"query.condition.object_ids.0": "Object does not exist."}


def test_whoever_sees_only_some_leads_finds_only_those(api, search, world):
    from ajar.founding import add_key
    from ajar.kernel.context import Caller, Context

    field = api.make("custom_field.lead", type="user")["id"]
    role = api.make(
        "role",
        permissions=["calling"],
        visibility_user_lcf_ids=[field],
        visibility_user_lcf_behavior="require_assignment",
    )["id"]
    body = {"email": f"{api.user_id}@limited.example", "role_id": role}
    user = api.ok("post", "/membership/", json=body)["user_id"]

    async def key(db):
        return await add_key(Context(db, Caller(api.organization_id, user), world.clock()), "k")

    limited = type(api).__new__(type(api))
    limited.__dict__ |= api.__dict__
    from tests.conftest import authorization

    limited.headers = {"authorization": authorization(world.call(key))}
    mine = api.make("lead", **{f"custom.{field}": user})
    other = api.make("lead")
    api.make("contact", lead_id=other["id"])
    theirs = api.make("contact", lead_id=mine["id"])
    from tests.search.conftest import Search

    assert Search(limited).ids("lead") == {mine["id"]}
    assert Search(limited).ids("contact") == {theirs["id"]}
    assert search.ids("lead") == {mine["id"], other["id"]}
    assert Search(limited)("lead", include_counts=True)["count"]["total"] == 1


# Pages


@pytest.mark.parametrize("name", ["name", "date_created", "addresses_count"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_add_up_to_all_that_is_found_in_order(api, search, say, name, direction):
    for lead in ["b", "B", "a", "", "c"]:
        api.make("lead", name=lead, addresses=[{"city": "X"}] if lead in "ab" else [])
    sort = [{"direction": direction, "field": say.regular("lead", name)}]
    fields = {"lead": ["name"]}
    whole = search("lead", sort=sort, _fields=fields)["data"]
    pages, cursor = [], None
    while True:
        page = search("lead", sort=sort, _fields=fields, _limit=2, cursor=cursor)
        pages += page["data"]
        if not (cursor := page["cursor"]):
            break
    assert pages == whole
    assert len({row["id"] for row in pages}) == 5


def test_rows_without_a_value_come_last(api, search, say):
    names = [api.make("contact", title=title)["id"] for title in ("Boss", None, "Aide")]
    for direction, order in (("asc", (2, 0, 1)), ("desc", (0, 2, 1))):
        sort = [{"direction": direction, "field": say.regular("contact", "title")}]
        first = search("contact", sort=sort, _limit=1)
        rest = search("contact", sort=sort, _limit=2, cursor=first["cursor"])
        found = [row["id"] for row in first["data"] + rest["data"]]
        assert found == [names[place] for place in order]


def test_the_limit_of_results_holds_over_all_pages(api, search):
    for _ in range(4):
        api.make("lead")
    first = search("lead", _limit=2, results_limit=3)
    rest = search("lead", _limit=2, results_limit=3, cursor=first["cursor"])
    assert (len(first["data"]), len(rest["data"]), rest["cursor"]) == (2, 1, None)


def test_now_is_the_same_on_every_page(api, search, say, clock):
    api.make("lead"), api.make("lead")
    recent = say.where("lead", "date_created", **since(ago(minutes=5)))
    first = search("lead", recent, _limit=1)
    clock.stand(clock().replace(year=clock().year + 1))
    rest = search("lead", recent, _limit=1, cursor=first["cursor"])
    assert len(rest["data"]) == 1
    assert search("lead", recent)["data"] == []


@pytest.mark.parametrize("cursor", ["x", "!", 5, "W10", "WzEsMiwzLDRd"])
def test_what_is_no_cursor_is_refused(search, say, cursor):
    assert set(search.refused(say.kind("lead"), cursor=cursor)) == {"cursor"}


def test_a_cursor_belongs_to_its_query(api, search, say):
    api.make("lead"), api.make("lead")
    cursor = search("lead", _limit=1)["cursor"]
    assert set(search.refused(say.kind("contact"), cursor=cursor)) == {"cursor"}


# Nodes


def test_conditions_are_joined_and_negated(api, search, say):
    a, b = (api.make("lead", name=name)["id"] for name in "ab")
    is_a, is_b = (say.where("lead", "name", **text(name)) for name in "ab")
    assert search.ids("lead", say.some(is_a, is_b)) == {a, b}
    assert search.ids("lead", say.every(is_a, is_b)) == set()
    assert search.ids("lead", say.no(is_a)) == {b}
    assert search.ids("lead", say.no(say.some(is_a, is_b))) == set()
    assert search.ids("lead", {"type": "and", "queries": []}) == {a, b}
    assert search.ids("lead", {"type": "or", "queries": []}) == {a, b}
    assert search.ids("lead", {"type": "match_all"}) == {a, b}
    assert search.ids("lead", {"type": "match_all", "negate": True}) == set()
    assert search.ids("lead", {"type": "id", "value": a}) == {a}


def test_what_has_no_value_meets_a_negated_condition(api, search, say):
    lead = api.make("lead", description=None)["id"]
    is_x = say.where("lead", "description", **text("x"))
    assert search.ids("lead", is_x) == set()
    assert search.ids("lead", say.no(is_x)) == {lead}
    assert search.ids("lead", say.no(say.every(is_x, {"type": "match_all"}))) == {lead}
    assert search.ids("lead", say.no(say.where("lead", "description", type="exists"))) == {lead}


def test_conditions_about_one_related_object_hold_for_the_same_one(api, search, say):
    lead = api.make("lead")["id"]
    api.make("contact", lead_id=lead, name="Ann", title="CEO")
    api.make("contact", lead_id=lead, name="Bob", title="CTO")
    ann = say.where("contact", "name", **text("Ann"))
    ceo, cto = (say.where("contact", "title", **text(title)) for title in ("CEO", "CTO"))
    has = lambda *parts: say.related("lead", "contact", say.every(*parts))  # noqa: E731
    assert search.ids("lead", has(ann, ceo)) == {lead}
    assert search.ids("lead", has(ann, cto)) == set()
    assert search.ids("lead", say.no(has(ann, cto))) == {lead}


def test_related_objects_have_related_objects(api, search, say):
    contact = api.make("contact", emails=[{"email": "Ann@Example.com"}])
    exact = say.where("contact_email", "email", **text("ann@example.COM", "exact_value"))
    through = say.related("lead", "contact", say.related("contact", "contact_email", exact))
    assert search.ids("lead", through) == {contact["lead_id"]}
    assert search.ids("lead", say.related("lead", "contact_email", exact)) == {contact["lead_id"]}
    assert search.ids("contact", say.related("contact", "contact_email", exact)) == {contact["id"]}
    assert search.ids("contact", say.no(say.related("contact", "contact_email", exact))) == set()


def test_numbers_are_found_however_they_are_written(api, search, say):
    contact = api.make("contact", phones=[{"phone": "+16505550123"}])["id"]
    exact = say.where("contact_phone", "phone", **text("(650) 555-0123", "exact_value"))
    assert search.ids("contact", say.related("contact", "contact_phone", exact)) == {contact}


def test_addresses_are_searched_one_by_one(api, search, say):
    lead = api.make("lead", addresses=[{"city": "Oslo", "country": "NO"}, {"city": "Rome"}])["id"]
    oslo = say.where("address", "city", **text("Oslo"))
    norway, italy = (say.where("address", "country", **term(code)) for code in ("NO", "IT"))
    place = say.where("address", "location", **text("oslo no", "phrase"))
    has = lambda *parts: say.related("lead", "address", say.every(*parts))  # noqa: E731
    assert search.ids("lead", has(oslo, norway, place)) == {lead}
    assert search.ids("lead", has(oslo, italy)) == set()


def test_text_is_looked_for_in_a_lead_and_its_contacts(api, search):
    lead = api.make("lead", name="Acme Rockets")["id"]
    api.make("contact", lead_id=lead, name="Wile", emails=[{"email": "wile@acme.example"}])
    api.make("lead", name="Acme")

    def found(value, mode):
        return search.ids("lead", {"type": "text", **text(value, mode)})

    assert found("rockets wile", "full_words") == {lead}
    assert found("rock wil", "beginning_of_words") == {lead}
    assert found("rock", "full_words") == set()
    assert found("acme rockets", "phrase") == {lead}
    assert found("rockets acme", "phrase") == set()
    assert found("rockets wile", "phrase") == set()
    assert found("WILE@acme.example", "exact_value") == {lead}
    assert found("acme", "exact_value") != {lead}
    assert found("!!", "full_words") == set()


@pytest.mark.parametrize(
    ("mode", "value", "met"),
    [
        ("full_words", "fox BROWN", True),
        ("full_words", "bro fox", False),
        ("phrase", "brown fox", True),
        ("phrase", "fox brown", False),
        ("beginning_of_words", "qui fo", True),
        ("beginning_of_words", "uick", False),
        ("exact_value", "THE QUICK-BROWN fox", True),
        ("exact_value", "the quick brown fox", False),
    ],
)
def test_each_mode_compares_texts_in_its_own_way(api, search, say, mode, value, met):
    lead = api.make("lead", name="The quick-brown fox")["id"]
    condition = say.where("lead", "name", **text(value, mode))
    assert search.ids("lead", condition) == ({lead} if met else set())


# Kinds of field


def test_references_are_to_users_their_groups_or_the_caller(api, search, say):
    opportunity = api.make("opportunity")["id"]
    group = api.make("group")["id"]
    user = lambda *ids: say.where("opportunity", "user_id", **ids_of("user_or_group", *ids))  # noqa: E731
    assert search.ids("opportunity", user(api.user_id)) == {opportunity}
    assert search.ids("opportunity", user("CURRENT_USER")) == {opportunity}
    assert search.ids("opportunity", user(group)) == set()
    api.ok("post", f"/group/{group}/member/", json={"user_id": api.user_id})
    assert search.ids("opportunity", user(group)) == {opportunity}
    mine = say.where("opportunity", "created_by", type="current_user")
    assert search.ids("opportunity", mine) == {opportunity}


def test_statuses_pipelines_and_values_of_opportunities(api, search, say):
    made = api.make("opportunity", value=1000, confidence=80, note="An important deal")
    where = lambda field, **test: search.ids("opportunity", say.where("opportunity", field, **test))  # noqa: E731
    one = {made["id"]}
    assert where("status_id", **ids_of("status.opportunity", made["status_id"])) == one
    assert where("pipeline_id", **ids_of("pipeline", made["pipeline_id"])) == one
    assert where("value", type="number_range", gte=1000, lt=1001) == one
    assert where("value", type="number_range", gt=1000) == set()
    assert where("annualized_value", type="number_range", lte=1000.5) == one
    assert where("value_period", **term("one_time", "monthly")) == one
    assert where("note", **text("important")) == one
    assert where("date_won", type="exists") == set()
    leads = say.related("lead", "opportunity", say.where("opportunity", "value", type="exists"))
    assert search.ids("lead", leads) == {made["lead_id"]}


def test_days_and_moments(api, search, say):
    won = api.make("opportunity", date_won="2026-03-10")["id"]
    day = lambda value, which: {"type": "fixed_local_date", "value": value, "which": which}  # noqa: E731
    on = lambda a, b: {"type": "moment_range", "on_or_after": a, "before": b}  # noqa: E731
    the_day = on(day("2026-03-10", "start"), day("2026-03-10", "end"))
    for zone in ("0", "-8", "5.5"):
        found = search(
            "opportunity",
            say.where("opportunity", "date_won", **the_day),
            headers={"x-tz-offset": zone},
        )
        assert [row["id"] for row in found["data"]] == [won]
    after = say.where("opportunity", "date_won", **since(day("2026-03-10", "end")))
    assert search.ids("opportunity", after) == set()


def test_relative_moments(api, search, say, clock):
    clock.stand(clock().replace(year=2026, month=3, day=31, hour=12))
    lead = api.make("lead")["id"]
    created = lambda test: search.ids("lead", say.where("lead", "date_created", **test))  # noqa: E731
    today = {"type": "start_end_of_predefined_relative_period", "range": "today"}
    whole = since(today | {"which": "start"}) | {"before": today | {"which": "end"}}
    assert created(whole) == {lead}
    assert created(before({"type": "now"})) == set()
    assert created(since({"type": "now"})) == {lead}
    clock.stand(clock().replace(month=4, day=30))
    assert created(since(ago(months=1))) == {lead}  # which is the 30th of March
    assert created(since(ago(months=1, days=-0))) == {lead}
    assert created(before(ago(days=29))) == {lead}
    assert created(before(ago(days=31))) == set()
    assert created(since(ago(days=30, edge="start"))) == {lead}
    last = {"type": "start_end_of_predefined_relative_period", "range": "last-month"}
    assert created(since(last | {"which": "start"}) | {"before": last | {"which": "end"}}) == {lead}
    assert created(since(last | {"which": "end"})) == set()


def test_tasks_are_due_on_days_or_at_moments(api, search, say):
    day = api.make("task", date="2026-05-05")["id"]
    moment = api.make("task", date="2026-05-05T10:00:00+00:00")["id"]
    due = lambda test: search.ids("task", say.where("task", "date", **test))  # noqa: E731
    assert due(since(utc("2026-05-05T00:00:00"))) == {day, moment}
    assert due(since(utc("2026-05-05T09:00:00"))) == {moment}
    assert due(before(utc("2026-05-05T10:00:00"))) == {day}
    assert search.ids("task.lead") == {day, moment}
    assert search("task.outgoing_call")["data"] == []


def test_activities_by_kind_and_related_to_leads(api, search, say):
    note = api.make("activity.note", note="call back on Friday")
    words = say.where("activity.note", "note", **text("friday"))
    assert search.ids("activity.note", words) == {note["id"]}
    assert search.ids("note", words) == {note["id"]}
    assert search.ids("lead", say.related("lead", "activity.note", words)) == {note["lead_id"]}
    assert search.ids("lead", say.related("lead", "activity", {"type": "match_all"}))


def test_custom_activities_by_their_type_and_their_fields(api, search, say):
    kind = api.make("custom_activity")["id"]
    field = api.make("custom_field.activity", custom_activity_type_id=kind, type="number")["id"]
    made = api.make("activity.custom", custom_activity_type_id=kind, **{f"custom.{field}": 7})
    name = "activity.custom_activity"
    is_kind = say.where(name, "custom_activity_type_id", **term(kind))
    seven = say.added(field, type="number_range", gte=7, lte=7)
    has = say.related("lead", name, say.every(is_kind, seven))
    assert search.ids("lead", has) == {made["lead_id"]}
    assert search.ids(name, is_kind, say.no(seven)) == set()


@pytest.mark.parametrize(
    ("type_", "options", "value", "met", "unmet"),
    [
        ("text", {}, "Blue Sky", text("blue sky", "exact_value"), text("blue", "exact_value")),
        ("textarea", {}, "Blue Sky", text("sky"), text("sk")),
        ("number", {}, 2.5, {"type": "number_range", "gt": 2}, {"type": "number_range", "lt": 2.5}),
        (
            "date",
            {},
            "2026-01-02",
            since(utc("2026-01-02T00:00:00")),
            before(utc("2026-01-02T00:00:00")),
        ),
        (
            "datetime",
            {},
            "2026-01-02T10:00:00Z",
            since(utc("2026-01-02T10:00:00")),
            before(utc("2026-01-02T10:00:00")),
        ),
        ("choices", {"choices": ["a", "b"]}, "a", term("a"), term("b", "A")),
        (
            "choices",
            {"choices": ["a", "b"], "accepts_multiple_values": True},
            ["a", "b"],
            term("b"),
            term("c"),
        ),
        (
            "choices",
            {"choices": ["big one"], "accepts_multiple_values": True},
            ["big one"],
            text("one"),
            text("on"),
        ),
        ("user", {}, "me", {"type": "current_user"}, ids_of("user")),
        (
            "user",
            {"accepts_multiple_values": True},
            "me",
            ids_of("user_or_group", "CURRENT_USER"),
            term("x"),
        ),
    ],
)
def test_custom_fields_of_every_type(api, search, say, type_, options, value, met, unmet):
    field = api.make("custom_field.lead", type=type_, **options)["id"]
    value = api.user_id if value == "me" else value
    lead = api.make("lead", **{f"custom.{field}": value})["id"]
    empty = api.make("lead")["id"]
    assert search.ids("lead", say.added(field, **met)) == {lead}
    assert search.ids("lead", say.added(field, **unmet)) == set()
    assert search.ids("lead", say.no(say.added(field, **met))) == {empty}
    assert search.ids("lead", say.added(field, type="exists")) == {lead}


def test_shared_fields_are_fields_of_what_they_are_shared_with(api, search, say):
    field = api.make("custom_field.shared")["id"]
    query = say.every(say.kind("contact"), say.added(field, type="exists"))
    assert search.refused(query)
    url = f"/custom_field/shared/{field}/association/"
    api.ok("post", url, json={"object_type": "contact"})
    contact = api.make("contact", **{f"custom.{field}": "x"})["id"]
    assert search.ids("contact", say.added(field, type="exists")) == {contact}


# What is refused


@pytest.mark.parametrize(
    ("query", "where"),
    [
        (None, "query"),
        ([], "query"),
        ({"type": "and", "queries": []}, "query"),
        ({"type": "object_type", "object_type": "unicorn"}, "query"),
        ({"type": "object_type", "object_type": "address"}, "query"),
    ],
)
def test_a_query_must_say_what_it_is_for(search, query, where):
    assert set(search.refused(query)) == {where}


@pytest.mark.parametrize(
    ("node", "where"),
    [
        ({"type": "nor"}, "type"),
        ({"type": []}, "type"),
        (5, ""),
        ({"type": "and", "queries": 5}, "queries"),
        ({"type": "and", "queries": [5]}, "queries.0"),
        ({"type": "match_all", "negate": "yes"}, "negate"),
        ({"type": "id"}, "value"),
        ({"type": "text", "value": 5}, "value"),
        ({"type": "text", "value": "x", "mode": "fuzzy"}, "mode"),
        ({"type": "text", "value": "x" * 1001}, "value"),
        ({"type": "field_condition"}, "field.type"),
        ({"type": "has_related", "related_object_type": "group"}, "related_object_type"),
        ({"type": "has_related", "this_object_type": "contact"}, "this_object_type"),
        ({"type": "saved_search", "saved_search_id": "save_x"}, "saved_search_id"),
    ],
)
def test_a_node_that_is_wrong_is_named_by_its_path(search, say, node, where):
    wrong = search.refused(say.every(say.kind("lead"), node))
    assert set(wrong) == {f"query.queries.1.{where}".rstrip(".")}


@pytest.mark.parametrize(
    ("field", "condition", "where"),
    [
        ("nme", {"type": "exists"}, "field.field_name"),
        ("name", {"type": "number_range", "gt": 1}, "condition.type"),
        ("name", {}, "condition.type"),
        ("name", {"type": "text", "value": None}, "condition.value"),
        ("name", {"type": "term", "values": "x"}, "condition.values"),
        ("name", {"type": "term", "values": ["x", 5]}, "condition.values.1"),
        ("status_id", ids_of("user", "x"), "condition.reference_type"),
        ("status_id", ids_of("status.lead", "stat_x"), "condition.object_ids.0"),
        ("addresses_count", {"type": "number_range"}, "condition"),
        ("addresses_count", {"type": "number_range", "gt": "1"}, "condition.gt"),
        ("addresses_count", {"type": "number_range", "gt": 1e30}, "condition.gt"),
        ("date_created", {"type": "moment_range", "gte": "2026"}, "condition"),
        ("date_created", since("2026-01-01"), "condition.on_or_after"),
        ("date_created", since({"type": "then"}), "condition.on_or_after.type"),
        (
            "date_created",
            since({"type": "fixed_local_date", "value": "2026-01-01"}),
            "condition.on_or_after.which",
        ),
        (
            "date_created",
            since({"type": "fixed_local_date", "value": "2026-01-01T00:00:00", "which": "start"}),
            "condition.on_or_after.value",
        ),
        ("date_created", since(ago(days="x")), "condition.on_or_after.offset.days"),
        ("date_created", since(ago(years=999999)), "condition.on_or_after"),
        ("date_created", since(ago("later", days=1)), "condition.on_or_after.direction"),
        ("date_created", since(ago(decades=1)), "condition.on_or_after.offset.decades"),
    ],
)
def test_a_condition_that_is_wrong_is_named_by_its_path(search, say, field, condition, where):
    query = say.every(say.kind("lead"), say.where("lead", field, **condition))
    if isinstance(condition.get("on_or_after"), str):
        where = "condition.on_or_after"
    assert set(search.refused(query)) == {f"query.queries.1.{where}"}


def test_everything_that_is_wrong_is_told_at_once(search, say):
    wrong = search.refused(say.every(say.kind("lead"), {"type": "x"}, {"type": "id"}))
    assert set(wrong) == {"query.queries.1.type", "query.queries.2.value"}


@pytest.mark.parametrize(
    "options",
    [
        {"_limit": 201},
        {"_limit": -1},
        {"_limit": "5"},
        {"results_limit": 1.5},
        {"include_counts": "yes"},
        {"sort": "name"},
        {"sort": [5]},
        {"_fields": ["id"]},
        {"_fields": {"lead": 5}},
        {"_fields": {"unicorn": ["id"]}},
    ],
)
def test_options_that_are_wrong_are_refused_by_name(search, say, options):
    assert {key.partition(".")[0] for key in search.refused(say.kind("lead"), **options)} == {
        *options
    }


def test_only_what_has_an_order_can_be_sorted_by(search, say):
    sort = [{"direction": "up", "field": say.regular("lead", "status_id")}]
    assert set(search.refused(say.kind("lead"), sort=sort)) == {"sort.0.direction", "sort.0.field"}


# What it costs


def test_a_search_is_one_statement(api, search, say, statements, strays):
    api.make("contact", emails=[{"email": "a@b.example"}])
    exact = say.where("contact_email", "email", **text("a@b.example", "exact_value"))
    parts = say.related("lead", "contact_email", exact), {"type": "text", **text("x")}
    search("lead", *parts)
    seen = statements(lambda: search("lead", *parts, include_counts=True))
    asked = [one for one in seen if "SELECT" in one]
    assert len(asked) == 1
    assert strays(asked[0]) == []


def test_one_value_is_compared_so_that_an_index_gives_the_order(api, search, say, statements):
    """As any of a list of one, PostgreSQL would sort all tasks of a user to find the first."""
    task = api.make("task", assigned_to=api.user_id)["id"]
    mine = say.where("task", "assigned_to", **ids_of("user", api.user_id))
    (asked,) = [one for one in statements(lambda: search("task", mine)) if "assigned_to" in one]
    assert ".assigned_to = $" in asked
    assert "ANY (" not in asked
    assert search.ids("task", mine) == {task}


def test_only_who_has_an_address_is_asked_without_a_plan_of_its_own(api, search, say):
    contact = {"emails": [{"email": "wile@acme.example"}]}
    lead = api.make("lead", contacts=[contact])["id"]
    exact = say.where("contact_email", "email", **text("WILE@acme.example", "exact_value"))
    having = say.related("lead", "contact_email", exact)
    planning_for_values = api.world.app.api.pool.free[True]

    for query in (say.no(having), say.some(having, {"type": "text", **text("x")})):
        search("lead", query)
        before = len(planning_for_values)
        assert before

        assert search.ids("lead", having) == {lead}
        assert len(planning_for_values) == before - 1


# What is told of it


def test_the_grammar_is_published(api, say):
    schema = api.ok("get", "/data/search/schema.json")
    Draft202012Validator.check_schema(schema)
    fits = Draft202012Validator(schema).is_valid
    created = say.where("lead", "date_created", **since(ago(days=1)))
    assert fits({"query": say.every(say.kind("lead"), say.no(created))})
    assert not fits({"query": {"type": "nor"}})
    assert not fits({"query": say.where("lead", "x", type="term")})


def test_fields_are_listed_with_the_conditions_that_suit_them(api):
    custom = api.make("custom_field.contact", type="user")["id"]
    told = api.ok("get", "/data/search/fields/")
    fields = {
        (f["object_type"], f.get("field_name") or f["custom_field_id"]): f for f in told["data"]
    }
    assert fields["lead", "name"]["conditions"] == ["exists", "text", "term"]
    assert fields["opportunity", "value_period"]["choices"] == ["one_time", "monthly", "annual"]
    assert "current_user" in fields["contact", custom]["conditions"]
    assert fields["contact", "emails_count"]["value_type"] == "number"
    related = {one["object_type"]: one["related"] for one in told["object_types"]}
    assert {"contact", "address", "contact_phone", "activity.note"} <= set(related["lead"])
