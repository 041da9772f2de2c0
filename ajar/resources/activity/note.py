"""Notes."""

from ajar.formats import rich_text
from ajar.kernel import Bool, DateTime, List, Text, computed
from ajar.resources.activity import Activity
from ajar.resources.attachment import Attachments


class Note(Activity, path="activity/note", prefix="acti", type="Note"):
    """Something a user wrote down about a lead."""

    title = Text()
    note = Text(most=100_000, example="Asked for a quote; call back on Friday.")
    note_html = Text(most=200_000)
    mentions = List(readonly=True)
    attachments = Attachments()
    pinned = Bool()
    pinned_at = DateTime(readonly=True)
    source = Text(readonly=True)

    @computed(json={"type": "array", "items": {"type": "string"}})
    def note_mentions(note):
        """The same, by its newer name."""
        return note.mentions

    @staticmethod
    async def prepare(ctx, old, new):
        """Keep the plain and the rich text in step; if both are sent, rich wins."""
        if not old:
            new["source"] = ctx.source
        rich_text.pair(old, new, "note")
        new["mentions"] = rich_text.mentions(new["note_html"] or "")
        if new["pinned"] != old.get("pinned", False):
            new["pinned_at"] = ctx.now if new["pinned"] else None
