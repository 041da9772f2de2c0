"""A plan is carried out: what is new by one statement for each kind of object, what changes one by
one, and all that an undoing needs to know is noted."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ajar import many
from ajar.importing.checking import PARTS
from ajar.importing.planning import Entry, Plan
from ajar.importing.tables import change, key, problem
from ajar.kernel import ops
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.search import page

STAMPED = ("date_updated", "updated_by")
COUNTED = {"lead": "leads", "contact": "contacts", "opportunity": "opportunities", "note": "notes"}


def counted(plan: Plan) -> Counter[str]:
    """What the plan makes and changes, as an import counts it."""
    counts = Counter(rows_skipped=plan.skipped)
    for entry in plan.entries:
        if not entry.old:
            counts[f"{COUNTED[entry.part]}_created"] += 1
        elif entry.new != entry.old and not entry.made:
            counts[f"{COUNTED[entry.part]}_updated"] += 1
    return counts


async def write(ctx, import_id: str, plan: Plan) -> None:
    entries = list(plan.entries)
    for part, name in PARTS.items():
        new = [entry.new for entry in entries if entry.part == part and not entry.old]
        await many.create(ctx, resources[name], new)
    for part, name in PARTS.items():
        await many.update(ctx, resources[name], changes(entries, part))
    await many.update(ctx, resources["lead"], list(joined(plan)))
    await note(ctx, import_id, entries)


def changes(entries: list[Entry], part: str) -> list[tuple[ops.Row, dict]]:
    mine = [(e.old, e.new) for e in entries if e.part == part and e.old]
    return [(old, new) for old, new in mine if new != old]


def joined(plan: Plan) -> Iterator[tuple[ops.Row, dict]]:
    """Leads of which only the set of contacts has changed."""
    for group in plan.every:
        lead = group.lead
        more = any(not contact.old for contact in group.parts["contact"])
        if lead and lead.old and more and lead.new == lead.old:
            yield lead.old, dict(lead.old)


async def note(ctx, import_id: str, entries: list[Entry]) -> None:
    rows = []
    for entry in entries:
        about = {"object_id": entry.new["id"], "object_type": PARTS[entry.part]}
        if not entry.old:
            rows.append(about | {"old": None, "new": None})
        elif entry.new != entry.old and not entry.made:
            old, new = differing(entry.old, entry.new)
            rows.append(about | {"old": old, "new": new})
    if rows:
        await ctx.rows(await noted(), import_id=import_id, changes=rows)


def differing(old: dict, new: dict) -> tuple[dict, dict]:
    """The values that differ, as they were and as they are; custom ones by their own keys."""
    before, after = flat(old), flat(new)
    names = [n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]
    return {n: before.get(n) for n in names}, {n: after.get(n) for n in names}


def flat(row: dict) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in STAMPED}
    return values | (values.pop("custom", None) or {})


@shapes(1)
def noted() -> Statement:
    """What is changed again keeps what it was at first; what was made was not there at all."""
    columns = ("object_id", "object_type", "old", "new")
    given = many.recordset("changes", [change.c[name] for name in columns])
    ours = (parameter("organization_id"), parameter("import_id"))
    added = insert(change).from_select(
        ["organization_id", "import_id", *columns], sa.select(*ours, *given.c)
    )
    again = {
        "old": added.excluded.old.op("||")(change.c.old),
        "new": change.c.new.op("||")(added.excluded.new),
    }
    return Statement(
        added.on_conflict_do_update(
            index_elements=["organization_id", "import_id", "object_id"], set_=again
        )
    )


async def known(ctx, import_id: str, keys: set[str]) -> dict[str, tuple[str, bool]]:
    """The leads that rows of earlier batches meant by these keys."""
    # A plan from when there were none would read all of them.
    rows = await page.planned(ctx, await meant(), import_id=import_id, keys=sorted(keys))
    return {row["key"]: (row["lead_id"], row["made"]) for row in rows}


@shapes(1)
def meant() -> Statement:
    mine = (
        key.c.organization_id == parameter("organization_id"),
        key.c.import_id == parameter("import_id"),
    )
    wanted = key.c.key == sa.any_(parameter("keys", TEXTS))
    return Statement(sa.select(key.c.key, key.c.lead_id, key.c.made).where(*mine, wanted))


async def remember(ctx, import_id: str, plan: Plan) -> None:
    rows = [
        {"key": text, "lead_id": group.lead.new["id"], "made": group.lead.made}
        for text, group in plan.groups.items()
        if group.lead
    ]
    await ctx.rows(await added(key, ("key", "lead_id", "made")), import_id=import_id, items=rows)


async def complain(ctx, import_id: str, rows: list[dict]) -> None:
    """Keep the rows that could not be used, and why."""
    if rows:
        columns = ("row", "problems", "cells")
        await ctx.rows(await added(problem, columns), import_id=import_id, items=rows)


@shapes(2)
def added(table: sa.Table, columns: tuple) -> Statement:
    given = many.recordset("items", [table.c[name] for name in columns])
    ours = (parameter("organization_id"), parameter("import_id"))
    found = sa.select(*ours, *given.c)
    names = ["organization_id", "import_id", *columns]
    return Statement(insert(table).from_select(names, found).on_conflict_do_nothing())


async def forget(ctx, import_id: str, table: sa.Table) -> None:
    await ctx.rows(await forgotten(table), import_id=import_id)


@shapes(3)
def forgotten(table: sa.Table) -> Statement:
    mine = (
        table.c.organization_id == parameter("organization_id"),
        table.c.import_id == parameter("import_id"),
    )
    return Statement(sa.delete(table).where(*mine))
