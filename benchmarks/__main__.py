"""Measure Ajar against the floor: `python -m benchmarks --leads 10000 1000000`."""

import argparse
import asyncio
import json
import statistics
from pathlib import Path
from typing import Any

import psutil
from platformdirs import user_cache_dir

from ajar.postgres.server import Server as Postgres
from benchmarks import cases, data, servers

NAMES = ("floor", "ajar")
POSSIBLE = {"max_wal_size": "8GB"}


def main() -> None:
    arguments = parsed()
    cases.find_wrk()
    measured = {leads: measure(leads, arguments) for leads in arguments.leads}
    text = "\n\n".join(table(leads, rows) for leads, rows in measured.items())
    print(text)
    if arguments.write:
        arguments.write.write_text(text + "\n")


def parsed() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    cache = Path(user_cache_dir("ajar")) / "benchmarks"
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000], help="sizes to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--only", default="", help="cases whose title has this in it")
    parser.add_argument("--data", type=Path, default=cache, help="where the databases are kept")
    parser.add_argument("--write", type=Path, help="a file for the table")
    return parser.parse_args()


def measure(leads: int, arguments: Any) -> list[dict]:
    directory = data.directory(arguments.data, leads)
    with Postgres.start(directory, settings=POSSIBLE) as postgres:
        known = asyncio.run(data.prepared(postgres.url, leads))
        pid = (directory / "cluster" / "postmaster.pid").read_text().split()[0]
        which = postgres.url, psutil.Process(int(pid)), known.keys[data.READERS]
        with (
            servers.running("floor", *which) as floor,
            servers.running("ajar", *which) as ajar,
        ):
            compare(known, floor, ajar)
            wanted = [c for c in cases.cases(known) if arguments.only in c.title]
            return [alternated(case, known, [floor, ajar], arguments) for case in wanted]


def compare(known: data.Known, *both: servers.Server) -> None:
    """Equal answers, key by key, or there is nothing to measure."""
    one = known.leads[7]
    requests = [("GET", f"lead/{id}/") for id in known.leads[:50]]
    requests += [("GET", "lead/?_limit=100&_skip=50")]
    for request in requests:
        same(request, *(server.ask(known.keys[data.READERS], *request) for server in both))
    created = (
        (data.WRITERS, "lead/", cases.lead(known)),
        (data.READERS, "activity/note/", cases.note(one)),
    )
    for key, path, body in created:
        answers = [server.ask(known.keys[key], "POST", path, body) for server in both]
        for answer in answers:
            for name in ("id", "html_url", "date_created", "date_updated", "activity_at"):
                answer.pop(name, None)
        same((path, body), *answers)
    told = [
        server.ask(known.keys[data.READERS], "PUT", f"lead/{one}/", {"description": "told"})
        for server in both
    ]
    for answer in told:
        answer.pop("date_updated")
    same(("PUT", one), *told)


def same(request: Any, floor: Any, ajar: Any) -> None:
    if floor == ajar:
        return
    first, second = (json.dumps(answer, indent=1, sort_keys=True) for answer in (floor, ajar))
    lines = zip(first.splitlines(), second.splitlines(), strict=False)
    different = "\n".join(f"{a}   |   {b}" for a, b in lines if a != b)
    raise SystemExit(f"{request} is answered differently: floor | ajar\n{different[:3000]}")


def alternated(case: cases.Case, known: data.Known, both: list, arguments: Any) -> dict:
    """Measure both in turn, in changing order; the middle of what each round says."""
    rounds = []
    for server in both:
        cases.run(case, known, server.port, 1, 0)
    for number in range(arguments.rounds):
        order = both[:: 1 if number % 2 else -1]
        rounds.append({s.name: measured(case, known, s, arguments.seconds, number) for s in order})
    row = {"case": case, "memory": {s.name: s.memory() for s in both}}
    for name in NAMES:
        row[name] = {
            key: statistics.median(turn[name][key] for turn in rounds) for key in rounds[0][name]
        }
    ratios = [turn["ajar"]["rate"] / turn["floor"]["rate"] for turn in rounds]
    row |= {"ratio": statistics.median(ratios), "ratios": ratios}
    print(line(row), [round(ratio, 2) for ratio in ratios], flush=True)
    return row


def measured(case: cases.Case, known: data.Known, server: Any, seconds: int, chance: int) -> dict:
    before = server.processor()
    result = cases.run(case, known, server.port, seconds, chance)
    if result["bad"]:
        raise SystemExit(f"{case.title}: {server.name} answered with errors: {result}")
    used = [now - then for now, then in zip(server.processor(), before, strict=True)]
    requests = result["rate"] * seconds / 1000
    return result | {"server": used[0] / requests, "postgres": used[1] / requests}


HEAD = """\
| {leads:,} leads | floor/s | Ajar/s | ratio | wanted | CPU ratio | server CPU ms \
| PostgreSQL CPU ms | p99 ms | Ajar's MB |
|---|---|---|---|---|---|---|---|---|---|"""


def table(leads: int, rows: list[dict]) -> str:
    return "\n".join([HEAD.format(leads=leads), *(line(row) for row in rows)])


def line(row: dict) -> str:
    """Pairs are: the floor's, Ajar's."""
    floor, ajar = row["floor"], row["ajar"]
    pairs = [
        f"{floor[key]:{form}}, {ajar[key]:{form}}"
        for key, form in (("server", ".2f"), ("postgres", ".2f"), ("p99", ".0f"))
    ]
    work = [one["server"] + one["postgres"] for one in (floor, ajar)]
    cells = [
        row["case"].title,
        f"{floor['rate']:,.0f}",
        f"{ajar['rate']:,.0f}",
        f"{row['ratio']:.2f}",
        f"{row['case'].least:.2f}",
        f"{work[0] / work[1]:.2f}",
        *pairs,
        f"{row['memory']['ajar']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
