"""Exports of opportunities by the filters of their list."""

from ajar import paging
from ajar.errors import ApiError
from ajar.kernel import operation, query
from ajar.kernel.operations import written
from ajar.resources import export
from ajar.resources.export import Export
from ajar.resources.opportunity import LABELS, Opportunity
from ajar.search import lines

TAKES = export.takes("type", "query", "s_query", "results_limit", "sort")


@operation(
    "export.opportunity.create",
    "POST",
    "/export/opportunity/",
    of=Export,
    takes=TAKES,
    parameters=("_fields",),
)
async def create(ctx, params, body):
    """A row, or an object, for each opportunity that the list shows with these `params`."""
    new = await export.checked(ctx, body, TAKES, type="lead_opps")
    new["type"] = export.OPPORTUNITIES
    errors: dict[str, str] = {}
    try:
        query.filtered(ctx, Opportunity, await filters(ctx, new["params"] or {}))
    except ApiError as error:
        errors = {"params": str(error)}
    return await export.begin(ctx, new, errors, params)


@operation(
    "export.opportunity.list",
    "GET",
    "/export/opportunity/",
    of=Export,
    parameters=paging.PARAMETERS,
)
async def list_(ctx, params, body):
    """Exports that began with the filters of a list."""
    return await export.several(ctx, params | {"type__in": export.OPPORTUNITIES})


async def filters(ctx, said: dict) -> dict[str, str]:
    """Parameters of the list of opportunities. One that means nothing there would have everything
    exported, and is refused."""
    known = written["opportunity.list"].parameters
    if strange := sorted(said.keys() - known):
        raise ApiError(f'There is no parameter "{strange[0]}".')
    params = {name: paging.text_of(value) for name, value in said.items()}
    params = await lines.opportunities(ctx, params)
    return {LABELS.get(name, name): value for name, value in params.items()}
