"""Email templates."""

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar import tags
from ajar.errors import Invalid
from ajar.formats import mail_body, template
from ajar.kernel import EXACT, Bool, Signed, Text, computed, operation, ops, query, render
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources import recipient
from ajar.resources.attachment import Attachments


class Words(Text):
    """A text with tags in it; there may be none, but not nothing."""

    blank = ""

    def clean(self, value, answer=None):
        value = super().clean(value)
        template.check(value)
        return value


class Body(Words):
    """HTML, of which nothing may harm a reader: also not once the tags in it are filled."""

    def clean(self, value, answer=None):
        return template.around(super().clean(value), mail_body.clean)


class TemplateAttachments(Attachments):
    """Files that go out with what is made from a template."""

    def items(self, value):
        return [item | {"content_id": None, "inline_only": False} for item in super().items(value)]


def shared_or_mine(row):
    return row.is_shared | (row.created_by == parameter("user_id"))


def sends(sequence, name: str, id):
    """The condition that a step of a sequence has this template."""
    step = func.jsonb_build_object(name, id, type_=JSONB)
    return sequence.c.steps.contains(func.jsonb_build_array(step, type_=JSONB))


async def refuse_used(ctx, kind, id: str) -> None:
    if await ctx.value(await used(kind.about.name), id=id):
        raise Invalid(errors=["This template is used by a Workflow: delete the Workflow first."])


@shapes(2)
def used(name: str) -> Statement:
    rows = query.rows(resources["sequence"])
    found = query.related(resources["sequence"], rows, rows.c.id)
    found = found.where(sends(rows, f"{name}_id", parameter("id")))
    return Statement(sa.select(found.exists()))


class EmailTemplate(
    Signed,
    path="email_template",
    prefix="tmpl",
    order="-date_created",
    indexes=("is_shared",),
    seen_if=shared_or_mine,
):
    """A mail to be written once and sent to many; nobody else sees one that is not shared."""

    name = Text(required=True, most=255, example="Follow-up")
    subject = Words(example="{{ organization.name }} follow-up")
    body = Body(most=200_000, example="Hi {{ contact.first_name }},<br>")
    attachments = TemplateAttachments()
    is_archived = Bool(filter=EXACT)
    is_shared = Bool(filter=EXACT)

    @computed(json={"type": "array", "items": {"type": "object"}}, lazy=True)
    def used_by_sequences(email_template):
        """Which sequences send it."""
        rows = query.rows(resources["sequence"])
        one = func.json_build_object("id", rows.c.id, "name", rows.c.name)
        array = render.array(sa.cast(one, sa.Text), [rows.c.name, rows.c.id])
        found = query.related(resources["sequence"], rows, array)
        found = found.where(sends(rows, "email_template_id", email_template.id))
        return found.scalar_subquery()


@operation(
    "email_template.get",
    "GET",
    "/email_template/{id}/",
    of=EmailTemplate,
    parameters=("_fields", "include_embedded"),
)
def get(ctx, params, body):
    """A single one also tells where it is used. None is embedded in a workflow, so that there is
    nothing more to include."""
    return render.one(ctx, EmailTemplate, params["id"], params.get("_fields") or "_all")


@operation("email_template.delete", "DELETE", "/email_template/{id}/", of=EmailTemplate)
async def delete(ctx, params, body):
    """What was sent from it stays. One that a sequence sends is needed."""
    await ops.get(ctx, EmailTemplate, params["id"])
    await refuse_used(ctx, EmailTemplate, params["id"])
    await ops.delete(ctx, EmailTemplate, params["id"])
    return {}


@operation(
    "email_template.render",
    "GET",
    "/email_template/{id}/render/",
    parameters=(
        "lead_id",
        "contact_id",
        "entry",
        "mode",
        "query",
        "s_query",
        "sort",
        "limit",
        "results_limit",
        "bulk_object_type",
        "contact_preference",
        "email_account_id",
        "sender",
    ),
)
async def rendered(ctx, params, body):
    """As it would read for a contact: one that is named, or the `entry`-th of all or of those
    that a search finds."""
    fields = "id,subject,body"
    found = msgspec.json.decode(await render.one(ctx, EmailTemplate, params["id"], fields))
    target = await recipient.chosen(ctx, params)
    if not target:
        return {}
    lead_id, contact_id = target
    text = await ctx.value(await tags.of_two(), lead_id=lead_id, contact_id=contact_id)
    values = msgspec.json.decode(text) if text else None
    if not values or not values["contact"]["id"]:
        raise render.missing(resources["contact"])
    lead, contact = values["lead"], values["contact"]
    return {
        "lead_id": lead_id,
        "contact_id": contact_id,
        "lead_display_name": lead["display_name"],
        "contact_display_name": contact["display_name"],
        "email": contact["email"] or "",
        "subject": template.render(found["subject"], values),
        "body": filled(found["body"], values),
    }


def filled(body: str, values: dict) -> str:
    """What is written into it may have made a link of it that should not be one."""
    return mail_body.clean(template.render(body, values, rich=True))


async def written(ctx, id: str, lead_id: str, contact_id: str) -> dict:
    """What a template says to a contact: a subject, a body, and what is sent along."""
    fields = "subject,body,attachments"
    found = msgspec.json.decode(await render.one(ctx, EmailTemplate, id, fields))
    text = await ctx.value(await tags.of_two(), lead_id=lead_id, contact_id=contact_id)
    values = msgspec.json.decode(text)
    return found | {
        "subject": template.render(found["subject"], values),
        "body": filled(found["body"], values),
    }
