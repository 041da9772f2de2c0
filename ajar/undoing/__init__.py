"""Undoing what the event log tells of: one event, a request, the deletion of a lead.

Changes are undone one by one, the newest first, so that each finds the rows as it left them. A
change that somebody has changed again since then is a conflict; unless it is forced, one conflict
refuses all. To try it is to do it and roll it back, so that what is told beforehand is true.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from ajar.errors import ApiError, Conflict, Invalid
from ajar.kernel import Bool, Custom, UpdatedAt, ops
from ajar.kernel.custom import PREFIX
from ajar.kernel.fields import cleaned
from ajar.kernel.render import missing
from ajar.undoing import log, permission, rows
from ajar.undoing.log import Change

MOST = 5000  # changes that a request may undo
# By whether it is there before and afterwards.
ACTIONS = {
    (True, True): "updated",
    (True, False): "deleted",
    (False, True): "created",
    (False, False): "none",
}
HOW = {"dry_run": Bool(), "force": Bool()}  # tell only; also what has been changed since


def said(ctx, params: dict[str, str], body: dict) -> dict[str, bool]:
    """How to undo: what the query string or the body has of HOW."""
    asked = {name: params[name] for name in HOW if params.get(name)}
    try:
        return cleaned(HOW, body) | {n: HOW[n].parse(ctx, text) for n, text in asked.items()}
    except ValueError as error:
        raise ApiError(str(error)) from None


class Tried(Exception):
    """Rolls back what was only tried."""


@dataclass
class Outcome:
    """What became of one object."""

    change: Change  # the newest that was undone
    there: bool  # before it all began; meanwhile it may have gone with another
    now: str | None  # as clients see it: before, and when all is undone
    then: str | None = None
    lost: list[str] = field(default_factory=list)


@dataclass
class Undoing:
    """What is undone together, and what stands in the way."""

    ctx: Any
    force: bool
    later: dict[str, list[Change]]  # updates by object, the oldest first
    there: set[str]  # the objects that there are
    leads: set[str]  # that come back: who may bring one back brings what went with it
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # by object
    conflicts: list[dict] = field(default_factory=list)

    async def undo(self, change: Change) -> None:
        row = await rows.find(self.ctx, change.resource, change.object_id)
        along = change.lead_id in self.leads and change.lead_id != change.object_id
        held = row or (change.action == "deleted" and change.old)
        if held and not along:
            permission.check(self.ctx, change, held)
        new = Outcome(change, change.object_id in self.there, row.json if row else None)
        outcome = self.outcomes.setdefault(change.object_id, new)
        written = await getattr(self, change.action)(change, row, outcome)
        outcome.then = written.json if written else None

    async def created(self, change: Change, row: ops.Row | None, outcome: Outcome) -> Any:
        """It goes again, as if a client had deleted it."""
        if not row:
            return None
        since = rows.since(change.resource, row, self.after(change))
        hanging = await rows.hanging(self.ctx, change.resource, change.object_id)
        if since or hanging:
            self.conflict(change, "It has been used since then.", fields=since, hanging=hanging)
            if not self.force:
                return row
        try:
            async with self.ctx.db.transaction():
                await ops.delete(self.ctx, change.resource, change.object_id)
        except Invalid as error:
            self.conflict(change, " ".join(error.body["errors"]), forcible=False)
            return row
        return None

    async def updated(self, change: Change, row: ops.Row | None, outcome: Outcome) -> Any:
        if not row:
            self.conflict(change, "It is gone.", forcible=False)
            return None
        after = {name: v for name, v in self.after(change).items() if name in change.old}
        if since := rows.since(change.resource, row, after, change.old):
            self.conflict(change, "It has been changed since then.", fields=since)
            if not self.force:
                return row
        new = rows.before(change.resource, change.old, row, after)
        if rows.has_left(change.resource, row, new):
            self.conflict(change, "It has been sent.", forcible=False)
            return row
        changed = [name for name in new if new[name] != row[name]]
        changed = [n for n in changed if not isinstance(change.resource.about.stored[n], UpdatedAt)]
        return await self.put(change, row, new, changed, outcome) if changed else row

    async def deleted(self, change: Change, row: ops.Row | None, outcome: Outcome) -> Any:
        """It comes back as it was."""
        if row:
            self.conflict(change, "It is there again.", forcible=False)
            return row
        if not change.old:
            self.conflict(change, "It is not known what it was.", forcible=False)
            return None
        back = await self.put(change, None, dict(change.old), list(change.old), outcome)
        if back:
            about = change.resource, change.object_id
            await rows.bring_along(self.ctx, *about, change.shown)
        return back

    async def put(
        self, change: Change, old: ops.Row | None, new: dict, names: list[str], outcome: Outcome
    ) -> ops.Row | None:
        lost, reasons = await rows.fit(self.ctx, change.resource, new, names)
        if reasons:
            self.conflict(change, " ".join(reasons), forcible=False)
            return old
        outcome.lost += lost
        return await rows.put(self.ctx, change.resource, old or {}, new)

    def after(self, change: Change) -> dict:
        """What the change left in the columns that were changed later: what the next one found."""
        found: dict = {}
        for one in self.later.get(change.object_id, ()):
            if one.id > change.id:
                found = one.old | found
        return found

    def conflict(self, change: Change, reason: str, forcible: bool = True, **told: Any) -> None:
        about = {"object_type": change.object_type, "object_id": change.object_id}
        self.conflicts.append(about | {"reason": reason, "forcible": forcible} | told)


async def undo(ctx, of: str, changes: list[Change], *, dry_run: bool, force: bool) -> dict:
    """Undo these changes, which are all that `of` did: the id of an event, a request or a lead.
    Answers what that means for each object."""
    ctx.meta = ctx.meta | {"undo_of": of}
    ctx.fold = timedelta(0)  # it is an event of its own, however soon
    there = await rows.there(ctx, changes)
    undoing = Undoing(ctx, force, await log.later(ctx, changes), there, log.leads(changes))
    try:
        async with ctx.db.transaction():
            for change in changes:
                await undoing.undo(change)
            if dry_run:
                raise Tried
    except Tried:
        ctx.caller.known.clear()
    told = {"objects": [shown(one) for one in undoing.outcomes.values()]}
    told |= {"conflicts": undoing.conflicts}
    if undoing.conflicts and not (force or dry_run):
        raise Conflict("Not everything can be undone.", **told)
    return {"undo_of": of, "dry_run": dry_run} | told


async def restore(ctx, lead: Any, id: str, *, dry_run: bool, force: bool) -> dict:
    """Undo the last deletion of a lead, with all that went with it: of a request that deleted
    many, only this one. Who does not see every lead could see it before it was deleted."""
    if await rows.find(ctx, lead, id):
        raise ApiError("This lead is not deleted.")
    with ctx.unlimited():
        hidden, deletion = await rows.find(ctx, lead, id), await log.deletion(ctx, id)
    if hidden or not deletion or deletion.resource is not lead:
        raise missing(lead)
    if not await log.could_see(ctx, deletion):
        raise missing(lead)
    if into := deletion.meta.get("merge_destination_lead_id"):
        request = deletion.request_id
        raise ApiError(f"This lead was merged into {into}: undo the request {request} instead.")
    with ctx.unlimited():
        family = await log.of_request(ctx, deletion.request_id or "")
        family = [one for one in family if one.lead_id == id and one.id <= deletion.id]
        return await undo(ctx, id, family or [deletion], dry_run=dry_run, force=force)


def shown(outcome: Outcome) -> dict:
    """What happens to an object, in the words of its own answers."""
    change = outcome.change
    action = ACTIONS[outcome.there, outcome.then is not None]
    fields = {}
    if outcome.now and outcome.then:
        now, then = (msgspec.json.decode(text) for text in (outcome.now, outcome.then))
        fields = differing(change.resource, now, then)
    return {
        "object_type": change.object_type,
        "object_id": change.object_id,
        "lead_id": change.lead_id,
        "action": action,
        "fields": fields,
        "lost": sorted(set(outcome.lost)),
    }


def differing(resource: Any, now: dict, then: dict) -> dict[str, dict]:
    """The stored values that are not the same. That it changed is no news."""
    stored = resource.about.stored
    names = [n for n in now | then if n in stored and not isinstance(stored[n], UpdatedAt | Custom)]
    names += sorted(n for n in now | then if n.startswith(PREFIX))
    both = {name: {"now": now.get(name), "then": then.get(name)} for name in names}
    return {name: one for name, one in both.items() if one["now"] != one["then"]}
