"""Smart fields of leads."""


def shown(api, lead, *names):
    return api.ok("get", f"/lead/{lead}/", params={"_fields": ",".join(names)})


def test_counters_are_never_null(api):
    lead = api.make("lead")["id"]
    found = api.ok("get", f"/lead/{lead}/", params={"_fields": "_all"})
    counters = {name: value for name, value in found.items() if name.startswith("num_")}
    assert len(counters) > 20
    some = {"num_activities", "num_urls"}
    assert set(counters) - some == {n for n, v in counters.items() if v == 0}


def test_they_are_shown_only_to_those_who_name_them(api):
    assert "num_notes" not in api.make("lead")


def test_they_tell_of_what_hangs_off_a_lead(api):
    lead = api.make("lead", addresses=[{"city": "Oslo", "country": "NO"}])["id"]
    api.make("contact", lead_id=lead, emails=[{"email": "a@b.example"}])
    api.make("opportunity", lead_id=lead, value=100, value_period="monthly")
    api.make("opportunity", lead_id=lead, value=300)
    api.make("task", lead_id=lead, text="Call", date="2026-01-01")
    note = api.make("activity.note", lead_id=lead)
    wanted = {
        "num_contacts": 1,
        "num_addresses": 1,
        "num_opportunities": 2,
        "num_monthly_opportunities": 1,
        "num_incomplete_tasks": 1,
        "num_notes": 1,
        "primary_email": "a@b.example",
        "total_annualized_opportunity_value": 1500,
        "max_one_time_active_opportunity_value": 300,
        "total_won_opportunity_value": None,
        "next_task_text": "Call",
        "last_note_created": note["date_created"],
        "last_note_user": api.user_id,
        "timezone_id": "Europe/Oslo",
    }
    wanted.pop("total_won_opportunity_value")
    assert shown(api, lead, *wanted) == wanted


def test_they_can_be_searched_and_sorted_by(api, search, say):
    some, none = api.make("lead")["id"], api.make("lead")["id"]
    api.make("activity.note", lead_id=some)
    notes = lambda **test: say.where("lead", "num_notes", type="number_range", **test)  # noqa: E731
    assert search.ids("lead", notes(gte=1)) == {some}
    assert search.ids("lead", notes(lte=0)) == {none}
    assert search.ids("lead", say.no(notes(gte=1))) == {none}
    sort = [{"direction": "desc", "field": say.regular("lead", "num_notes")}]
    assert [row["id"] for row in search("lead", sort=sort)["data"]] == [some, none]
    assert search.ids("lead", say.where("lead", "last_note_created", type="exists")) == {some}


def test_what_time_it_is_where_a_lead_is(api, search, say, clock):
    clock.stand(clock().replace(hour=12, minute=0))
    oslo = api.make("lead", addresses=[{"city": "Oslo", "country": "NO"}])["id"]
    api.make("lead")
    noon = lambda a, b: say.where("lead", "timezone_id", type="local_time", on_or_after=a, before=b)  # noqa: E731
    assert search.ids("lead", noon("12:30:00", "14:30:00")) == {oslo}
    assert search.ids("lead", noon("22:00:00", "06:00:00")) == set()
    assert search.ids("lead", noon("22:00:00", "15:00:00")) == {oslo}
