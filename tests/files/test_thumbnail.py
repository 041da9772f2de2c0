"""Small forms of pictures."""

import io
import struct
import zlib

import pytest
from PIL import Image

from ajar.formats import picture as pictures


@pytest.fixture
def small(uploaded, download):
    """The answer to a request for the small form of a file."""

    def asked(content, content_type="image/png"):
        return download(uploaded("a b.png", content_type, content) + "/thumbnail/")

    return asked


def opened(answer):
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_has_a_small_form(small, picture, kind):
    answer = small(picture(kind), f"image/{kind.lower()}")
    assert opened(answer).size == (320, 160)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_it_is_made_once(world, uploaded, download, picture, monkeypatch):
    url = uploaded("a.png", "image/png", picture()) + "/thumbnail/"
    first = download(url)
    monkeypatch.setattr(pictures, "thumbnail", None)
    assert download(url).content == first.content


def test_a_small_picture_is_not_made_larger(small, picture):
    assert opened(small(picture(size=(20, 10)))).size == (20, 10)


def test_a_photograph_stands_upright(small, picture):
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    answer = small(picture("JPEG", exif=turned.tobytes()), "image/jpeg")
    assert opened(answer).size == (160, 320)


def bomb(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + rows + chunk(b"IEND", b"")


UNREADABLE = {
    "a bomb": bomb(60_000, 60_000),
    "a smaller bomb": bomb(8_000, 8_000),
    "less than it says": bomb(1_000, 1_000),
    "half": bomb(10, 10)[:40],
    "nothing": b"",
    "no picture": b"<svg/>",
    "of another kind": b"%!PS-Adobe-3.0 EPSF-3.0\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_has_none(small, content):
    assert small(content).status_code == 404


def test_a_bomb_is_never_unpacked(monkeypatch):
    monkeypatch.setattr(Image.Image, "thumbnail", None)
    with pytest.raises(ValueError, match="made small"):
        pictures.thumbnail(bomb(8_000, 8_000))


def test_what_is_no_picture_has_none(small, picture):
    assert small(picture(), "application/pdf").status_code == 404


def test_a_small_form_is_opened_as_the_file_is(uploaded, download, picture):
    first = download(uploaded("a.png", "image/png", picture()) + "/thumbnail/", follow=False)
    assert first.status_code == 302
    assert opened(download(first.headers["location"], signed_in=False)).size == (320, 160)


def test_the_picture_of_another_organization_has_none(uploaded, download, picture, stranger):
    url = uploaded("a.png", "image/png", picture()) + "/thumbnail/"
    assert download(url, by=stranger).status_code == 404
    assert download(url, signed_in=False).status_code == 401
