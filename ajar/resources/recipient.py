"""Whom a template is shown for: a contact that is named, or the so-manieth of all, or of those
that a search finds."""

import contextlib
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on

from ajar import paging, tags
from ajar.errors import ApiError, Invalid
from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.search import catalogue, order, page, target, tree

LAST_ENTRY = 99
CHOICES = {
    "mode": ("lead", "contact"),
    "bulk_object_type": ("lead", "contact"),
    "contact_preference": ("lead", "contact", "all"),
}


async def chosen(ctx, params: dict[str, str]) -> tuple[str, str] | None:
    """The ids of the lead and of the contact that are meant; nothing past the end."""
    ids = [params.get(name) for name in ("lead_id", "contact_id")]
    if all(ids):
        return tuple(ids)
    if any(ids):
        missing = "contact_id" if ids[0] else "lead_id"
        raise Invalid(fields={missing: "This field is required."})
    for name, words in CHOICES.items():
        if params.get(name) and params[name] not in words:
            raise ApiError(f"{name}: Not a valid choice.")
    place = paging.integer(params, "entry", 0)
    if place > LAST_ENTRY:
        raise ApiError(f"entry must be between 0 and {LAST_ENTRY}.")
    each = "contact" in (params.get("mode"), params.get("bulk_object_type"))
    each = each or params.get("contact_preference") in ("contact", "all")
    search = await sought(ctx, params)
    mode = "contact" if each else "lead"
    if not search:
        rows = await ctx.rows(await tags.entry(mode), entry=place)
    else:
        shape = search.query.type.name, search.query.tree, search.keys, mode
        given = search.query.values | {"entry": place, "limit": search.most}
        rows = await page.planned(ctx, await found(*shape), **given)
    return (rows[0]["lead_id"], rows[0]["id"]) if rows else None


async def sought(ctx, params: dict[str, str]) -> page.Search | None:
    """The search that is asked for: a line of text, or as JSON."""
    if not (params.get("query") or params.get("s_query")):
        return None
    limit = params.get("results_limit") or params.get("limit")
    said = {
        "query": params.get("query"),
        "s_query": read("s_query", params.get("s_query"), dict),
        "sort": read("sort", params.get("sort"), list) or [],
        "results_limit": limit and paging.integer({"results_limit": limit}, "results_limit", 0),
    }
    of = ("contact", "lead") if params.get("bulk_object_type") == "contact" else ("lead", "contact")
    return await target.understood(ctx, said, of)


def read(name: str, text: str | None, form: type) -> Any:
    if not text:
        return None
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        return msgspec.json.decode(text, type=form)
    raise Invalid(fields={name: "Must be JSON, as in the body of a search."})


@shapes(50)
def found(name: str, node: tree.Node, keys: tuple[order.Key, ...], mode: str) -> Statement:
    """What the search finds in its order; of that, at this place, who has an address. Of a lead
    it is the first contact who has one, or each (`contact`)."""
    type_ = catalogue.types()[name]
    rows, contact = query.rows(type_.resource), query.rows(resources["contact"])
    columns = list(order.by(keys, [key.value(type_, rows) for key in keys]))
    number = func.row_number().over(order_by=columns).label("number")
    every = page.matching(type_, node, rows, rows.c.id, number)
    every = every.order_by(*columns).limit(parameter("limit", sa.BigInteger)).subquery("found")
    people = query.owned(resources["contact"], contact, contact.c.lead_id, contact.c.id)
    mine = contact.c.id if name == "contact" else contact.c.lead_id
    people = people.select_from(every).correlate_except(every, contact)
    people = people.where(mine == every.c.id, func.jsonb_array_length(contact.c.emails) > 0)
    age = [contact.c.date_created, contact.c.id]
    if mode == "contact" or name == "contact":
        people = people.order_by(every.c.number, *age)
    else:
        first = people.add_columns(every.c.number).ext(distinct_on(every.c.number))
        one = first.order_by(every.c.number, *age).subquery("first")
        people = sa.select(one.c.lead_id, one.c.id).order_by(one.c.number)
    return Statement(people.limit(1).offset(parameter("entry", sa.BigInteger)))
