"""Where files are kept: a directory and an S3-compatible store do the same."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace

import pytest

from ajar.config import Settings
from ajar.providers.store import Unreachable, opened

LARGE = b"0123456789" * 600_000  # more than one part of an upload to S3


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """The address of a server that speaks S3, with a bucket."""
    port = free_port()
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            ask("PUT", f"{url}/ajar")
            break
        except OSError:
            time.sleep(0.1)
    yield url
    server.terminate()
    server.wait()
    log.close()


def ask(method, url):
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
        return answer.read().decode()


@pytest.fixture
def environment(monkeypatch):
    """How S3 is reached: by the variables that everything knows."""

    def say(url):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ajar")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_REGION", "us-east-1")

    return say


@pytest.fixture(params=["directory", "s3"])
def store(request, tmp_path, environment):
    if request.param == "directory":
        return opened(Settings(data=tmp_path))
    environment(request.getfixturevalue("s3"))
    return opened(Settings(data=tmp_path, files="s3://ajar/of/ours"))


async def pieces(data, size=700_000):
    for start in range(0, len(data), size):
        yield data[start : start + size]


def write(store, path, data):
    asyncio.run(store.write(path, pieces(data)))


def read(store, path, part=None):
    async def whole():
        content = await store.read(path, part)
        return content, b"".join([piece async for piece in content.pieces])

    return asyncio.run(whole())


@pytest.mark.parametrize("data", [b"", b"x", LARGE], ids=["empty", "small", "large"])
def test_what_was_written_is_read(store, data):
    write(store, "orga_x/file_x", data)
    content, found = read(store, "orga_x/file_x")
    assert (content.start, content.stop, content.size) == (0, len(data), len(data))
    assert found == data


def test_a_part_is_read_without_the_rest(store):
    write(store, "a", LARGE)
    content, found = read(store, "a", (5_999_995, 6_000_000))
    assert (content.start, content.stop, content.size) == (5_999_995, 6_000_000, 6_000_000)
    assert found == b"56789"


def test_a_file_comes_in_pieces(store):
    async def sizes():
        content = await store.read("a")
        return [len(piece) async for piece in content.pieces]

    write(store, "a", LARGE)
    assert max(asyncio.run(sizes())) < 1_000_000


def test_a_file_can_be_written_again(store):
    write(store, "a", b"before")
    write(store, "a", b"after")
    assert read(store, "a")[1] == b"after"


def test_what_is_deleted_is_gone(store):
    write(store, "a", b"x")
    asyncio.run(store.delete(["a", "never"]))
    with pytest.raises(FileNotFoundError):
        read(store, "a")


def test_half_a_file_is_none(store, request):
    async def cut():
        async for piece in pieces(LARGE):
            yield piece
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(store.write("half", cut()))
    with pytest.raises(FileNotFoundError):
        read(store, "half")
    if "s3" in request.node.callspec.id:  # where parts would lie about, and cost
        assert "<UploadId>" not in ask("GET", f"{request.getfixturevalue('s3')}/ajar?uploads")


def test_files_in_a_bucket_are_below_its_prefix(s3, environment, tmp_path):
    environment(s3)
    write(opened(Settings(data=tmp_path, files="s3://ajar/of/others/")), "orga_x/file_y", b"x")
    assert "<Key>of/others/orga_x/file_y</Key>" in ask("GET", f"{s3}/ajar?list-type=2")


def test_a_store_that_does_not_answer_is_said_soon(environment, tmp_path):
    environment(f"http://127.0.0.1:{free_port()}")
    nowhere = opened(Settings(data=tmp_path, files="s3://ajar"))
    started = time.monotonic()
    for attempt in (nowhere.write("a", pieces(b"x")), nowhere.read("a"), nowhere.delete(["a"])):
        with pytest.raises(Unreachable):
            asyncio.run(attempt)
    assert time.monotonic() - started < 30


def test_a_bucket_that_is_not_there_takes_no_file(s3, environment, tmp_path):
    environment(s3)
    wrong = opened(Settings(data=tmp_path, files="s3://no-such-bucket"))
    with pytest.raises(Unreachable):
        write(wrong, "a", b"x")


@pytest.mark.parametrize("value", ["s3://", "bucket", "https://s3.example/bucket"])
def test_a_setting_that_names_no_bucket_is_refused(value):
    with pytest.raises(ValueError, match="AJAR_FILES must be an address like s3://bucket/prefix"):
        Settings.from_environment({"AJAR_FILES": value})


# Over HTTP


@pytest.fixture
def in_bucket(world, s3, environment, monkeypatch):
    """The server keeps its files in the bucket."""
    environment(s3)
    settings = replace(world.app.settings, files="s3://ajar/http")
    monkeypatch.setitem(world.app.files.storage.__dict__, "store", opened(settings))


def test_a_file_goes_to_the_bucket_and_comes_back(in_bucket, s3, api, uploaded, download, picture):
    data = picture()
    url = uploaded("a.png", "image/png", data)
    assert download(url).content == data
    assert download(url, range="bytes=1-3").content == b"PNG"
    assert download(f"{url}/thumbnail/").status_code == 200
    listed = ask("GET", f"{s3}/ajar?list-type=2&prefix=http/")
    assert listed.count(f"<Key>http/{api.organization_id}/file_") == 2


def test_without_the_store_files_are_unavailable(world, environment, announce, send, monkeypatch):
    announced = announce()
    environment(f"http://127.0.0.1:{free_port()}")
    settings = replace(world.app.settings, files="s3://ajar")
    monkeypatch.setitem(world.app.files.storage.__dict__, "store", opened(settings))
    answer = send(announced)
    assert answer.status_code == 503
    assert answer.json() == {"error": "The files cannot be reached; try again in a moment."}
