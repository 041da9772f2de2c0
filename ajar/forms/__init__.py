"""What is sent with a form becomes an activity, on the lead of whoever sent it: of the contact
that has the address, or else a new one. Nothing that is known is changed by what strangers send."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ajar import database
from ajar.errors import Invalid
from ajar.forms.answers import cleaned
from ajar.kernel import ops, render
from ajar.kernel.context import Context
from ajar.resources.activity.form_submission import FormSubmission
from ajar.resources.contact import Contact, known_by
from ajar.resources.form import Form
from ajar.resources.lead import Lead

LISTS = {"email": "emails", "phone": "phones", "url": "urls"}  # of a contact
LONGEST_URL = 2000


@dataclass(frozen=True, kw_only=True)
class Sender:
    """From where answers come."""

    ip_address: str | None = None
    origin: str | None = None
    source_url: str | None = None


async def published(ctx: Context, id: str) -> dict[str, Any]:
    """A form that may be filled in, as the API shows it."""
    form = msgspec.json.decode(await render.one(ctx, Form, id))
    if not form["is_published"]:
        raise render.missing(Form)
    return form


async def submit(ctx: Context, form: dict, data: dict, sender: Sender) -> ops.Row:
    """The activity that was made of the answers, which go by the ids or names of fields."""
    values = cleaned(form["fields"], data)
    lead_id, contact_id = await whose(ctx, form, values)
    url = web_address(sender.source_url)
    return await ops.add(
        ctx,
        FormSubmission,
        lead_id=lead_id,
        contact_id=contact_id,
        form_id=form["id"],
        form_configuration_id=form["configuration_id"],
        values=values,
        values_by_name={field["name"]: values[field["id"]] for field in form["fields"]},
        ip_address=sender.ip_address,
        origin=(sender.origin or "")[:LONGEST_URL] or None,
        source_url=url,
        source_url_normalized=normalized(url) if url else None,
    )


async def whose(ctx: Context, form: dict, values: dict) -> tuple[str, str | None]:
    """The lead and the contact that answers belong to. Of two that come at once with the same
    address, the second finds what the first has made."""
    filled = {one["maps_to"]: one["id"] for one in form["fields"] if values[one["id"]] is not None}
    mapped = {target: values[id] for target, id in filled.items() if target}
    email = mapped.get("contact.email")
    if email:
        await database.alone(ctx.db, f"forms {ctx.organization_id} {email.lower()}")
        if known := await known_by(ctx, [email.lower()]):
            return known[0]["lead_id"], known[0]["id"]
    lead, contact = bodies(mapped)
    new = await checked(ctx, filled, Lead, lead) | {"source": "webform"}
    person = await checked(ctx, filled, Contact, contact) if contact else None
    made = await ops.write(ctx, Lead, {}, new)
    if not person:
        return made["id"], None
    return made["id"], (await ops.write(ctx, Contact, {}, person | {"lead_id": made["id"]}))["id"]


async def checked(ctx: Context, filled: dict, resource: Any, body: dict) -> dict:
    """The row that is asked for; what is wrong with it is told of the fields it was sent in."""
    try:
        return await ops.check(ctx, resource, body)
    except Invalid as error:
        wrong = error.body["field-errors"].items()
        kind = resource.about.name
        fields = {field_of(filled, kind, name): plain(reason) for name, reason in wrong}
        raise Invalid(fields=fields) from None


def bodies(mapped: dict) -> tuple[dict, dict]:
    """What is asked of the API for a lead and its contact."""
    bodies: dict[str, dict] = {"lead": {}, "contact": {}}
    for target, value in mapped.items():
        kind, _, name = target.partition(".")
        bodies[kind][name] = value
    lead, contact = bodies["lead"], bodies["contact"]
    lead.setdefault("name", contact.get("name") or contact.get("email"))
    for name in LISTS.keys() & contact.keys():
        contact[LISTS[name]] = [{name: contact.pop(name)}]
    return lead, contact


def field_of(filled: dict[str, str], kind: str, name: str) -> str:
    """The id of the field that filled this in. A lead may have the name of its contact."""
    single = next((one for one, many in LISTS.items() if many == name), name)
    return filled.get(f"{kind}.{single}") or filled.get(f"contact.{single}", name)


def plain(reason: Any) -> str:
    """A reason that may be about the parts of a list."""
    while isinstance(reason, dict):
        reason = next(iter(reason.get("field-errors", reason.get("errors", reason)).values()))
    return str(reason)


def web_address(text: str | None) -> str | None:
    text = (text or "").strip()
    return text if text.startswith(("http://", "https://")) and len(text) <= LONGEST_URL else None


def normalized(url: str) -> str | None:
    """Host and path alone."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}{parts.path.rstrip('/')}" or None
    except ValueError:
        return None
