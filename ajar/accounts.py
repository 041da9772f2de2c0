"""What somebody signs in with. The people an organization sees are rows of `user`, one for each
organization, so that every table but these two belongs to one (docs/discussions.md)."""

import sqlalchemy as sa

from ajar.kernel.sql import TIME, metadata

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
