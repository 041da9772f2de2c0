"""An import is undone: what it made is deleted, and what it changed is again what it was, but for
what somebody has changed since, which is told and left alone."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar import many
from ajar.importing.tables import change
from ajar.importing.writing import flat
from ajar.kernel import events, ops
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.undoing.log import typed

BATCH = 500  # objects
ORDER = ("lead", "opportunity", "activity.note", "contact")
GONE = "It was deleted since."
CHANGED = "It was changed since."


async def step(ctx, row: ops.Row) -> bool:
    """Undo what the import did to some objects; whether more is to be done."""
    resource, id = resources["import"], row["id"]
    changes = await ctx.rows(await left(), import_id=id, limit=BATCH)
    if not changes:
        row = await ops.write(ctx, resource, row, row | {"status": "reverted"})
        await events.log(ctx, resource, row, "reverted")
        return False
    for name in ORDER:
        made = [x["object_id"] for x in changes if x["object_type"] == name and x["old"] is None]
        await (delete_contacts if name == "contact" else many.delete)(ctx, resources[name], made)
    conflicts = await restore(ctx, [x for x in changes if x["old"] is not None])
    done = [x["object_id"] for x in changes if x["object_id"] not in conflicts]
    await ctx.rows(await forgotten(), import_id=id, ids=done)
    told = [{"object_id": key, "conflict": value} for key, value in conflicts.items()]
    await ctx.rows(await noted(), import_id=id, conflicts=told)
    counts = {"n_reverted": row["n_reverted"] + len(done)}
    counts["n_conflicts"] = row["n_conflicts"] + len(conflicts)
    await ops.write(ctx, resource, row, row | counts)
    return True


async def delete_contacts(ctx, contact, ids: list[str]) -> None:
    """Those that have not gone with their leads. The set of contacts of the others changes."""
    contacts = await many.get(ctx, contact, ids)
    if not contacts:
        return
    lead = resources["lead"]
    leads = await many.get(ctx, lead, {row["lead_id"] for row in contacts.values()})
    await many.delete(ctx, contact, contacts)
    await many.update(ctx, lead, [(row, dict(row)) for row in leads.values()])


async def restore(ctx, changes: list[Any]) -> dict[str, dict]:
    """Give every object the values it had; why some could not be, by object and field."""
    conflicts: dict[str, dict] = {}
    for name in dict.fromkeys(one["object_type"] for one in changes):
        resource = resources[name]
        mine = {one["object_id"]: one for one in changes if one["object_type"] == name}
        rows = await many.get(ctx, resource, mine)
        conflicts |= {id: {"": GONE} for id in mine.keys() - rows.keys()}
        conflicts |= {id: told for id, row in rows.items() if (told := changed(row, mine[id]))}
        back = [(row, before(resource, row, mine[id])) for id, row in rows.items()]
        await many.update(ctx, resource, [(row, new) for row, new in back if new != row])
    return conflicts


def before(resource, row: ops.Row, one: Any) -> dict:
    """The row with the values it had, but for those that were changed since."""
    now = msgspec.to_builtins(flat(row))
    back = {n: value for n, value in one["old"].items() if now.get(n) == one["new"].get(n)}
    columns = resource.about.table.c
    new = dict(row) | {n: typed(columns[n], value) for n, value in back.items() if n in row}
    if "custom" in row:
        values = row["custom"] | {n: v for n, v in back.items() if n.startswith(PREFIX)}
        new["custom"] = {name: value for name, value in values.items() if value is not None}
    return new


def changed(row: ops.Row, one: Any) -> dict[str, str]:
    """What is neither as the import left it nor as it was before."""
    now = msgspec.to_builtins(flat(row))
    known = {name: (value, one["new"].get(name)) for name, value in one["old"].items()}
    return {name: CHANGED for name, values in known.items() if now.get(name) not in values}


def mine() -> tuple:
    return (
        change.c.organization_id == parameter("organization_id"),
        change.c.import_id == parameter("import_id"),
    )


@shapes(1)
def left() -> Statement:
    """What is still to be undone, the last first."""
    columns = ("object_id", "object_type", "old", "new")
    found = sa.select(*(change.c[name] for name in columns)).where(*mine())
    found = found.where(change.c.conflict.is_(None)).order_by(change.c.object_id.desc())
    return Statement(found.limit(parameter("limit", sa.BigInteger)))


@shapes(1)
def forgotten() -> Statement:
    gone = sa.delete(change).where(*mine())
    return Statement(gone.where(change.c.object_id == sa.any_(parameter("ids", TEXTS))))


@shapes(1)
def noted() -> Statement:
    given = many.recordset("conflicts", [change.c.object_id, sa.column("conflict", JSONB)])
    told = sa.update(change).values(conflict=given.c.conflict).where(*mine())
    return Statement(told.where(change.c.object_id == given.c.object_id))
