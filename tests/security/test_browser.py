"""The same corpus as a browser reads it: nothing of it runs, loads or leads away. The browser heeds
no policy here, so that what was cleaned and escaped must be safe by itself."""

from urllib.parse import quote

import pytest

from ajar.formats import mail_body, rich_text
from tests.clients.conftest import Served
from tests.security.test_xss import CHUNKS, DOORS, WHOLE
from tests.security.watched import RAN, chromium
from tests.signing_in.conftest import PASSWORD

# Texts that leave an attribute, an element or a comment, and some that are addresses.
LEAVING = [vector for vector in WHOLE if vector[0] in "\"'`;-%j" or vector.startswith("</")]
LEAVING += ['"><img src=x onerror=alert(1)>', "<script>alert(1)</script>", "javascript:alert(1)"]
TEXTS = [" ".join(LEAVING[n::3]) for n in range(3)]
CALLBACK = "https://app.example/callback"


@pytest.fixture(scope="module")
def browser(world):
    with chromium() as page:
        yield page


@pytest.fixture(scope="module")
def page(browser):
    return browser()


@pytest.fixture(scope="module")
def served(world, postgres, tmp_path_factory):
    with Served(postgres, tmp_path_factory.mktemp("watched"), form_rate_limit=0) as served:
        yield served


@pytest.fixture(scope="module")
def site(browser, served):
    """A page that goes to our own, and nowhere else."""
    return browser(served.url)


def sections(pieces):
    return "\n".join(f"<section>{piece}</section>" for piece in pieces)


def test_what_is_not_cleaned_does_run(page):
    """Or else this file could not fail."""
    happened = page.insert(WHOLE)

    assert happened.count(RAN) > 250
    assert {"stylesheet http://evil.example/x.css", "stylesheet javascript:alert(1)"} < {*happened}
    assert page.parse("<script>alert(1)</script>") == [RAN]
    assert page.parse("<a href=javascript:alert(1)>x</a>") == [RAN]
    assert page.parse("<form action=//evil.example><button>x") != []
    assert page.parse("<meta http-equiv=refresh content='0;url=//evil.example'>") != []


@pytest.mark.parametrize("clean", [rich_text.clean, mail_body.clean])
def test_what_is_cleaned_runs_nowhere(page, clean):
    cleaned = [clean(vector) for vector in WHOLE]

    assert page.insert(cleaned) == []
    assert page.parse(sections(cleaned)) == []
    # Each stayed in its place: none of them swallows or closes what is around it.
    assert page.page.locator("body > section").count() == len(WHOLE)


@pytest.mark.parametrize("door", DOORS)
def test_what_the_api_gives_back_runs_nowhere(page, api, door):
    given = [DOORS[door](api, "\n".join(chunk)) for chunk in CHUNKS]

    assert page.insert(given) == []
    assert page.parse(sections(given)) == []
    assert page.page.locator("body > section").count() == len(given)


def test_a_form_shows_texts_as_texts(site, api):
    """All that an organization can say in one, and what a visitor has filled in wrong."""
    labels = [text for text in WHOLE[::3] if text.strip()]
    for some in (labels[:100], labels[100:200]):
        fields = [{"name": f"{i} {text}"[:255], "type": "text"} for i, text in enumerate(some)]
        fields[0] |= {"type": "choices", "choices": [*dict.fromkeys(map(str.strip, some[1:9]))]}
        fields[1] |= {"type": "email"}
        said = {"name": some[2], "success_message": "\n".join(some)[:1000], "fields": fields}
        form = api.make("form", is_published=True, **said)
        path = f"/forms/{api.organization_id}/{form['id']}/"
        email, text = form["fields"][1]["id"], form["fields"][3]["id"]

        assert site.open(path) == []
        assert site.page.locator("label").count() > len(fields)
        assert site.send(**{email: some[4], text: some[5]}) == []
        assert site.page.locator("[role=alert]").count()
        assert site.send(**{email: "gob@bluth.example"}) == []
        assert site.page.locator("form").count() == 0


def test_the_pages_of_the_server_show_texts_as_texts(site):
    for text in TEXTS:
        said = quote(text, safe="")
        for path in (
            f"/auth/sign_in/?next={said}",
            f"/auth/sign_in/?next=/oauth2/authorize/{said}",
            f"/auth/password/reset/?token={said}",
            f"/oauth2/authorize/?client_id={said}&redirect_uri={said}&state={said}",
        ):
            assert site.open(path) == [], path


def test_a_sign_in_that_fails_shows_texts_as_texts(site):
    site.open("/auth/sign_in/")

    assert site.send(email=TEXTS[0][:255], password=TEXTS[1], code=TEXTS[2]) == []

    assert site.page.locator(".problem").count() == 1
    assert site.page.locator("[name=email]").get_attribute("value") == TEXTS[0][:255]


def test_an_app_shows_its_name_as_a_text(site, served, api, person):
    """Anybody may register one, and call it what they like."""
    api.ok("put", f"/organization/{api.organization_id}/", json={"name": TEXTS[0][:255]})
    site.open("/auth/sign_in/")
    site.send(email=person.email, password=PASSWORD)
    assert "You are signed in" in site.page.inner_text("main")
    for text in TEXTS:
        said = {"client_name": text, "redirect_uris": [CALLBACK]}
        app = api.client.post("/oauth2/register/", json=said).json()
        path = f"/oauth2/authorize/?response_type=code&client_id={app['client_id']}"
        path += f"&code_challenge={'x' * 43}&code_challenge_method=S256&state={quote(text)}"

        assert site.open(path) == []
        assert site.page.locator("button[value=allow]").count() == 1
        assert site.page.locator("h1").text_content() == f"Let {text[:255]} in?"
        assert TEXTS[0][:255] in site.page.locator("form").text_content()


def test_the_documentation_does_what_it_should_and_no_more(site):
    assert site.open("/docs") == []  # before anything is done there

    search = site.page.locator("#search")
    search.fill("bulk_update")
    assert 0 < site.page.locator("main details:visible").count() < 10
    for text in TEXTS:
        search.fill(text)
        site.page.evaluate("text => { location.hash = text }", text)
    assert site.poked() == []


@pytest.mark.parametrize("path", ["/api/v1/{}/", "/api/v1/lead/?query={}", "/{}", "/forms/{}/x/"])
def test_what_is_not_a_page_is_shown_as_a_text(site, path):
    assert site.open(path.format(quote(TEXTS[0], safe=""))) == []


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("x.html", "text/html", b"<script>alert(1)</script>"),
        ("x.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        (
            "x.xml",
            "text/xml",
            b'<x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>',
        ),
        ("x.txt", "text/plain", b"<script>alert(1)</script>"),
        ("x.png", "image/png", b"<script>alert(1)</script>"),
    ],
)
def test_a_file_that_is_opened_runs_nothing(site, uploaded, download, name, kind, content):
    signed = download(uploaded(name, kind, content), follow=False).headers["location"]

    happened = site.open(signed)

    assert RAN not in happened
    assert all(one.startswith("downloaded ") for one in happened)


def test_what_would_get_through_is_stopped_by_the_policy(browser, served, api):
    """The second wall: of each page with its headers."""
    form = api.make("form", is_published=True)
    heeding = browser(served.url, policies=True)
    through = "document.body.insertAdjacentHTML('beforeend', %r)"
    through %= "<img src=x onerror=alert(1)><a href=javascript:alert(1)>x</a>"
    for path in (
        "/docs",
        "/auth/sign_in/",
        "/auth/password/reset/?token=x",
        "/oauth2/authorize/",
        f"/forms/{api.organization_id}/{form['id']}/",
    ):
        assert heeding.open(path) == []
        heeding.page.evaluate(through)
        assert heeding.poked() == [], path
