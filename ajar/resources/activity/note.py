"""Notes."""

import html

from ajar.kernel import Bool, Text
from ajar.resources.activity import Activity


class Note(Activity, path="activity/note", prefix="acti", type="Note"):
    """Something a user wrote down about a lead."""

    title = Text()
    note = Text(example="Asked for a quote; call back on Friday.")
    note_html = Text()
    pinned = Bool()

    @staticmethod
    async def prepare(ctx, old, new):
        """Keep the plain and the rich text in step; if both are sent, rich wins."""
        if new["note_html"] != old.get("note_html"):
            new["note"] = html.unescape(new["note_html"] or "")
        elif new["note"] != old.get("note"):
            new["note_html"] = html.escape(new["note"] or "")
