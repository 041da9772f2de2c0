"""What must be known of an organization before a query of it can be read: the custom fields, the
smart views and the objects that it names. Asked in one statement."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import ARRAY

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.search import common

CURRENT_USER = "CURRENT_USER"
VIEW = "saved_search"
FIELD = "custom_field"
DEEPEST = 10  # views within views
TEXTS = ARRAY(sa.Text)
# What a reference may be to, by the word that a query has for it.
TARGETS = {
    "user": ("user",),
    "user_or_group": ("user", "group"),
    "custom_activity_type": ("custom_activity",),
}


def targets(word: str) -> tuple[str, ...]:
    return TARGETS.get(word) or ((word,) if word in resources else ())


@dataclass
class Known:
    """What was found, by id; `ids` has those of everything else that exists, by resource."""

    fields: dict[str, dict] = field(default_factory=dict)
    views: dict[str, dict] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    words: common.Common = field(default_factory=dict)  # where any are looked for


async def of(ctx: Any, said: Any) -> Known:
    """Of what is said, and of what is said in the views that it names."""
    known, new = Known(), [said]
    for _ in range(DEEPEST):
        wanted = unknown(known, new)
        if not wanted:
            break
        before = set(known.views)
        await ask(ctx, known, wanted)
        new = [v.get("s_query") for id, v in known.views.items() if id not in before]
    if has_words([said, *(view.get("s_query") for view in known.views.values())]):
        known.words = await common.words(ctx)
    return known


def has_words(said: Any) -> bool:
    if isinstance(said, list):
        return any(map(has_words, said))
    if not isinstance(said, dict):
        return False
    return said.get("type") == "text" or any(map(has_words, said.values()))


def unknown(known: Known, said: list) -> dict[str, list[str]]:
    wanted: dict[str, set[str]] = {}
    have = {FIELD: known.fields, VIEW: known.views}
    for resource, id in mentioned(said):
        if id not in have.get(resource, known.ids.get(resource, ())):
            wanted.setdefault(resource, set()).add(id)
    return {name: sorted(ids) for name, ids in sorted(wanted.items())}


def mentioned(said: Any) -> Iterator[tuple[str, str]]:
    """What a query names, whatever else is wrong with it."""
    if isinstance(said, list):
        for one in said:
            yield from mentioned(one)
    if not isinstance(said, dict):
        return
    for key, resource in (("custom_field_id", FIELD), ("saved_search_id", VIEW)):
        if isinstance(said.get(key), str) and resource in resources:
            yield resource, said[key]
    word, ids = said.get("reference_type"), said.get("object_ids")
    if isinstance(word, str) and isinstance(ids, list):
        for id in ids:
            if isinstance(id, str) and id != CURRENT_USER:
                yield from ((name, id) for name in targets(word) if name in resources)
    for one in said.values():
        yield from mentioned(one)


async def ask(ctx: Any, known: Known, wanted: dict[str, list[str]]) -> None:
    values = {f"ids_{name}": ids for name, ids in wanted.items()}
    (row,) = await ctx.rows(await existing(tuple(wanted)), **values)
    for name in wanted:
        found = row[name] or []
        if name == FIELD:
            known.fields |= {one["id"]: one for one in found}
        elif name == VIEW:
            known.views |= {one["id"]: one for one in found}
        else:
            known.ids.setdefault(name, set()).update(one["id"] for one in found)


@shapes(50)
def existing(names: tuple[str, ...]) -> Statement:
    """Of each resource the rows, among these ids, that the caller may see."""
    columns = []
    for name in names:
        resource = resources[name]
        rows = query.rows(resource)
        one = func.row_to_json(rows.table_valued()) if name in (FIELD, VIEW) else None
        one = func.json_build_object("id", rows.c.id) if one is None else one
        found = query.owned(resource, rows, func.json_agg(one))
        found = found.where(rows.c.id == sa.any_(parameter(f"ids_{name}", TEXTS)))
        columns.append(found.scalar_subquery().label(name))
    return Statement(sa.select(*columns))
