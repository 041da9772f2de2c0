"""What every activity has. Each kind is a file beside this one; all are rows of one table."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import case

from ajar import paging
from ajar.errors import ApiError
from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    CreatedAt,
    CreatedBy,
    DateTime,
    Lookup,
    Ref,
    Text,
    Tracked,
    computed,
    operation,
    query,
    render,
)
from ajar.kernel.operations import list_parameters
from ajar.kernel.registry import resources
from ajar.kernel.sql import NO_ITEMS, TEXTS, Statement, parameter, shapes
from ajar.resources.comment_summary import CommentSummary
from ajar.resources.contact import ContactRef
from ajar.resources.user import UserRef


class HappenedAt(DateTime):
    """When it happened, which is when it was written down unless somebody says otherwise."""

    def stamp(self, ctx, old, new):
        new[self.name] = new.get(self.name) or new["date_created"]


class Activity(
    Tracked,
    table_name="activity",
    order="-date_created",
    sorts=("date_created", "activity_at"),
    indexes=(
        "date_created",
        "lead_id,date_created",
        "lead_id,activity_at",
        "_type,date_created",
        "_type,activity_at",
    ),
    deepest=250_000,
):
    """Something that happened, or was written down, on a lead's timeline."""

    _type = Text(readonly=True, filter=EXACT | IN)
    id = Text(readonly=True, filter=IN)
    date_created = CreatedAt(fixed=True, filter=RANGE)
    created_by = CreatedBy("user", fixed=True)
    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT | IN)
    contact_id = ContactRef(filter=EXACT | IN)
    user_id = UserRef("user", fixed=True, default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    activity_at = HappenedAt(filter=RANGE)
    comment_summary = CommentSummary(hidden=True)

    user_name = Lookup("user_id", "name")

    @computed(json={"type": "array", "items": {"type": "string"}})
    def users(activity):
        """Who else took part: for most kinds nobody."""
        return NO_ITEMS


class KindOfActivity(Text):
    """The word for a kind, or the id of a type of custom activities; `Custom` is all of these."""

    def read(self, ctx, suffix, text):
        kinds = [self.parse(ctx, part) for part in text.split(",")]
        typed = any(kind.startswith("actitype_") for kind in kinds)
        return ("kinds", kinds) if typed else super().read(ctx, suffix, text)

    def parse(self, ctx, text):
        return "CustomActivity" if text == "Custom" else text

    def compare(self, column, comparison, name):
        if comparison != "kinds":
            return super().compare(column, comparison, name)
        kinds = sa.any_(parameter(name, TEXTS))
        return (column == kinds) | (column.table.c.custom_activity_type_id == kinds)


class Timeline(Activity, path="activity", verbs=(), logged=False):
    """Activities of every kind."""

    _type = KindOfActivity(readonly=True, filter=EXACT | IN)


ONE_LEAD = ("user_id", "contact_id", "_type")
BODIES = ("body_html", "body_html_quoted", "body_text", "body_text_quoted")
HIDDEN = {"": "EmailThread", "only": "Email"}  # by `thread_emails`


@operation(
    "activity.list",
    "GET",
    "/activity/",
    of=Timeline,
    parameters=(*list_parameters(Timeline), "thread_emails"),
)
async def list_(ctx, params, body):
    """Everything on a timeline, newest first. Mails are shown one by one; or as threads, with
    their mails beside them (`thread_emails=true`) or without (`only`)."""
    check(params)
    threads = params.get("thread_emails") or ""
    if "EmailThread" in params.get("_type", params.get("_type__in", "")).split(","):
        threads = threads or "true"
    shape, values = query.filtered(ctx, Timeline, params)
    names = params.get("_fields") or None
    order = query.ordered(Timeline, params)
    asked = tuple(sorted(names.split(","))) if names else None
    statement = await feed(shape, order, asked, threads)
    limits = paging.window(params, deepest=Timeline.about.deepest)
    keys = [name for name in (names or "").split(",") if name.startswith("custom.")]
    return await ctx.value(statement, **values, **limits, custom_keys=keys)


def check(params: dict[str, str]) -> None:
    """What the original cannot answer quickly, and therefore refuses."""
    by_time = params.get("_order_by", "").lstrip("-") == "activity_at"
    one_lead = params.get("lead_id") and "," not in params["lead_id"]
    for name in params:
        base, _, suffix = name.partition("__")
        if base in ONE_LEAD and not one_lead:
            raise ApiError(f"{name} can only be used together with lead_id.")
        if base == "activity_at" and suffix and not by_time:
            raise ApiError(f"{name} can only be used with _order_by=-activity_at.")
        if base == "date_created" and suffix and by_time:
            raise ApiError(f"{name} cannot be used with _order_by=-activity_at.")
    if params.get("thread_emails") and params["thread_emails"] not in ("true", "only"):
        raise ApiError("thread_emails must be true or only.")
    if by_time and not one_lead:
        raise ApiError("_order_by=-activity_at can only be used together with lead_id.")


@shapes(200)
def feed(shape: tuple, order: str, names: tuple | None, threads: str) -> Statement:
    """Activities of every kind, each in its own shape."""
    rows = query.rows(Timeline)
    found = query.owned(Timeline, rows, *rows.c)
    found = found.where(*query.conditions(Timeline, rows, shape))
    if hidden := HIDDEN.get(threads):
        found = found.where(rows.c._type != hidden)
    by = query.ordering(Timeline, rows, order)
    return query.listed(found, by, lambda row: shown(row, names, bodies=not threads))


def shown(row, names: tuple | None, bodies: bool):
    every = ((row.c._type == kind.about.type, one(kind, row, names, bodies)) for kind in kinds())
    return case(*every)


def one(kind, row, names: tuple | None, bodies: bool):
    asked, _ = render.wanted(kind, ",".join(names) if names else None)
    if kind.about.type == "Email" and not bodies:
        asked = without_bodies(kind.about.visible if asked is None else asked)
    return render.text(kind, asked, row)


def without_bodies(names: Iterable[str]) -> tuple[str, ...]:
    """What is shown of a mail beside its thread."""
    return tuple(name for name in names if name not in BODIES)


def kinds() -> list:
    return [kind for kind in resources.values() if issubclass(kind, Activity) and kind.about.type]
