"""Files, uploaded as a client of S3 does it."""

import io

import pytest
from PIL import Image


@pytest.fixture
def announce(api):
    """Say that a file will come; what to send it with."""

    def announced(filename="offer.pdf", content_type="application/pdf", by=api):
        body = {"filename": filename, "content_type": content_type}
        return by.ok("post", "/files/upload/", json=body)

    return announced


@pytest.fixture
def send(world):
    """Send a file to where it was announced."""

    def sent(announced, content=b"%PDF-1.7", **changed):
        upload = announced["upload"]
        path = upload["url"].removeprefix(world.app.settings.address)
        fields = {k: v for k, v in (upload["fields"] | changed).items() if v is not None}
        return world.client.post(path, data=fields, files={"file": ("any.bin", content)})

    return sent


@pytest.fixture
def uploaded(announce, send):
    """The address of a file that is there."""

    def upload(filename="offer.pdf", content_type="application/pdf", content=b"%PDF-1.7", **more):
        announced = announce(filename, content_type, **more)
        assert send(announced, content).status_code == 201
        return announced["download"]["url"]

    return upload


@pytest.fixture
def download(world, api):
    """Open the address of a file, signed in."""

    def downloaded(url, by=api, method="GET", follow=True, signed_in=True, **headers):
        path = url.removeprefix(world.app.settings.address)
        headers |= by.headers if signed_in else {}
        return world.client.request(method, path, headers=headers, follow_redirects=follow)

    return downloaded


@pytest.fixture
def picture():
    """A picture of some size, as the bytes of a file."""

    def drawn(kind="PNG", size=(800, 400), **options):
        written = io.BytesIO()
        Image.new("RGB", size, "teal").save(written, kind, **options)
        return written.getvalue()

    return drawn
