"""Sequences for many contacts: they begin one; or their runs rest, go on, or get somebody else."""

import sqlalchemy as sa

from ajar import many
from ajar.bulk import contacts
from ajar.bulk.pieces import One, one_by_one
from ajar.errors import ApiError
from ajar.kernel import ops, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.resources.bulk_action.sequence_subscription import ASSIGNED

RUN = "sequence_subscription"
# The runs that an action is about, by their status.
MEANT = {
    "pause": ("active",),
    "resume": ("paused",),
    "resume_finished": ("finished",),
    "reassign": ("active", "paused"),
}


async def work(ctx, action: dict, ids: list[str]) -> dict[str, str]:
    do = pause if action["action_type"] == "pause" else each
    return await do(ctx, action, ids)


async def pause(ctx, action: dict, ids: list[str]) -> dict[str, str]:
    """Whoever rests needs nothing, and nobody is refused it."""
    found = [run for known in (await meant(ctx, action, ids)).values() for run in known]
    rows = await many.get(ctx, resources[RUN], found)
    rests = {"status": "paused", "status_reason": "bulk-action"}
    await many.update(ctx, resources[RUN], [(row, row | rests) for row in rows.values()])
    return {}


@one_by_one
async def each(ctx, action: dict, ids: list[str]) -> One:
    if action["action_type"] == "subscribe":
        return await to_subscribe(ctx, action, ids)
    found = await meant(ctx, action, ids)

    async def change(id: str) -> None:
        for run in found[id]:
            await changed(ctx, action, run)

    return change


async def meant(ctx, action: dict, ids: list[str]) -> dict[str, list[str]]:
    """The runs that are to be changed, by the object that they are of. They are locked, so that
    none of them ends meanwhile and is brought back."""
    statuses = MEANT[action["action_type"]]
    given = {"ids": ids, "sequence_id": action["sequence_id"], "statuses": statuses}
    found: dict[str, list[str]] = {id: [] for id in ids}
    for row in await ctx.rows(await runs(action["object_type"]), **given):
        found[row["of_id"]].append(row["id"])
    return found


async def changed(ctx, action: dict, id: str) -> None:
    kind = resources[RUN]
    if action["action_type"] == "reassign":
        await ops.update(ctx, kind, id, {n: action[n] for n in ASSIGNED if action[n]})
    else:
        await ops.update(ctx, kind, id, {"status": "active"})


async def to_subscribe(ctx, action: dict, ids: list[str]) -> One:
    """Whoever is or was in the sequence is left alone."""
    found = await contacts.chosen(ctx, action["object_type"], ids, action["contact_preference"])
    people = [address.contact_id for known in found.values() for address in known]
    given = {"ids": people, "sequence_id": action["sequence_id"]}
    met = {row["contact_id"] for row in await ctx.rows(await meetings(), **given)}

    async def subscribe(id: str) -> None:
        if not found[id]:
            raise ApiError("There is no contact with an email address.")
        new = [address for address in found[id] if address.contact_id not in met]
        if not new:
            raise ApiError("This contact is or was in this sequence already.")
        for address in new:
            await enrol(ctx, action, address)

    return subscribe


async def enrol(ctx, action: dict, address: contacts.Address) -> None:
    given = {name: action[name] for name in ("sequence_id", *ASSIGNED)}
    who = {"contact_id": address.contact_id, "contact_email": address.email}
    await ops.create(ctx, resources[RUN], given | who)


@shapes(2)
def runs(of: str) -> Statement:
    """Of these leads or contacts, in one sequence or in any."""
    rows = query.rows(resources[RUN])
    whose = rows.c.lead_id if of == "lead" else rows.c.contact_id
    one = parameter("sequence_id")
    found = query.owned(resources[RUN], rows, rows.c.id, whose.label("of_id")).where(
        whose == sa.any_(parameter("ids", TEXTS)),
        rows.c.status == sa.any_(parameter("statuses", TEXTS)),
        one.is_(None) | (rows.c.sequence_id == one),
    )
    return Statement(found.order_by(rows.c.id).with_for_update(of=rows))


@shapes(1)
def meetings() -> Statement:
    """Which of these contacts have met this sequence."""
    rows = query.rows(resources[RUN])
    found = query.related(resources[RUN], rows, rows.c.contact_id).where(
        rows.c.contact_id == sa.any_(parameter("ids", TEXTS)),
        rows.c.sequence_id == parameter("sequence_id"),
    )
    return Statement(found)
