"""What an organization calls its statuses and people, by the words a file may have for them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, shapes

COLUMNS = {
    "status.lead": ("id", "label"),
    "status.opportunity": ("id", "label", "type", "pipeline_id"),
    "user": ("id", "name", "email"),
    "organization": ("id", "currency"),
}


@dataclass(frozen=True)
class Names:
    """Ids by lower-case names; a name that two have means the first."""

    lead_statuses: dict[str, str]
    opportunity_statuses: dict[str, dict]  # to what an opportunity must know of it
    users: dict[str, str]
    currency: str

    @classmethod
    async def of(cls, ctx) -> "Names":
        found = {name: await ctx.rows(await listed(name)) for name in COLUMNS}
        statuses = [dict(row) for row in found["status.opportunity"]]
        people = [(row[name], row["id"]) for name in ("name", "email") for row in found["user"]]
        return cls(
            by_name((row["label"], row["id"]) for row in found["status.lead"]),
            by_name((row["label"], row) for row in statuses) | {row["id"]: row for row in statuses},
            by_name(people),
            found["organization"][0]["currency"],
        )

    def lead_status(self, text: str) -> str:
        return one(self.lead_statuses, text, "lead status")

    def opportunity_status(self, text: str) -> str:
        return one(self.opportunity_statuses, text, "opportunity status")["id"]

    def user(self, text: str) -> str:
        return one(self.users, text, "user")


def by_name(pairs: Any) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, value in pairs:
        known.setdefault(str(name).lower(), value)
        known.setdefault(value if isinstance(value, str) else value["id"], value)
    return known


def one(known: dict[str, Any], text: str, what: str) -> Any:
    found = known.get(text.lower()) or known.get(text)
    if not found:
        raise ValueError(f'There is no {what} "{text[:100]}".')
    return found


@shapes(len(COLUMNS))
def listed(name: str) -> Statement:
    resource = resources[name]
    rows = query.rows(resource)
    columns = (query.column(resource, rows, column).label(column) for column in COLUMNS[name])
    found = query.related(resource, rows, *columns)
    return Statement(found.order_by(*query.ordering(resource, rows), sa.text("1")))
