"""PostgreSQL as Ajar runs it: real servers, really killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from ajar.postgres import AlreadyRunning, Server, ServerError, cluster, leftovers
from ajar.postgres.account import NAMESPACE, Account

ROOT = os.geteuid() == 0
SOURCE = Path(__file__).parents[2]
# What a process does that runs a server until it is told to stop, or is killed.
RUN = """
import sys
from pathlib import Path
from ajar.postgres import Server
with Server.start(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def directory():
    """A place that other accounts reach too, which pytest's own is not."""
    parent = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    parent.chmod(0o755)
    yield parent / "db"
    leftovers.end(parent / "db" / "cluster")
    shutil.rmtree(parent)


@pytest.fixture
def start():
    """Start servers that are stopped at the end."""
    started = []

    def start(directory, **options):
        started.append(Server.start(directory, **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def run():
    """Run a server in a process of its own: the process, and the address of its database."""
    running = []

    def run(directory, prefix=(), **options):
        process = subprocess.Popen(
            [*prefix, sys.executable, "-c", RUN, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=os.environ | {"PYTHONPATH": str(SOURCE)},
            **options,
        )
        running.append(process)
        return process, process.stdout.readline().strip()

    yield run
    for process in running:
        process.kill()
        process.communicate()


def ask(url, statement):
    with psycopg.connect(url, autocommit=True) as db:
        return db.execute(statement).fetchone()


def write(url):
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("create table if not exists kept (n int)")
        db.execute("insert into kept values (1)")


def rows(url):
    return ask(url, "select count(*) from kept")[0]


def postmaster(directory):
    return psutil.Process(leftovers.noted_pid(directory / "cluster"))


def eventually(check, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return check()
        except (psycopg.Error, AssertionError):
            time.sleep(0.05)
    return check()


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(2 << 30, "512MB"), (100 << 20, "128MB"), ("max", None), (1 << 62, None)],
)
def test_a_quarter_of_the_memory_is_for_buffers(monkeypatch, tmp_path, allowed, expected):
    monkeypatch.setattr(cluster, "CONTAINER", tmp_path / "memory.max")
    cluster.CONTAINER.write_text(f"{allowed}\n")
    machine = psutil.virtual_memory().total // 4 // 2**20
    assert cluster.buffers() == (expected or f"{max(128, min(machine, 4096))}MB")


def test_a_server_has_the_buffers_that_suit_the_machine(directory, start):
    pages = "select setting::int from pg_settings where name = 'shared_buffers'"
    (number,) = ask(start(directory).url, pages)
    assert f"{number * 8192 // 2**20}MB" == cluster.buffers()


def test_what_was_written_is_there_after_a_restart(directory, start):
    first = start(directory)
    write(first.url)
    first.stop()

    again = start(directory)

    assert rows(again.url) == 1


def test_stopping_twice_leaves_no_process_and_no_socket(directory, start):
    server = start(directory)

    server.stop()
    server.stop()

    assert leftovers.working_in(directory / "cluster") == []
    assert not (directory / "socket").exists()


def test_a_server_is_set_up_for_ajar(directory, start):
    url = start(directory, settings={"max_connections": "17", "application_name": "it's \\"}).url

    names = "'listen_addresses', 'max_connections', 'synchronous_commit', 'application_name'"
    found = ask(
        url, f"select array_agg(reset_val order by name) from pg_settings where name in ({names})"
    )
    libraries = ask(url, "select current_setting('shared_preload_libraries')")

    assert found[0] == ["it's \\", "", "17", "on"]
    assert libraries == ("pg_stat_statements",)


def test_text_is_sorted_the_same_on_every_machine(directory, start):
    url = start(directory).url

    provider, locale = ask(
        url, "select datlocprovider, datlocale from pg_database where datname = 'ajar'"
    )

    assert (provider, locale) == ("b", "C.UTF-8")


def test_variables_meant_for_other_servers_do_no_harm(directory, start, monkeypatch):
    with monkeypatch.context() as other:
        other.setenv("PGPORT", "1")
        other.setenv("PGDATA", "/nowhere")
        other.setenv("PGDATESTYLE", "German")
        other.setenv("LC_ALL", "xx_XX.UTF-8")
        url = start(directory).url

    assert ask(url, "show datestyle") == ("ISO, MDY",)


def test_a_second_start_is_refused_and_names_the_first(directory, start, run):
    process, _ = run(directory)

    with pytest.raises(AlreadyRunning, match=f"in use by process {process.pid}$"):
        start(directory)


def test_a_second_start_in_the_same_process_is_refused(directory, start):
    server = start(directory)

    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        start(directory)

    assert ask(server.url, "select 1") == (1,)


def test_what_a_killed_server_noted_does_not_pass_for_its_successor(directory, start):
    start(directory)
    pid = postmaster(directory).pid

    assert cluster.is_ready(directory / "cluster", pid)
    assert not cluster.is_ready(directory / "cluster", pid + 1)


def test_a_killed_postgresql_is_started_again(directory, start):
    server = start(directory)
    write(server.url)
    killed = postmaster(directory)

    killed.kill()

    assert eventually(lambda: rows(server.url)) == 1
    assert postmaster(directory) != killed


def test_a_long_query_does_not_hold_up_the_next_start(directory, start):
    server = start(directory)
    busy = psycopg.connect(server.url, autocommit=True)
    backend = psutil.Process(busy.info.backend_pid)
    # It counts in one go, and so does not notice that its server is gone.
    busy.pgconn.send_query(b"select count(*) from generate_series(1, 1000000000)")
    busy.pgconn.flush()
    time.sleep(0.3)

    postmaster(directory).kill()

    assert eventually(lambda: ask(server.url, "select 1")) == (1,)
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    busy.close()


def test_a_postgresql_that_outlived_ajar_is_replaced(directory, start, run):
    process, url = run(directory)
    write(url)
    process.kill()
    process.wait()
    outlived = postmaster(directory)
    assert outlived.is_running()

    server = start(directory)

    assert rows(server.url) == 1
    assert postmaster(directory) != outlived


def test_all_processes_killed_at_once_lose_nothing(directory, start, run):
    process, url = run(directory)
    write(url)
    process.kill()
    for each in leftovers.working_in(directory / "cluster"):
        with contextlib.suppress(psutil.NoSuchProcess):  # it went with one before it
            each.kill()
    process.wait()

    assert rows(start(directory).url) == 1


def test_the_number_of_a_killed_server_may_belong_to_another_program(directory, start):
    start(directory).stop()
    account = directory.stat()
    command = ["sleep", "60"]
    other = Account(account.st_uid, account.st_gid, options=_as(account)).popen(command)
    note = directory / "cluster" / "postmaster.pid"
    note.write_text(f"{other.pid}\n{directory}/cluster\n1\n5432\n\n\n 1 1\nready   \n")

    try:
        assert ask(start(directory).url, "select 1") == (1,)
    finally:
        other.kill()
        other.wait()


def test_a_first_start_that_was_cut_short_leaves_nothing_in_the_way(directory, start):
    (directory / "new-abc").mkdir(parents=True)
    (directory / "new-abc" / "PG_VERSION").write_text("18\n")

    start(directory)

    assert list(directory.glob("new-*")) == []


def test_a_deep_directory_has_its_socket_elsewhere(directory, start):
    deep = directory.parent / ("d" * 60) / ("e" * 60)
    server = start(deep)
    elsewhere = (deep / "socket").readlink()

    assert ask(server.url, "select 1") == (1,)
    assert elsewhere.stat().st_mode & 0o777 == 0o700

    server.stop()

    assert not elsewhere.exists()


def test_a_short_socket_directory_left_by_a_crash_is_removed(directory, start, run):
    deep = directory.parent / ("d" * 60) / ("e" * 60)
    process, _ = run(deep)
    left = (deep / "socket").readlink()
    process.kill()
    process.wait()

    start(deep)

    assert not left.exists()


def test_a_directory_with_something_else_in_it_is_left_alone(directory, start):
    directory.mkdir()
    (directory / "letters.txt").write_text("Dear Ann")

    with pytest.raises(ServerError, match=r"holds something else, like letters\.txt$"):
        start(directory)

    assert [path.name for path in directory.iterdir()] == ["letters.txt"]


def test_data_of_another_major_version_is_refused(directory, start):
    start(directory).stop()
    (directory / "cluster" / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServerError, match="is of PostgreSQL 9, but"):
        start(directory)


def test_why_it_does_not_start_is_said_in_one_line(directory, start):
    with pytest.raises(ServerError, match=r"does not start: .*no_such_setting") as refusal:
        start(directory, settings={"no_such_setting": "1"})

    assert "\n" not in str(refusal.value)


def test_a_missing_postgresql_is_named(directory, start):
    with pytest.raises(ServerError, match="there is no PostgreSQL in /nowhere"):
        start(directory, binaries=Path("/nowhere"))


def test_the_log_does_not_grow_without_end(directory, start, monkeypatch):
    monkeypatch.setattr("ajar.postgres.server.LARGEST_LOG", 20_000)
    url = start(directory).url
    written = directory / "postgresql.log"

    for _ in range(4):
        with psycopg.connect(url) as db:
            db.execute("do $$ begin raise log '%', repeat('x', 30000); end $$")
        eventually(lambda: _assert_smaller(written))

    assert (directory / "postgresql.log.1").exists()
    assert {path.name for path in directory.glob("postgresql.log*")} == {
        "postgresql.log",
        "postgresql.log.1",
    }


@pytest.mark.skipif(not ROOT, reason="only root has to become somebody else")
def test_root_gives_the_directory_to_an_account(directory, start):
    start(directory)

    assert postmaster(directory).uids().real == directory.stat().st_uid != 0


@pytest.mark.skipif(not ROOT, reason="only root has to become somebody else")
def test_root_keeps_a_directory_that_no_account_reaches(directory, start):
    if subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("user namespaces are not allowed here")
    directory.parent.chmod(0o700)
    server = start(directory)

    write(server.url)

    assert (directory / "cluster").stat().st_uid == 0


@pytest.mark.skipif(not ROOT, reason="only root has to become somebody else")
def test_a_directory_moves_between_root_and_an_account(directory, start):
    if subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("user namespaces are not allowed here")
    first = start(directory)
    write(first.url)
    first.stop()

    directory.parent.chmod(0o700)
    hidden = start(directory)
    write(hidden.url)
    hidden.stop()
    directory.parent.chmod(0o755)

    assert rows(start(directory).url) == 2


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_an_ordinary_user_runs_it_as_they_are(directory, run):
    nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    prefix: tuple[str, ...] = ()
    reached = subprocess.run(
        ["/bin/sh", "-c", f'test -x "{Path(sys.executable).resolve()}"'], check=False, **nobody
    )
    if reached.returncode:  # Python lies under root's home: be somebody else to oneself only
        nobody, prefix = {}, NAMESPACE
    else:
        shutil.chown(directory.parent, "nobody", "nogroup")

    _, url = run(directory, prefix, **nobody)
    write(url)

    assert rows(url) == 1
    assert postmaster(directory).uids().real == directory.stat().st_uid


def test_signals_of_the_terminal_do_not_reach_postgresql(directory, run):
    # A shell that starts these tests in the background has them ignore it.
    heard = partial(signal.signal, signal.SIGQUIT, signal.SIG_DFL)
    process, url = run(directory, start_new_session=True, preexec_fn=heard)

    os.killpg(process.pid, signal.SIGQUIT)
    process.wait(60)

    assert ask(url, "select 1") == (1,)


def _as(account):
    if ROOT and account.st_uid:
        return {"user": account.st_uid, "group": account.st_gid, "extra_groups": []}
    return {}


def _assert_smaller(path):
    assert path.stat().st_size < 20_000
