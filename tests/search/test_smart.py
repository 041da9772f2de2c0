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
        "next_task_text": "Call",
        "last_note_created": note["date_created"],
        "last_note_user": api.user_id,
        "timezone_id": "Europe/Oslo",
    }
    assert shown(api, lead, *wanted) == wanted


FAMILIES = """
first_communication_ last_communication_: date type summary user_id user_name
last_activity_: date type user_id user_name
first_call_: created disposition note outcome_id user
last_call_: created disposition duration note outcome_id user_id user_name
first_email_: created from to cc bcc opens template user attachments
last_email_: date from to cc bcc subject user attachments
first_sms_ last_sms_: created date text user
first_incoming_ last_incoming_ first_outgoing_ last_outgoing_: call_date email_date sms_date
first_received_ last_received_ first_sent_ last_sent_: sms_date
first_ last_: voicemail_duration completed_meeting_outcome_id note_by note_user
first_: email emailed emailed_template
first_opportunity_status_change_: old_status new_status
last_: note_created task_creator task_due complete_task_due_date complete_task_updated
last_: lead_status_change_date opportunity_status_change_date
next_task_: date due_date text user_id user_name
email_: last_opened status
primary_: email phone
primary_opportunity_: confidence created date_won period pipeline_id pipeline_name status
primary_opportunity_: status_label status_type updated user_id user_name value value_summary
active_ won_ lost_ total_: opportunity_value_summary
num_: missed_calls email_attachments declined_by_lead_meetings one_time_opportunities
times_: communicated
timezone_: id
"""


def test_all_of_them_are_there(api):
    families = (line.split(":") for line in FAMILIES.strip().splitlines())
    names = {
        begin + end for begins, ends in families for begin in begins.split() for end in ends.split()
    }
    lead = api.make("lead")["id"]
    assert names - set(api.ok("get", f"/lead/{lead}/", params={"_fields": "_all"})) == set()


def test_they_tell_how_a_lead_was_spoken_to(api, clock):
    lead, outcome = api.make("lead")["id"], api.make("outcome")["id"]
    noon = "2026-01-0{}T12:00:00.000000+00:00".format
    call = {"lead_id": lead, "duration": 60, "note": "Hello"}
    missed = {"direction": "inbound", "disposition": "no-answer"}
    api.make("activity.call", **call, activity_at=noon(1), outcome_id=outcome)
    api.make("activity.call", **call | missed, activity_at=noon(2))
    text = {"lead_id": lead, "local_phone": "+16505550199", "remote_phone": "+16505550100"}
    api.make("activity.sms", **text, status="inbox", text="Hi!", activity_at=noon(4))
    api.make("activity.sms", **text, status="draft", text="Oh")
    wanted = {
        "num_calls": 2,
        "num_missed_calls": 1,
        "num_sms": 1,
        "times_communicated": 3,
        "first_call_outcome_id": outcome,
        "last_call_disposition": "no-answer",
        "last_call_duration": 60,
        "last_call_user_name": "Bruce Wayne",
        "first_outgoing_call_date": noon(1),
        "last_incoming_call_date": noon(2),
        "first_communication_date": noon(1),
        "first_communication_type": "Call",
        "last_communication_summary": "Hi!",
        "last_communication_date": noon(4),
        "last_sms_text": "Hi!",
        "last_sent_sms_date": None,
        "first_voicemail_duration": None,
    }
    assert shown(api, lead, *wanted) == wanted


def test_they_tell_of_the_mails_that_came_and_went(api):
    lead = api.make("lead")["id"]
    noon = "2026-01-0{}T12:00:00.000000+00:00".format
    template = api.make("email_template", name="Welcome")["id"]
    opens = [{"opened_at": noon(5)}, {"opened_at": noon(6)}]
    first = {"status": "sent", "template_id": template, "opens": opens, "date_created": noon(3)}
    mail = {"lead_id": lead, "subject": "News", "sender": "Ann <ann@bluth.example>"}
    api.make("activity.email", **mail | first, to=["a@b.example", "c@d.example"])
    api.make("activity.email", **mail, status="inbox", date_created=noon(4))
    api.make("activity.email", **mail, status="draft")
    wanted = {
        "num_emails": 2,
        "num_sent_emails": 1,
        "num_received_emails": 1,
        "first_email": "News",
        "first_email_to": "a@b.example, c@d.example",
        "first_email_cc": None,
        "first_email_opens": 2,
        "first_email_attachments": 0,
        "first_emailed_template": "Welcome",
        "last_email_from": "Ann <ann@bluth.example>",
        "email_last_opened": noon(6),
        "email_status": "inbox",
        "first_outgoing_email_date": noon(3),
        "last_incoming_email_date": noon(4),
    }
    assert shown(api, lead, *wanted) == wanted


def test_the_primary_opportunity_is_one_that_can_still_be_won(api):
    lead = api.make("lead")["id"]
    won = next(s["id"] for s in api.ok("get", "/status/opportunity/")["data"] if s["type"] == "won")
    api.make("opportunity", lead_id=lead, value=100, value_period="monthly")
    matters = api.make("opportunity", lead_id=lead, value=250050, confidence=80)
    api.make("opportunity", lead_id=lead, value=500, status_id=won)
    wanted = {
        "primary_opportunity_value": 250050,
        "primary_opportunity_value_summary": "$2,500.50",
        "primary_opportunity_confidence": 80,
        "primary_opportunity_status": matters["status_id"],
        "primary_opportunity_pipeline_name": matters["pipeline_name"],
        "primary_opportunity_updated": matters["date_updated"],
        "active_opportunity_value_summary": "$2,500.50, $1 monthly",
        "total_opportunity_value_summary": "$2,505.50, $1 monthly",
        "lost_opportunity_value_summary": None,
    }
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
