"""Exports of leads, of their contacts, or of their opportunities."""

from ajar import paging
from ajar.errors import Invalid
from ajar.kernel import operation
from ajar.resources import export
from ajar.resources.export import Export
from ajar.search import target

TAKES = export.takes("params")
TYPES = "leads,contacts,lead_opps"
# What the search may find; the first is meant where it does not say.
FOUND = {
    "leads": ("lead",),
    "contacts": ("lead", "contact"),
    "lead_opps": ("lead", "opportunity"),
}


@operation(
    "export.lead.create",
    "POST",
    "/export/lead/",
    of=Export,
    takes=TAKES,
    parameters=("_fields",),
)
async def create(ctx, params, body):
    """All that a search finds, which is everything without one: a row, or an object, for each lead,
    or for each contact or opportunity of these leads."""
    new = await export.checked(ctx, body, TAKES)
    errors: dict[str, str] = {}
    try:
        search = await target.understood(ctx, new, FOUND[new["type"]])
        new["object_type"] = search.query.type.name
    except Invalid as error:
        errors = error.body["field-errors"]
    return await export.begin(ctx, new, errors, params)


@operation("export.lead.list", "GET", "/export/lead/", of=Export, parameters=paging.PARAMETERS)
async def list_(ctx, params, body):
    """Exports that began with a search."""
    return await export.several(ctx, params | {"type__in": TYPES})
