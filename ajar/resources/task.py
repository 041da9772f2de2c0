"""Tasks."""

from datetime import UTC

import msgspec
import sqlalchemy as sa
from sqlalchemy import case, func

from ajar import sequencing
from ajar.errors import ApiError, Forbidden, Invalid
from ajar.formats.time import day, moment
from ajar.kernel import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    Field,
    Items,
    Lookup,
    Ref,
    Text,
    Tracked,
    UpdatedAt,
    computed,
    events,
    operation,
    ops,
    query,
)
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.registry import resources
from ajar.kernel.sql import concat, parameter
from ajar.resources.activity.task_completed import TaskCompleted
from ajar.resources.contact import ContactRef
from ajar.resources.user import UserRef

CREATABLE = ("lead", "outgoing_call")
TYPES = (
    *CREATABLE,
    "incoming_email",
    "email_followup",
    "missed_call",
    "answered_detached_call",
    "voicemail",
    "opportunity_due",
    "incoming_sms",
)
CHANGEABLE = (
    "assigned_to",
    "contact_id",
    "date",
    "due_date",
    "is_complete",
    "is_dateless",
    "priority",
    "resolution",
)
IN_BULK = ("assigned_to", "date", "is_complete", "priority", "resolution")
MOST = 1000
OTHERS = "noti"  # begins the ids of all tasks but those of type lead
WHOSE = ("assigned_to", "assigned_to__in")


class Due(Field):
    """A day, or a moment in time: kept as its text, which sorts by time, and a day before
    every moment of it."""

    column_type = sa.Text(collation="C")
    json = {"type": "string", "description": "A date, or a date and time."}
    searched = "due"

    def pick(self, old, data):
        return data.get(self.name) or data.get("due_date")

    def sent(self, data):
        return self.name in data or "due_date" in data

    def clean(self, value, answer=None):
        value = super().clean(value)
        return written(value) if value else None

    def parse(self, ctx, text):
        return written(text)


class TaskType(Choice):
    """Tasks of most types are made by the server only."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value not in CREATABLE:
            raise ValueError("Not a valid choice.")
        return value


def written(text: str) -> str:
    if len(text) == len("2026-11-21"):
        return day(text).isoformat()
    return moment(text).astimezone(UTC).isoformat(timespec="microseconds")


class Task(
    Tracked,
    path="task",
    prefix="task",
    object_type=lambda row: f"task.{row['_type']}",
    order="date",
    sorts=("date", "date_created"),
    indexes=("date", "date_created", "lead_id,date", "assigned_to,date"),
):
    """Something that someone must do about a lead."""

    _type = TaskType(*TYPES, fixed=True, default="lead", filter=EXACT | IN)
    id = Text(readonly=True, filter=EXACT | IN)
    date_created = CreatedAt(fixed=True, filter=RANGE)
    date_updated = UpdatedAt(readonly=True, filter=RANGE)
    created_by = CreatedBy("user", fixed=True)
    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT)
    contact_id = ContactRef()
    assigned_to = UserRef("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    text = Text(example="Call back")
    is_complete = Bool(filter=EXACT)
    date = Due(filter=EXACT | RANGE)
    is_dateless = Bool()
    priority = Choice("high", "medium", default="medium")
    resolution = Choice("abandoned", "skipped")
    object_type = Text(readonly=True)
    object_id = Text(readonly=True)
    # What it is about, where the server made it because of a message.
    email_id = Text(readonly=True)
    subject = Text(readonly=True)
    body_preview = Text(readonly=True)
    local_phone = Text(readonly=True)
    remote_phone = Text(readonly=True)
    attachments = Items({}, readonly=True)

    assigned_to_name = Lookup("assigned_to", "name")
    contact_name = Lookup("contact_id", "name")
    lead_name = Lookup("lead_id", "display_name")

    @computed(json={"type": ["string", "null"]}, filter=EXACT | RANGE)
    def due_date(task):
        return case((task.is_dateless, None), else_=task.date)

    @computed(json={"type": "string", "enum": ["inbox", "future", "archive"]}, filter=EXACT)
    def view(task):
        """A day is due when it is today for the caller, a moment when tomorrow has not begun."""
        of_day = (func.length(task.date) == 10) & (task.date <= parameter("today"))
        of_moment = (func.length(task.date) > 10) & (task.date < parameter("tomorrow"))
        due = of_day | of_moment | task.date.is_(None)
        return case((task.is_complete, "archive"), (due, "inbox"), else_="future")

    @staticmethod
    async def prepare(ctx, old, new):
        if not old:
            check_new(new)
            new["id"] = new["id"] if new["_type"] == "lead" else other_id(new["id"])
        if not new["date"]:
            new["is_dateless"] = True
            new["date"] = ctx.today.isoformat()
        elif (old and new["date"] != old["date"]) or not old:
            new["is_dateless"] = False
        if new["_type"] == "lead" and bool(old.get("is_complete")) != new["is_complete"]:
            await tell_completed(ctx, new)

    @staticmethod
    async def changed(ctx, old, new):
        if new and new["is_complete"] and not old.get("is_complete"):
            await events.log(ctx, Task, new, "completed")
        if new and bool(old.get("is_complete")) != new["is_complete"]:
            await ops.touch(ctx, resources["lead"], new["lead_id"])
        if old.get("_type") == "outgoing_call" and (not new or new["is_complete"]):
            await sequencing.called(ctx, old["id"])


def other_id(id: str) -> str:
    """Only tasks that somebody wrote have ids that say so."""
    return f"{OTHERS}_{id.partition('_')[2]}"


def check_new(task: dict) -> None:
    errors = {}
    if task["_type"] == "lead" and not task["text"]:
        errors["text"] = "This field is required."
    if task["_type"] == "outgoing_call" and not task["contact_id"]:
        errors["contact_id"] = "This field is required."
    if errors:
        raise Invalid(fields=errors)


async def tell_completed(ctx, task: dict) -> None:
    """A completed task leaves an activity; when it is opened again, that goes."""
    if not task["is_complete"]:
        if task["object_type"] == "taskcompleted":
            await forget_completed(ctx, task["object_id"])
        task |= {"object_type": None, "object_id": None}
        return
    done = await ops.add(
        ctx,
        TaskCompleted,
        lead_id=task["lead_id"],
        user_id=ctx.user_id,
        task_id=task["id"],
        task_text=task["text"],
        task_assigned_to=task["assigned_to"],
    )
    task |= {"object_type": "taskcompleted", "object_id": done["id"]}


async def forget_completed(ctx, id: str) -> None:
    """Unless somebody took it off the timeline already."""
    if await query.matching(ctx, TaskCompleted, {"id__in": id}, 1):
        await ops.delete(ctx, TaskCompleted, id)


@operation("task.list", "GET", "/task/", of=Task, parameters=(*list_parameters(Task), "format"))
def list_(ctx, params, body):
    """Tasks that somebody wrote; those of another type when `_type` says so, or `all` of them."""
    return query.page(ctx, Task, selected(of_own_inbox(ctx, params)), total_results)


def total_results(resource, shape: tuple):
    """How many tasks match, whatever the page."""
    source = query.rows(resource)
    found = query.owned(resource, source, func.count())
    found = found.where(*query.conditions(resource, source, shape))
    return concat('"total_results":', sa.cast(found.scalar_subquery(), sa.Text))


def of_own_inbox(ctx, params: dict[str, str]) -> dict[str, str]:
    """Who does not see every lead sees nobody else's inbox."""
    if params.get("view") != "inbox" or ctx.caller.visible_to is None:
        return params
    if any(params.get(name, ctx.user_id) != ctx.user_id for name in WHOSE):
        raise Forbidden("Your role does not show you the inboxes of others.")
    return params | {"assigned_to": ctx.user_id}


def selected(params: dict[str, str]) -> dict[str, str]:
    """The filters that are meant: a view knows better than a range of dates."""
    chosen = dict(params)
    if chosen.get("_type") == "all":
        del chosen["_type"]
    elif "_type" not in chosen and "_type__in" not in chosen:
        chosen["_type"] = "lead"
    if chosen.get("view") in ("inbox", "future"):
        for name in ("date__lt", "date__gte"):
            chosen.pop(name, None)
    return chosen


@operation("task.update", "PUT", "/task/{id}/", of=Task, parameters=("_fields",))
async def update(ctx, params, body):
    """What a task is about never changes; its text only if somebody wrote it."""
    task = await ops.get(ctx, Task, params["id"])
    refuse_fixed(task, body)
    return await show(ctx, Task, await ops.update(ctx, Task, task["id"], body), params)


def refuse_fixed(task: ops.Row, body: dict) -> None:
    allowed = (*CHANGEABLE, "text") if task["_type"] == "lead" else CHANGEABLE
    shown = msgspec.json.decode(task.json)
    fixed = [
        name
        for name in Task.about.stored
        if name in body and name not in allowed and body[name] != shown[name]
    ]
    if fixed:
        raise Invalid(fields=dict.fromkeys(fixed, "Value cannot be changed."))


@operation(
    "task.bulk_update",
    "PUT",
    "/task/",
    parameters=(*list_parameters(Task), "format"),
    takes={name: Task.about.stored[name] for name in IN_BULK},
)
async def bulk_update(ctx, params, body):
    """Change every task that the filters of the list select."""
    wrong = [name for name in body if name not in IN_BULK]
    if wrong:
        raise Invalid(fields=dict.fromkeys(wrong, "Value cannot be changed."))
    if not query.filtered(ctx, Task, params)[0]:
        raise ApiError("Say which tasks to change: at least one filter is required.")
    ids = await query.matching(ctx, Task, selected(params), MOST + 1)
    if len(ids) > MOST:
        raise Invalid(errors=[f"It's not allowed to update more than {MOST} objects at once"])
    for id in ids:
        await ops.update(ctx, Task, id, body)
    return {"ok": True, "count": len(ids)}
