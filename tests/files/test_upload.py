"""Uploading: a signed form, as for a bucket of S3."""

import pytest

TEXT = b"Gentlemen,\r\n--we offer--\r\n" * 1000


def test_a_file_that_is_announced_sent_and_opened_is_the_same(announce, send, download):
    announced = announce("offer.txt", "text/plain")

    answer = send(announced, TEXT)

    assert answer.status_code == 201
    assert announced["upload"]["fields"]["key"] in answer.text
    assert download(announced["download"]["url"]).content == TEXT


def test_the_address_to_use_later_begins_as_attachments_must(world, announce):
    url = announce("a picture & more.png", "image/png")["download"]["url"]
    assert url.startswith(f"{world.app.settings.address}/go/file/file_")
    assert url.endswith("/a%20picture%20%26%20more.png")


def test_sending_a_file_takes_no_other_credential(announce, send):
    assert set(announce()["upload"]) == {"url", "fields"}
    assert send(announce()).status_code == 201


@pytest.mark.parametrize(("asked", "status"), [(None, 204), ("200", 200), ("201", 201), ("x", 204)])
def test_the_answer_is_what_s3_would_answer(announce, send, asked, status):
    assert send(announce(), success_action_status=asked).status_code == status


@pytest.mark.parametrize("name", ["filename", "content_type"])
def test_name_and_type_are_required(api, name):
    body = {"filename": "a.txt", "content_type": "text/plain"} | {name: None}
    refused = api.post("/files/upload/", json=body)
    assert refused.status_code == 400
    assert refused.json()["field-errors"] == {name: "This field is required."}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filename", "../../etc/passwd"),
        ("filename", "a\\b"),
        ("filename", ".."),
        ("filename", "a\nb"),
        ("filename", "x" * 256),
        ("filename", 5),
        ("content_type", "text"),
        ("content_type", "text/html\r\nset-cookie: x"),
        ("content_type", ["text/plain"]),
    ],
)
def test_a_name_or_type_that_is_none_is_refused(api, name, value):
    body = {"filename": "a.txt", "content_type": "text/plain"} | {name: value}
    refused = api.post("/files/upload/", json=body)
    assert refused.status_code == 400
    assert set(refused.json()["field-errors"]) == {name}


# The permit


def test_an_upload_must_happen_within_a_minute(announce, send, clock):
    announced = announce()
    clock.pass_by(seconds=59)
    assert send(announced).status_code == 201
    clock.pass_by(seconds=3)
    assert send(announced).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "file_0000000000000000000000"},
        {"Content-Type": "text/html"},
        {"expires": "9999999999"},
        {"expires": "x"},
        {"organization_id": "orga_x"},
        {"organization_id": "\0"},
        {"signature": None},
        {"signature": "é"},
    ],
)
def test_what_was_signed_cannot_be_changed(announce, send, download, changed):
    announced = announce()
    assert send(announced, **changed).status_code == 403
    assert download(announced["download"]["url"]).status_code == 404


def test_a_permit_is_good_for_one_organization(announce, send, stranger):
    theirs = announce(by=stranger)["upload"]["fields"]
    ours = announce()
    assert send(ours, organization_id=theirs["organization_id"]).status_code == 403
    assert send(ours, key=theirs["key"]).status_code == 403


def test_an_upload_may_be_tried_again(announce, send, download):
    announced = announce()
    send(announced, b"ha")
    assert send(announced, b"half or whole").status_code == 201
    assert download(announced["download"]["url"]).content == b"half or whole"


def test_a_file_in_use_does_not_change(api, announce, send, download):
    announced = announce()
    send(announced, b"as it was read")
    url = announced["download"]["url"]
    api.make("activity.note", attachments=[{"url": url, "filename": "a"}])
    assert send(announced, b"something else").status_code == 403
    assert download(url).content == b"as it was read"


# The form


def test_a_file_may_be_empty(announce, send, download):
    announced = announce()
    assert send(announced, b"").status_code == 201
    assert download(announced["download"]["url"]).content == b""


def test_a_file_that_is_too_large_is_refused_and_not_kept(
    world, announce, send, download, monkeypatch
):
    monkeypatch.setattr(world.app.files.storage, "most_bytes", 1000)
    assert send(fits := announce(), b"x" * 1000).status_code == 201
    for size in (1001, 100_000):
        announced = announce()
        assert send(announced, b"x" * size).status_code == 413
        assert download(announced["download"]["url"]).status_code == 404
    assert len(download(fits["download"]["url"]).content) == 1000


PARTS = {
    "no form": ("text/plain", b"hello"),
    "no boundary": ("multipart/form-data", b"hello"),
    "another boundary": ("multipart/form-data; boundary=b", b"--c\r\n\r\nx\r\n--c--"),
    "nothing": ("multipart/form-data; boundary=b", b""),
    "no file": (
        "multipart/form-data; boundary=b",
        b'--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nx\r\n--b--\r\n',
    ),
    "no name": ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
    "much too much": (
        "multipart/form-data; boundary=b",
        b'--b\r\ncontent-disposition: form-data; name="key"\r\n\r\n'
        + b"x" * 30_000
        + b"\r\n--b--\r\n",
    ),
    "long boundary": (f"multipart/form-data; boundary={'b' * 10_000}", b"x"),
}


@pytest.mark.parametrize(("kind", "content"), PARTS.values(), ids=PARTS)
def test_what_is_no_form_with_a_file_is_refused(world, kind, content):
    headers = {"content-type": kind}
    refused = world.client.post("/go/file/", content=content, headers=headers)
    assert refused.status_code == 400, refused.text
    assert set(refused.json()) == {"error"}


def test_a_file_that_ends_in_the_middle_is_not_kept(world, announce, download):
    announced = announce()
    fields = "".join(
        f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in announced["upload"]["fields"].items()
    )
    form = f'{fields}--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nhalf'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert world.client.post("/go/file/", content=form, headers=headers).status_code == 400
    assert download(announced["download"]["url"]).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_nothing_else_can_be_done_to_files(world, method):
    answer = world.client.request(method, "/go/file/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
