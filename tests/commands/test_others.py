"""The commands beside `serve`: on a running server, and on one that is not."""

import re

import psycopg
import pytest
from typer.testing import CliRunner

from ajar.__main__ import program
from ajar.postgres.server import url_of


@pytest.fixture(scope="module")
def served(start):
    return start().ready()


def made(text):
    return dict(line.split(": ", 1) for line in text.splitlines())


ORGANIZATION = ("init", "--organization", "Bluth Company", "--email", "lucille@bluth.example")


def test_init_while_serving_makes_an_organization_that_works_at_once(served, run):
    told = made(run(*ORGANIZATION, "--name", "Lucille Bluth", "--data", served.data))
    me = served.get("/me/", told["API key"]).json()

    assert (me["id"], me["last_name"]) == (told["user"], "Bluth")


def test_init_again_changes_nothing(served, run):
    key = ("--api-key", "api_fixed", "--data", served.data)
    first = made(run(*ORGANIZATION, *key))
    again = made(run(*ORGANIZATION, *key))

    assert first == again
    assert served.get("/me/", "api_fixed").json()["id"] == first["user"]


def test_init_without_a_server_leaves_none(run, tmp_path):
    data = tmp_path / "data"
    first = made(run(*ORGANIZATION, "--data", data))
    again = made(run(*ORGANIZATION, "--data", data))

    assert again == {name: first[name] for name in ("organization", "user")}
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_init_refuses_another_password_and_a_key_of_somebody_else(served, run):
    here = ("--data", served.data)
    run(*ORGANIZATION, *here)
    said = run(*ORGANIZATION, "--password", "wrong", *here, fails=True)
    assert said == "ajar: lucille@bluth.example is known here, with another password\n"

    said = run(*ORGANIZATION, "--api-key", served.key, *here, fails=True)
    assert said == "ajar: that API key is somebody else's\n"


def test_a_revoked_key_works_no_longer_from_that_moment(served, run):
    here = ("--email", "admin@example.com", "--data", served.data)
    key = run("apikey", "create", "--name", "Zapier", *here).strip()
    assert served.get("/me/", key).status_code == 200

    (line,) = [line for line in run("apikey", "list", *here).splitlines() if "Zapier" in line]
    id = re.search(r"api_\S+", line)[0]
    assert id not in key
    run("apikey", "revoke", id, "--data", served.data)

    assert served.get("/me/", key).status_code == 401


def test_a_key_that_is_not_there_cannot_be_revoked(served, run):
    said = run("apikey", "revoke", "api_none", "--data", served.data, fails=True)

    assert said == "ajar: there is no API key api_none: see ajar apikey list\n"


def test_the_doctor_finds_a_served_directory_well(served, run):
    said = run("doctor", "--data", served.data)

    assert "bad" not in said
    assert "workers, 1 alive" in said


def test_the_doctor_says_what_is_wrong_and_what_to_do(run, tmp_path):
    command = ("doctor", "--data", tmp_path / "data")
    said = run(*command, fails=True, DATABASE_URL="postgresql://127.0.0.1:1/none")

    assert "bad database: " in said
    assert "Is DATABASE_URL right" in said


def test_keys_of_webhooks_that_an_older_version_kept_in_the_clear_are_sealed(served, run):
    body = {
        "url": "https://hook.example/",
        "events": [{"object_type": "lead", "action": "created"}],
    }
    made = [served.post("/webhook/", served.key, body).json() for _ in range(2)]
    plain, sealed = "5e" * 32, made[1]["signature_key"]

    def kept(db):
        found = db.execute("select signature_key, older_key from webhook order by id").fetchall()
        return [key for keys in found for key in keys if key]

    with psycopg.connect(url_of(served.data / "postgres"), autocommit=True) as db:
        change = "update webhook set signature_key = %s, older_key = %s where id = %s"
        db.execute(change, (plain, "6f" * 32, made[0]["id"]))
        assert plain in kept(db)
        run("migrate", "--data", served.data)
        after = kept(db)
        run("migrate", "--data", served.data)
        assert kept(db) == after  # what is sealed is left as it is

    assert len(after) == 3 and all(key.startswith("gAAAAA") for key in after)
    shown = [served.get(f"/webhook/{one['id']}/", served.key).json() for one in made]
    assert [one["signature_key"] for one in shown] == [plain, sealed]


def test_help_and_version(run):
    assert run("--version").startswith("ajar ")
    for name in ("serve", "worker", "migrate", "init", "apikey", "doctor"):
        shown = CliRunner().invoke(program, [name, "--help"])
        assert (shown.exit_code, "Usage" in shown.output) == (0, True)


LEADS = """Firm,Contact,Email
Acme,Wile Coyote,wile@acme.example
Acme,Road Runner,wrong
Bluth,Gob Bluth,gob@bluth.example
"""


def test_a_file_is_imported_beside_a_server(served, run, tmp_path):
    leads = tmp_path / "leads.csv"
    leads.write_text(LEADS)
    options = ("--api-key", served.key, "--map", "Firm=lead.name", "--data", served.data)
    count = served.get("/lead/", served.key).json()["total_results"]

    checked = run("import", "csv", leads, *options, "--dry-run")
    assert served.get("/lead/", served.key).json()["total_results"] == count
    done = run("import", "csv", leads, *options)

    assert served.get("/lead/", served.key).json()["total_results"] == count + 2
    for said, status in ((checked, "checked"), (done, "completed")):
        lines = said.splitlines()
        assert any(line.endswith(f"({status})") for line in lines)
        assert {"rows: 3", "rows failed: 1", "leads created: 2", "contacts created: 2"} <= set(
            lines
        )
    path = made(done[done.index("import: ") :])["rows to correct"].partition("/go/")[2]
    problems = served.file(f"/go/{path}", served.key).text
    assert "Email: Invalid email address.,Acme,Road Runner,wrong" in problems


def test_an_import_that_makes_no_sense_is_refused_in_a_line(served, run, tmp_path):
    leads = tmp_path / "leads.csv"
    leads.write_text(LEADS)

    said = run("import", "csv", leads, "--map", "Firm=lead.x", "--data", served.data, fails=True)

    assert said.splitlines()[-1] == 'ajar: mapping: There is no field "lead.x".'
