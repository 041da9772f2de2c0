"""Searching: objects by conditions on them, and on what is related to them."""

from typing import Any

from ajar.kernel import operation
from ajar.search import page


@operation("data.search", "POST", "/data/search/", alone=True)
async def search(ctx, params, body):
    """Find objects. The grammar of a query is at `/data/search/schema.json`, and the fields that
    there are at `/data/search/fields/`."""
    return await page.run(ctx, await page.asked(ctx, body))
