"""Leads."""

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from ajar import many, merging, paging, sequencing, undoing
from ajar.errors import Invalid
from ajar.formats import zone
from ajar.kernel import (
    FIRST,
    Children,
    Items,
    Lookup,
    Ref,
    Text,
    Tracked,
    Url,
    alongside,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import show
from ajar.kernel.sql import NO_ITEMS, TIME, concat, metadata, parameter
from ajar.resources.activity.created import LeadCreated
from ajar.resources.activity.status_change import differ, note_changes
from ajar.resources.activity.status_change.lead import LeadStatusChange
from ajar.resources.contact import Contact
from ajar.resources.custom_field.holding import CustomValues
from ajar.resources.custom_field.kinds import LEAD
from ajar.resources.integration_link import IntegrationLinks
from ajar.resources.recent_calls import RecentCalls
from ajar.resources.status.lead import LeadStatus
from ajar.search import lines
from ajar.search.smart_fields import SmartFields

# How many leads there are, so that `total_results` need not count them. It is spread over
# rows, one for each database process, so that writers do not wait for each other.
tally = sa.Table(
    "lead_tally",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("shard", sa.Integer, primary_key=True),
    sa.Column("leads", sa.BigInteger, nullable=False),
)
SHARDS = 64


class LeadName(Text):
    """It can be found whole, whatever the case of the letters."""

    def column(self):
        column = super().column()
        sa.Index("ix__lead__name", sa.text("organization_id"), func.lower(column))
        return column


class Country(Text):
    def clean(self, value, answer=None):
        value = super().clean(value)
        return value.upper() if value and len(value) == 2 else value


class Addresses(Items):
    """With the time zones that each may be in."""

    def items(self, value):
        return [item | {"tz_ids": zone.of_address(*place(item))} for item in super().items(value)]


def place(address: dict) -> list:
    return [address[name] for name in ("country", "state", "city", "zipcode")]


SHORT = Text(most=255)
ADDRESS = {
    "label": Text(default="business", most=255),
    "address_1": SHORT,
    "address_2": SHORT,
    "city": SHORT,
    "state": SHORT,
    "zipcode": SHORT,
    "country": Country(most=255),
}


class Lead(
    SmartFields,
    Tracked,
    path="lead",
    prefix="lead",
    order="-date_updated",
    indexes=("date_updated", "date_created"),
):
    """A company, or a person, that you may sell to. Most other rows hang off one."""

    name = LeadName(example="Bluth Company", most=255)
    description = Text()
    url = Url(example="bluth.example")
    status_id = Ref("status.lead", default=FIRST, on_delete="restrict")
    addresses = Addresses(ADDRESS)
    source = Text(readonly=True)
    custom = CustomValues(LEAD, by_name=True)

    status_label = Lookup("status_id", "label")
    contacts = Children("contact", by="lead_id", order="date_created")
    opportunities = Children("opportunity", by="lead_id")
    tasks = Children("task", by="lead_id", where={"is_complete": False})
    integration_links = IntegrationLinks("lead")
    recent_calls = RecentCalls("lead_id")

    @computed(json={"type": "string"})
    def display_name(lead):
        first = query.first(Contact, "name", "date_created", lead_id=lead.id)
        return func.coalesce(func.nullif(lead.name, ""), func.nullif(first, ""), "Untitled")

    @computed(json={"type": "string", "format": "uri"})
    def html_url(lead):
        return concat(parameter("origin"), "/lead/", lead.id, "/")

    @computed(json={"type": "array", "items": {"type": "string"}})
    def contact_ids(lead):
        rows = query.rows(Contact)
        ids = func.json_agg(aggregate_order_by(rows.c.id, rows.c.date_created, rows.c.id))
        found = query.related(Contact, rows, func.coalesce(ids, NO_ITEMS))
        return found.where(rows.c.lead_id == lead.id).scalar_subquery()

    @computed(json={"type": "array", "items": {"type": "object"}}, lazy=True)
    def summaries(lead):
        """Nobody writes any here."""
        return NO_ITEMS

    @computed(json={"type": ["string", "null"]}, lazy=True)
    def localtime(lead):
        """By its address, or else by the number of a contact."""
        here = lead.addresses.op("#>>", return_type=sa.Text)("{0,tz_ids,0}")
        rows = query.rows(Contact)
        there = query.related(Contact, rows, func.min(rows.c.timezone))
        there = there.where(rows.c.lead_id == lead.id).scalar_subquery()
        local = func.timezone(func.coalesce(here, there), parameter("now", TIME))
        return func.to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS.MS"000"')

    @alongside("created", "deleted")
    def counted(lead, action):
        one = 1 if action == "created" else -1
        shard = func.mod(func.pg_backend_pid(), SHARDS)
        number = func.count() * sa.literal_column(str(one))
        new = sa.select(lead.c.organization_id, shard, number).group_by(lead.c.organization_id)
        made = insert(tally).from_select(["organization_id", "shard", "leads"], new)
        more = {"leads": tally.c.leads + made.excluded.leads}
        return made.on_conflict_do_update(index_elements=["organization_id", "shard"], set_=more)

    @alongside("created")
    def remembered(lead, action):
        """Every lead begins its timeline with how it came to be. The id follows from its own."""
        values = {
            "organization_id": lead.c.organization_id,
            "id": concat("acti_", func.substr(lead.c.id, len("lead_") + 1)),
            "_type": sa.literal("Created"),
            "lead_id": lead.c.id,
            "user_id": lead.c.created_by,
            "created_by": lead.c.created_by,
            "updated_by": lead.c.updated_by,
            "date_created": lead.c.date_created,
            "date_updated": lead.c.date_updated,
            "activity_at": lead.c.date_created,
            "source": lead.c.source,
            "import_id": parameter("meta", JSONB).op("->>", return_type=sa.Text)("import_id"),
        }
        return sa.insert(LeadCreated.about.table).from_select(
            list(values), sa.select(*values.values())
        )

    @staticmethod
    async def prepare(ctx, old, new):
        if not old and not new["source"]:
            new["source"] = ctx.source

    @staticmethod
    @many.together
    async def changed(ctx, changes):
        moved = [(old, new) for old, new in changes if differ(old, new)]
        await note_changes(ctx, LeadStatusChange, "lead_id", moved)
        await sequencing.moved(ctx, {new["id"]: new["status_id"] for _, new in moved})


def total_results(resource, shape):
    """All leads are counted as they come and go; those a limited role sees, one by one."""
    everything = sa.select(func.coalesce(func.sum(tally.c.leads), 0))
    everything = everything.where(tally.c.organization_id == parameter("organization_id"))
    rows = query.rows(Lead)
    some = query.owned(Lead, rows, func.count()).scalar_subquery()
    number = sa.case((query.sees_everything(), everything.scalar_subquery()), else_=some)
    return concat('"total_results":', sa.cast(number, sa.Text))


@operation("lead.list", "GET", "/lead/", of=Lead, parameters=(*paging.PARAMETERS, "query"))
def list_(ctx, params, body):
    """Every lead, the one that changed last first; or those that `query` finds, which is the
    older way to search."""
    if params.get("query"):
        return lines.listed(ctx, Lead, params)
    return query.page(ctx, Lead, params, total_results)


@operation("lead.create", "POST", "/lead/", of=Lead, parameters=("_fields",), alone=True)
async def create(ctx, params, body):
    """A lead may bring its contacts along; they are created with it."""
    lead, contacts = await checked(ctx, body)
    if not contacts:
        return await show(ctx, Lead, await ops.write(ctx, Lead, {}, lead), params)
    async with ctx.db.transaction():
        await ops.write(ctx, Lead, {}, lead)
        for contact in contacts:
            await ops.write(ctx, Contact, {}, contact | {"lead_id": lead["id"]})
        with ctx.unlimited():  # it need not be one that the caller sees
            return await render.one(ctx, Lead, lead["id"], params.get("_fields"))


async def checked(ctx, body) -> tuple[dict, list[dict]]:
    """The rows of a lead and its contacts, or all that is wrong with either."""
    errors, contacts, wrong = {}, [], {}
    sent = body.get("contacts") or []
    try:
        lead = await ops.check(ctx, Lead, await with_status(ctx, body))
    except Invalid as error:
        lead, errors = {}, error.body["field-errors"]
    for index, contact in enumerate(sent if isinstance(sent, list) else []):
        try:
            contacts.append(await checked_contact(ctx, contact))
        except Invalid as error:
            wrong[str(index)] = error.body
    if not isinstance(sent, list):
        errors["contacts"] = "Value must be of list type."
    if wrong:
        errors["contacts"] = {"errors": wrong}
    if errors:
        raise Invalid(fields=errors)
    return lead, contacts


async def checked_contact(ctx, contact) -> dict:
    if not isinstance(contact, dict):
        raise Invalid(errors=["Value must be of dict type."])
    return await ops.check(ctx, Contact, contact | {"lead_id": None})


@operation("lead.update", "PUT", "/lead/{id}/", of=Lead, parameters=("_fields",))
async def update(ctx, params, body):
    """What is sent changes, the rest stays. Contacts are changed at their own URL."""
    row = await ops.update(ctx, Lead, params["id"], await with_status(ctx, body))
    return await show(ctx, Lead, row, params)


async def with_status(ctx, body: dict) -> dict:
    """The body with the id of a status that it names by its label: the older form."""
    if "status" not in body:
        return body
    if "status_id" in body:
        raise Invalid(fields={"status": "Send either status or status_id, not both."})
    ids = await query.matching(ctx, LeadStatus, {"label": str(body["status"])}, 1)
    if not ids:
        raise Invalid(
            fields={
                "status": "Not a valid choice. Please go to Customizations in your organization "
                f'settings and add "{body["status"]}" to the list of lead statuses.'
            }
        )
    return body | {"status_id": ids[0]}


@operation("lead.merge", "POST", "/lead/merge/", of=Lead, takes=merging.LEADS)
async def merge(ctx, params, body):
    """Fold the lead `source` into the lead `destination`."""
    await merging.merge(ctx, Lead, body)
    return {"status": "ok"}


@operation(
    "lead.restore",
    "POST",
    "/lead/{id}/restore/",
    of=Lead,
    parameters=tuple(undoing.HOW),
    takes=undoing.HOW,
)
async def restore(ctx, params, body):
    """Bring a deleted lead back, with everything that went with it."""
    how = undoing.said(ctx, params, body)
    return await undoing.restore(ctx, Lead, params["id"], **how)
