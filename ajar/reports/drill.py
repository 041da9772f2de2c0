"""From a number to the leads behind it: a line of text that a list of leads, or a search, takes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ajar.reports.metrics import ANY, NONE, SOME, Metric, Source, Where
from ajar.reports.ranges import BEGINNING, END, Range
from ajar.reports.scope import People, type_named

MOST_IDS = 200  # that a line names


def lines(ctx: Any, metric: Metric, asked: Any) -> list[str]:
    """For a metric of an activity report. Not every query can be said in a line."""
    if asked.leads.line is None:
        return []
    range, people = asked.range, asked.people
    parts = [objects(ctx, source, metric.where, range, people) for source in metric.sources]
    every = parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"
    return [" ".join(filter(None, (asked.leads.line, every)))]


def objects(ctx: Any, source: Source, where: Where, range: Range, people: People) -> str:
    words = [word for part in (source.where, where) for word in conditions(part)]
    words += time(ctx, source, range)
    if people.chosen:
        words.append(one_of(source.who, list(people.names)))
    inner = " ".join(words) or "*"
    return f"{source.word}({inner})" if source.word else inner


def conditions(where: Where) -> Iterator[str]:
    for name, wanted in where.items():
        if wanted is ANY or wanted is NONE:
            yield f"{name}:*" if wanted is ANY else f"not {name}:*"
        elif wanted is SOME:
            yield f"{name}>0"
        elif isinstance(wanted, bool):
            yield f"{name}:true" if wanted else f"not {name}:true"
        else:
            yield one_of(name, list(wanted)) if isinstance(wanted, tuple) else f'{name}:"{wanted}"'


def one_of(name: str, values: list[str]) -> str:
    said = ",".join(f'"{value}"' for value in values or ["none"])
    return f"{name} in ({said})"


def time(ctx: Any, source: Source, range: Range) -> Iterator[str]:
    """Where a day is compared, the days that begin within."""
    days = type_named(source.type).fields[source.at].kind == "day"
    if days:
        days_of = range.days(ctx.zone)
        first, end = (days_of[name].isoformat() for name in ("first_day", "end_day"))
    else:
        first, end = written(range.start), written(range.end)
    if range.start != BEGINNING:
        yield f'{source.at}>="{first}"'
    if range.end != END:
        yield f'{source.at}<"{end}"'
    if range.start == BEGINNING and range.end == END:
        yield f"{source.at}:*"


def written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def by_ids(ids: list[str] | None, word: str = "") -> str | None:
    """These objects, by name; nothing if they are too many."""
    if ids is None or len(ids) > MOST_IDS:
        return None
    line = one_of("id", ids)
    return f"{word}({line})" if word else line
