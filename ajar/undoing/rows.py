"""Putting rows back as they were. Here nothing is completed or caused: what a change had brought
about is in the log as well, and is undone by itself."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar import sequencing
from ajar.errors import Invalid, NotFound
from ajar.kernel import Ref, UpdatedAt, UpdatedBy, events, ops, query
from ajar.kernel.custom import PREFIX
from ajar.kernel.fields import Field
from ajar.kernel.registry import resources
from ajar.kernel.relations import referrers
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.undoing import log


async def find(ctx, resource: Any, id: str) -> ops.Row | None:
    try:
        return await ops.get(ctx, resource, id)
    except NotFound:
        return None


async def there(ctx, changes: list[log.Change]) -> set[str]:
    """Of the objects of these changes, the ids of those that exist."""
    by_kind: dict[Any, list[str]] = {}
    for one in changes:
        by_kind.setdefault(one.resource, []).append(one.object_id)
    found = [await ctx.rows(await among(kind), ids=ids) for kind, ids in by_kind.items()]
    return {row["id"] for part in found for row in part}


@shapes(100)
def among(resource: Any) -> Statement:
    rows = query.rows(resource)
    found = query.owned(resource, rows, rows.c.id)
    return Statement(found.where(rows.c.id == sa.any_(parameter("ids", TEXTS))))


async def put(ctx, resource: Any, old: ops.Row | dict, new: dict) -> ops.Row:
    """Write a row, with its event. Only that it changes now is said by the server."""
    for name, field in resource.about.stored.items():
        if isinstance(field, UpdatedAt):
            new[name] = ctx.now
    values = {f"new_{name}": value for name, value in new.items()}
    values |= events.values(ctx, resource, old, new)
    row = ops.Row(new)
    action = "updated" if old else "created"
    statement = await ops.written(resource, action, resource.about.beside(action, new))
    row.json = await ctx.value(statement, **values)
    await follow(ctx, resource, old, row)
    return row


async def follow(ctx, resource: Any, old: dict, row: ops.Row) -> None:
    """What the log does not tell of: what is known of settings, and where a run stands."""
    if resource.about.name == "sequence_subscription" and row["status"] != old.get("status"):
        await sequencing.begin(ctx, row)
    if not resource.about.of_a_lead:
        await resource.changed(ctx, old, row)


def before(resource: Any, old: dict, row: dict, after: dict) -> dict:
    """The row with the values of `old` again. `after` is what the change made of them, as far as
    it is not what they are now."""
    new = dict(row)
    for name, value in old.items():
        made = after.get(name, row[name])
        if resource.about.stored[name] is resource.about.custom:
            new[name] = values_before(value or {}, row[name] or {}, made or {})
        elif row[name] == made or not stamped(resource, name):
            new[name] = value
    return new


def values_before(old: dict, now: dict, made: dict) -> dict:
    """The same for custom values: those that a change left alone stay as they are."""
    changed = [key for key in old | made if old.get(key) != made.get(key)]
    kept = {key: value for key, value in now.items() if key not in changed}
    return kept | {key: old[key] for key in changed if key in old}


def since(resource: Any, row: dict, after: dict, old: dict | None = None) -> list[str]:
    """The names of what has changed since a change that left `after`; of custom values, if `old`
    is what was there before it, only those that it had changed. What is as it was before is none
    of them: it may be so because of what was undone a moment ago."""
    names = []
    for name, made in after.items():
        if old is not None and row[name] == old[name]:
            continue
        if resource.about.stored[name] is resource.about.custom:
            made, now, was = made or {}, row[name] or {}, (old or {}).get(name) or {}
            changed = [key for key in made | now if made.get(key) != now.get(key)]
            names += [key for key in changed if old is None or made.get(key) != was.get(key)]
        elif row[name] != made and not stamped(resource, name):
            names.append(name)
    return sorted(names)


def stamped(resource: Any, name: str) -> bool:
    return isinstance(resource.about.stored[name], UpdatedAt | UpdatedBy)


def has_left(resource: Any, row: dict, new: dict) -> bool:
    """Whether this would call back a message that has been sent."""
    message = "send_in" in resource.about.stored and row["status"] == "sent"
    return message and new["status"] != row["status"]


async def fit(ctx, resource: Any, new: dict, names: Any) -> tuple[list[str], list[str]]:
    """Take out of these columns what refers to something that is gone, as far as the row can be
    without it. What was taken out; and why the row cannot be."""
    asked = tuple(name for name in names if checked(resource, name) and new[name])
    if not asked:
        return [], []
    given = {f"asked_{name}": new[name] for name in asked}
    if resource.about.custom and resource.about.custom.name in asked:
        given[f"asked_{resource.about.custom.name}"] = [
            key.removeprefix(PREFIX) for key in new[resource.about.custom.name]
        ]
    (found,) = await ctx.rows(await standing(resource, asked), **given, id=new["id"])
    lost, reasons = [], []
    for name in asked:
        field = resource.about.stored[name]
        if field is resource.about.custom:
            known = {PREFIX + id for id in found[name] or ()}
            lost += sorted(new[name].keys() - known)
            new[name] = {key: value for key, value in new[name].items() if key in known}
        elif isinstance(field, Ref) and not found[name]:
            await let_go(ctx, resource, field, new, lost, reasons)
        elif not isinstance(field, Ref) and found[name]:
            reasons.append(f"{name}: another has this value by now.")
    return lost, reasons


def checked(resource: Any, name: str) -> bool:
    field = resource.about.stored[name]
    if isinstance(field, Ref):
        return field.on_delete != "keep" and isinstance(field.targets, set)
    return field.unique or field is resource.about.custom


async def let_go(ctx, resource: Any, field: Ref, new: dict, lost: list, reasons: list) -> None:
    """Of a reference to what is gone: it becomes what it is when nobody says."""
    about, pick = resource.about, type(field).pick
    alike = [f for f in about.stored.values() if type(f).pick is pick is not Field.pick]
    gone = f"{field.name}: {new[field.name]} is gone."
    if field.on_delete == "cascade":
        reasons.append(gone)
        return
    try:
        new |= await ops.clean(ctx, resource, {one.name: one for one in (field, *alike)}, {}, {})
    except Invalid:
        reasons.append(gone)
    else:
        lost.append(field.name)


@shapes(500)
def standing(resource: Any, names: tuple) -> Statement:
    """What these columns of a row that comes back rely on: is it there, is the value free."""
    return Statement(sa.select(*(relied_on(resource, name).label(name) for name in names)))


def relied_on(resource: Any, name: str) -> Any:
    field = resource.about.stored[name]
    if field is resource.about.custom:
        definition = resources["custom_field"]
        rows = query.rows(definition)
        found = query.related(definition, rows, func.array_agg(rows.c.id))
        asked = parameter(f"asked_{name}", TEXTS)
        return found.where(rows.c.id == sa.any_(asked)).scalar_subquery()
    asked = parameter(f"asked_{name}")
    target = resources[field.to] if isinstance(field, Ref) else resource
    rows = query.rows(target)
    found = query.related(target, rows, rows.c.id)
    if isinstance(field, Ref):
        return found.where(rows.c.id == asked).exists()
    same = func.lower(rows.c[name]) == func.lower(asked)
    return found.where(same, rows.c.id != parameter("id")).exists()


async def bring_along(ctx, resource: Any, id: str, shown: dict) -> None:
    """Rows that went with this one and have no events of their own: they are known from how it
    was shown."""
    for name, children in log.untold(resource):
        child = resources[children.of]
        for item in shown.get(name) or []:
            known = {n: value for n, value in item.items() if n in child.about.stored}
            await ops.add(ctx, child, **known | {children.by: id})


async def hanging(ctx, resource: Any, id: str) -> list[str]:
    """What would go with a row if it were deleted, or keeps it from that: kinds with numbers."""
    if not list(holding(resource)):
        return []
    (found,) = await ctx.rows(await counted(resource), id=id)
    return [f"{number} {name}" for name, number in found.items() if number]


@shapes(100)
def counted(resource: Any) -> Statement:
    numbers = []
    for other, name in holding(resource):
        rows = query.rows(other)
        found = query.related(other, rows, func.count()).where(rows.c[name] == parameter("id"))
        numbers.append(found.scalar_subquery().label(other.about.name))
    return Statement(sa.select(*numbers))


def holding(resource: Any) -> Iterator[tuple[Any, str]]:
    """(resource, reference) of what is logged and does not let go of a row."""
    for other, field in referrers(resource):
        if field.on_delete in ("cascade", "restrict") and other.about.logged:
            yield other, field.name
