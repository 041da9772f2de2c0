"""How a database becomes what the declarations say, one revision after the other."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import postgresql

HERE = Path(__file__).parent
QUEUE = HERE / "procrastinate.sql"  # procrastinate's own schema, as the first revision makes it
OTHERS = re.compile(r"event_(default|\d{8})|procrastinate_\w+|alembic_version")

# What PostgreSQL writes in another way than it was told.
TYPES = {"_", "null", "as", "cast", "jsonb", "jsonpath", "regconfig", "text", "tsvector"}


def differs(object: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Whether an index is over another expression than is declared, however it is written."""
    return kind != "index" or other is None or words(object) != words(other)


def words(index: Any) -> list[list[str]]:
    written = {"dialect": postgresql.dialect(), "compile_kwargs": {"literal_binds": True}}
    texts = (str(one.compile(**written)).lower() for one in index.expressions)
    every = (re.findall(r"\w+", text) for text in texts)
    names = {index.table.name} | TYPES
    return [[word for word in one if word not in names] for one in every]


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether the declarations speak of a table: not of partitions, nor of the job queue's."""
    return kind != "table" or not OTHERS.fullmatch(name or "")
