"""The table that the kernel itself owns."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from ajar.kernel.sql import TIME, metadata

TRANSACTION = sa.text("pg_current_xact_id()::text::bigint")

# `position` is the transaction that wrote the row: who follows the log reads what is older than
# any that is still open, and misses nothing.
event = sa.Table(
    "event",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("date_created", TIME, primary_key=True),
    sa.Column("date_updated", TIME, nullable=False),
    sa.Column("user_id", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("api_key_id", sa.Text),
    sa.Column("oauth_client_id", sa.Text),
    sa.Column("object_type", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    sa.Column("lead_id", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("changed_fields", ARRAY(sa.Text), nullable=False),
    sa.Column("data", JSON),
    sa.Column("previous_data", JSONB),
    sa.Column("meta", JSONB, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False, server_default=TRANSACTION),
    sa.Index(None, "organization_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "object_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "lead_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "request_id"),
    sa.Index(None, "organization_id", "position", "id"),
    postgresql_partition_by="RANGE (date_created)",  # dropping a partition is the retention
)
