"""The table that the kernel itself owns."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB

from ajar.kernel.sql import TEXTS, TIME, metadata

TRANSACTION = sa.text("pg_current_xact_id()::text::bigint")
FOLDED = "jsonb_array_length(steps) > 1"  # several requests made one event

# `position` is the transaction that wrote the row: who follows the log reads what is older than
# any that is still open, and misses nothing. `steps` are the changes that one event tells of: the
# columns that each took away, as they were. What is undone is put back from there.
event = sa.Table(
    "event",
    metadata,
    *(sa.Column(n, sa.Text, primary_key=True) for n in ("organization_id", "id")),
    sa.Column("date_created", TIME, primary_key=True),
    sa.Column("date_updated", TIME, nullable=False),
    *(sa.Column(n, sa.Text) for n in ("user_id", "request_id", "api_key_id", "oauth_client_id")),
    *(sa.Column(n, sa.Text, nullable=False) for n in ("object_type", "object_id", "action")),
    sa.Column("lead_id", sa.Text),
    sa.Column("changed_fields", TEXTS, nullable=False),
    sa.Column("data", JSON),
    sa.Column("previous_data", JSONB),
    sa.Column("meta", JSONB, nullable=False),
    sa.Column("steps", JSONB, nullable=False, server_default="[]"),
    sa.Column("position", sa.BigInteger, nullable=False, server_default=TRANSACTION),
    sa.Index(None, "organization_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "object_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "lead_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "request_id"),
    sa.Index(None, "organization_id", "position", "id"),
    sa.Index(None, "steps", postgresql_using="gin", postgresql_where=sa.text(FOLDED)),
    postgresql_partition_by="RANGE (date_created)",  # dropping a partition is the retention
)
