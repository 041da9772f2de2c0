"""What a bulk action or an export is about: a line of text (`query`), a tree (`s_query`) or both,
with an order and a limit. Nothing means everything."""

from typing import Any

from ajar.errors import ApiError, Invalid
from ajar.search import known, lines, page, parse

EVERYTHING = {"type": "match_all", "negate": False}
SAID_IN_TEXT = ("lead", "contact", "opportunity")
PLACE = "query.queries.1"  # of the tree within the whole


async def understood(
    ctx: Any, said: dict, of: tuple[str, ...], also: dict | None = None
) -> page.Search:
    """The search that is meant, for one of these types of objects: the first, where the query
    does not say. `also` is a condition that must be met besides."""
    tree, order, limit = parts(said)
    kind = await meant(ctx, tree, of)
    also_meant = [also] if also else []
    if said["query"]:
        line = await in_words(ctx, said["query"], kind)
        also_meant.append(line.query)
        order = order or line.sort
    more = {"sort": order, "results_limit": limit}
    return await of_type(ctx, kind, [tree, *also_meant], "s_query", **more)


async def of_type(ctx: Any, kind: str, queries: list, where: str, **more: Any) -> page.Search:
    """Objects of a type that meet some conditions. What is wrong with the first is told as what
    is wrong `where` that came from."""
    clause = {"type": "object_type", "object_type": kind}
    whole = {"type": "and", "queries": [clause, *queries]}
    try:
        return await page.understood(ctx, {"query": whole, **more}, now=ctx.now)
    except Invalid as error:
        wrong = error.body["field-errors"].items()
        raise Invalid(fields={key.replace(PLACE, where, 1): v for key, v in wrong}) from None


def parts(said: dict) -> tuple[Any, list, int | None]:
    """The tree, the order and the limit. A Smart View has all three in its `s_query`."""
    tree, order, limit = said["s_query"] or EVERYTHING, said["sort"], said["results_limit"]
    if "type" in tree or "query" not in tree:
        return tree, order, limit
    limit = tree.get("results_limit") if limit is None else limit
    return tree["query"], order or tree.get("sort") or [], limit


async def meant(ctx: Any, tree: Any, of: tuple[str, ...]) -> str:
    """The type of objects that a tree is about."""
    found = parse.type_of(tree, await known.of(ctx, tree))
    if found and found.name not in of:
        raise Invalid(fields={"s_query": f"Must look for objects of type {' or '.join(of)}."})
    return found.name if found else of[0]


async def in_words(ctx: Any, text: str, kind: str) -> Any:
    if kind not in SAID_IN_TEXT:
        reason = f"Only {', '.join(SAID_IN_TEXT)} can be looked for like this: use s_query."
        raise Invalid(fields={"query": reason})
    try:
        _, line = await lines.understood(ctx, text, kind)
    except ApiError as error:
        reason = str(error).removeprefix("query: ")
        raise Invalid(fields={"query": reason}) from None
    if line.slice:
        raise Invalid(fields={"query": "A slice cannot be meant here: use results_limit."})
    return line
