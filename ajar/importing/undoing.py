"""An import is undone: what it made is deleted, and what it changed is again what it was, but for
what somebody has changed since, which is told and left alone."""

from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar import acting, many
from ajar.importing.tables import change
from ajar.importing.writing import flat
from ajar.kernel import events, ops
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes

BATCH = 500  # objects
ORDER = ("lead", "opportunity", "activity.note", "contact")
GONE = "It was deleted since."
CHANGED = "It was changed since."


async def begin(ctx, id: str) -> ops.Row:
    resource = resources["import"]
    row = await ops.get(ctx, resource, id)
    begun = {"status": "reverting", "caller": acting.kept(ctx), "n_reverted": 0, "n_conflicts": 0}
    row = await ops.write(ctx, resource, row, row | begun)
    await events.log(ctx, resource, row, "reverting")
    await ctx.defer("import.run", id=id)
    return row


async def step(ctx, id: str) -> bool:
    """Undo what the import did to some objects; whether more is to be done."""
    resource = resources["import"]
    row = await ops.get(ctx, resource, id)
    ctx = acting.for_whoever_asked(ctx, row["caller"], import_id=id)
    if row["status"] != "reverting":
        return False
    changes = await ctx.rows(await left(), import_id=id, limit=BATCH)
    if not changes:
        row = await ops.write(ctx, resource, row, row | {"status": "reverted"})
        await events.log(ctx, resource, row, "reverted")
        return False
    for name in ORDER:
        made = [x["object_id"] for x in changes if x["object_type"] == name and x["old"] is None]
        await (delete_contacts(ctx, made) if name == "contact" else erase(ctx, name, made))
    conflicts = await restore_all(ctx, [x for x in changes if x["old"] is not None])
    done = [x["object_id"] for x in changes if x["object_id"] not in conflicts]
    await ctx.rows(await forgotten(), import_id=id, ids=done)
    told = [{"object_id": key, "conflict": value} for key, value in conflicts.items()]
    await ctx.rows(await noted(), import_id=id, conflicts=told)
    counts = {"n_reverted": row["n_reverted"] + len(done)}
    counts["n_conflicts"] = row["n_conflicts"] + len(conflicts)
    await ops.write(ctx, resource, row, row | counts)
    return True


async def erase(ctx, name: str, ids: list[str]) -> None:
    await many.delete(ctx, resources[name], ids)


async def delete_contacts(ctx, ids: list[str]) -> None:
    """Those that have not gone with their leads. The set of contacts of the others changes."""
    contacts = await many.get(ctx, resources["contact"], ids)
    if not contacts:
        return
    lead = resources["lead"]
    leads = await many.get(ctx, lead, {row["lead_id"] for row in contacts.values()})
    await many.delete(ctx, resources["contact"], list(contacts))
    for row in leads.values():
        await ops.write(ctx, lead, row, dict(row))


async def restore_all(ctx, changes: list[Any]) -> dict[str, dict]:
    """Give every object the values it had; why some could not be, by object and field."""
    conflicts: dict[str, dict] = {}
    for name in dict.fromkeys(one["object_type"] for one in changes):
        mine = {one["object_id"]: one for one in changes if one["object_type"] == name}
        rows = await many.get(ctx, resources[name], mine)
        for id, one in mine.items():
            if id not in rows:
                conflicts[id] = {"": GONE}
            elif found := await restore(ctx, resources[name], rows[id], one):
                conflicts[id] = found
    return conflicts


async def restore(ctx, resource, row: ops.Row, one: Any) -> dict[str, str]:
    now = msgspec.to_builtins(flat(row))
    mine = {name for name in one["old"] if now.get(name) == one["new"].get(name)}
    others = {name for name in one["old"] if name not in mine}
    back = {name: one["old"][name] for name in mine}
    new = dict(row) | {n: typed(resource, n, v) for n, v in back.items() if n in row}
    if "custom" in row:
        values = row["custom"] | {n: v for n, v in back.items() if n.startswith(PREFIX)}
        new["custom"] = {name: value for name, value in values.items() if value is not None}
    if new != row:
        await ops.write(ctx, resource, row, new)
    return {name: CHANGED for name in others if now.get(name) != one["old"].get(name)}


def typed(resource, name: str, value: Any) -> Any:
    """A value that was kept as JSON."""
    kind = resource.about.table.c[name].type
    if isinstance(kind, sa.Date | sa.DateTime) and value is not None:
        return msgspec.convert(value, date if isinstance(kind, sa.Date) else datetime)
    return value


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
    return Statement(gone.where(change.c.object_id == sa.any_(parameter("ids", many.IDS))))


@shapes(1)
def noted() -> Statement:
    given = many.recordset("conflicts", [change.c.object_id, sa.column("conflict", JSONB)])
    told = sa.update(change).values(conflict=given.c.conflict).where(*mine())
    return Statement(told.where(change.c.object_id == given.c.object_id))
