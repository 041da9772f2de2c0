"""What somebody signs in with. The people an organization sees are rows of `user`, one for each
organization, so that every table but these belongs to one (docs/discussions.md)."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ajar.kernel.sql import TEXTS, TIME, metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the id of each of its users
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("oidc_subject", sa.Text),  # who this is at the identity provider
    sa.Column("totp_secret", sa.LargeBinary),  # encrypted
    sa.Column("totp_active", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("totp_step", sa.BigInteger),  # of the last code: none works twice
    sa.Column("recovery_hashes", ARRAY(sa.LargeBinary)),
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
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("networks", TEXTS),  # from where alone it works
    sa.Column("date_created", TIME, nullable=False),
    sa.Column("date_expires", TIME),
    sa.Column("date_last_used", TIME),
    sa.Index(None, "organization_id", "id"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("organization_id", sa.Text, nullable=False),  # in which they work just now
    sa.Column("user_agent", sa.Text),
    sa.Column("date_created", TIME, nullable=False),
    sa.Column("date_expires", TIME, nullable=False),
)

# Failures, by what was tried and from where, whether there is such an account or not.
sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("date_last", TIME, nullable=False),
)

password_reset = sa.Table(
    "password_reset",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("date_expires", TIME, nullable=False),
)

oauth_app = sa.Table(
    "oauth_app",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the client id
    sa.Column("organization_id", sa.Text),  # none if it registered itself
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("redirect_uris", TEXTS, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),  # all that it may ask for
    sa.Column("secret_hash", sa.LargeBinary),  # none: it cannot keep a secret
    sa.Column("created_by", sa.Text),
    sa.Column("date_created", TIME, nullable=False),
    sa.Column("date_updated", TIME, nullable=False),
    sa.Index(None, "organization_id", "id"),
)

# That a user lets an app act for them in an organization: what all tokens of one consent share.
oauth_grant = sa.Table(
    "oauth_grant",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "client_id", sa.Text, sa.ForeignKey("oauth_app.id", ondelete="cascade"), nullable=False
    ),
    sa.Column("organization_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("date_created", TIME, nullable=False),
    sa.Index(None, "organization_id", "user_id", "id"),
    sa.Index(None, "client_id"),
)

oauth_token = sa.Table(
    "oauth_token",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column(
        "grant_id", sa.Text, sa.ForeignKey("oauth_grant.id", ondelete="cascade"), nullable=False
    ),
    sa.Column("kind", sa.Text, nullable=False),  # code, access or refresh
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text),  # of a code, if the request named it
    sa.Column("code_challenge", sa.Text),
    sa.Column("date_created", TIME, nullable=False),
    sa.Column("date_expires", TIME, nullable=False),
    sa.Column("date_used", TIME),  # codes and refresh tokens: once it was exchanged
    sa.Index(None, "grant_id"),
    sa.Index(None, "date_expires"),
)

GLOBAL = (
    account,
    api_key,
    session,
    sign_in_attempt,
    password_reset,
    oauth_app,
    oauth_grant,
    oauth_token,
)
