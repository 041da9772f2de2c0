"""What a report is limited to: leads that a search finds, and what some people did."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func

from ajar.errors import Invalid
from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.search import catalogue, known, lines, target, tree

SAYING = ("query", "s_query", "saved_search_id", "smart_view_id")
MOST_PEOPLE = 1000


@dataclass(frozen=True)
class Leads:
    """Leads that a search finds: its tree, the values in it, and the same as a line of text, if
    it can be said so."""

    node: tree.Node | None = None
    values: dict[str, Any] = field(default_factory=dict)
    line: str | None = ""

    def of(self, name: str) -> tree.Node:
        """The condition for objects of a type: to be of such a lead."""
        if self.node is None:
            return tree.Everything()
        return self.node if name == "lead" else tree.Related(type="lead", query=self.node)


async def leads(ctx: Any, said: dict[str, Any]) -> Leads:
    """By a line of text, a query as a search takes it, or a Smart View."""
    given = {name: said[name] for name in SAYING if said.get(name) not in (None, "")}
    if not given:
        return Leads()
    if len(given) > 1:
        raise Invalid(errors=[f"Send one of {', '.join(given)}, not all of them."])
    ((name, value),) = given.items()
    if name.endswith("_id"):
        return await viewed(ctx, value, name)
    if isinstance(value, str) and name == "query":
        found = await lines.line_of(ctx, value, "lead")
        return await understood(ctx, found.query, f"({value})" if value.strip() != "*" else "")
    if not isinstance(value, dict):
        raise Invalid(fields={name: "Value must be of dict type."})
    if value.get("type") == "saved_search":
        return await viewed(ctx, value.get("saved_search_id"), f"{name}.saved_search_id")
    return await understood(ctx, value.get("query") if name == "s_query" else value, None, name)


async def viewed(ctx: Any, id: Any, where: str) -> Leads:
    """What a Smart View finds now; of one that finds something else, the leads of that."""
    views = (await known.of(ctx, {"saved_search_id": id})).views
    view = views.get(id) if isinstance(id, str) else None
    if view is None:
        raise Invalid(fields={where: "Object does not exist."})
    if view["query"]:
        said, line = (await lines.line_of(ctx, view["query"], view["type"])).query, view["query"]
    else:
        said, line = {"type": "saved_search", "saved_search_id": id}, f'saved_search:"{id}"'
    if view["type"] == "lead":
        return await understood(ctx, said, f"({line})", where)
    names = {"this_object_type": "lead", "related_object_type": view["type"]}
    return await understood(ctx, {"type": "has_related", "related_query": said} | names, None)


async def understood(ctx: Any, said: Any, line: str | None, where: str = "query") -> Leads:
    found = (await target.of_type(ctx, "lead", [said], where)).query
    return Leads(found.tree, found.values, line)


@dataclass(frozen=True)
class People:
    """Users by their ids, with their names. `chosen`: some were asked for, or else it is
    everybody who belongs to the organization, and whoever did."""

    names: dict[str, str]
    present: frozenset[str]
    chosen: bool

    @property
    def parameters(self) -> dict[str, Any]:
        return {"people": list(self.names) if self.chosen else []}


async def people(ctx: Any, said: Any, where: str = "users") -> People:
    """Of ids of users and groups; nothing, or an empty list, is everybody."""
    if isinstance(said, str):
        said = [said]
    if not isinstance(said or [], list) or not all(isinstance(id, str) for id in said or ()):
        raise Invalid(fields={where: "Must be a list of ids of users and groups."})
    ids = said or []
    if len(ids) > MOST_PEOPLE:
        raise Invalid(fields={where: f"Must be at most {MOST_PEOPLE} ids."})
    rows = await ctx.rows(await persons(), ids=ids, everybody=not ids)
    found = {row["id"] for row in rows}
    if any(id not in found for id in ids):
        raise Invalid(fields={where: "Each must be the id of a user or a group."})
    names = {row["id"]: row["name"] for row in rows if not row["is_group"]}
    present = frozenset(row["id"] for row in rows if row["is_member"])
    return People(names, present, bool(ids))


@shapes(1)
def persons() -> Statement:
    """Users and groups that are named, and the members of these; in the order of their names."""
    user, group = query.rows(resources["user"]), query.rows(resources["group"])
    ids = parameter("ids", TEXTS)
    membership, member = (query.rows(resources[name]) for name in ("membership", "group.member"))
    active = query.related(resources["membership"], membership, sa.literal_column("1"))
    active = active.where(membership.c.user_id == user.c.id, membership.c.is_active).exists()
    within = query.related(resources["group.member"], member, member.c.user_id)
    within = within.where(member.c.group_id == sa.any_(ids))
    name = query.column(resources["user"], user, "name")
    false = sa.literal_column("false", sa.Boolean)
    users = query.related(
        *(resources["user"], user, user.c.id, name.label("name")),
        *(active.label("is_member"), false.label("is_group")),
    )
    chosen = (user.c.id == sa.any_(ids)) | user.c.id.in_(within)
    users = users.where(parameter("everybody", sa.Boolean) | chosen)
    true = sa.literal_column("true", sa.Boolean)
    groups = query.related(
        *(resources["group"], group, group.c.id, group.c.name, false, true.label("is_group"))
    ).where(group.c.id == sa.any_(ids))
    return Statement(sa.union_all(users, groups).order_by("name", "id"))


def mine(who: Any, people: Any) -> Any:
    """Whether a row is of one of the people in question."""
    return who == sa.any_(parameter("people", TEXTS))


def type_named(name: str) -> catalogue.Type:
    found = catalogue.find(name)
    assert found, name
    return found


def numeric(value: Any) -> Any:
    """A number that SQL counted, as JSON shows it: whole if it is, else with two digits."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(float(value), 2)


def coalesced(total: Any) -> Any:
    return func.coalesce(total, 0)
