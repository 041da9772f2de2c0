"""What every bulk action has: which objects it is about, and how far it is. `ajar.bulk` does it."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import func

from ajar import acting, letters
from ajar.errors import Invalid
from ajar.kernel import (
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    DateTime,
    Int,
    List,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    computed,
    events,
)
from ajar.kernel.sql import NO_ITEMS, parameter
from ajar.resources.connected_account import Object
from ajar.search import kept, target

STATUSES = ("created", "loading", "processing", "done", "paused", "resuming", "error")
UNDER_WAY = ("created", "loading", "processing", "resuming")
PATIENCE = timedelta(days=7)  # for one that is paused
TOLD = 1000  # failures that one answer shows


class Progress(Choice):
    """How far it is: the server's business, but that clients may pause it and let it go on."""

    def pick(self, old, data):
        return data.get(self.name), old.get(self.name)

    def clean(self, value, answer=None):
        sent, before = value
        sent = super().clean(sent)
        if not before:
            return "created"
        may = {"paused": UNDER_WAY, "resuming": ("paused", "error")}
        if sent != before and before not in may.get(sent or "", ()):
            reason = "Only paused can be set, of what is under way; and resuming, of what is not."
            raise ValueError(reason)
        return sent


class Sorting(List):
    """Fields to order by, as a search takes them."""

    json = {"type": "array", "items": {"type": "object"}}

    def items(self, value):
        if not all(isinstance(item, dict) for item in value):
            raise ValueError("Value must be a list of objects.")
        return value


class BulkAction(
    Resource,
    table_name="bulk_action",
    verbs=("list", "get", "create", "update"),
    order="-date_created",
    indexes=("_type,date_created",),
):
    """One change of all that a search finds."""

    _type = Text(readonly=True, hidden=True)
    query = Text(fixed=True)
    s_query = Object(fixed=True, default=target.EVERYTHING)
    results_limit = Int(least=0, most=10**12, fixed=True)
    sort = Sorting(fixed=True)
    send_done_email = Bool(default=True, fixed=True)
    status = Progress(*STATUSES)
    n_leads = Int(readonly=True)
    n_leads_processed = Int(readonly=True)
    n_objects = Int(readonly=True)
    n_objects_processed = Int(readonly=True)
    n_objects_failed = Int(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True)
    object_type = Text(readonly=True, hidden=True)  # that the search finds
    narrowed = Object(readonly=True, hidden=True)  # a condition that follows from the change
    rights = Object(readonly=True, hidden=True)  # of who asked
    run = Int(readonly=True, hidden=True)  # how often it was let go on: jobs of before are void
    paused_at = DateTime(readonly=True, hidden=True)

    @computed(json={"type": "array", "items": {"type": "object"}}, lazy=True)
    def failures(action):
        """The first objects about which nothing was done, and why."""
        here = kept.found
        one = func.json_build_object("object_id", here.c.object_id, "reason", here.c.reason)
        some = sa.select(one.label("one"), here.c.position).where(
            here.c.organization_id == parameter("organization_id"),
            here.c.of_id == action.id,
            here.c.reason.is_not(None),
        )
        some = some.order_by(here.c.position).limit(TOLD).correlate(action.id.table).subquery()
        array = func.coalesce(func.json_agg(some.c.one), NO_ITEMS)
        return sa.select(array).scalar_subquery()

    @classmethod
    async def prepare(cls, ctx, old, new):
        if old:
            go_on(ctx, old, new)
            return
        new |= dict.fromkeys(("n_leads_processed", "n_objects_processed", "n_objects_failed"), 0)
        new |= {"run": 0, "rights": acting.kept(ctx)}
        errors = await cls.mistakes(ctx, new)
        try:
            search = await target.understood(ctx, new, cls.types(new), new["narrowed"])
            new["object_type"] = search.query.type.name
        except Invalid as error:
            errors |= error.body["field-errors"]
        if errors:
            raise Invalid(fields=errors)

    @classmethod
    async def changed(cls, ctx, old, new):
        status = new.get("status")
        if status == old.get("status"):
            return
        kind = cls.about.name.rpartition(".")[2]
        if status in ("created", "resuming"):
            await ctx.defer("bulk_action.run", kind=kind, id=new["id"], run=new["run"])
        if status in ("paused", "done"):
            await events.log(ctx, cls, new, "paused" if status == "paused" else "completed")
        if status in ("done", "error") and new["send_done_email"]:
            await tell(ctx, new, kind.replace("_", " "))

    @classmethod
    async def mistakes(cls, ctx, new: dict) -> dict[str, str]:
        """Complete what it does, or say what is wrong with it."""
        return {}

    @classmethod
    def types(cls, action: dict) -> tuple[str, ...]:
        """What it may look for; the first is meant where the query does not say."""
        return ("lead", "contact")


async def tell(ctx, action: dict, kind: str) -> None:
    """Whoever started it, by mail."""
    counted = {"count": action["n_objects"] or 0, "failed": action["n_objects_failed"]}
    if by := action["created_by"]:
        letter, about = f"bulk_action_{action['status']}", {"id": action["id"], "kind": kind}
        await letters.later(ctx.db, ctx.organization_id, by, letter, **about, **counted)


def go_on(ctx, old: dict, new: dict) -> None:
    """Somebody pauses it, or lets it go on."""
    if new["status"] == old["status"] or new["status"] not in ("paused", "resuming"):
        return
    if new["status"] == "paused":
        new["paused_at"] = ctx.now
        return
    if old["paused_at"] and ctx.now - old["paused_at"] > PATIENCE:
        reason = f"It was paused more than {PATIENCE.days} days ago: start another one."
        raise Invalid(fields={"status": reason})
    new |= {"run": old["run"] + 1, "paused_at": None}
