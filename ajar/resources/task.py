"""Tasks."""

from ajar.kernel import EXACT, IN, Bool, DateTime, Lookup, Ref, Text, Tracked


class Task(Tracked, path="task", prefix="task", object_type="task.lead"):
    """Something that someone must do about a lead."""

    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT)
    assigned_to = Ref("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    text = Text(example="Call back")
    is_complete = Bool(filter=EXACT)
    date = DateTime()

    assigned_to_name = Lookup("assigned_to", "name")
    lead_name = Lookup("lead_id", "display_name")
