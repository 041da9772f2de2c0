"""What an import remembers: of each row of the file that it could not use, of each object that it
made or changed, and, while it runs, which lead rows mean."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel.sql import metadata


def mine(*columns: sa.Column) -> tuple[sa.Column, ...]:
    return (
        sa.Column("organization_id", sa.Text, primary_key=True),
        sa.Column("import_id", sa.Text, primary_key=True),
        *columns,
    )


problem = sa.Table(
    "import_problem",
    metadata,
    *mine(
        sa.Column("row", sa.BigInteger, primary_key=True),
        sa.Column("problems", JSONB, nullable=False),
        sa.Column("cells", JSONB, nullable=False),
    ),
)

# `old` is null of what was made. A conflict is what could not be restored, and why.
change = sa.Table(
    "import_change",
    metadata,
    *mine(
        sa.Column("object_id", sa.Text, primary_key=True),
        sa.Column("object_type", sa.Text, nullable=False),
        sa.Column("old", JSONB),
        sa.Column("new", JSONB),
        sa.Column("conflict", JSONB),
    ),
)

# Which lead is meant by a name, an address, a number: kept until the run ends.
key = sa.Table(
    "import_key",
    metadata,
    *mine(
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("lead_id", sa.Text, nullable=False),
        sa.Column("made", sa.Boolean, nullable=False),
    ),
)
