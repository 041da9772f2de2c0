"""What imports ask the database is limited to the organization, like everything else."""

import asyncio
from functools import partial

from ajar import many
from ajar.importing import matching, names, reports, targets, undoing, writing
from ajar.importing.tables import change, key, problem
from ajar.kernel.registry import resources
from ajar.resources import load


def alongside(resource, action):
    return tuple(one for one in resource.about.alongside if action in one.actions)


async def every():
    for name in ("lead", "contact", "opportunity", "activity.note"):
        resource = resources[name]
        yield await many.locked(resource)
        beside = partial(alongside, resource)
        yield await many.created(resource, beside("created"))
        yield await many.updated(resource, ("date_updated",), beside("updated"))
        yield await many.deleted(resource, beside("deleted"))
    for kind in targets.KINDS:
        yield await targets.definitions(kind)
    for name in names.COLUMNS:
        yield await names.listed(name)
    for rule in matching.LISTS.values():
        yield await matching.having(*rule)
    for of in ("lead", "contact"):
        yield await matching.holding(of)
    for statement in (matching.named, matching.identified, writing.noted, writing.meant):
        yield await statement()
    for statement in (undoing.left, undoing.forgotten, undoing.noted, reports.some):
        yield await statement()
    for table in (change, key, problem):
        yield await writing.forgotten(table)
    yield await writing.added(problem, ("row", "problems", "cells"))
    yield await reports.paged(change, ("object_id", "object_type", "conflict"))


load()


def test_every_statement_is_limited_to_the_organization(strays):
    async def collected():
        return [statement.text async for statement in every()]

    texts = asyncio.run(collected())
    assert [(text, strays(text)) for text in texts if strays(text)] == []
