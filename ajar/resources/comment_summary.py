"""What a commented object tells of its comments."""

from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import Field


class CommentSummary(Field):
    """The thread, and how many comments it has; nothing without one. It is kept in the row, and
    whatever changes the thread keeps it true: see `ajar.resources.comment_thread`."""

    column_type = JSONB
    json = {
        "type": "object",
        "properties": {"thread_id": {"type": "string"}, "comment_count": {"type": "integer"}},
    }

    def __init__(self, hidden: bool = False):
        super().__init__(readonly=True, hidden=hidden)
