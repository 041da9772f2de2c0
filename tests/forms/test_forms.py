"""Forms, as visitors of a website fill them in."""

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from ajar.app import App
from ajar.config import Settings
from ajar.forms import normalized, page
from ajar.forms.page import HONEYPOT

EMAIL = "gob@bluth.example"
FIELDS = [
    {"name": "Your name", "type": "text", "required": True, "maps_to": "contact.name"},
    {"name": "E-mail", "type": "email", "required": True, "maps_to": "contact.email"},
    {"name": "Phone", "type": "phone", "maps_to": "contact.phone"},
    {"name": "Company", "type": "text", "maps_to": "lead.name"},
    {"name": "Website", "type": "url", "maps_to": "lead.url"},
    {"name": "People", "type": "number"},
    {"name": "When", "type": "date"},
    {"name": "Plan", "type": "choices", "choices": ["Free", "<Paid>"]},
    {"name": "News", "type": "checkbox"},
    {"name": "Question", "type": "textarea"},
]
GOOD = {"Your name": "Gob", "E-mail": EMAIL}


class Visitor:
    """Somebody without a key, and a form."""

    def __init__(self, api, **options):
        self.api, self.client = api, api.client
        self.form = api.make("form", **({"fields": FIELDS, "is_published": True} | options))
        self.ids = {field["name"]: field["id"] for field in self.form["fields"]}
        self.path = f"/forms/{api.organization_id}/{self.form['id']}/"

    def send(self, answers=None, **options):
        return self.client.post(self.path, json=GOOD | (answers or {}), **options)

    def fill_in(self, answers, **options):
        data = {self.ids.get(name, name): value for name, value in answers.items()}
        return self.client.post(self.path, data=data, **options)

    def submission(self):
        (one,) = self.api.ok("get", "/activity/form_submission/")["data"]
        return one

    def errors(self, **answers):
        answer = self.send(answers)
        assert answer.status_code == 400, answer.text
        names = {id: name for name, id in self.ids.items()}
        return {names[id]: reason for id, reason in answer.json()["field-errors"].items()}


@pytest.fixture
def visitor(api):
    return Visitor(api)


def leads(api):
    return api.ok("get", "/lead/")["data"]


# What becomes of answers


def test_a_stranger_becomes_a_lead_with_a_contact_and_a_submission(visitor, api):
    more = {"Company": "Bluth", "Website": "bluth.example", "Phone": "+1 650 555 0100"}
    answer = visitor.send(more | {"News": True, "People": 12})

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    (lead,), one = leads(api), visitor.submission()
    (contact,) = lead["contacts"]
    assert (lead["name"], lead["url"]) == ("Bluth", "https://bluth.example")
    assert (contact["name"], contact["emails"][0]["email"]) == ("Gob", EMAIL)
    assert contact["phones"][0]["phone"] == "+16505550100"
    assert (one["lead_id"], one["contact_id"]) == (lead["id"], contact["id"])
    assert (one["form_id"], one["form_name"]) == (visitor.form["id"], "Ask us")
    assert one["form_configuration_id"] == visitor.form["configuration_id"]
    assert one["values_by_name"] == {
        "Your name": "Gob",
        "E-mail": EMAIL,
        "Phone": "+16505550100",
        "Company": "Bluth",
        "Website": "https://bluth.example",
        "People": "12",
        "When": None,
        "Plan": None,
        "News": True,
        "Question": None,
    }
    names = {id: name for name, id in visitor.ids.items()}
    assert {names[id]: value for id, value in one["values"].items()} == one["values_by_name"]
    assert (one["user_id"], one["created_by"]) == (None, None)


def test_a_lead_that_came_through_a_form_says_so(visitor, api):
    visitor.send()

    (created,) = api.ok("get", "/activity/created/")["data"]
    assert created["source"] == "webform"


def test_all_of_it_is_logged_under_one_request(visitor, api):
    request = visitor.send().headers["x-request-id"]

    events = api.ok("get", "/event/", params={"request_id": request})["data"]
    assert sorted((one["object_type"], one["action"]) for one in events) == [
        ("activity.form_submission", "created"),
        ("contact", "created"),
        ("lead", "created"),
    ]
    assert {one["user_id"] for one in events} == {None}


def test_somebody_who_is_known_is_found_by_any_address_and_not_changed(visitor, api):
    emails = [{"email": "x@y.example"}, {"email": "GOB@bluth.example"}]
    lead = api.make("lead", name="Bluth Company", contacts=[{"name": "George", "emails": emails}])

    visitor.send({"Company": "Evil", "Phone": "+16505550100"})

    (same,), one = leads(api), visitor.submission()
    assert one["contact_id"] == lead["contacts"][0]["id"]
    assert (same["name"], same["contacts"]) == ("Bluth Company", lead["contacts"])
    assert one["values_by_name"]["Company"] == "Evil"


def test_contacts_of_strangers_are_not_found(visitor, stranger, api):
    lead = stranger.make("lead", contacts=[{"name": "George", "emails": [{"email": EMAIL}]}])

    visitor.send()

    assert visitor.submission()["lead_id"] != lead["id"]
    assert stranger.ok("get", "/activity/form_submission/")["data"] == []


def test_two_at_once_with_one_address_make_one_lead(visitor, api):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visitor.send(), range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(leads(api)) == 1
    assert len(api.ok("get", "/activity/form_submission/")["data"]) == 4


def test_a_lead_is_named_after_whoever_asks(api):
    visitor = Visitor(api, fields=[FIELDS[1]])

    visitor.send()

    assert leads(api)[0]["name"] == EMAIL


def test_a_form_that_asks_for_nobody_makes_a_lead_alone(api):
    visitor = Visitor(api, fields=[{"name": "Company", "maps_to": "lead.name"}])

    visitor.send({"Company": "Sitwell"})

    assert (leads(api)[0]["name"], leads(api)[0]["contacts"]) == ("Sitwell", [])
    assert visitor.submission()["contact_id"] is None


def test_answers_go_to_custom_fields(api):
    size = api.make("custom_field.lead", type="number")["id"]
    tier = api.make("custom_field.contact", type="choices", choices=["a", "b"])["id"]
    fields = [
        FIELDS[1],
        {"name": "Size", "type": "number", "maps_to": f"lead.custom.{size}"},
        {
            "name": "Tier",
            "type": "choices",
            "choices": ["a", "b"],
            "maps_to": f"contact.custom.{tier}",
        },
    ]
    visitor = Visitor(api, fields=fields)

    visitor.send({"Size": "12.5", "Tier": "b"})

    assert leads(api)[0][f"custom.{size}"] == 12.5
    assert leads(api)[0]["contacts"][0][f"custom.{tier}"] == "b"
    api.ok("put", f"/custom_field/contact/{tier}/", json={"choices": ["a"]})
    answer = visitor.send({"E-mail": "new@x.example", "Tier": "b"})
    assert answer.json()["field-errors"] == {visitor.ids["Tier"]: "Not a valid choice."}


def test_where_answers_come_from_is_kept(visitor, api):
    headers = {"origin": "https://bluth.example", "referer": "https://bluth.example/x"}
    url = "https://Bluth.example/ask/?utm=1#top"

    visitor.send({"source_url": url}, headers=headers)

    one = visitor.submission()
    assert (one["origin"], one["source_url"]) == ("https://bluth.example", url)
    assert one["source_url_normalized"] == "bluth.example/ask"
    assert one["ip_address"] is None  # the tests have none


def test_without_a_source_url_the_page_that_refers_is_meant(visitor):
    visitor.send(headers={"referer": "https://bluth.example/ask"})

    assert visitor.submission()["source_url"] == "https://bluth.example/ask"


def test_the_address_of_the_sender_is_kept(api):
    visitor = Visitor(api)

    with at(api, "203.0.113.7") as visitor.client:
        visitor.send()

    assert visitor.submission()["ip_address"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://a.example/", "a.example"),
        ("http://A.example:8080/b/c/?x#y", "a.example/b/c"),
        ("https://[broken", None),
    ],
)
def test_a_source_is_compared_by_host_and_path(url, short):
    assert normalized(url) == short


def test_a_source_that_is_no_address_is_left_out(visitor):
    visitor.send({"source_url": "javascript:alert(1)"})

    assert visitor.submission()["source_url"] is None


# What is refused


def test_every_mistake_is_told_at_once_and_nothing_is_kept(visitor, api):
    wrong = {
        "Your name": " ",
        "E-mail": "nobody",
        "Phone": "x",
        "Website": "javascript://x",
        "People": "many",
        "When": "2026-02-30",
        "Plan": "Paid",
        "News": "perhaps",
        "Question": "x" * 10_001,
    }

    errors = visitor.errors(**wrong)

    assert set(errors) == set(wrong)
    assert errors["Your name"] == "This field is required."
    assert (leads(api), api.ok("get", "/activity/form_submission/")["data"]) == ([], [])


@pytest.mark.parametrize("value", [5, 1.5, True, [], {}, ["x"], "x\ud7ff", "🜁" * 2000, "1e999"])
def test_no_answer_is_a_bug_of_the_server(visitor, value):
    for name in visitor.ids:
        answer = visitor.send({name: value})
        assert answer.status_code in (200, 400), (name, answer.text)


def test_what_the_lead_refuses_is_told_of_the_field(visitor):
    assert set(visitor.errors(Company="x" * 300)) == {"Company"}
    assert set(visitor.errors(**{"Your name": "x" * 300})) == {"Your name"}


def test_a_required_box_must_be_checked(api):
    visitor = Visitor(api, fields=[{"name": "Agreed", "type": "checkbox", "required": True}])

    assert visitor.send().status_code == 400
    assert visitor.send({"Agreed": False}).status_code == 400
    assert visitor.send({"Agreed": True}).status_code == 200


def test_programs_that_fill_in_everything_are_thanked_and_ignored(visitor, api):
    assert visitor.send({HONEYPOT: "yes"}).status_code == 200
    assert "Thank you" in visitor.fill_in(GOOD | {HONEYPOT: "yes"}).text

    assert leads(api) == []


def test_too_much_is_refused(visitor):
    assert visitor.send({"Question": "x" * 300_000}).status_code == 413
    assert visitor.fill_in({str(n): "x" for n in range(600)}).status_code == 400


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"a": "\\u0000"}', "application/json"),
        (b"a=%00", "application/x-www-form-urlencoded"),
        (b"a=b", "multipart/form-data; boundary=x"),
        (b"a=b", "text/plain"),
    ],
)
def test_what_cannot_be_read_is_refused(visitor, content, kind):
    answer = visitor.client.post(visitor.path, content=content, headers={"content-type": kind})

    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_a_form_that_is_not_published_is_not_there(api, stranger):
    hidden, other = Visitor(api, is_published=False), Visitor(stranger)
    elsewhere = f"/forms/{api.organization_id}/{other.form['id']}/"

    for path in (hidden.path, elsewhere, f"/forms/{api.organization_id}/form_x/", "/forms/x/"):
        assert api.client.get(path).status_code == 404
        assert api.client.post(path, json=GOOD).status_code == 404


def test_other_methods_are_refused(visitor):
    assert visitor.client.put(visitor.path, json=GOOD).status_code == 405


def at(api, host, **settings):
    """A client at another address, of a server that has these settings."""
    world = api.world
    options = {"rate_limit": 0, "pool_size": 2} | settings
    app = App(Settings(database_url=world.app.database, data=".", **options), world.app.database)
    return TestClient(app, raise_server_exceptions=False, client=(host, 50000))


def test_one_address_sends_so_many_a_minute(visitor):
    hosts = ("203.0.113.7", "203.0.113.8")
    with at(visitor.api, hosts[0], form_rate_limit=3) as visitor.client:
        answers = [visitor.send() for _ in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 15 <= int(answers[3].headers["retry-after"]) <= 20
        assert answers[3].headers["access-control-allow-origin"] == "*"


def test_a_network_counts_as_one_address(visitor):
    with at(visitor.api, "2001:db8::1", form_rate_limit=1) as visitor.client:
        assert visitor.send().status_code == 200
        visitor.client._transport.client = ("2001:db8::2", 1)
        assert visitor.send().status_code == 429
        visitor.client._transport.client = ("2001:db8:0:1::1", 1)
        assert visitor.send().status_code == 200


# Browsers


def test_any_website_may_send(visitor):
    headers = {"origin": "https://bluth.example", "access-control-request-method": "POST"}
    before = visitor.client.options(visitor.path, headers=headers)

    assert before.status_code == 204
    assert "content-type" in before.headers["access-control-allow-headers"]
    for answer in (before, visitor.send(), visitor.send({"E-mail": "x"})):
        assert answer.headers["access-control-allow-origin"] == "*"


class Page(HTMLParser):
    def __init__(self, answer):
        super().__init__()
        self.tags, self.texts = [], ""
        self.feed(answer.text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts += data

    def named(self, name):
        return next(found for _, found in self.tags if found.get("name") == name)


def test_the_page_asks_for_every_field_and_runs_nothing(visitor):
    answer = visitor.client.get(visitor.path)
    shown = Page(answer)

    names = {
        found.get("name") for tag, found in shown.tags if tag in ("input", "select", "textarea")
    }
    assert names == {*visitor.ids.values(), HONEYPOT}
    labels = {found["for"] for tag, found in shown.tags if tag == "label"}
    assert labels == names
    assert shown.named(visitor.ids["E-mail"])["type"] == "email"
    assert "required" in shown.named(visitor.ids["E-mail"])
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in shown.tags}
    assert "<Paid>" in shown.texts
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'" in policy


def test_a_form_sent_by_a_browser_is_answered_with_a_page(visitor, api):
    answers = GOOD | {"News": "on", "Plan": "<Paid>", "Question": "é?"}

    answer = visitor.fill_in(answers)

    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    values = visitor.submission()["values_by_name"]
    assert {name: values[name] for name in ("News", "Plan", "Question")} == {
        "News": True,
        "Plan": "<Paid>",
        "Question": "é?",
    }


def test_a_browser_gets_the_form_back_with_what_is_wrong(visitor, api):
    evil = '"><script>x()</script>'
    answer = visitor.fill_in({"Your name": evil, "E-mail": "nobody", "Plan": "Free"})
    shown = Page(answer)

    assert answer.status_code == 400
    assert "Invalid email address." in shown.texts
    assert shown.named(visitor.ids["Your name"])["value"] == evil
    assert shown.named(visitor.ids["E-mail"])["aria-invalid"] == "true"
    assert ("option", {"selected": None}) in shown.tags
    assert "script" not in {tag for tag, _ in shown.tags}
    assert leads(api) == []


def test_a_form_thanks_in_its_own_words(api):
    visitor = Visitor(api, success_message="See you <soon>")

    assert visitor.send().json()["message"] == "See you <soon>"
    assert "See you &lt;soon&gt;" in visitor.fill_in(GOOD).text


def test_a_page_that_cannot_be_kept_says_so_in_general():
    form = {"name": "x", "fields": [], "success_message": None}

    assert re.search("<p[^>]*>Odd</p>", page.form(form, {}, {"name": "Odd"}))
