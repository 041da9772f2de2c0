"""Subscriptions to sequences, which the product calls runs of a workflow."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar import sequencing
from ajar.errors import ApiError, Invalid
from ajar.kernel import (
    EXACT,
    Choice,
    CreatedAt,
    CreatedBy,
    DateTime,
    List,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    alongside,
    operation,
    query,
)
from ajar.kernel.operations import list_parameters
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.resources.contact import Email
from ajar.resources.sequence import RUNS

FREE = ("active", "paused")  # what a client may say; the rest follows from what happens
NEEDS = {
    "email": ("contact_email", "sender_account_id", "sender_name", "sender_email"),
    "call": ("calls_assigned_to",),
    "sms": ("from_phone_number_id",),
}
REQUIRED = "This field is required."
OF_ONE = ("sequence_id", "contact_id", "lead_id")


class ContactOnce(Ref):
    """A contact, who runs through a sequence once."""

    def constrain(self, table):
        super().constrain(table)
        name = f"uq__{table.name}__{self.name}"
        sa.Index(
            name, table.c.organization_id, table.c.sequence_id, table.c[self.name], unique=True
        )


class RunStatus(Choice):
    """Where a run is; clients may pause it and let it go on."""

    def pick(self, old, data):
        return data.get(self.name), old.get(self.name)

    def clean(self, value, answer=None):
        sent, before = value
        sent = super().clean(sent)
        if sent not in (*FREE, before):
            raise ValueError("Only active and paused can be set.")
        return sent


class People(List):
    """Ids of users and groups, each once."""

    asked_type = TEXTS

    def asked(self, value):
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return value if value and texts else None

    def question(self, asked):
        found = []
        for kind in (resources["user"], resources["group"]):
            rows = query.rows(kind)
            ids = query.related(kind, rows, func.array_agg(rows.c.id))
            found.append(ids.where(rows.c.id == sa.any_(asked)).scalar_subquery())
        return func.array_cat(*found)

    def items(self, value):
        return list(dict.fromkeys(super().items(value)))

    def clean(self, value, answer=None):
        value = super().clean(value)
        if any(id not in (answer or ()) for id in value):
            raise ValueError("Each must be the id of a user or a group.")
        return value


class SequenceSubscription(
    Resource,
    path="sequence_subscription",
    prefix="sub",
    created=201,
    order="-date_created",
    indexes=("lead_id,date_created", "sequence_id,status"),
):
    """A contact on the way through a sequence."""

    sequence_id = Ref("sequence", required=True, fixed=True, on_delete="keep", filter=EXACT)
    contact_id = ContactOnce(
        "contact", required=True, fixed=True, on_delete="cascade", filter=EXACT
    )
    lead_id = Ref("lead", readonly=True, on_delete="cascade", filter=EXACT)
    status = RunStatus(*RUNS, required=True, default="active")
    status_reason = Text(readonly=True)
    contact_email = Email(most=255)
    sender_account_id = Ref("connected_account")
    sender_name = Text(most=255)
    sender_email = Email(most=255)
    calls_assigned_to = People()
    from_phone_number_id = Ref("phone_number")
    initial_email_id = Text(readonly=True)
    start_date = DateTime(readonly=True, offset=False)
    created_by_id = CreatedBy("user", readonly=True)
    updated_by_id = UpdatedBy("user", readonly=True)
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)

    @alongside("deleted")
    def place_kept(run, action):
        return sequencing.left(run)

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            await enrol(ctx, new)
        elif new["status"] != old["status"] and new["status_reason"] == old["status_reason"]:
            await decide(ctx, new)  # what the server itself decides has a reason of its own
        if old.get("sender_account_id") and not new["sender_account_id"]:
            lose_account(new)
        if new["status"] == "active":
            new["start_date"] = new["start_date"] or ctx.now

    @staticmethod
    async def changed(ctx, old, new):
        if new and new["status"] != old.get("status"):
            await sequencing.begin(ctx, new)


async def enrol(ctx, run: dict) -> None:
    """What a contact needs to take part."""
    facts = await known(ctx, run)
    errors = {}
    if not facts:  # gone since they were looked up
        raise Invalid(fields=dict.fromkeys(("contact_id", "sequence_id"), "Object does not exist."))
    if facts["sequence_status"] == "draft":
        errors["sequence_id"] = "This sequence is a draft."
    elif not facts["allow_manual_enrollment"]:
        errors["sequence_id"] = "This sequence does not allow manual enrollment."
    if facts["run_id"]:
        errors["contact_id"] = "This contact is or was in this sequence already."
    run["lead_id"] = facts["lead_id"]
    run["contact_email"] = run["contact_email"] or facts["email"]
    if errors := lacking(run, facts["steps"]) | errors:
        raise Invalid(fields=errors)
    if facts["sequence_status"] == "paused" and run["status"] == "active":
        run |= {"status": "paused", "status_reason": "workflow-paused"}
    elif run["status"] == "paused":
        run["status_reason"] = "manual"


async def decide(ctx, run: dict) -> None:
    """Somebody lets it rest; or go on where it was, if there is a way."""
    run["status_reason"] = "manual" if run["status"] == "paused" else None
    if run["status"] != "active":
        return
    facts = await known(ctx, run)
    errors = lacking(run, facts["steps"]) if facts else {}
    if not facts or facts["sequence_status"] != "active":
        errors["status"] = "The sequence is not active."
    if errors:
        raise Invalid(fields=errors)


def lacking(run: dict, steps: list[dict]) -> dict[str, str]:
    """What the steps of a sequence need and the run does not have."""
    needed = (name for step in steps for name in NEEDS[step["step_type"]])
    return {name: REQUIRED for name in needed if not run[name]}


def lose_account(run: dict) -> None:
    """Nothing can be sent without the account."""
    if run["status"] == "active":
        run |= {"status": "paused", "status_reason": "account-invalid"}


async def known(ctx, run: dict) -> dict:
    ids = {name: run[name] for name in ("sequence_id", "contact_id")}
    rows = await ctx.rows(await facts(), **ids)
    return dict(rows[0]) if rows else {}


@shapes(1)
def facts() -> Statement:
    """Of a contact and a sequence; and whether they have met before."""
    names = ("contact", "sequence", "sequence_subscription")
    contact, sequence, run = (query.rows(resources[name]) for name in names)
    met = query.related(resources["sequence_subscription"], run, run.c.id).where(
        run.c.sequence_id == sequence.c.id, run.c.contact_id == contact.c.id
    )
    found = sa.select(
        contact.c.lead_id,
        contact.c.emails.op("#>>", return_type=sa.Text)("{0,email}").label("email"),
        sequence.c.status.label("sequence_status"),
        sequence.c.allow_manual_enrollment,
        sequence.c.steps,
        met.scalar_subquery().label("run_id"),
    )
    both = contact.join(sequence, sequence.c.organization_id == contact.c.organization_id)
    found = found.select_from(both).where(
        contact.c.organization_id == parameter("organization_id"),
        contact.c.id == parameter("contact_id"),
        sequence.c.id == parameter("sequence_id"),
    )
    return Statement(found)


@operation(
    "sequence_subscription.list",
    "GET",
    "/sequence_subscription/",
    of=SequenceSubscription,
    parameters=tuple(list_parameters(SequenceSubscription)),
)
async def list_(ctx, params, body):
    """Those of a sequence, a contact or a lead."""
    if not any(params.get(name) for name in OF_ONE):
        raise ApiError("At least one of sequence_id, contact_id and lead_id is required.")
    return await query.page(ctx, SequenceSubscription, params)
