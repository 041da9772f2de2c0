"""Opportunities."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar import many, worth
from ajar.errors import Invalid
from ajar.formats import rich_text
from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    Date,
    DateTime,
    Int,
    Lookup,
    Ref,
    Text,
    Tracked,
    UpdatedAt,
    computed,
    operation,
    ops,
    query,
)
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.registry import resources
from ajar.resources.activity.status_change import differ, note_changes
from ajar.resources.activity.status_change.opportunity import OpportunityStatusChange
from ajar.resources.attachment import Attachments
from ajar.resources.comment_summary import CommentSummary
from ajar.resources.contact import Contact, ContactRef
from ajar.resources.custom_field.holding import CustomValues
from ajar.resources.custom_field.kinds import OPPORTUNITY
from ajar.resources.integration_link import IntegrationLinks
from ajar.resources.status.opportunity import StatusRef, TypeOfStatus
from ajar.resources.user import UserRef
from ajar.search import lines

AMOUNT = {"type": ["integer", "null"]}


class Value(Int):
    """The largest are what is looked at first; those without a value come last."""

    def column(self):
        column = super().column()
        largest = column.desc().nulls_last()
        sa.Index("ix__opportunity__value", sa.text("organization_id"), largest, sa.text("id DESC"))
        return column


class Opportunity(
    Tracked,
    path="opportunity",
    prefix="oppo",
    order="-date_created",
    sorts=(
        "date_won",
        "date_updated",
        "date_created",
        "confidence",
        "user_name",
        "value",
        "annualized_value",
        "annualized_expected_value",
    ),
    indexes=("date_created", "lead_id,date_created", "date_updated", "date_won", "date_lost"),
):
    """Something you may sell to a lead, for how much, and how likely."""

    id = Text(readonly=True, filter=IN)
    date_created = CreatedAt(fixed=True, filter=EXACT | RANGE)
    date_updated = UpdatedAt(readonly=True, filter=EXACT | RANGE)
    created_by = CreatedBy("user", fixed=True)
    lead_id = Ref("lead", fixed=True, on_delete="cascade", filter=EXACT | IN)
    status_id = StatusRef(filter=EXACT | IN)
    status_type = TypeOfStatus(filter=EXACT | IN)
    contact_id = ContactRef()
    user_id = UserRef("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    value = Value(least=-worth.MOST, most=worth.MOST, example=50000)
    value_period = Choice(*worth.PERIODS, required=True, default="one_time", filter=EXACT | IN)
    confidence = Int(least=0, most=100, required=True, default=50)
    note = Text(most=100_000)
    note_html = Text(most=200_000)
    attachments = Attachments()
    date_won = Date(filter=EXACT | RANGE)
    date_lost = DateTime(readonly=True)
    comment_summary = CommentSummary()
    custom = CustomValues(OPPORTUNITY)

    status_label = Lookup("status_id", "label", filter=EXACT | IN)
    pipeline_id = Lookup("status_id", "pipeline_id")
    pipeline_name = Lookup("status_id", "pipeline_name")
    status_display_name = Lookup("status_id", "display_name")
    user_name = Lookup("user_id", "name")
    contact_name = Lookup("contact_id", "display_name")
    lead_name = Lookup("lead_id", "display_name")
    integration_links = IntegrationLinks("opportunity")

    @computed(json={"type": "string"})
    def value_currency(opportunity):
        return worth.of_organization("currency")

    @computed(json={"type": ["string", "null"]})
    def value_formatted(opportunity):
        return worth.formatted(opportunity.value, opportunity.value_period)

    @computed(json=AMOUNT)
    def annualized_value(opportunity):
        return worth.annualized(opportunity)

    @computed(json=AMOUNT)
    def expected_value(opportunity):
        return worth.expected(opportunity.value, opportunity)

    @computed(json=AMOUNT)
    def annualized_expected_value(opportunity):
        return worth.expected(worth.annualized(opportunity), opportunity)

    @computed(json={"type": "boolean"}, filter=EXACT, like=Bool())
    def is_stalled(opportunity):
        """Nothing decides yet which are: so none, and there is no advice about them."""
        return sa.false()

    @computed
    def stall_status(opportunity):
        return sa.null()

    @computed
    def suggested_action(opportunity):
        return sa.null()

    @computed(lazy=True)
    def lead_primary_email(opportunity):
        return of_contact(opportunity, "emails").op("->")(0)

    @computed(lazy=True)
    def lead_primary_phone(opportunity):
        """All numbers of the contact: the API has a list here."""
        return of_contact(opportunity, "phones")

    @staticmethod
    async def prepare(ctx, old, new):
        if old and not new["user_id"]:
            raise Invalid(fields={"user_id": "This field is required."})
        rich_text.pair(old, new, "note")
        if new["status_id"] == old.get("status_id"):
            return
        if new["status_type"] == "won" and not new["date_won"]:
            new["date_won"] = ctx.today
        if new["status_type"] == "lost" and not new["date_lost"]:
            new["date_lost"] = ctx.now

    @staticmethod
    @many.together
    async def changed(ctx, changes):
        moved = [(old, new) for old, new in changes if differ(old, new)]
        await note_changes(ctx, OpportunityStatusChange, "opportunity_id", moved)


def of_contact(opportunity, name: str):
    """A list of the first contact of the lead who has something in it."""
    rows = query.rows(Contact)
    found = query.related(Contact, rows, Contact.about.members[name].shown(rows))
    found = found.where(
        rows.c.lead_id == opportunity.lead_id, func.jsonb_array_length(rows.c[name]) > 0
    )
    order = query.ordering(Contact, rows, "date_created")
    return found.order_by(*order).limit(1).scalar_subquery()


@operation(
    "opportunity.create",
    "POST",
    "/opportunity/",
    of=Opportunity,
    parameters=("_fields",),
    alone=True,
)
async def create(ctx, params, body):
    """Without a lead it gets one that has no name yet."""
    new = await ops.check(ctx, Opportunity, body)
    if new["lead_id"]:
        return await show(ctx, Opportunity, await ops.write(ctx, Opportunity, {}, new), params)
    async with ctx.db.transaction():
        lead = await ops.create(ctx, resources["lead"], {})
        row = await ops.write(ctx, Opportunity, {}, new | {"lead_id": lead["id"]})
        return await show(ctx, Opportunity, row, params)


SEARCHED = ("query", "lead_query", "lead_saved_search_id")
LABELS = {"status": "status_label", "status__in": "status_label__in"}


@operation(
    "opportunity.list",
    "GET",
    "/opportunity/",
    of=Opportunity,
    parameters=(*list_parameters(Opportunity), *LABELS, *SEARCHED, "_group_by"),
)
async def list_(ctx, params, body):
    """A page, and what all that matches is worth. `_group_by` puts it in groups."""
    params = await lines.opportunities(ctx, params)
    renamed = {LABELS[name]: value for name, value in params.items() if name in LABELS}
    return await worth.page(ctx, Opportunity, renamed | params)
