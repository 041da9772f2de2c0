"""That a task was done."""

from ajar.kernel import Lookup, Ref, Text
from ajar.resources.activity import Activity


class TaskCompleted(
    Activity,
    path="activity/task_completed",
    prefix="acti",
    type="TaskCompleted",
    verbs=("list", "get", "delete"),
):
    """A task was completed. It goes when the task is opened again."""

    task_id = Ref("task", readonly=True, on_delete="keep")
    task_text = Text(readonly=True)
    task_assigned_to = Ref("user", readonly=True, on_delete="keep")

    task_assigned_to_name = Lookup("task_assigned_to", "name")
