"""Opportunity statuses."""

from sqlalchemy import Text as SqlText
from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import Invalid
from ajar.kernel import (
    EXACT,
    FIRST,
    Choice,
    Ref,
    Resource,
    Text,
    computed,
    operation,
    ops,
    query,
)
from ajar.kernel.registry import resources
from ajar.kernel.sql import concat
from ajar.resources.status import Position, keep_one

TYPES = ("active", "won", "lost")


class StatusType(Choice):
    """Some clients know it by another name."""

    def pick(self, old, data):
        return data.get(self.name) or data.get("status_type")


class OpportunityStatus(
    Resource,
    path="status/opportunity",
    prefix="stat",
    order="pipeline_position,position",
    usual=1000,
    most=1000,
):
    """A stage an opportunity can be in, and whether it counts as open, won or lost. Its type
    never changes; its pipeline does, when another one takes it."""

    label = Text(required=True, most=255, filter=EXACT, example="Proposal sent")
    type = StatusType(*TYPES, required=True, fixed=True, example="active")
    pipeline_id = Ref("pipeline", default=FIRST, fixed=True, on_delete="restrict")
    position = Position()

    @computed(lazy=True)
    def pipeline_name(status):
        return query.first(resources["pipeline"], "name", id=status.pipeline_id)

    @computed(lazy=True)
    def pipeline_position(status):
        return query.first(resources["pipeline"], "position", id=status.pipeline_id)

    @computed(json={"type": "string"}, lazy=True)
    def display_name(status):
        """With the pipeline, if there are several."""
        pipeline = resources["pipeline"]
        rows = query.rows(pipeline)
        several = query.related(pipeline, rows, func.count() > 1).scalar_subquery()
        name = query.first(pipeline, "name", id=status.pipeline_id)
        return case((several, concat(name, ": ", status.label)), else_=status.label)

    @staticmethod
    async def changed(ctx, old, new):
        await ctx.forget_rights()


@operation("status.opportunity.delete", "DELETE", "/status/opportunity/{id}/", of=OpportunityStatus)
async def delete(ctx, params, body):
    """Its opportunities must have got another one before."""
    await keep_one(ctx, OpportunityStatus, params["id"])
    await ops.delete(ctx, OpportunityStatus, params["id"])
    return {}


class StatusRef(Ref):
    """The status of an opportunity: by its id, or by its label, which is an old form. When
    nobody says, it is the first one of `pipeline_id`, or of all."""

    asked_type = JSONB

    def __init__(self, **options):
        super().__init__("status.opportunity", on_delete="restrict", **options)

    def sent(self, data):
        return "status_id" in data or "status" in data

    def pick(self, old, data):
        """What is meant, and what it was."""
        pipeline = None if old else data.get("pipeline_id")
        return {
            "id": data.get("status_id"),
            "label": data.get("status"),
            "pipeline_id": pipeline,
            "old": old.get("status_id"),
        }

    def asked(self, value):
        return value

    def question(self, asked):
        """Of two statuses with one label, the one in the pipeline of the old status is meant."""
        status = query.rows(OpportunityStatus)
        text = asked.op("->>", return_type=SqlText())
        said = {key: func.nullif(text(key), "") for key in ("id", "label", "pipeline_id")}
        by_id = status.c.id == said["id"]
        by_label = said["label"].is_(None) | (status.c.label == said["label"])
        by_pipeline = said["pipeline_id"].is_(None) | (status.c.pipeline_id == said["pipeline_id"])
        found = func.json_build_object(
            *("id", status.c.id, "type", status.c.type, "pipeline_id", status.c.pipeline_id)
        )
        old = query.first(OpportunityStatus, "pipeline_id", id=text("old"))
        near = func.coalesce(status.c.pipeline_id == old, False)
        order = query.ordering(OpportunityStatus, status)
        found = query.owned(OpportunityStatus, status, found)
        found = found.where(by_id | (said["id"].is_(None) & by_label & by_pipeline))
        return found.order_by(near.desc(), *order).limit(1).scalar_subquery()

    def clean(self, value, answer=None):
        id, label, pipeline = value["id"], value["label"], value["pipeline_id"]
        if value["old"] and not (id or label):
            raise ValueError("This field is required.")
        if not answer:
            raise self.unknown(value)
        if pipeline and answer["pipeline_id"] != pipeline:
            raise Invalid(fields={"pipeline_id": "The status is not one of this pipeline."})
        return answer["id"]

    def unknown(self, value: dict) -> Exception:
        if value["id"]:
            return ValueError("Object does not exist.")
        if value["label"]:
            return Invalid(fields={"status": f'There is no status "{value["label"]}".'})
        reason = "There is no such pipeline, or it has no statuses."
        return Invalid(fields={"pipeline_id" if value["pipeline_id"] else "status_id": reason})


class TypeOfStatus(Choice):
    """The type of the status, which never changes: so it is kept with the opportunity, where
    lists and sums find it at once."""

    asked_type = JSONB
    sent, pick, asked, question = (
        StatusRef.sent,
        StatusRef.pick,
        StatusRef.asked,
        StatusRef.question,
    )

    def __init__(self, **options):
        super().__init__(*TYPES, **options)

    def clean(self, value, answer=None):
        return answer and answer["type"]

    def schema(self):
        return super().schema() | {"readOnly": True}
