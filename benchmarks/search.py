"""Measure searches against SQL written by hand: `python -m benchmarks.search --leads 1000000`.

Each question is asked of both in turn, over a connection each; both must find the same rows in the
same order. `p95` is of the whole request to a server: HTTP, sign-in, reading the query.
`CPU ratio` is of what PostgreSQL's processor does, which is much the same on a busy machine.
"""

import argparse
import asyncio
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from platformdirs import user_cache_dir

from ajar import database, resources
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources as registry
from ajar.kernel.sql import DIALECT
from ajar.postgres.server import Server as Postgres
from ajar.search import page, words
from benchmarks import data, servers
from benchmarks.__main__ import POSSIBLE
from benchmarks.questions import QUESTIONS, Question

LEAST = 1.3  # times what SQL written by hand takes: no more is wanted
SLOWEST = 150  # ms for the first page, 95 of 100 times
HEAD = """\
| {leads:,} leads | by hand ms | Ajar ms | ratio | CPU ratio | p95 ms | reads a whole table |
|---|---|---|---|---|---|---|"""


def main() -> None:
    arguments = parsed()
    resources.load()
    directory = data.directory(arguments.data, arguments.leads)
    with Postgres.start(directory, settings=POSSIBLE) as postgres:
        asyncio.run(data.prepared(postgres.url, arguments.leads))
        key = data.authorization(data.READERS)
        process = psutil.Process()
        with servers.running("ajar", postgres.url, process, key) as ajar:
            lines = asyncio.run(measure(postgres.url, ajar, key, arguments))
    text = "\n".join([HEAD.format(leads=arguments.leads), *lines])
    if arguments.write:
        arguments.write.write_text(text + "\n")


def parsed() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    cache = Path(user_cache_dir("ajar")) / "benchmarks"
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", default="", help="questions whose title has this in it")
    parser.add_argument("--data", type=Path, default=cache, help="where the databases are kept")
    parser.add_argument("--plans", type=Path, help="a directory for what PostgreSQL does")
    parser.add_argument("--write", type=Path, help="a file for the table")
    return parser.parse_args()


async def measure(url: str, ajar: Any, key: str, arguments: Any) -> list[str]:
    hand = await asyncpg.connect(url, server_settings=database.SETTINGS)
    db = await database.connect(url)
    await hand.execute("set plan_cache_mode = force_custom_plan")  # as Ajar does
    known = await facts(db)
    lines = []
    for question in QUESTIONS:
        if arguments.only in question.title:
            row = await compare(hand, db, ajar, key, question, known, arguments)
            lines.append(row)
            print(row, flush=True)
    await hand.close()
    await db.close()
    return lines


async def compare(
    hand: Any, db: Any, ajar: Any, key: str, question: Question, known: dict, arguments: Any
) -> str:
    body, sql = question.body(known), question.sql(known)
    by_hand = await hand.prepare(sql)
    found = json.loads(await by_hand.fetchval(known["organization"]))
    answer = ajar.ask(key, "POST", "data/search/", body)
    same(question, found, answer)
    ctx = Context(db, Caller(known["organization"], known["user"]), datetime.now(UTC))
    search = await page.asked(ctx, body)
    hands, ours, requests, computed = [], [], [], []
    for _ in range(arguments.rounds):
        used, times = [computing(one) for one in (hand, db)], [time.perf_counter()]
        await by_hand.fetchval(known["organization"])
        times.append(time.perf_counter())
        await page.run(ctx, search)
        times.append(time.perf_counter())
        by_hand_used, used_by_ajar = (
            computing(one) - before for one, before in zip((hand, db), used, strict=True)
        )
        computed.append(used_by_ajar / by_hand_used)
        ajar.ask(key, "POST", "data/search/", body)
        times.append(time.perf_counter())
        for kept, (before, after) in zip((hands, ours, requests), pairwise(times), strict=True):
            kept.append(1000 * (after - before))
    ratio = statistics.median(a / h for a, h in zip(ours, hands, strict=True))
    slow = statistics.quantiles(requests, n=20)[-1]
    plan = await explained(ctx, search)
    if arguments.plans:
        name = question.title.replace(" ", "-")
        theirs = await hand.fetch(
            f"explain (analyze, buffers) {sql.replace('$1', known['quoted'])}"
        )
        text = "\n".join([*plan, "", "-- by hand", *(row[0] for row in theirs)])
        (arguments.plans / f"{name}.txt").write_text(text)
    whole = sorted({line.partition(" on ")[2].split()[0] for line in plan if "Seq Scan on" in line})
    middles = (f"{statistics.median(times):.1f}" for times in (hands, ours))
    ratios = f"{ratio:.2f}", f"{statistics.median(computed):.2f}"
    cells = (question.title, *middles, *ratios, f"{slow:.0f}")
    return f"| {' | '.join([*cells, ', '.join(set(whole) & LARGE) or 'none'])} |"


def computing(db: Any) -> int:
    """Nanoseconds for which the processor has worked for a connection's process, on Linux."""
    return int(Path(f"/proc/{db.get_server_pid()}/schedstat").read_text().split()[0])


LARGE = {"lead", "contact", "opportunity", "task", "activity"}


def same(question: Question, found: dict, answer: dict) -> None:
    ids = [row["id"] for row in found["data"] or []]
    ours = [row["id"] for row in answer["data"]]
    if ids != ours:
        print(
            f"{question.title}: different rows are found: {ids[:3]} {ours[:3]}", len(ids), len(ours)
        )
    if question.counted and found["total"] != answer["count"]["total"]:
        print(f"{question.title}: different numbers: {found['total']} {answer['count']}")


async def facts(db: Any) -> dict[str, Any]:
    """What the questions are about, in the organization that is read from."""
    organization = "select organization_id from api_key order by id limit 1"
    id = await db.fetchval(organization)
    fields = await db.fetch(
        "select name, id from custom_field where organization_id = $1 and _type = 'lead'", id
    )
    of = {row["name"]: row["id"] for row in fields}
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    status = "select status_id from lead where organization_id = $1 group by 1 order by count(*)"
    user = "select assigned_to from task where organization_id = $1 group by 1 order by count(*)"
    email = "select emails #>> '{0,email}' from contact where organization_id = $1 offset 999"
    return {
        "organization": id,
        "quoted": f"'{id}'",
        "status": await db.fetchval(f"{status} limit 1", id),
        "user": await db.fetchval(f"{user} limit 1", id),
        "email": await db.fetchval(f"{email} limit 1", id),
        "industry": of["Industry"],
        "employees": of["Employees"],
        "manager": of["Account Manager"],
        "week_ago": (now - timedelta(days=7)).isoformat(),
        "month_ago": (now - timedelta(days=30)).isoformat(),
        "addresses_of_contact": expression(words.each(table("contact").c.emails, "email"), "c"),
        "words_of_lead": expression(words.whole(registry["lead"], table("lead")), "m"),
        "words_of_contact": expression(words.whole(registry["contact"], table("contact")), "c"),
    }


def table(name: str) -> Any:
    return registry[name].about.table


def expression(clause: Any, alias: str) -> str:
    """What an index is over, as SQL about rows that are called so."""
    text = str(clause.compile(dialect=DIALECT))
    for name in LARGE:
        text = text.replace(f"{name}.", f"{alias}.")
    return text


class Explained(Exception):
    """What PostgreSQL does, in place of an answer."""


class Explaining(Context):
    async def rows(self, statement, /, **given):
        text, *values = self.said(statement, given)
        raise Explained(await self.db.fetch(f"explain (analyze, buffers) {text}", *values))


async def explained(ctx: Context, search: page.Search) -> list[str]:
    """What PostgreSQL does for the statement that Ajar writes."""
    try:
        await page.run(Explaining(ctx.db, ctx.caller, ctx.now), search)
    except Explained as done:
        return [row[0] for row in done.args[0]]
    raise AssertionError("no statement was sent")


if __name__ == "__main__":
    main()
