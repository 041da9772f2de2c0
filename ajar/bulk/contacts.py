"""Whom of a lead mail and sequences go to."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes


@dataclass(frozen=True)
class Address:
    """Of a contact."""

    lead_id: str
    contact_id: str
    email: str
    unsubscribed: bool


async def chosen(ctx, of: str, ids: list[str], preference: str | None) -> dict[str, list[Address]]:
    """The addresses that are meant, by the id of the lead or of the contact (`of`). Of a lead its
    first contact who has one (`lead`, or nothing said), of every contact the first (`contact`), or
    all that there are (`all`). An address that several have is meant once."""
    found: dict[str, list[Address]] = {id: [] for id in ids}
    for row in await ctx.rows(await addresses(of), ids=ids):
        known = found[row["of_id"]]
        if preference in (None, "lead") and known:
            continue
        if preference == "contact" and any(one.contact_id == row["contact_id"] for one in known):
            continue
        if any(one.email.lower() == row["email"].lower() for one in known):
            continue
        known.append(Address(*(row[name] for name in Address.__dataclass_fields__)))
    return found


@shapes(2)
def addresses(of: str) -> Statement:
    """Every address of every contact, those who are known for longest first."""
    contact = resources["contact"]
    rows = query.rows(contact)
    whose = rows.c.lead_id if of == "lead" else rows.c.id
    each = func.jsonb_array_elements(rows.c.emails).table_valued(
        sa.column("one", JSONB), with_ordinality="place", name="each"
    )
    each = each.render_derived()
    found = query.owned(
        contact,
        rows,
        whose.label("of_id"),
        rows.c.lead_id,
        rows.c.id.label("contact_id"),
        each.c.one.op("->>", return_type=sa.Text)("email").label("email"),
        sa.cast(each.c.one.op("->>")("is_unsubscribed"), sa.Boolean).label("unsubscribed"),
    )
    found = found.select_from(rows.join(each, sa.true()))
    found = found.where(whose == sa.any_(parameter("ids", TEXTS)))
    return Statement(found.order_by(whose, rows.c.date_created, rows.c.id, each.c.place))
