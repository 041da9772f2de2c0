"""Meetings: what calendars tell, what time does, what users add."""

import datetime as dt
from dataclasses import replace

import pytest

from ajar import meetings
from ajar.errors import Invalid, NotFound
from ajar.meetings import Calendar, CalendarEvent, Person
from ajar.resources.activity.meeting.integration import upsert

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
GOB = "gob@bluth.example"
LINK = "https://zoom.us/j/123"
OWN = Calendar(id="cal_1", type="google", account_id="emailacct_1")
OTHER = Calendar(id="cal_2", type="google", account_id="emailacct_2")


class Diary:
    """A calendar of the user, and a lead whose contact can be met."""

    def __init__(self, api):
        self.api = api
        self.lead = api.make("lead", name="Bluth Company", contacts=[person("Gob", GOB)])
        self.contact = self.lead["contacts"][0]
        self.email = api.ok("get", "/me/")["email"]
        self.event = CalendarEvent(
            id="ev1",
            title="Intro",
            starts_at=NOW + HOUR,
            ends_at=NOW + 2 * HOUR,
            people=[Person(email=self.email, status="yes", is_organizer=True), Person(email=GOB)],
            note=f"Join at {LINK}.",
            uid="uid1",
            link="https://calendar.example/ev1",
        )

    def tell(self, calendar=OWN, **changes):
        """It has the event, like this now; its meetings, by lead."""
        self.event = replace(self.event, **changes)
        ids = self.api.within(meetings.seen, calendar, self.event)
        return [self.read(id) for id in ids]

    def meeting(self, calendar=OWN, **changes):
        (meeting,) = self.tell(calendar, **changes)
        return meeting

    def forget(self, calendar=OWN):
        self.api.within(meetings.gone, calendar, self.event.id)

    def read(self, id):
        return self.api.ok("get", f"/activity/meeting/{id}/")

    def answers(self, lead="noreply", org="yes"):
        people = [Person(email=self.email, status=org), Person(email=GOB, status=lead)]
        return self.meeting(people=people)["status"]


def person(name, email):
    return {"name": name, "emails": [{"email": email}]}


@pytest.fixture
def diary(api, clock):
    clock.stand(NOW)
    return Diary(api)


def told(api):
    """What was logged of meetings."""
    return [action for kind, action in logged(api) if kind == "activity.meeting"]


def logged(api):
    rows = api.world.sql(
        "select object_type, action from event where organization_id = $1"
        " order by date_updated, id",
        api.organization_id,
    )
    return [tuple(row) for row in rows]


def listed(api, **params):
    return [one["id"] for one in api.ok("get", "/activity/meeting/", params=params)["data"]]


# From calendars


def test_an_event_with_a_contact_is_a_meeting_on_the_lead(diary, api):
    meeting = diary.meeting()

    assert (meeting["lead_id"], meeting["contact_id"]) == (diary.lead["id"], diary.contact["id"])
    assert (meeting["title"], meeting["duration"]) == ("Intro", 3600)
    assert meeting["activity_at"] == meeting["starts_at"] == "2026-03-02T10:00:00.000000+00:00"
    assert (meeting["users"], meeting["user_id"]) == ([api.user_id], api.user_id)
    assert meeting["attendees"] == [
        {
            "name": None,
            "email": diary.email,
            "contact_id": None,
            "user_id": api.user_id,
            "is_organizer": True,
            "status": "yes",
        },
        {
            "name": None,
            "email": GOB,
            "contact_id": diary.contact["id"],
            "user_id": None,
            "is_organizer": False,
            "status": "noreply",
        },
    ]
    assert (meeting["source"], meeting["provider_calendar_type"]) == ("calendar", "google")
    assert (meeting["provider_calendar_ids"], meeting["calendar_event_uids"]) == (
        ["cal_1"],
        ["uid1"],
    )


def test_an_event_without_a_contact_is_no_meeting(diary, api):
    assert diary.tell(people=[Person(email="nobody@else.example")]) == []
    assert listed(api) == []


def test_a_contact_is_known_by_any_address_in_any_case(diary, api):
    more = [{"email": "x@y.example"}, {"email": "Second@Bluth.example"}]
    api.ok("put", f"/contact/{diary.contact['id']}/", json={"emails": more})

    meeting = diary.meeting(people=[Person(email="sEcond@bluth.example")])

    assert meeting["contact_id"] == diary.contact["id"]


def test_contacts_of_strangers_are_not_met(diary, stranger):
    lead = stranger.make("lead", contacts=[person("Eve", "eve@else.example")])

    assert diary.tell(people=[Person(email="eve@else.example")]) == []
    assert listed(stranger, lead_id=lead["id"]) == []


def test_an_event_with_contacts_of_two_leads_is_a_meeting_on_each(diary, api):
    other = api.make("lead", contacts=[person("Kitty", "kitty@sitwell.example")])
    people = [Person(email=GOB), Person(email="kitty@sitwell.example")]

    found = {one["lead_id"]: one for one in diary.tell(people=people)}

    assert set(found) == {diary.lead["id"], other["id"]}
    named = [one["contact_id"] for one in found[other["id"]]["attendees"]]
    assert named == [None, other["contacts"][0]["id"]]


def test_an_event_in_two_calendars_is_one_meeting(diary):
    first, second = diary.meeting(), diary.meeting(OTHER, uid="uid2")

    assert first["id"] == second["id"]
    assert second["provider_calendar_ids"] == ["cal_1", "cal_2"]
    assert second["calendar_event_uids"] == ["uid1", "uid2"]
    assert second["connected_account_id"] == "emailacct_1"


def test_a_calendar_that_tells_nothing_new_changes_nothing(diary, api):
    diary.meeting()
    before = told(api)

    diary.meeting()

    assert told(api) == before == ["created", "scheduled"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("https://bluth.zoom.us/j/1?pwd=x", ["ZOOM"]),
        ("Hi (https://meet.google.com/abc).", ["GOOGLE_MEET"]),
        ('<a href="https://teams.microsoft.com/l/1">x</a>', ["MICROSOFT_TEAMS"]),
        ("https://bluth.webex.com/x https://join.skype.com/y", ["WEBEX", "SKYPE"]),
        ("https://hangouts.google.com/hangouts/_/x", ["GOOGLE_HANGOUTS"]),
        ("https://global.gotomeeting.com/join/1 https://meet.goto.com/2", ["GO_TO_MEETING"] * 2),
        ("https://notzoom.us/x http://zoom.us/x https://zoom.us.evil.example/", []),
    ],
)
def test_links_to_conferences_are_found(text, types):
    assert [link["type"] for link in meetings.conference_links(text)] == types


def test_a_conference_is_named_once(diary):
    meeting = diary.meeting(location=LINK)

    assert meeting["conference_links"] == [{"type": "ZOOM", "url": LINK}]


# Status


def test_time_alone_moves_the_status(diary, clock):
    id = diary.meeting()["id"]

    assert diary.read(id)["status"] == "upcoming"
    clock.stand(NOW + HOUR)
    assert diary.read(id)["status"] == "in-progress"
    clock.stand(NOW + 2 * HOUR)
    assert diary.read(id)["status"] == "completed"


def test_a_meeting_that_no_calendar_has_is_canceled(diary):
    id = diary.meeting()["id"]
    diary.meeting(OTHER)

    diary.forget()
    assert diary.read(id)["status"] == "upcoming"
    diary.forget(OTHER)
    assert diary.read(id)["status"] == "canceled"


def test_a_meeting_without_a_contact_of_the_lead_is_canceled(diary):
    id = diary.meeting()["id"]

    diary.tell(people=[Person(email=diary.email)])

    assert (diary.read(id)["status"], diary.read(id)["contact_id"]) == ("canceled", None)


def test_a_meeting_that_takes_the_whole_day_is_canceled(diary):
    id = diary.meeting()["id"]

    diary.tell(is_all_day=True)

    assert diary.read(id)["status"] == "canceled"


def test_a_meeting_is_canceled_when_its_last_contact_is_deleted(diary, api):
    second = api.make("contact", lead_id=diary.lead["id"], **person("Lindsay", "l@bluth.example"))
    people = [Person(email=GOB), Person(email="l@bluth.example"), Person(email=diary.email)]
    id = diary.meeting(people=people)["id"]

    api.ok("delete", f"/contact/{diary.contact['id']}/")
    one_left = diary.read(id)
    api.ok("delete", f"/contact/{second['id']}/")

    assert (one_left["status"], one_left["contact_id"]) == ("upcoming", second["id"])
    assert [one["contact_id"] for one in one_left["attendees"]] == [None, second["id"], None]
    assert (diary.read(id)["status"], diary.read(id)["contact_id"]) == ("canceled", None)


def test_a_lead_declines_when_one_contact_does_and_none_accepts(diary, api):
    assert diary.answers(lead="no") == "declined-by-lead"
    assert diary.answers(lead="maybe") == "upcoming"
    api.make("contact", lead_id=diary.lead["id"], **person("Lindsay", "l@bluth.example"))
    no, yes = Person(email=GOB, status="no"), Person(email="l@bluth.example", status="yes")
    assert diary.meeting(people=[no, yes])["status"] == "upcoming"
    assert diary.meeting(people=[no, replace(yes, status="maybe")])["status"] == "declined-by-lead"


def test_an_organization_declines_when_all_of_its_users_do(diary, join):
    assert diary.answers(org="no") == "declined-by-org"
    email = join("user").member["user_email"]
    mine, theirs = Person(email=diary.email, status="no"), Person(email=email, status="noreply")
    gob = Person(email=GOB)
    assert diary.meeting(people=[gob, mine, theirs])["status"] == "upcoming"
    theirs = replace(theirs, status="no")
    assert diary.meeting(people=[gob, mine, theirs])["status"] == "declined-by-org"


# Events


def test_a_meeting_to_come_is_scheduled_and_again_when_it_is_moved(diary, api):
    diary.meeting()
    assert told(api) == ["created", "scheduled"]
    diary.meeting(starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR)
    assert told(api)[2:] == ["updated", "scheduled"]
    diary.meeting(title="Another name")
    assert told(api)[4:] == ["updated"]


def test_a_meeting_of_the_past_is_only_created(diary, api, clock):
    clock.stand(NOW + 5 * HOUR)
    assert diary.meeting()["status"] == "completed"

    api.world.work()

    assert told(api) == ["created"]


def test_it_is_told_once_that_a_meeting_begins_and_ends(diary, api, clock):
    id = diary.meeting()["id"]

    clock.stand(NOW + HOUR + dt.timedelta(seconds=1))
    api.world.sql("update procrastinate_jobs set scheduled_at = '2090-01-01'"
                  " where args->'args'->>'what' = 'completed'")  # fmt: skip
    api.world.work()
    assert told(api) == ["created", "scheduled", "updated", "started"]
    clock.stand(NOW + 2 * HOUR)
    api.world.sql("update procrastinate_jobs set scheduled_at = now()")
    api.world.work()

    assert told(api)[4:] == ["updated", "completed"]
    changed = api.ok("get", "/event/", params={"object_id": id, "action": "updated"})["data"]
    moves = [(e["previous_data"]["status"], e["data"]["status"]) for e in changed[::-1]]
    assert moves == [("upcoming", "in-progress"), ("in-progress", "completed")]


def test_what_begins_and_ends_while_nobody_works_is_told_in_order(diary, api, clock):
    diary.meeting()
    clock.stand(NOW + 9 * HOUR)
    api.world.sql("delete from procrastinate_jobs where args->'args'->>'what' = 'started'")

    api.world.work()

    assert told(api)[2:] == ["updated", "started", "completed"]


def test_a_meeting_that_was_moved_begins_only_then(diary, api, clock):
    later = {"starts_at": NOW + 3 * HOUR, "ends_at": NOW + 4 * HOUR}
    diary.meeting()
    diary.meeting(**later)
    api.world.sql("update procrastinate_jobs set scheduled_at = '2090-01-01'"
                  " where args->'args'->>'moment' > '2026-03-02T11:30'")  # fmt: skip

    clock.stand(NOW + 2 * HOUR)
    api.world.work()

    assert told(api) == ["created", "scheduled", "updated", "scheduled"]


def test_a_meeting_that_was_moved_there_and_back_begins_once(diary, api, clock):
    diary.meeting()
    diary.meeting(starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR)
    diary.meeting(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)

    clock.stand(NOW + 5 * HOUR)
    api.world.work()

    assert (told(api).count("started"), told(api).count("completed")) == (1, 1)


def test_a_canceled_meeting_says_so_and_never_begins(diary, api, clock):
    diary.meeting()
    diary.forget()
    clock.stand(NOW + 5 * HOUR)

    api.world.work()

    assert told(api) == ["created", "scheduled", "updated", "canceled"]


def test_a_canceled_meeting_that_is_back_is_scheduled_again(diary, api):
    diary.meeting()
    diary.forget()

    assert diary.meeting()["status"] == "upcoming"

    assert told(api)[4:] == ["updated", "scheduled"]


def test_a_meeting_that_was_deleted_never_begins(diary, api, clock):
    id = diary.meeting()["id"]
    assert api.ok("delete", f"/activity/meeting/{id}/") == {}
    clock.stand(NOW + 5 * HOUR)

    api.world.work()

    assert told(api) == ["created", "scheduled", "deleted"]
    assert api.get(f"/activity/meeting/{id}/").status_code == 404


# Lists


def test_meetings_are_found_by_the_event_of_their_calendar(diary, api):
    first = diary.meeting()["id"]
    diary.meeting(OTHER, id="ev2")
    found = {"provider_calendar_event_id": "ev1"}

    assert listed(api, **found) == [first]
    assert listed(api, provider_calendar_event_id="ev3") == []
    for name, good, bad in (
        ("provider_calendar_id", "cal_1", "cal_2"),
        ("provider_calendar_type", "google", "microsoft"),
        ("starts_at", "2026-03-02T10:00:00Z", "2026-03-02T10:30:00Z"),
        ("starts_at__gte", "2026-03-02T10:00:00Z", "2026-03-02T10:00:01Z"),
        ("starts_at__lt", "2026-03-02T10:00:01Z", "2026-03-02T10:00:00Z"),
        ("lead_id", diary.lead["id"], "lead_x"),
    ):
        assert listed(api, **found, **{name: good}) == [first], name
        assert listed(api, **found, **{name: bad}) == [], name


@pytest.mark.parametrize(
    "name", ["provider_calendar_id", "provider_calendar_type", "starts_at", "starts_at__gte"]
)
def test_an_event_is_looked_for_by_its_id(api, name):
    answer = api.get("/activity/meeting/", params={name: "2026-03-02"})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{name} can only be used together with")


def test_a_meeting_stands_on_the_timeline_when_it_is(diary, api):
    id = diary.meeting()["id"]
    note = api.make("activity.note", lead_id=diary.lead["id"])
    params = {"lead_id": diary.lead["id"], "_order_by": "-activity_at"}

    data = api.ok("get", "/activity/", params=params)["data"]

    assert [one["id"] for one in data[:2]] == [id, note["id"]]
    assert data[0] == diary.read(id)


def test_transcripts_are_shown_to_those_who_ask(diary, api):
    meeting = diary.meeting()
    path = f"/activity/meeting/{meeting['id']}/"

    assert "transcripts" not in meeting
    assert api.ok("get", path, params={"_fields": "transcripts"}) == {"transcripts": []}
    (one,) = api.ok("get", "/activity/meeting/", params={"_fields": "id,transcripts"})["data"]
    assert one["transcripts"] == []


def test_a_list_is_one_statement(diary, api, statements):
    diary.meeting()
    diary.meeting(id="ev2")

    assert len(statements(lambda: api.ok("get", "/activity/meeting/"))) == 1


def test_comments_of_a_meeting_are_counted(diary, api):
    meeting = diary.meeting()
    assert meeting["comment_summary"] is None
    comment = api.ok("post", "/comment/", json={"object_id": meeting["id"], "body": "<p>Hi</p>"})
    summary = {"thread_id": comment["thread_id"], "comment_count": 1}
    assert diary.read(meeting["id"])["comment_summary"] == summary


def test_strangers_find_nothing(diary, stranger):
    path = f"/activity/meeting/{diary.meeting()['id']}/"

    assert listed(stranger) == []
    assert stranger.get(path).status_code == 404
    assert stranger.put(path, json={"user_note_html": "x"}).status_code == 404
    assert stranger.delete(path).status_code == 404


def test_nobody_creates_a_meeting(api):
    assert api.post("/activity/meeting/", json={}).status_code == 405


# What users add


@pytest.fixture
def change(diary, api):
    path = f"/activity/meeting/{diary.meeting()['id']}/"
    return lambda **body: api.put(path, json=body)


def test_a_note_has_a_plain_form_a_date_and_mentions(change, api, clock):
    clock.stand(NOW + HOUR)
    html = f'<p>Ask <span data-type="mention" data-id="{api.user_id}">@B</span></p>'

    meeting = change(user_note_html=html + "<script>x()</script>").json()

    assert meeting["user_note"] == "Ask @B"
    assert "script" not in meeting["user_note_html"]
    assert meeting["user_note_mentions"] == [api.user_id]
    assert meeting["user_note_date_updated"] == "2026-03-02T10:00:00.000000+00:00"


def test_the_note_of_a_user_is_not_that_of_the_calendar(change, diary):
    meeting = change(user_note_html="<p>Mine</p>").json()
    again = diary.meeting(note="Theirs")

    assert meeting["note"] == f"Join at {LINK}."
    assert (again["note"], again["user_note"]) == ("Theirs", "Mine")


def test_a_note_can_be_emptied(change):
    change(user_note_html="<p>x</p>")

    meeting = change(user_note_html=None).json()

    assert (meeting["user_note_html"], meeting["user_note"]) == (None, None)


def test_what_a_calendar_says_users_do_not_change(change, diary):
    before = diary.meeting()
    sent = {
        name: "x"
        for name in ("title", "note", "status", "starts_at", "lead_id", "user_id", "contact_id")
    }

    after = change(**sent, activity_at="2020-01-01", called_off="canceled", told="completed").json()

    assert after == before


def test_an_outcome_says_how_it_went(change, api):
    outcome = api.make("outcome")["id"]
    meeting = change(outcome_id=outcome).json()
    assert (meeting["outcome_id"], meeting["outcome_reason"]) == (outcome, "user-selected")

    api.delete(f"/outcome/{outcome}/")
    assert change(user_note_html="<p>x</p>").json()["outcome_id"] == outcome
    assert change(outcome_id=outcome).status_code == 400
    meeting = change(outcome_id=None).json()
    assert (meeting["outcome_id"], meeting["outcome_reason"]) == (None, None)


def test_an_outcome_must_apply_to_meetings(change, api, stranger):
    voicemail = api.make("outcome", type="vm-dropped")["id"]
    wrong = {
        voicemail: "This outcome does not apply to meetings.",
        "outcome_x": "Object does not exist.",
        stranger.make("outcome")["id"]: "Object does not exist.",
        5: "Value must be of str type.",
    }

    for id, reason in wrong.items():
        answer = change(outcome_id=id)
        assert (answer.status_code, answer.json()["field-errors"]) == (400, {"outcome_id": reason})


def test_everything_wrong_is_named_at_once(change):
    answer = change(outcome_id="outcome_x", user_note_html=5)

    assert set(answer.json()["field-errors"]) == {"outcome_id", "user_note_html"}


def test_a_meeting_goes_with_its_lead_and_moves_with_it(diary, api):
    id, other = diary.meeting()["id"], api.make("lead")["id"]

    api.ok("post", "/lead/merge/", json={"source": diary.lead["id"], "destination": other})
    moved = diary.read(id)
    api.ok("delete", f"/lead/{other}/")

    assert (moved["lead_id"], moved["contact_id"]) == (other, diary.contact["id"])
    assert api.get(f"/activity/meeting/{id}/").status_code == 404


# What applications add


@pytest.fixture
def integrate(diary, api):
    id = diary.meeting()["id"]

    def call(body, client="oa2client_1", id=id):
        return api.within(upsert, {"id": id}, body, oauth_client_id=client)

    return call


def tabs(diary, api):
    return diary.read(listed(api)[0])["integrations"]


def test_an_application_has_one_tab_and_writes_it_anew(integrate, diary, api):
    first = integrate({"integration_data": {"note_html": "<p>Hi</p><script>x</script>"}})
    again = integrate({"integration_data": {"note_html": "<p>Anew</p>"}})
    other = integrate({"integration_data": {"note_html": "<p>Else</p>"}}, client="oa2client_2")

    assert again == first
    assert other["id"] != first["id"]
    assert first["id"].startswith("evtint_")
    assert (first["integration_name"], first["oauth_client"]["id"]) == (
        "third_party",
        "oa2client_1",
    )
    notes = [one["integration_data"]["note_html"] for one in tabs(diary, api)]
    assert notes == ["<body><p>Anew</p></body>", "<body><p>Else</p></body>"]
    assert told(api).count("updated") == 3


def test_an_empty_request_of_an_application_does_nothing(integrate, diary, api):
    assert integrate({}) == {}
    assert tabs(diary, api) == []
    made = integrate({"integration_data": {"note_html": "<p>Hi</p>"}})
    assert integrate({}) == made


@pytest.mark.parametrize("data", [None, 5, [], "x", {"note_html": 5}])
def test_a_tab_that_cannot_be_read_is_refused(integrate, data):
    with pytest.raises(Invalid) as refused:
        integrate({"integration_data": data})
    assert set(refused.value.body["field-errors"]) == {"integration_data"}


def test_an_application_finds_no_meeting_of_strangers(integrate):
    with pytest.raises(NotFound):
        integrate({"integration_data": {}}, id="acti_x")


def test_an_api_key_adds_no_tab(diary, api):
    path = f"/activity/meeting/{diary.meeting()['id']}/integration/"

    assert api.post(path, json={"integration_data": {"note_html": "x"}}).status_code == 403
