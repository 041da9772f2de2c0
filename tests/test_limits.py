"""How often somebody may ask, wherever it is counted."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest

from ajar.config import Settings
from ajar.errors import TooMany
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation
from ajar.limits import Limits, buckets, shared
from ajar.limits.buckets import Allowance, Bucket, Memory
from ajar.limits.valkey import Elsewhere
from ajar.providers import valkey
from ajar.providers.valkey import CONNECTIONS, Failed, Valkey

CALLER = Caller("orga_1", "user_1", "api_1")
LEADS = Operation("lead.list", "GET", "/lead/", print)
NOTES = Operation("activity.note.list", "GET", "/activity/note/", print)
NEW_LEAD = Operation("lead.create", "POST", "/lead/", print)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a Valkey or Redis server, whichever there is."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    assert program, "install the package redis-server (Debian's name) first"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = {"port": port, "bind": "127.0.0.1", "save": "", "requirepass": "hush:/@"}
    said |= {"dir": tmp_path_factory.mktemp("valkey"), "logfile": "log"}
    options = [part for name, value in said.items() for part in (f"--{name}", str(value))]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not answers(port):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    yield f"valkey://:hush%3A%2F%40@127.0.0.1:{port}/3"
    process.terminate()
    process.wait()


def answers(port):
    with contextlib.closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=["memory", "shared", "valkey"])
def store(request, runner, tmp_path, monkeypatch):
    """Each place in which requests are counted."""
    if request.param == "memory":
        yield Memory()
    elif request.param == "shared":
        monkeypatch.setenv(shared.FILE, "")  # it is put back afterwards
        shared.make(str(tmp_path))
        yield (made := shared.Shared(os.environ[shared.FILE]))
        runner.run(made.close())
    else:
        url = request.getfixturevalue("server")
        runner.run(emptied(url))
        yield (made := Elsewhere(url))
        assert made.pause_until == 0
        runner.run(made.close())


async def emptied(url):
    server = Valkey(url)
    await server.client.flushdb()
    await server.close()


@pytest.fixture
def runner():
    with asyncio.Runner() as runner:
        yield runner


class Slow:
    """Has a second last for an hour, so that nothing fills while a test runs."""

    def __init__(self, store):
        self.store = store

    async def take(self, allowance):
        return await self.store.take(allowance._replace(seconds=3600))

    async def close(self):
        await self.store.close()


@pytest.fixture
def limited(store, runner):
    """Call it with settings; call the answer with a caller and an operation."""

    def made(real=None, **settings):
        limits = Limits(Settings(**settings), real or Slow(store))
        return lambda *request: runner.run(limits(*request))

    return made


def test_a_key_may_ask_so_often_and_no_more(limited, store):
    ask = limited(store, rate_limit=2)
    assert ask(CALLER, LEADS)["ratelimit"] == "limit=2, remaining=1, reset=1"
    assert ask(CALLER, LEADS)["ratelimit-remaining"] == "0"
    with pytest.raises(TooMany) as refused:
        ask(CALLER, LEADS)
    body, headers = refused.value.body, refused.value.headers
    assert headers["retry-after"] == headers["ratelimit-reset"] == "1"
    assert (body["rate_limit"], body["rate_limit_type"]) == (2, "key")
    assert 0 < body["rate_reset"] == body["error"]["rate_reset"] <= 0.5


def test_each_group_of_endpoints_is_counted_for_itself(limited):
    ask = limited(rate_limit=1)
    for operation in (LEADS, NOTES, NEW_LEAD):
        assert ask(CALLER, operation)["x-rate-limit-remaining"] == "0"


def test_an_organization_may_ask_three_times_as_often_as_a_key(limited):
    ask, keys = limited(rate_limit=1), [Caller("orga_1", "user_1", f"api_{n}") for n in range(4)]
    for key in keys[:3]:
        ask(key, LEADS)
    with pytest.raises(TooMany) as refused:
        ask(keys[3], LEADS)
    assert refused.value.body["rate_limit_type"] == "organization"
    ask(Caller("orga_2", "user_2", "api_9"), LEADS)


def test_settings_say_how_many_times_as_often(limited):
    ask = limited(rate_limit=1, organization_rate=1)
    ask(CALLER, LEADS)
    with pytest.raises(TooMany):
        ask(Caller("orga_1", "user_2", "api_2"), LEADS)


def test_a_group_may_have_a_limit_of_its_own(limited):
    ask = limited(rate_limit=9, rate_limits={"lead": 5, "POST:lead": 2, "activity": 0})
    assert ask(CALLER, LEADS)["ratelimit-limit"] == "5"
    assert ask(CALLER, NEW_LEAD)["ratelimit-limit"] == "2"
    assert ask(CALLER, NOTES) == {}


def test_an_oauth_application_and_a_session_count_for_themselves(limited):
    ask = limited(rate_limit=1)
    for caller in (
        CALLER,
        Caller("orga_1", "user_1", oauth_client_id="oa2client_1"),
        Caller("orga_1", "user_1"),
    ):
        ask(caller, LEADS)
        with pytest.raises(TooMany):
            ask(caller, LEADS)


def test_no_limit_says_nothing(limited):
    assert limited(rate_limit=0)(CALLER, LEADS) == {}


def test_an_address_may_send_so_often(store, runner):
    limits = Limits(Settings(), store)
    for _ in range(3):
        runner.run(limits.address("203.0.113.7", 3, 60))
    with pytest.raises(TooMany) as refused:
        runner.run(limits.address("203.0.113.7", 3, 60))
    assert 15 <= int(refused.value.headers["retry-after"]) <= 20
    runner.run(limits.address("203.0.113.8", 3, 60))


# Fairness, by a clock of our own


def simulated(often: dict[str, int], rate: int, most: int, seconds: int) -> Counter:
    """How many requests of each key passed, and how many were refused: so many a second each."""
    ours, keys = Bucket(), {name: Bucket() for name in often}
    asked = sorted((n / each, name) for name, each in often.items() for n in range(each * seconds))
    seen = Counter()
    for now, name in asked:
        allowance = Allowance(name, rate, 1.0, "ours", most)
        taken = buckets.take(now, allowance, keys[name], ours)
        seen[name, "refused" if taken.wait else "passed"] += 1
    return seen


def test_who_asks_little_is_not_refused_because_of_colleagues():
    greedy = {f"greedy {n}": n for n in (383, 389, 397, 401)}

    seen = simulated(greedy | {"quiet": 20}, rate=100, most=200, seconds=10)

    assert seen["quiet", "refused"] == 0
    passed = [seen[name, "passed"] for name in greedy]
    assert min(passed) > 0.9 * max(passed)
    assert 1900 < sum(passed) + 200 <= 2000 + 2 * 200  # what there was at first, and a debt


def test_what_nobody_else_wants_may_be_taken():
    seen = simulated({"greedy": 400, "quiet": 1}, rate=100, most=200, seconds=10)

    assert 990 <= seen["greedy", "passed"] <= 1100


def test_many_new_keys_get_no_more_than_twice_what_there_is():
    seen = simulated({f"key {n}": 10 for n in range(1000)}, rate=100, most=200, seconds=1)

    assert sum(n for (_, how), n in seen.items() if how == "passed") <= 2 * 200 + 200


# Several processes; see also tests/chaos/test_kills.py


def test_processes_count_together(tmp_path, monkeypatch, runner):
    monkeypatch.setenv(shared.FILE, "")
    shared.make(str(tmp_path))
    stores = [shared.Shared(os.environ[shared.FILE]) for _ in range(2)]

    taken = [runner.run(stores[n % 2].take(Allowance("api_1", 9, 3600))) for n in range(20)]

    assert [one.wait > 0 for one in taken] == [False] * 9 + [True] * 11
    for store in stores:
        runner.run(store.close())


def test_a_file_that_is_full_forgets_what_was_used_longest_ago(tmp_path, monkeypatch, runner):
    monkeypatch.setenv(shared.FILE, "")
    monkeypatch.setattr(shared, "ROWS", 1)
    shared.make(str(tmp_path))
    store = shared.Shared(os.environ[shared.FILE])
    for n in range(shared.PLACES):
        runner.run(store.take(Allowance(f"key {n}", 1)))
    assert runner.run(store.take(Allowance("key 1", 1))).wait

    runner.run(store.take(Allowance("one more", 1)))

    assert runner.run(store.take(Allowance("key 1", 1))).wait
    assert not runner.run(store.take(Allowance("key 0", 1))).wait
    runner.run(store.close())


# A server elsewhere


def test_a_server_that_is_gone_refuses_nobody(runner):
    ask = Limits(Settings(rate_limit=2, limits_url="valkey://127.0.0.1:1"))
    for _ in range(2):
        runner.run(ask(CALLER, LEADS))
    with pytest.raises(TooMany):  # this process still counts
        runner.run(ask(CALLER, LEADS))


def test_a_server_that_says_nothing_makes_nobody_wait_for_long(runner):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    async def ask():
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        limits = Limits(Settings(rate_limit=5, limits_url=f"redis://:hush@127.0.0.1:{port}"))
        before = asyncio.get_running_loop().time()
        for _ in range(4):
            await limits(CALLER, LEADS)
        await limits.store.close()
        server.close()
        await asyncio.sleep(0.05)  # for it to notice
        return asyncio.get_running_loop().time() - before

    assert runner.run(ask()) < 1.5


def test_many_questions_at_once_share_few_connections(runner, server, monkeypatch):
    monkeypatch.setattr(valkey, "PATIENCE", 30)  # whatever else the machine does

    async def ask():
        elsewhere = Valkey(server)
        echo = [elsewhere.run("return ARGV[1]", [], [n]) for n in range(100)]
        answers = await asyncio.gather(*echo)
        connected = await elsewhere.client.info("clients")
        await elsewhere.close()
        return answers, connected["connected_clients"]

    answers, connected = runner.run(ask())

    assert answers == [str(n) for n in range(100)]
    assert connected <= CONNECTIONS


def test_a_server_that_began_anew_is_told_the_script_again(runner, server):
    async def ask():
        elsewhere = Valkey(server)
        first = await elsewhere.run("return 1", [], [])
        await elsewhere.client.script_flush()
        await elsewhere.client.client_kill_filter(_type="normal", skipme=False)
        await asyncio.sleep(0.05)  # for it to notice
        second = await elsewhere.run("return 1", [], [])
        await elsewhere.close()
        return first, second

    assert runner.run(ask()) == (1, 1)


@pytest.mark.parametrize("script", ["error", "return redis.call('NOTHING')"])
def test_what_the_server_refuses_is_told(runner, server, script):
    elsewhere = Valkey(server)

    with pytest.raises(Failed):
        runner.run(elsewhere.run(script, [], []))

    runner.run(elsewhere.close())


def test_a_wrong_password_refuses_nobody(runner, server):
    url = server.replace("hush", "other")
    ask = Limits(Settings(rate_limit=1, limits_url=url))

    runner.run(ask(CALLER, LEADS))
    with pytest.raises(TooMany):  # this process still counts
        runner.run(ask(CALLER, LEADS))

    assert ask.store.pause_until
    runner.run(ask.store.close())


@pytest.mark.parametrize("scheme", ["valkeys", "rediss"])
def test_over_tls_the_name_of_the_server_must_be_its_own(scheme):
    made = Valkey(f"{scheme}://limits.example").client.connection_pool.connection_kwargs

    assert made["ssl_check_hostname"] is True


def test_nobody_loads_the_client_who_names_no_server():
    """It takes memory."""
    loaded = "import sys, ajar.limits.valkey; print('valkey' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)

    assert done.stdout == "False\n", done.stderr
