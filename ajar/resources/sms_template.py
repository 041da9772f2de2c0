"""SMS templates."""

from ajar.kernel import Bool, Choice, Signed, Text, computed, operation, ops, render
from ajar.kernel.operations import show
from ajar.resources.attachment import Attachments
from ajar.resources.email_template import Words, refuse_used, shared_or_mine


class SmsTemplate(
    Signed,
    path="sms_template",
    prefix="smstmpl",
    created=201,
    deleted=204,
    order="-date_created",
    indexes=("is_shared",),
    seen_if=shared_or_mine,
):
    """A text message to be written once and sent to many."""

    name = Text(required=True, most=255, example="Reminder")
    text = Words(example="See you soon, {{ contact.first_name }}!")
    attachments = Attachments()
    is_shared = Bool()
    status = Choice("active", "archived", required=True, default="active")

    @computed(json={"type": "string"})
    def owned_by(sms_template):
        return sms_template.created_by


NEW = {name: field for name, field in SmsTemplate.about.stored.items() if name != "status"}


@operation(
    "sms_template.create",
    "POST",
    "/sms_template/",
    status=201,
    of=SmsTemplate,
    parameters=("_fields",),
    takes=NEW,
)
async def create(ctx, params, body):
    """Whether it is archived, only an update says."""
    template = await ops.create(ctx, SmsTemplate, body | {"status": None})
    ctx.headers["location"] = f"/api/v1/sms_template/{template['id']}/"
    return await show(ctx, SmsTemplate, template, params)


@operation(
    "sms_template.get",
    "GET",
    "/sms_template/{id}/",
    of=SmsTemplate,
    parameters=("_fields", "include_attachments", "include_embedded"),
)
def get(ctx, params, body):
    """The attachments are included whether one asks for them or not."""
    return render.one(ctx, SmsTemplate, params["id"], params.get("_fields"))


@operation("sms_template.delete", "DELETE", "/sms_template/{id}/", status=204, of=SmsTemplate)
async def delete(ctx, params, body):
    """What was sent from it stays. One that a sequence sends is needed."""
    await ops.get(ctx, SmsTemplate, params["id"])
    await refuse_used(ctx, SmsTemplate, params["id"])
    await ops.delete(ctx, SmsTemplate, params["id"])
