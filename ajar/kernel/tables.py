"""The tables that the kernel itself owns."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from ajar.kernel.sql import TIME, metadata

# Partitioned by time: dropping a partition is the retention.
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
    sa.Index(None, "organization_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "object_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "lead_id", "date_updated", "id"),
    sa.Index(None, "organization_id", "request_id"),
    postgresql_partition_by="RANGE (date_created)",
)

# Somebody who can sign in. The people an organization sees are rows of `user`, one for each
# organization: so every table but these two belongs to one (docs/discussions.md).
account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the id of each of its users
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("date_created", TIME, nullable=False),
    sa.Index("uq__account__email", sa.text("lower(email)"), unique=True),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("organization_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("date_created", TIME, nullable=False),
    sa.Index(None, "organization_id", "id"),
)

GLOBAL = (account, api_key)
