"""Numbers for Prometheus, at /metrics.

Several processes share one page through files in a directory, which `ajar serve` makes and names
in PROMETHEUS_MULTIPROC_DIR before any of them imports this.
"""

import os
from collections.abc import Iterable
from functools import cache
from typing import Any

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.datastructures import Headers

from ajar.credentials import same
from ajar.jobs import WORKERS

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
SLOW = 1.0
JOBS = "select count(*), status::text from procrastinate_jobs group by status"
STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
requests = Counter("ajar_requests", "Answered requests.", ("operation", "status"))
durations = Histogram("ajar_request_seconds", "Time to an answer.", ("operation",), buckets=STEPS)
runs = Counter("ajar_job_runs", "Runs of jobs.", ("task", "outcome"))
run_durations = Histogram("ajar_job_seconds", "Time of a job's run.", ("task",), buckets=STEPS)
connections = Gauge(
    "ajar_database_connections",
    "Connections of a process to the database.",
    ("state",),
    multiprocess_mode="livesum",
)
CONTENT_TYPE = CONTENT_TYPE_LATEST
HERE = ("127.0.0.1", "::1")
PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip")
log = structlog.get_logger()


@cache
def series(operation: str, status: int) -> tuple[Any, Any]:
    """Found once: to look a label up costs more than to count."""
    return requests.labels(operation, status), durations.labels(operation)


def answered(operation: str, status: int, seconds: float) -> None:
    counted, timed = series(operation, status)
    counted.inc()
    timed.observe(seconds)
    say = log.debug if seconds < SLOW else log.info
    say("answered", operation=operation, status=status, seconds=round(seconds, 4))


def ran(task: str, outcome: str, seconds: float) -> None:
    runs.labels(task, outcome).inc()
    run_durations.labels(task).observe(seconds)
    log.debug("ran", task=task, outcome=outcome, seconds=round(seconds, 4))


def connected(used: int, idle: int) -> None:
    connections.labels("used").set(used)
    connections.labels("idle").set(idle)


def open_to(scope: Any, token: str | None) -> bool:
    """Whether this request may see the numbers: it has the token, or there is none and it comes
    from this machine, and from nobody behind a proxy on it."""
    headers = Headers(scope=scope)
    if token:
        return same(headers.get("authorization", ""), f"Bearer {token}")
    address = (scope.get("client") or ("",))[0]
    return address in HERE and not any(name in headers for name in PASSED_ON)


async def page(db: Any) -> bytes:
    """All processes' numbers, and those that the database knows."""
    families = [
        gauge("ajar_jobs", "Jobs in the queue.", "status", await db.fetch(JOBS)),
        gauge("ajar_workers", "Workers that give signs of life.", "", await db.fetch(WORKERS)),
    ]
    asked = CollectorRegistry()
    asked.register(Families(families))
    if DIRECTORY in os.environ:
        MultiProcessCollector(asked)
        return generate_latest(asked)
    return generate_latest(REGISTRY) + generate_latest(asked)


class Families(Collector):
    """Numbers that were asked for beforehand."""

    def __init__(self, families: list[Metric]):
        self.families = families

    def collect(self) -> Iterable[Metric]:
        return self.families


def gauge(name: str, about: str, label: str, rows: Iterable[Any]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label] if label else [])
    for value, *labels in rows:
        family.add_metric(labels, value)
    return family
