"""Connected accounts."""

from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import (
    EXACT,
    Bool,
    Choice,
    CreatedAt,
    DateTime,
    Field,
    Items,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    query,
)
from ajar.kernel.sql import parameter
from ajar.resources.send_as import SendAs

TYPES = ("google", "microsoft", "custom_email", "zoom", "calendly")
IDENTITY = {"name": Text(), "email": Text()}


class Object(Field):
    """A small object that the server keeps, or nothing."""

    column_type, python_type, json = JSONB, dict, {"type": "object"}


def usable(row):
    """One's own, and those of users who let one send in their name."""
    send_as = query.rows(SendAs)
    lent = query.related(SendAs, send_as, send_as.c.id).where(
        send_as.c.allowing_user_id == row.user_id,
        send_as.c.allowed_user_id == parameter("user_id"),
    )
    return (row.user_id == parameter("user_id")) | lent.exists()


class ConnectedAccount(
    Resource,
    path="connected_account",
    prefix="emailacct",
    verbs=("list", "get"),
    logged=False,
    order="-date_created",
    seen_if=usable,
):
    """A mailbox or a calendar of a user. Passwords and tokens are kept elsewhere."""

    _type = Choice(*TYPES, readonly=True)
    user_id = Ref("user", readonly=True, filter=EXACT)
    email = Text(readonly=True)
    available_calendars = Items({}, readonly=True)
    available_features = List(readonly=True)
    enabled_features = List(readonly=True)
    synced_calendars = List(readonly=True)
    sync_all_calendars = Bool(readonly=True)
    has_meeting_creation_scopes = Bool(readonly=True)
    is_imap_archive_sync_enabled = Bool(readonly=True)
    default_identity = Object(readonly=True)
    identities = Items(IDENTITY, readonly=True)
    smtp = Object(readonly=True)
    imap = Object(readonly=True)
    calendly = Object(readonly=True)
    send_status = Text(readonly=True)
    receive_status = Text(readonly=True)
    email_receive_status = Text(readonly=True)
    calendar_receive_status = Text(readonly=True)
    latest_send_error = Text(readonly=True)
    latest_receive_error = Text(readonly=True)
    lead_suggestions_updated_at = DateTime(readonly=True)
    zoom_account_plan = Text(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True, hidden=True)
