"""Answers that are tables: JSON, or CSV for who asks for that."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ajar.formats.cells import neutral

CSV, JSON = "text/csv", "application/json"


@dataclass(frozen=True)
class Table:
    """What is answered as JSON, and its rows for a CSV."""

    body: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]

    def csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([cell(row.get(name)) for name in self.columns])
        return text.getvalue()


def cell(value: Any) -> Any:
    """Nothing is an empty cell. A text that looks like a formula stays a text."""
    if value is None:
        return ""
    return neutral(value) if isinstance(value, str) else value


def wants_csv(accept: str) -> bool:
    """Whether CSV is named before JSON."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return CSV in kinds and JSON not in kinds[: kinds.index(CSV)]
