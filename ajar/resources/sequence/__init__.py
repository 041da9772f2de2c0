"""Sequences, which the product calls workflows."""

from sqlalchemy import func

from ajar import sequencing
from ajar.kernel import (
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    computed,
    operation,
    query,
    render,
)
from ajar.kernel.registry import resources
from ajar.resources.connected_account import Object
from ajar.resources.references import Refs
from ajar.resources.sequence.steps import Schedule, Steps, Timezone

RUNS = ("active", "paused", "finished", "goal", "error")


class Sequence(Resource, path="sequence", prefix="seq", order="-date_created"):
    """Mails, calls and messages to a contact, one after another, until they answer."""

    name = Text(required=True, most=255, example="Follow up")
    status = Choice("active", "paused", "draft", required=True, default="active")
    timezone = Timezone(required=True, most=255, example="America/Los_Angeles")
    schedule = Schedule()
    schedule_id = Text(readonly=True)  # an older form, which nothing has any more
    steps = Steps(required=True, example=[{"step_type": "call", "delay": 0}])
    trigger_query = Object()
    allow_manual_enrollment = Bool(default=True)
    ends_on_lead_status_ids = Refs("status.lead")
    owner_id = Ref("user", readonly=True)
    created_by_id = CreatedBy("user", readonly=True)
    updated_by_id = UpdatedBy("user", readonly=True)
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)

    @computed(json={"type": "object"}, lazy=True)
    def subscription_counts_by_status(sequence):
        """How many runs there are in each state."""
        run = resources["sequence_subscription"]
        rows = query.rows(run)
        counts = [(name, func.count().filter(rows.c.status == name)) for name in RUNS]
        parts = [part for pair in counts for part in pair]
        found = query.owned(run, rows, func.json_build_object(*parts))
        return found.where(rows.c.sequence_id == sequence.id).scalar_subquery()

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            new["owner_id"] = ctx.user_id

    @staticmethod
    async def changed(ctx, old, new):
        """What is under way follows the change at once."""
        if not new or (old and old["status"] != new["status"]):
            await sequencing.settle(ctx, (new or old)["id"])
        if (
            old
            and new
            and any(old[name] != new[name] for name in ("steps", "schedule", "timezone"))
        ):
            await sequencing.rearrange(ctx, old, new)


@operation(
    "sequence.get",
    "GET",
    "/sequence/{id}/",
    of=Sequence,
    parameters=("_fields", "_limit", "_skip"),
)
def get(ctx, params, body):
    """A single one also counts its runs. Clients send paging along, which means nothing here."""
    return render.one(ctx, Sequence, params["id"], params.get("_fields") or "_all")
