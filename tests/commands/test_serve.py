"""`ajar serve`, started, stopped and killed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import psycopg
import pytest

from ajar.postgres.server import url_of

from .conftest import WITHIN, Serving


@pytest.fixture(scope="module")
def served(start):
    return start().ready()


def until(holds):
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def numbers(served):
    return httpx2.get(f"{served.url}/metrics").text


def alive(processes):
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_the_first_start_shows_a_key_that_works(served):
    assert served.get("/me/", served.key).json()["email"] == "admin@example.com"


def test_it_says_that_it_is_alive_and_ready_and_counts(served):
    for path in ("/healthz", "/readyz"):
        assert httpx2.get(served.url + path).text == "ok"
    served.get("/me/", served.key)
    until(lambda: 'ajar_requests_total{operation="me.get",status="200"}' in numbers(served))
    assert "ajar_request_seconds_bucket" in numbers(served)
    until(lambda: "ajar_workers 1.0" in numbers(served))


def test_nothing_secret_is_logged(served):
    said = served.output.replace(served.key, "", 1)

    assert served.key not in said


def test_a_second_server_on_the_directory_says_so_in_one_line(served):
    second = Serving(served.data)

    assert second.process.wait(WITHIN) == 1
    assert f"in use by process {served.process.pid}" in second.output
    assert len(second.output.splitlines()) == 1


def test_a_port_in_use_is_said_in_one_line(served, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "ajar", "serve", "--port", str(port)]
        done = subprocess.run(
            [*command, "--data", tmp_path / "data"], capture_output=True, text=True, timeout=WITHIN
        )

    assert done.returncode == 1
    assert done.stderr == f"ajar: port {port} of 127.0.0.1 is in use by another program\n"


def test_a_wrong_setting_is_said_in_one_line(run):
    said = run("serve", fails=True, AJAR_WORKERS="many")

    assert said.startswith("ajar: AJAR_WORKERS must be a whole number")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("limits", "near"),
    [
        ("data=10, leads=5", "leads, did you mean lead?"),
        ("POST:opportunities=5", "POST:opportunities, did you mean POST:opportunity?"),
        ("PATCH:lead=5", "PATCH:lead, did you mean"),
        ("xyz=5", "xyz\n"),
    ],
)
def test_a_limit_for_what_there_is_not_is_said_in_one_line(run, limits, near):
    said = run("serve", fails=True, AJAR_RATE_LIMITS=limits)

    assert said.startswith(f"ajar: AJAR_RATE_LIMITS: there are no endpoints {near}")
    assert len(said.splitlines()) == 1


def test_a_database_that_is_away_is_said_in_one_line(run, tmp_path):
    url = f"postgresql://someone:hush@127.0.0.1/none?host={tmp_path}"
    said = run("migrate", fails=True, DATABASE_URL=url)

    assert said.startswith("ajar: ")
    assert len(said.splitlines()) == 1
    assert "hush" not in said


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, "1"), (signal.SIGTERM, "1"), (signal.SIGTERM, "2")]
)
def test_a_signal_ends_everything_in_good_order(start, number, workers):
    server = start("--workers", workers).ready()
    family = server.family()

    assert server.stop(number) == 0
    until(lambda: not alive(family))
    assert "Traceback" not in server.output


def test_data_outlives_a_kill_of_every_process(start):
    first = start().ready()
    lead = first.post("/lead/", first.key, {"name": "Bluth Company"}).json()

    first.kill()
    second = start(data=first.data).ready()

    assert second.get(f"/lead/{lead['id']}/", first.key).json()["name"] == "Bluth Company"
    assert "API key" not in second.output
    assert second.stop() == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_when_the_first_process_is_killed_the_others_go(start, workers):
    server = start("--workers", workers).ready()
    children = server.family()[1:]
    postgres = [child for child in children if child.name() == "postgres"]

    server.process.kill()
    server.process.wait()

    until(lambda: not alive(set(children) - set(postgres)))
    second = start(data=server.data).ready()
    assert second.stop() == 0


def test_a_job_that_was_being_done_at_a_kill_is_done_soon_after_the_restart(start):
    first = start().ready()
    with psycopg.connect(url_of(first.data / "postgres")) as db:
        db.execute(
            "with fresh as (insert into procrastinate_workers default values returning id)"
            " insert into procrastinate_jobs (queue_name, task_name, args, status, worker_id)"
            " select 'ajar', 'done', '{}', 'doing', id from fresh"
        )
    first.kill()

    second = start(data=first.data).ready()

    with psycopg.connect(url_of(second.data / "postgres"), autocommit=True) as db:
        until(lambda: db.execute("select count(*) from procrastinate_jobs").fetchone() == (0,))


def test_a_worker_that_is_killed_is_started_again(served):
    def worker():
        return [p for p in alive(served.family()) if "worker" in p.cmdline()]

    until(worker)
    (old,) = worker()

    old.kill()

    until(lambda: worker() and worker()[0].pid != old.pid)


def test_it_goes_on_when_postgresql_was_killed(start, run):
    server = start().ready()
    key = run("apikey", "create", "--name", "Zapier", "--data", server.data).strip()
    postgres = next(p for p in server.family() if p.name() == "postgres")

    postgres.kill()
    until(lambda: not alive([postgres]))
    server.ready()

    assert server.get("/me/", key).status_code == 200
    with psycopg.connect(url_of(server.data / "postgres"), autocommit=True) as db:
        db.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args)"
            " values ('ajar', 'done', '{}')"
        )
        until(lambda: db.execute("select count(*) from procrastinate_jobs").fetchone() == (0,))
    assert server.get("/me/", key).status_code == 200
    (line,) = [
        line
        for line in run("apikey", "list", "--data", server.data).splitlines()
        if "Zapier" in line
    ]
    run("apikey", "revoke", line.split()[0], "--data", server.data)
    assert server.get("/me/", key).status_code == 401
    assert server.stop() == 0


def test_several_servers_share_a_database_elsewhere(start, run, postgres):
    name = f"elsewhere_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute(f"create database {name}")
    url = urlsplit(postgres)._replace(path=f"/{name}").geturl()
    first = start(DATABASE_URL=url).ready()
    second = start(DATABASE_URL=url).ready()

    assert second.get("/me/", first.key).status_code == 200
    assert "API key" not in second.output
    assert not (first.data / "postgres").exists()
    assert "up to date" in run("migrate", DATABASE_URL=url)
    assert (first.stop(), second.stop()) == (0, 0)


def test_without_a_worker_none_is_started(start):
    server = start("--no-worker").ready()

    assert not [p for p in server.family() if "worker" in p.cmdline()]


def test_settings_say_what_the_first_start_makes(start):
    server = start(
        AJAR_BOOTSTRAP_API_KEY="api_known",
        AJAR_BOOTSTRAP_EMAIL="lucille@bluth.example",
        AJAR_BOOTSTRAP_PASSWORD="very-secret",
        AJAR_BOOTSTRAP_ORGANIZATION="Bluth Company",
        AJAR_BOOTSTRAP_NAME="Lucille Bluth",
    ).ready()
    me = server.get("/me/", "api_known").json()

    assert (me["email"], me["first_name"]) == ("lucille@bluth.example", "Lucille")
    assert me["organizations"][0]["name"] == "Bluth Company"
    assert "api_known" not in server.output
    assert "very-secret" not in server.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_it_runs_as_a_normal_user(start):
    nobody = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp(prefix="ajar-nobody-", dir="/tmp"))
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    who = {"user": "nobody", "group": nobody.pw_gid, "extra_groups": [], "cwd": home}
    try:
        subprocess.run([sys.executable, "-c", "import ajar"], check=True, **who)
        server = start(data=home / "data", popen=who).ready()
        assert server.get("/me/", server.key).status_code == 200
        assert {process.uids().real for process in server.family()} == {nobody.pw_uid}
        assert server.stop() == 0
    except PermissionError:
        pytest.skip("nobody cannot read this environment")
    finally:
        shutil.rmtree(home)
