"""How a database becomes what the declarations say, one revision after the other."""

import re
from pathlib import Path

HERE = Path(__file__).parent
QUEUE = HERE / "procrastinate.sql"  # procrastinate's own schema, as the first revision makes it
OTHERS = re.compile(r"event_(default|\d{8})|procrastinate_\w+|alembic_version")


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether the declarations speak of a table: not of partitions, nor of the job queue's."""
    return kind != "table" or not OTHERS.fullmatch(name or "")
