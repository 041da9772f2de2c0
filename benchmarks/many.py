"""Measure work on many leads: `python -m benchmarks.many --leads 2000`.

Bulk actions and imports are asked for over HTTP and done by a worker in this process. What is told
is how many objects a second of one processor's time is enough for, Python's and PostgreSQL's
together: other work on the machine changes that little.
"""

import argparse
import asyncio
import csv
import io
import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import structlog
from starlette.testclient import TestClient

from ajar import resources
from ajar.app import App
from ajar.config import Settings
from ajar.postgres.server import Server as Postgres
from ajar.worker import Worker
from benchmarks import data
from benchmarks.__main__ import POSSIBLE
from benchmarks.servers import used

HEAD = """\
| what is done to {leads:,} leads | objects | a second of one core | Python ms | PostgreSQL ms |
|---|---|---|---|---|"""
EVERYTHING = {"type": "match_all"}


@dataclass
class Bench:
    client: TestClient
    settings: Settings
    url: str
    postgres: psutil.Process
    leads: int

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": data.authorization(data.READERS)}
        answer = self.client.request(method, f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time so far: of Python, and of all connections there were."""
        ended = self.postgres.cpu_times()
        ours = sum(used(child) for child in self.postgres.children())
        return time.process_time(), ours + ended.children_user + ended.children_system

    def measure(self, title: str, start: Callable[[], str], counted: str) -> None:
        path = start()
        before = self.processor()
        asyncio.run(Worker(self.settings, self.url).drain())
        time.sleep(1)  # until its connections have ended, and are counted
        python, postgres = (now - then for now, then in zip(self.processor(), before, strict=True))
        done = self.ask("GET", path)
        assert done["status"] in ("done", "completed", "reverted"), done
        number = done[counted]
        ms = [f"{1000 * part / number:.2f}" for part in (python, postgres)]
        rate = f"{number / (python + postgres):,.0f}"
        print(f"| {title} | {number:,} | {rate} | {' | '.join(ms)} |", flush=True)

    def bulk(self, title: str, kind: str, **body: Any) -> None:
        def start() -> str:
            action = self.ask("POST", f"bulk_action/{kind}/", {"s_query": EVERYTHING} | body)
            return f"bulk_action/{kind}/{action['id']}/"

        self.measure(title, start, "n_objects_processed")

    def imported(self, title: str, rows: list[list[str]], undo: str = "", **options: Any) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([["Company", "Description", "Name", "Email", "Title"], *rows])

        def start() -> str:
            draft = self.ask("POST", "import/", {"content": text.getvalue()} | options)
            self.path = f"import/{draft['id']}/"
            self.ask("POST", f"{self.path}run/")
            return self.path

        def back() -> str:
            self.ask("POST", f"{self.path}undo/")
            return self.path

        self.measure(title, start, "n_rows_processed")
        if undo:
            self.measure(undo, back, "n_reverted")

    def all(self) -> None:
        text = self.ask("POST", "custom_field/lead/", {"name": "Bench", "type": "text"})["id"]
        by_hand = {"choices": ["a", "b"], "accepts_multiple_values": True}
        several = self.ask(
            "POST", "custom_field/lead/", {"name": "Several", "type": "choices"} | by_hand
        )["id"]
        status = self.ask("POST", "status/lead/", {"label": "Bench"})["id"]
        field = {"type": "set_custom_field", "custom_field_id": text}
        self.bulk("a status is set", "edit", type="set_lead_status", lead_status_id=status)
        self.bulk("a custom field is set", "edit", **field, custom_field_value="x")
        self.bulk("a custom field is cleared", "edit", **field | {"type": "clear_custom_field"})
        added = {"custom_field_values": ["a"], "custom_field_operation": "add"}
        self.bulk("a value is added", "edit", **field | {"custom_field_id": several}, **added)
        new = [row(number, "new", "Founder") for number in range(self.leads)]
        self.imported("a CSV makes leads with a contact", new)
        again = [row(number, "changed", "Chief") for number in range(self.leads)]
        options = {"match_by": "lead_name", "on_match": "update"}
        self.imported("a CSV changes leads and contacts", again, "that is undone", **options)
        self.bulk("leads are deleted", "delete", results_limit=self.leads)


def row(number: int, description: str, title: str) -> list[str]:
    return [f"Import {number}", description, f"Wile {number}", f"w{number}@x.example", title]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--leads", type=int, default=2000)
    leads = parser.parse_args().leads
    resources.load()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with (
        tempfile.TemporaryDirectory() as directory,
        Postgres.start(Path(directory), settings=POSSIBLE) as postgres,
    ):
        asyncio.run(data.prepared(postgres.url, leads))
        pid = (Path(directory) / "cluster" / "postmaster.pid").read_text().split()[0]
        settings = Settings(database_url=postgres.url, data=Path(directory), rate_limit=0)
        print(HEAD.format(leads=leads))
        with TestClient(App(settings, postgres.url)) as client:
            Bench(client, settings, postgres.url, psutil.Process(int(pid)), leads).all()


if __name__ == "__main__":
    main()
