"""Organizations."""

import msgspec

from ajar.errors import Invalid
from ajar.formats import money
from ajar.kernel import Bool, Children, Int, List, Text, Tracked, operation, ops, query, render
from ajar.resources.membership import Membership
from ajar.resources.status.lead import LeadStatus

MEMBERSHIP = Membership.about.visible
FLAT = [name for name in MEMBERSHIP if name.startswith("user_") and name != "user_id"]
NESTED = (*(name for name in MEMBERSHIP if name not in FLAT), "user")


class Currency(Text):
    """An ISO 4217 code."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if not money.is_currency(value):
            raise ValueError("Not a valid choice.")
        return value


def of(resource: str, *fields: str, order: str = "", **where) -> Children:
    """All that an organization has of something."""
    return Children(resource, by="organization_id", where=where, fields=fields or None, order=order)


class Expanded(Children):
    """The memberships with their users as objects: shown only by `_expand`."""

    lazy = True

    def __init__(self, is_active: bool):
        where = {"is_active": is_active}
        super().__init__("membership", by="organization_id", where=where, fields=NESTED)


class Organization(
    Tracked, path="organization", prefix="orga", verbs=("get", "update"), logged=False
):
    """Whom everything belongs to."""

    organization_id = Text(readonly=True, hidden=True)
    name = Text(required=True, most=255)
    currency = Currency(required=True)
    currency_symbol = Text(readonly=True)
    currency_digits = Int(readonly=True, hidden=True)
    enable_unsubscribe_link = Bool()
    require_unsubscribe_link = Bool()
    reject_anonymous_inbound_calls = Bool(readonly=True, hidden=True)

    lead_statuses = of("status.lead", "id", "label")
    opportunity_statuses = of(
        "status.opportunity", "id", "label", "type", order="pipeline_id,position"
    )
    pipelines = of("pipeline")
    lead_custom_fields = of("custom_field.lead")
    contact_custom_fields = of("custom_field.contact")
    opportunity_custom_fields = of("custom_field.opportunity")
    memberships = of("membership", is_active=True)
    inactive_memberships = of("membership", is_active=False)
    memberships__user = Expanded(is_active=True)
    inactive_memberships__user = Expanded(is_active=False)

    @staticmethod
    async def prepare(ctx, old, new):
        if new["currency"] != old.get("currency"):
            new["currency_symbol"] = money.symbol(new["currency"])
            new["currency_digits"] = money.digits(new["currency"])


PARAMETERS = ("_expand", "_fields")


@operation("organization.get", "GET", "/organization/{id}/", of=Organization, parameters=PARAMETERS)
async def get(ctx, params, body):
    """`_expand` shows the users of memberships as objects."""
    asked = params.get("_expand", "").split(",")
    expanded = {
        name.partition("__")[0]: name
        for name in asked
        if name.endswith("__user") and name in Organization.about.derived
    }
    if not expanded:
        return await render.one(ctx, Organization, params["id"], params.get("_fields"))
    fields = (params.get("_fields") or ",".join(Organization.about.visible)).split(",")
    names = ",".join(expanded.get(name, name) for name in fields)
    shown = msgspec.json.decode(await render.one(ctx, Organization, params["id"], names))
    return {name.partition("__")[0]: value for name, value in shown.items()}


@operation(
    "organization.update", "PUT", "/organization/{id}/", of=Organization, parameters=PARAMETERS
)
async def update(ctx, params, body):
    await ops.update(ctx, Organization, params["id"], body)
    if "lead_statuses" in body:
        await put_in_order(ctx, body["lead_statuses"])
    return await get(ctx, params, body)


async def put_in_order(ctx, sent) -> None:
    """Lead statuses, as the whole list of their ids says."""
    items = sent if isinstance(sent, list) else []
    ids = [item["id"] for item in items if isinstance(item, dict) and "id" in item]
    known = await query.matching(ctx, LeadStatus, {}, List.most)
    if len(ids) != len(items) or sorted(ids, key=str) != sorted(known):
        reason = "Must be the list of all lead statuses of the organization, each once."
        raise Invalid(fields={"lead_statuses": reason})
    for position, id in enumerate(ids):
        status = await ops.get(ctx, LeadStatus, id)
        if status["position"] != position:
            await ops.write(ctx, LeadStatus, status, status | {"position": position})
