"""Searching: objects by conditions on them, and on what is related to them."""

from ajar.kernel import operation
from ajar.kernel.registry import resources
from ajar.search import page, schema


@operation("data.search", "POST", "/data/search/", alone=True)
async def search(ctx, params, body):
    """Find objects. The grammar of a query is at `/data/search/schema.json`, and the fields that
    there are at `/data/search/fields/`."""
    return await page.run(ctx, await page.asked(ctx, body))


@operation("data.fields", "GET", "/data/search/fields/")
async def fields(ctx, params, body):
    """Every field that a query may name, with the conditions that suit it; and which types of
    objects are related."""
    return await schema.fields(ctx)


@operation("data.schema", "GET", "/data/search/schema.json")
async def grammar(ctx, params, body):
    """The grammar of a search, as JSON Schema."""
    return schema.grammar(tuple(resources))
