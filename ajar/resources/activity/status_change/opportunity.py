"""What a change of an opportunity's status leaves on a lead's timeline."""

from datetime import UTC, datetime, time

from ajar.errors import Invalid
from ajar.kernel import EXACT, IN, DateTime, Int, Lookup, Ref, Text, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.activity import Activity


class OpportunityStatusChange(
    Activity,
    path="activity/status_change/opportunity",
    prefix="acti",
    type="OpportunityStatusChange",
    object_type="activity.opportunity_status_change",
    verbs=("list", "get", "create", "delete"),
):
    """An opportunity went from one status to another, and what it was worth then. Creating or
    deleting one changes no opportunity."""

    opportunity_id = Ref(
        "opportunity", required=True, fixed=True, on_delete="keep", filter=EXACT | IN
    )
    old_status_id = Ref("status.opportunity", on_delete="keep", fixed=True)
    new_status_id = Ref("status.opportunity", on_delete="keep", fixed=True, required=True)
    opportunity_value = Int(readonly=True)
    opportunity_value_period = Text(readonly=True)
    opportunity_value_currency = Text(readonly=True)
    opportunity_value_formatted = Text(readonly=True)
    opportunity_confidence = Int(readonly=True)
    opportunity_date_won = DateTime(readonly=True)

    old_status_label = Lookup("old_status_id", "label")
    old_status_type = Lookup("old_status_id", "type")
    old_pipeline_id = Lookup("old_status_id", "pipeline_id")
    old_pipeline_name = Lookup("old_status_id", "pipeline_name")
    new_status_label = Lookup("new_status_id", "label")
    new_status_type = Lookup("new_status_id", "type")
    new_pipeline_id = Lookup("new_status_id", "pipeline_id")
    new_pipeline_name = Lookup("new_status_id", "pipeline_name")

    @staticmethod
    async def prepare(ctx, old, new):
        """Remember the opportunity as it is at the change."""
        if new["new_status_id"] == old.get("new_status_id"):
            return
        (found,) = await ctx.rows(await opportunity(), id=new["opportunity_id"])
        if found["lead_id"] != new["lead_id"]:
            raise Invalid(fields={"opportunity_id": "The opportunity is not one of this lead."})
        new |= {f"opportunity_{name}": found[name] for name in REMEMBERED}
        won = found["date_won"]
        new["opportunity_date_won"] = datetime.combine(won, time.min, UTC) if won else None


REMEMBERED = ("value", "value_period", "value_currency", "value_formatted", "confidence")


@shapes(1)
def opportunity() -> Statement:
    resource = resources["opportunity"]
    rows = query.rows(resource)
    columns = (query.column(resource, rows, name).label(name) for name in REMEMBERED)
    found = query.related(resource, rows, rows.c.lead_id, rows.c.date_won, *columns)
    return Statement(found.where(rows.c.id == parameter("id")))
