"""Everything in one file, and back into an empty place."""

import json
import threading
import zipfile

import httpx2
import pytest

from ajar.backup import ABOUT, DATABASE
from ajar.config import Settings
from ajar.database import asked
from ajar.postgres.server import Server
from ajar.vault import Vault

PICTURE = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


@pytest.fixture(scope="module")
def served(start):
    """A server with leads, a note and a file."""
    server = start().ready()
    lead = server.post("/lead/", server.key, {"name": "Bluth Company"}).json()
    url = upload(server)
    attachment = {"url": url, "filename": "dot.gif", "content_type": "image/gif"}
    note = {"lead_id": lead["id"], "note": "Call back.", "attachments": [attachment]}
    assert server.post("/activity/note/", server.key, note).status_code == 200
    return server


def upload(server):
    """Of a file, as clients do it: its address."""
    what = {"filename": "dot.gif", "content_type": "image/gif"}
    told = server.post("/files/upload/", server.key, what).json()
    form = told["upload"]
    files = {"file": ("dot.gif", PICTURE, "image/gif")}
    answer = httpx2.post(form["url"], data=form["fields"], files=files)
    assert answer.status_code in (201, 204), answer.text
    return told["download"]["url"]


@pytest.fixture(scope="module")
def sealed(served):
    """What only the key of the first server opens."""
    return Vault(Settings(data=served.data)).seal("a secret")


@pytest.fixture(scope="module")
def backup(served, sealed, run, tmp_path_factory):
    """Made while the server is written to."""
    file = tmp_path_factory.mktemp("backup") / "ajar.zip"
    done = threading.Event()

    def write():
        while not done.is_set():
            served.post("/lead/", served.key, {"name": "Sitwell"})

    writer = threading.Thread(target=write)
    writer.start()
    run("backup", file, "--data", served.data)
    done.set()
    writer.join()
    return file


def test_a_restored_server_answers_as_the_first_did(served, backup, run, start, tmp_path):
    run("restore", backup, "--data", tmp_path / "data")
    restored = start(data=tmp_path / "data").ready()

    leads = restored.get("/lead/?_limit=200", served.key).json()
    assert "Bluth Company" in [lead["name"] for lead in leads["data"]]
    for lead in leads["data"][:10]:
        theirs = served.get(f"/lead/{lead['id']}/", served.key).json()
        assert lead | {"html_url": ""} == theirs | {"html_url": ""}
    assert "is founded" not in restored.output

    (note,) = restored.get("/activity/note/", served.key).json()["data"]
    path = note["attachments"][0]["url"].partition("/go/")[2]
    assert restored.file(f"/go/{path}", served.key).content == PICTURE


def test_what_was_encrypted_can_be_read_after_it(sealed, backup, run, tmp_path):
    run("restore", backup, "--data", tmp_path / "data")

    assert Vault(Settings(data=tmp_path / "data")).open(sealed) == "a secret"
    assert backup.stat().st_mode & 0o077 == 0


def test_every_lead_of_a_backup_has_its_event(served, backup, run, start, tmp_path):
    """What was written meanwhile is in it with all its consequences, or not at all."""
    run("restore", backup, "--data", tmp_path / "data")
    restored = start(data=tmp_path / "data").ready()

    total = restored.get("/lead/?_limit=1", served.key).json()["total_results"]
    path, count, cursor = "/event/?object_type=lead&action=created", 0, ""
    while cursor is not None:
        page = restored.get(f"{path}&_cursor={cursor}", served.key).json()
        count, cursor = count + len(page["data"]), page["cursor_next"]

    assert count == total


@pytest.mark.parametrize("harm", ["cut off", "a byte changed", "not a backup", "a newer one"])
def test_what_is_not_whole_is_refused_before_anything_is_touched(backup, run, tmp_path, harm):
    file, data = tmp_path / "bad.zip", tmp_path / "data"
    HARM[harm](backup, file)

    said = run("restore", file, "--data", data, fails=True)

    assert said.startswith(f"ajar: {file} ")
    assert said.count("\n") == 1
    assert not data.exists()


def cut_off(good, bad):
    bad.write_bytes(good.read_bytes()[:-200])


def change_a_byte(good, bad):
    whole = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        middle = archive.getinfo(DATABASE).compress_size // 2
    whole[middle] ^= 1
    bad.write_bytes(whole)


def something_else(good, bad):
    bad.write_text("hello")


def make_newer(good, bad):
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new_about = json.loads(old.read(ABOUT)) | {"revision": "9999"}
    with zipfile.ZipFile(bad) as old, zipfile.ZipFile(bad.with_suffix(".2"), "w") as new:
        for name in old.namelist():
            new.writestr(name, json.dumps(new_about) if name == ABOUT else old.read(name))
    bad.with_suffix(".2").replace(bad)


HARM = {
    "cut off": cut_off,
    "a byte changed": change_a_byte,
    "not a backup": something_else,
    "a newer one": make_newer,
}


def test_nothing_is_restored_over_what_is_there(served, backup, run):
    said = run("restore", backup, "--data", served.data, fails=True)

    assert "something here already" in said
    assert served.get("/me/", served.key).status_code == 200


def test_a_backup_does_not_replace_another(served, backup, run):
    before = backup.read_bytes()

    assert "exists already" in run("backup", backup, "--data", served.data, fails=True)
    assert backup.read_bytes() == before


def test_upgrade_says_when_there_is_nothing_to_do(served, run):
    assert run("upgrade", "--data", served.data) == "It was up to date.\n"


def test_upgrade_leaves_everything_as_it_was_if_the_result_is_not_right(run, tmp_path):
    """As when somebody has made a table that is in the way."""
    data = tmp_path / "data"
    with Server.start(data / "postgres") as server:
        asked(server.url, "create table stranger (id text)")
    said = run("upgrade", "--data", data, fails=True)
    with Server.start(data / "postgres") as server:
        tables = asked(server.url, "select 1 from pg_class where relname in ('lead', 'event')")

    assert "would not be what they should be" in said
    assert tables == []
