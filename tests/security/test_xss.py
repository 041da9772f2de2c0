"""Nothing that somebody writes runs where somebody else reads it: a corpus, through every door."""

import re
from html.parser import HTMLParser

import lxml.html
import pytest

from ajar.formats import mail_body, rich_text
from tests.security.conftest import CORPUS

CHUNK = 40
WHOLE = [vector.replace("\0", "") for vector in CORPUS]  # NUL is refused before it is read
CHUNKS = [WHOLE[n : n + CHUNK] for n in range(0, len(WHOLE), CHUNK)]
ELEMENTS = mail_body.TAGS | rich_text.BLOCKS | rich_text.INLINE | {"html", "head", "body"}
ATTRIBUTES = set().union(*mail_body.ATTRIBUTES.values()) | {"class", "cite", "datetime"}
ATTRIBUTES |= {"data-type", "data-id", "data-label", "lang", "title", "dir", "span"}
ATTRIBUTES |= {"align", "char", "charoff", "headers", "scope", "rules", "frame", "summary", "start"}
ADDRESSES = {"href", "src", "cite"}
SCHEME = re.compile(r"^[\x00-\x20]*([a-z][a-z0-9+.-]*)[\t\r\n]*:", re.IGNORECASE)
STYLE = re.compile(r"url|expression|javascript|import|behavior|binding|position|[\\@{}<>]", re.I)


def wrong(name, attributes):
    """What would run, load or cover: of one element."""
    if name not in ELEMENTS:
        yield name
    for attribute, value in attributes:
        value = value or ""
        if attribute not in ATTRIBUTES:
            yield f"{name} {attribute}"
        scheme = attribute in ADDRESSES and SCHEME.match(re.sub(r"[\t\r\n]", "", value))
        if scheme and scheme[1].lower() not in mail_body.SCHEMES | {"mid"}:
            yield f"{name} {attribute}={value}"
        if attribute == "style" and STYLE.search(value):
            yield f"{name} style={value}"


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.wrong = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.wrong += wrong(tag, attrs)

    def handle_comment(self, data):
        self.wrong.append("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def dangers(html):
    """As two parsers read it, that do not agree on what is broken."""
    if not html:
        return []
    found = Reader(html).wrong
    for element in lxml.html.fromstring(f"<div>{html}</div>").iter():
        known = isinstance(element.tag, str)
        found += wrong(element.tag, element.items()) if known else ["comment"]
    return [one for one in found if one != "div"]


def test_the_corpus_is_large_and_dangerous():
    assert len(CORPUS) == len(set(CORPUS)) > 500

    harmless = [vector for vector in WHOLE if not dangers(vector)]

    assert len(harmless) < len(CORPUS) / 20  # they need one more decoding to do harm


@pytest.mark.parametrize("clean", [rich_text.clean, mail_body.clean])
def test_nothing_survives_cleaning(clean):
    assert {v: found for v in CORPUS if (found := dangers(clean(v)))} == {}


def meeting(api):
    return api.add("activity.meeting", lead_id=api.make("lead")["id"], user_id=api.user_id)


# How rich text comes in, and where it is read: (api, html) -> what is shown.
DOORS = {
    "note": lambda api, html: api.make("activity.note", note_html=html)["note_html"],
    "call": lambda api, html: api.make("activity.call", note_html=html)["note_html"],
    "opportunity": lambda api, html: api.make("opportunity", note_html=html)["note_html"],
    "comment": lambda api, html: api.make("comment", body=f"<p>x</p>{html}")["body"],
    "email": lambda api, html: mailed(api, html),
    "email template": lambda api, html: template(api, html),
    "meeting": lambda api, html: api.ok(
        "put", f"/activity/meeting/{meeting(api)}/", json={"user_note_html": html}
    )["user_note_html"],
    "whatsapp": lambda api, html: api.make(
        "activity.whatsapp_message", message_markdown=html, external_whatsapp_message_id=html[:99]
    )["message_html"],
}


def mailed(api, html):
    mail = api.make("activity.email", body_html=html)
    parts = "".join(part.get("html", "") for part in mail.get("body_html_quoted") or [])
    return (mail["body_html"] or "") + parts


def template(api, html):
    """What is kept, and what comes of it for a contact."""
    made = api.make("email_template", body=html.replace("{{", "{").replace("{%", "{"))
    contact = api.make("contact", name="<img src=x onerror=alert(1)>")
    ids = f"lead_id={contact['lead_id']}&contact_id={contact['id']}"
    return made["body"] + api.ok("get", f"/email_template/{made['id']}/render/?{ids}")["body"]


@pytest.mark.parametrize("door", DOORS)
def test_nothing_survives_a_door(api, door):
    found = {n: dangers(DOORS[door](api, "\n".join(chunk))) for n, chunk in enumerate(CHUNKS)}

    assert {n: some for n, some in found.items() if some} == {}


def test_a_form_shows_texts_as_texts(api):
    """Its name, its labels, its thanks, and what somebody has filled in."""
    legit = {"html", "meta", "title", "style", "main", "h1", "form", "p", "label", "input"}
    legit |= {"button", "body", "head", "div", "span", "small", "fieldset", "legend", "textarea"}
    for chunk in CHUNKS[:4]:
        text = "\n".join(chunk)[:250]
        form = api.make("form", name=text, success_message=text, is_published=True)
        path = f"/forms/{api.organization_id}/{form['id']}/"
        page = api.client.get(path).text
        filled = api.client.post(path, data={field["id"]: text for field in form["fields"]}).text
        for html in (page, filled):
            tree = lxml.html.fromstring(html)
            assert {one.tag for one in tree.iter()} <= legit
            assert not [one for one in tree.iter() if any(n.startswith("on") for n in one.attrib)]


def test_what_goes_into_a_template_cannot_make_a_link_that_runs(api):
    lead = api.make("lead", name="javascript:alert(1)")
    contact = api.make("contact", lead_id=lead["id"])
    made = api.make("email_template", body='<a href="{{ lead.display_name }}">x</a>')
    ids = f"lead_id={lead['id']}&contact_id={contact['id']}"

    assert made["body"] == '<a href="{{ lead.display_name }}">x</a>'
    shown = api.ok("get", f"/email_template/{made['id']}/render/?{ids}")["body"]
    assert "javascript" not in shown


@pytest.mark.parametrize(
    "body",
    [
        '{{ "<script>alert(1)</script>" }}',
        '<a title="{{ \'x" onmouseover="alert(1)\' }}">x</a>',
        "<p {{ contact.name }}>x</p>",
        "<script>{{ contact.name }}</script>",
        "<table>{% if contact.name %}<tr><td>x</td></tr>{% endif %}</table>{{ lead.name }}",
    ],
)
def test_a_tag_of_a_template_is_no_way_around(api, body):
    answer = api.post("/email_template/", json={"name": "x", "body": body})

    if answer.status_code == 400:
        assert "body" in answer.json()["field-errors"]
    else:
        assert dangers(answer.json()["body"]) == []


LINKS = [
    "javascript:alert(1)",
    "JavaScript://%0aalert(1)",
    " javascript:x",
    "java\nscript:alert(1)",
]
LINKS += ["data:text/html,x://y", "vbscript:x", "\x01javascript:alert(1)", "javascript://x.example"]
KEPT = {
    "lead": lambda link: {"url": link},
    "contact": lambda link: {"urls": [{"url": link, "type": "url"}]},
    "scheduling_link": lambda link: {"url": link},
    "integration_link": lambda link: {"url": link},
    "activity.whatsapp_message": lambda link: {"integration_link": link},
    "activity.call": lambda link: {"recording_url": link},
    "webhook": lambda link: {"url": link},
    "form": lambda link: {"redirect_url": link},
}


@pytest.mark.parametrize("kind", KEPT)
def test_no_link_runs_when_it_is_opened(api, kind):
    body = api.body(kind)
    for link in LINKS:
        answer = api.post(f"/{kind.replace('.', '/')}/", json=body | KEPT[kind](link))

        kept = [value for value in strings(answer.json()) if SCHEME.match(value) and link in value]
        assert answer.status_code == 400 or not kept, link


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [one for item in value for one in strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("link", ["bluth.example", "https://bluth.example", "mailto:a@b.example"])
def test_other_links_are_kept(api, link):
    contact = api.make("contact", urls=[{"url": link, "type": "url"}])

    assert contact["urls"] == [{"url": link, "type": "url"}]


def test_the_literal_texts_of_a_link_make_no_scheme(api):
    body = api.body("integration_link", url="java{{ lead.url }}script:alert(1)")

    assert "url" in api.post("/integration_link/", json=body).json()["field-errors"]
