"""Opening files: who may, and what browsers are told about them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from ajar.files.serving import SHORTLY

PATH = "/go/file/"
DATA = bytes(range(256)) * 1000


@pytest.fixture
def url(uploaded):
    return uploaded("data.bin", "application/octet-stream", DATA)


# Who may


def test_signing_in_leads_to_an_address_that_needs_no_credential(url, download):
    first = download(url, follow=False)
    assert (first.status_code, first.headers["cache-control"]) == (302, "no-store")
    second = download(first.headers["location"], signed_in=False)
    assert (second.status_code, second.content) == (200, DATA)


def test_that_address_is_short_lived(url, download, clock):
    location = download(url, follow=False).headers["location"]
    clock.pass_by(seconds=SHORTLY.total_seconds() - 1)
    assert download(location, signed_in=False).status_code == 200
    clock.pass_by(seconds=3)
    assert download(location, signed_in=False).status_code == 403


def test_without_a_credential_there_is_no_file(url, download):
    refused = download(url, signed_in=False)
    assert (refused.status_code, refused.json()) == (401, {"error": "Unauthorized"})


def test_a_browser_signs_in_and_comes_back_to_the_same_address(uploaded, download):
    url = uploaded("Über uns.pdf").removesuffix("/")
    asked = download(f"{url}?a=b&c", follow=False, signed_in=False, accept="text/html")

    assert asked.status_code == 303
    wanted = parse_qs(urlsplit(asked.headers["location"]).query)["next"]
    assert wanted == [urlsplit(url).path + "?a=b&c"]


def test_the_file_of_another_organization_does_not_exist(url, download, stranger):
    refused = download(url, by=stranger)
    assert (refused.status_code, refused.json()) == (404, {"error": "There is no such file."})


def test_an_address_is_good_for_one_file(url, uploaded, download):
    query = download(url, follow=False).headers["location"].partition("?")[2]
    other = uploaded()
    assert download(f"{other}?{query}", signed_in=False).status_code == 403
    assert download(f"{url}?{query[:-1]}x", signed_in=False).status_code == 403


def test_a_permit_to_upload_opens_nothing(announce, send, download):
    announced = announce()
    send(announced)
    fields = announced["upload"]["fields"]
    query = "&".join(f"{n}={fields[n]}" for n in ("organization_id", "expires", "signature"))
    assert download(f"{announced['download']['url']}?{query}", signed_in=False).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "file_0000000000000000000000",
        "file_0000000000000000000000/x/thumbnail/",
        "file_%00",
        "../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "persisted/orga_x/y",
    ],
)
def test_what_is_no_file_is_not_found(download, path):
    assert download(PATH + path).status_code == 404


def test_a_file_that_was_never_sent_is_not_found(announce, download):
    assert download(announce()["download"]["url"]).status_code == 404


# What browsers are told


def test_a_file_can_do_nothing_to_who_opens_it(uploaded, download):
    answer = download(uploaded("x.html", "text/html", b"<script>alert(1)</script>"))
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("content_type", "how"),
    [
        ("image/png", "inline"),
        ("audio/mpeg", "inline"),
        ("text/plain", "inline"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
        ("application/pdf", "attachment"),
        ("application/xhtml+xml", "attachment"),
    ],
)
def test_only_what_cannot_hold_a_program_is_shown(uploaded, download, content_type, how):
    answer = download(uploaded("x", content_type))
    assert answer.headers["content-type"].partition(";")[0] == content_type
    assert answer.headers["content-disposition"].partition(";")[0] == how


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("offer.pdf", "filename=\"offer.pdf\"; filename*=UTF-8''offer.pdf"),
        ('a"; b=c.pdf', "filename=\"a__ b_c.pdf\"; filename*=UTF-8''a%22%3B%20b%3Dc.pdf"),
        ("Über 你.pdf", "filename=\"_ber _.pdf\"; filename*=UTF-8''%C3%9Cber%20%E4%BD%A0.pdf"),
        ("thumbnail", "filename=\"thumbnail\"; filename*=UTF-8''thumbnail"),
    ],
)
def test_a_file_keeps_its_name(uploaded, download, name, told):
    answer = download(uploaded(name, "application/pdf"))
    assert answer.headers["content-disposition"] == f"attachment; {told}"


def test_what_a_browser_has_is_not_sent_again(url, download):
    tag = download(url).headers["etag"]
    again = download(url, **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_head_tells_the_same_without_the_file(url, download):
    answer = download(url, method="HEAD")
    assert (answer.content, answer.headers["content-length"]) == (b"", str(len(DATA)))


# Parts


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(DATA)),
        ("bytes=-5", len(DATA) - 5, len(DATA)),
        ("bytes=-999999999", 0, len(DATA)),
        ("bytes=255990-999999", 255_990, len(DATA)),
    ],
)
def test_a_part_can_be_asked_for(url, download, asked, start, stop):
    answer = download(url, range=asked)
    assert (answer.status_code, answer.content) == (206, DATA[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=-", "bytes=9-3", "lines=1-2", "x"])
def test_a_part_that_makes_no_sense_is_all_of_it(url, download, asked):
    answer = download(url, range=asked)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_beyond_the_end_cannot_be_had(url, download, asked):
    answer = download(url, range=asked)
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */256000")


def test_a_part_of_nothing_cannot_be_had(uploaded, download):
    assert download(uploaded(content=b""), range="bytes=0-").status_code == 416
