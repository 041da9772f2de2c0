"""Which lead a row means: by what the import's rule compares, or because rows before it did."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.importing.converting import Line
from ajar.importing.targets import Target
from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.search import page, words

RULES = ("none", "id", "lead_name", "contact_email", "contact_phone", "custom_field")
LISTS = {"contact_email": ("emails", "email"), "contact_phone": ("phones", "phone")}
LEAD_ID = "lead_id"


class Rule:
    """How an import compares. A key is what is compared, with how in front of it."""

    def __init__(self, by: str, target: Target | None):
        self.by, self.target = by, target

    def keys(self, line: Line) -> list[str]:
        """Those of a row, the strongest first. Without a rule, too, rows of one name are one
        lead."""
        keys = self.compared(line)
        if id := line.lead.get("id"):
            keys.append(f"id {id}")
        if name := line.lead.get("name"):
            keys.append(f"lead_name {name.lower()}")
        return list(dict.fromkeys(keys))

    def compared(self, line: Line) -> list[str]:
        if self.by in LISTS:
            name, part = LISTS[self.by]
            return [f"{self.by} {item[part].lower()}" for item in line.contact.get(name, ())]
        if self.by == "custom_field" and self.target:
            value = getattr(line, self.target.of).get(self.target.name)
            return [f"custom_field {written(value)}"] if value is not None else []
        if self.by == "id" and (id := line.contact.get("id")) and not line.lead.get("id"):
            return [f"id {id}"]
        return []

    async def find(self, ctx, keys: list[str]) -> dict[str, str]:
        """The leads that there are for these keys: the oldest of several."""
        prefix = f"{self.by} "
        values = sorted({key.removeprefix(prefix) for key in keys if key.startswith(prefix)})
        if not values:
            return {}
        found = await page.planned(ctx, await self.statement(), **self.given(values))
        known: dict[str, str] = {}
        for row in found:
            known.setdefault(prefix + row["value"], row[LEAD_ID])
        return known

    def given(self, values: list[str]) -> dict[str, Any]:
        if self.by == "custom_field" and self.target:
            raw = [msgspec.Raw(value.encode()) for value in values]
            return {"values": raw, "name": self.target.name}
        return {"values": values}

    async def statement(self) -> Statement:
        if self.by in LISTS:
            return await having(*LISTS[self.by])
        if self.by == "custom_field" and self.target:
            return await holding(self.target.of)
        return await (named() if self.by == "lead_name" else identified())


def written(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def oldest(resource: Any, rows: Any, lead_id: Any, value: Any) -> sa.Select:
    found = query.owned(resource, rows, lead_id.label(LEAD_ID), value.label("value"))
    return found.order_by(rows.c.date_created, rows.c.id)


@shapes(1)
def named() -> Statement:
    lead, rows = resources["lead"], query.rows(resources["lead"])
    name = func.lower(rows.c.name)
    wanted = sa.any_(parameter("values", TEXTS))
    return Statement(oldest(lead, rows, rows.c.id, name).where(name == wanted))


@shapes(1)
def identified() -> Statement:
    """By the id of the lead, or of one of its contacts."""
    wanted = parameter("values", TEXTS)
    lead, rows = resources["lead"], query.rows(resources["lead"])
    mine = query.owned(lead, rows, rows.c.id.label(LEAD_ID), rows.c.id.label("value"))
    contact, people = resources["contact"], query.rows(resources["contact"])
    theirs = query.owned(contact, people, people.c.lead_id, people.c.id.label("value"))
    both = sa.union_all(
        mine.where(rows.c.id == sa.any_(wanted)), theirs.where(people.c.id == sa.any_(wanted))
    )
    return Statement(both)


@shapes(2)
def having(name: str, part: str) -> Statement:
    """The leads of contacts that have one of these addresses or numbers. Each is looked up by the
    index of them: an organization that had few contacts when PostgreSQL last counted would be
    looked through whole for each. So nothing else may be of use there: the organization is
    compared in a collation that no index has, and that step is not joined with the rest."""
    contact, rows, other = resources["contact"], *map(query.rows, 2 * [resources["contact"]])
    value = func.unnest(parameter("values", TEXTS)).column_valued("value")
    mine = other.c.organization_id == sa.collate(parameter("organization_id"), "C")
    held = words.each(other.c[name], part).contains(func.jsonb_build_array(value, type_=JSONB))
    hit = sa.select(other.c.id).where(mine, held).offset(sa.literal_column("0")).lateral("hit")
    found = oldest(contact, rows, rows.c.lead_id, value)
    every = value.scalar_alias.join(hit, sa.true()).join(rows, rows.c.id == hit.c.id)
    return Statement(found.select_from(every))


@shapes(3)
def holding(of: str) -> Statement:
    """The leads that have one of these values in a custom field, or whose rows do."""
    resource = resources[of]
    rows = query.rows(resource)
    one = func.jsonb_array_elements(parameter("values", JSONB)).table_valued(
        sa.column("value", JSONB)
    )
    one = one.alias("one")
    lead_id = rows.c.id if of == "lead" else rows.c.lead_id
    wanted = func.jsonb_build_object(parameter("name"), one.c.value, type_=JSONB)
    found = oldest(resource, rows, lead_id, sa.cast(one.c.value, sa.Text))
    found = found.select_from(rows.join(one, rows.c.custom.contains(wanted)))
    return Statement(found)
