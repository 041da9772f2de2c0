"""Smart fields of leads that tell of their opportunities."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ajar import worth
from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.search.smart import Rows, Smart, equal

STATUSES = ("active", "won", "lost")
opportunities = Rows("opportunity")


def counts() -> dict[str, Smart]:
    found = {"num_opportunities": opportunities.count()}
    for status in STATUSES:
        of = equal("status_type", status)
        found[f"num_{status}_opportunities"] = opportunities.only(of).count()
    for period in worth.PERIODS:
        of = equal("value_period", period)
        found[f"num_{period}_opportunities"] = opportunities.only(of).count()
    return found


def of_the_primary_one() -> dict[str, Smart]:
    """Of the opportunity that matters most: an active one rather than one that is won, and that
    rather than one that is lost; of several the one that changed last."""
    shown = {
        "confidence": ("confidence", "number"),
        "created": ("date_created", "moment"),
        "date_won": ("date_won", "day"),
        "period": ("value_period", "text"),
        "pipeline_id": ("pipeline_id", "text"),
        "pipeline_name": ("pipeline_name", "text"),
        "status": ("status_id", "reference"),
        "status_label": ("status_label", "text"),
        "status_type": ("status_type", "text"),
        "updated": ("date_updated", "moment"),
        "user_id": ("user_id", "reference"),
        "user_name": ("user_name", "text"),
        "value": ("value", "number"),
        "value_summary": ("value_formatted", "text"),
    }
    to = {"status": "status.opportunity", "user_id": "user"}
    return {
        f"primary_opportunity_{name}": Smart(
            kind, opportunities.foremost(field, by_importance), to.get(name, ""), counts=False
        )
        for name, (field, kind) in shown.items()
    }


def by_importance(rows: Any) -> list:
    return [in_order(STATUSES, rows.c.status_type), rows.c.date_updated.desc(), rows.c.id.desc()]


HOW = {
    "total": func.sum,
    "min": func.min,
    "max": func.max,
    "avg": lambda amount: sa.cast(func.round(func.avg(amount)), sa.BigInteger),
}


def of_all() -> dict[str, Smart]:
    """What opportunities are worth; without any, 0."""
    found = {}
    for status in ("", *STATUSES):
        rows = opportunities.only(equal("status_type", status)) if status else opportunities
        word = f"{status}_" if status else ""
        found[f"{status or 'total'}_opportunity_value_summary"] = Smart("text", summary(rows))
        for how in HOW:
            for period in worth.PERIODS:
                of = rows.only(equal("value_period", period))
                name = f"{how}_{period}_{word}opportunity_value"
                found[name] = of.total(amount(how, lambda rows: rows.c.value))
            name = f"{how}_annualized_{word}opportunity_value"
            found[name] = rows.total(amount(how, lambda rows: worth.annualized(rows.c)))
    return found


def in_order(words: tuple[str, ...], column: Any) -> Any:
    return sa.case({word: place for place, word in enumerate(words)}, value=column)


def amount(how: str, of: Any) -> Any:
    return lambda rows: func.coalesce(HOW[how](of(rows)), 0)


def summary(of: Rows) -> Any:
    """The sums of each period, to read: "$1,000, $50 monthly". Nothing without opportunities."""

    def value(lead: Any) -> Any:
        rows = query.rows(resources["opportunity"])
        sums = of.of_lead(lead, rows, rows.c.value_period.label("period"))
        sums = sums.add_columns(func.sum(rows.c.value).label("value"))
        one = sums.group_by(rows.c.value_period).subquery()
        text = worth.formatted(one.c.value, one.c.period)
        place = in_order(worth.PERIODS, one.c.period)
        return sa.select(
            func.string_agg(text, aggregate_order_by(sa.literal_column("', '"), place))
        ).scalar_subquery()

    return value
