"""What every activity has. Each kind is a file beside this one; all are rows of one table."""

from sqlalchemy import case, func, literal_column

from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    CreatedAt,
    DateTime,
    Lookup,
    Ref,
    Text,
    Tracked,
    computed,
    operation,
    query,
    render,
)
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes


class Activity(Tracked, table="activity"):
    """Something that happened, or was written down, on a lead's timeline."""

    _type = Text(readonly=True, filter=EXACT | IN)
    id = Text(readonly=True, filter=IN)
    date_created = CreatedAt(fixed=True, filter=RANGE)
    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT | IN)
    contact_id = Ref("contact", filter=EXACT | IN)
    user_id = Ref("user", fixed=True, default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    activity_at = DateTime(filter=RANGE)

    user_name = Lookup("user_id", "name")
