"""Notes."""

import pytest


def test_rich_text_follows_plain_text(api):
    note = api.make("activity.note", note="5 < 6\nand so on")
    assert note["note_html"] == "<body><p>5 &lt; 6<br />and so on</p></body>"
    changed = api.ok("put", f"/activity/note/{note['id']}/", json={"note": "Ah & oh"})
    assert (changed["note"], changed["note_html"]) == (
        "Ah & oh",
        "<body><p>Ah &amp; oh</p></body>",
    )


def test_plain_text_follows_rich_text(api):
    html = "<body><p>One</p><p>Two</p></body>"
    note = api.make("activity.note", note_html=html)
    assert (note["note"], note["note_html"]) == ("One\n\nTwo", html)
    html = "<body><p>Three</p></body>"
    changed = api.ok("put", f"/activity/note/{note['id']}/", json={"note_html": html})
    assert (changed["note"], changed["note_html"]) == ("Three", html)


def test_if_both_are_sent_rich_text_wins(api):
    note = api.make("activity.note", note="plain", note_html="<body><p>rich</p></body>")
    assert note["note"] == "rich"
    body = {"note": "plain", "note_html": "<body><p>richer</p></body>"}
    assert api.ok("put", f"/activity/note/{note['id']}/", json=body)["note"] == "richer"


def test_what_could_harm_a_reader_is_taken_out(api):
    note = api.make("activity.note", note_html="<p onclick='x()'>Hi<script>x()</script></p>")
    assert note["note_html"] == "<body><p>Hi</p></body>"


def test_people_who_are_mentioned_are_listed(api):
    html = (
        f'<body><p><span data-type="mention" data-id="{api.user_id}" data-label="Bruce"'
        ' class="mention">@Bruce</span></p></body>'
    )
    assert api.make("activity.note", note_html=html)["mentions"] == [api.user_id]


def test_a_pinned_note_knows_since_when(api):
    note = api.make("activity.note")
    assert (note["pinned"], note["pinned_at"]) == (False, None)
    url = f"/activity/note/{note['id']}/"
    pinned = api.ok("put", url, json={"pinned": True})
    assert pinned["pinned_at"] == pinned["date_updated"]
    assert api.ok("put", url, json={"title": "x"})["pinned_at"] == pinned["pinned_at"]
    assert api.ok("put", url, json={"pinned": False})["pinned_at"] is None
    at_once = api.make("activity.note", pinned=True)
    assert (at_once["pinned"], at_once["pinned_at"]) == (True, at_once["date_created"])


def test_a_note_stays_on_its_lead(api):
    note, other = api.make("activity.note"), api.make("lead")
    changed = api.ok("put", f"/activity/note/{note['id']}/", json={"lead_id": other["id"]})
    assert changed["lead_id"] == note["lead_id"]


def test_history_may_be_imported_with_its_date(api):
    date = "2020-01-02T03:04:05.000000+00:00"
    note = api.make("activity.note", date_created=date, activity_at=date)
    assert (note["date_created"], note["activity_at"]) == (date, date)
    assert api.make("activity.note")["activity_at"] is not None


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://app.close.com/go/file/x/y.png", 200),
        ("/go/file/x/y.png", 400),
        ("https://evil.example/y.png", 400),
        ("/go/file/../secret", 400),
    ],
)
def test_an_attachment_is_an_uploaded_file(api, url, status):
    lead = api.make("lead")
    file = {"url": url, "filename": "y.png", "content_type": "image/png"}
    body = {"lead_id": lead["id"], "note": "See", "attachments": [file]}
    answer = api.post("/activity/note/", json=body)
    assert answer.status_code == status
    if status == 200:
        more = {"size": None, "thumbnail_url": url + "/thumbnail/"}
        assert answer.json()["attachments"] == [file | more]


@pytest.mark.parametrize("missing", ["url", "filename"])
def test_an_attachment_is_described(api, missing):
    file = {"url": "https://app.close.com/go/file/x/y.png", "filename": "y.png"}
    body = api.body("activity.note", attachments=[{k: v for k, v in file.items() if k != missing}])
    refused = api.post("/activity/note/", json=body).json()["field-errors"]["attachments"]
    assert refused["errors"]["0"]["field-errors"] == {missing: "This field is required."}


def test_all_of_a_note_is_shown_wherever_it_is(api):
    note = api.make("activity.note", title="x")
    names = {"note", "note_html", "title", "pinned", "pinned_at", "attachments"}
    url = f"/activity/note/{note['id']}/"
    for shown in (
        note,
        api.ok("get", url),
        api.ok("put", url, json={"title": "y"}),
        api.ok("get", "/activity/note/")["data"][0],
        api.ok("get", f"/activity/?lead_id={note['lead_id']}")["data"][0],
    ):
        assert names <= shown.keys()


def test_kinds_of_one_table_do_not_see_each_other(api):
    note = api.make("activity.note")
    assert note["_type"] == "Note"
    assert "old_status_id" not in note
    assert api.get(f"/activity/status_change/lead/{note['id']}/").status_code == 404


def test_a_create_without_consequences_needs_no_transaction(api, statements):
    lead = api.make("lead")
    body = {"lead_id": lead["id"], "note": "Asked for a quote"}
    assert len(statements(lambda: api.post("/activity/note/", json=body))) == 1
