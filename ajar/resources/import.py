"""Imports of CSV files: a draft that says what a file has, the run, and the way back. How that is
done is in `ajar.importing`."""

import codecs
from typing import Any

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import ApiError, Invalid
from ajar.importing import drafts, reports, running, writing
from ajar.importing.matching import RULES
from ajar.importing.names import Names
from ajar.importing.tables import change, key, problem
from ajar.importing.targets import Known
from ajar.kernel import (
    EXACT,
    IN,
    Bool,
    Choice,
    Field,
    Int,
    List,
    Ref,
    Text,
    Tracked,
    computed,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import list_parameters, show
from ajar.kernel.sql import concat, parameter
from ajar.providers import store
from ajar.providers.store import path_of
from ajar.resources.file import PATH, kept

STATUSES = ("draft", "checking", "checked", "running", "completed", "canceled", "failed")
UNDOING = ("reverting", "reverted")
OPEN = ("draft", "checked")
OVER = ("completed", "canceled", "failed")
TOLD = ("completed", "failed", "reverted")  # by mail
FORM = ("encoding", "delimiter", "has_header")


class Encoding(Text):
    """A name that Python has for one."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        try:
            "".encode(value or "utf-8")
            return codecs.lookup(value).name if value else value
        except LookupError:
            raise ValueError("There is no such encoding.") from None


class Delimiter(Text):
    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and (len(value) != 1 or value in '"\r\n'):
            raise ValueError("A delimiter is one character.")
        return value


class Country(Text):
    def clean(self, value, answer=None):
        value = (super().clean(value) or "").upper()
        if value and value not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("A country is a code of two letters, such as DE.")
        return value or None


class Json(Field):
    """What is kept as it is said."""

    column_type, python_type = JSONB, object
    json: dict[str, Any] = {}


class Found(List):
    """What was found in the file; `item` is the JSON Schema of one of it."""

    def __init__(self, item: dict[str, Any]):
        super().__init__(readonly=True)
        self.json = {"type": "array", "items": item}


class Count(Int):
    blank = 0


def count() -> Count:
    return Count(readonly=True)


class Import(Tracked, path="import", prefix="impo", order="-date_created", verbs=("list", "get")):
    """A CSV file, what its columns mean, and what became of its rows."""

    status = Choice(*STATUSES, *UNDOING, readonly=True, filter=EXACT | IN)
    error = Text(readonly=True)
    filename = Text(most=255, example="leads.csv")
    file_id = Ref("file", readonly=True, on_delete="keep")
    encoding = Encoding()
    delimiter = Delimiter()
    has_header = Bool(default=True)
    columns, rows = Found(drafts.COLUMN), Found(List.json)
    mapping = Json(readonly=True)
    match_by = Choice(*RULES, default="none")
    match_field = Text(most=255)
    on_match = Choice("skip", "update", "fill", default="skip")
    lead_status_id = Ref("status.lead")
    opportunity_status_id = Ref("status.opportunity")
    user_id = Ref("user")
    country = Country(most=2)
    date_order = Choice("ymd", "mdy", "dmy")
    decimal = Choice(".", ",")
    currency = Text(most=3)
    send_done_email = Bool(default=True)
    first_row = Int(readonly=True, hidden=True)
    place = Int(readonly=True, hidden=True)
    run = Count(readonly=True, hidden=True)  # how often one was begun
    caller = Json(readonly=True, hidden=True)
    problems_file_id = Text(readonly=True, hidden=True)
    n_rows, n_rows_processed, n_rows_skipped, n_rows_failed = (count() for _ in range(4))
    n_leads_created, n_leads_updated = count(), count()
    n_contacts_created, n_contacts_updated = count(), count()
    n_opportunities_created, n_opportunities_updated = count(), count()
    n_notes_created, n_reverted, n_conflicts = count(), count(), count()

    @computed(json={"type": ["string", "null"]})
    def problems_url(row):
        """Where the rows are that could not be used."""
        path = concat(parameter("origin"), PATH, row.problems_file_id, f"/{reports.FILENAME}")
        return sa.case((row.problems_file_id.is_not(None), path))

    @classmethod
    async def changed(cls, ctx, old, new):
        over = new.get("status") in TOLD and new["status"] != old.get("status")
        if over and new["send_done_email"] and ctx.user_id:
            await reports.tell(ctx, new)


SENT = {n: f for n, f in Import.about.stored.items() if not f.readonly}
TAKEN = SENT | {"mapping": Import.about.stored["mapping"]}
SOURCES: dict[str, Field] = {"file": Text(), "content": Text()}


@operation("import.list", "GET", "/import/", of=Import, parameters=tuple(list_parameters(Import)))
def list_(ctx, params, body):
    """The newest first."""
    return query.page(ctx, Import, params)


@operation("import.get", "GET", "/import/{id}/", of=Import, parameters=("_fields",))
def get(ctx, params, body):
    return render.one(ctx, Import, params["id"], params.get("_fields"))


@operation(
    "import.create",
    "POST",
    "/import/",
    status=201,
    of=Import,
    parameters=("_fields",),
    takes=TAKEN | SOURCES,
)
async def create(ctx, params, body):
    """A draft of an uploaded `file`, or of `content`: with guesses of what it is written in, and
    of what its columns mean. Nothing is imported yet."""
    defaults = {name: field.default for name, field in SENT.items() if field.default is not None}
    said = {name: value for name, value in body.items() if value is not None}
    values = await ops.clean(ctx, Import, SENT, {}, defaults | said)
    file = await kept(ctx, said.get("file"), said.get("content"), values["filename"])
    row = ops.fresh(ctx, Import) | values | {"file_id": file["id"], "status": "draft"}
    row["filename"] = values["filename"] or file["filename"]
    try:
        row = await completed(ctx, row, said, new=True)
    except ApiError:
        if said.get("content"):  # nobody will ever ask for it
            place = path_of(ctx.organization_id, file["id"])
            await store.opened(ctx.settings).delete([place])
        raise
    return await show(ctx, Import, await ops.write(ctx, Import, {}, row), params)


@operation("import.update", "PUT", "/import/{id}/", of=Import, parameters=("_fields",), takes=TAKEN)
async def update(ctx, params, body):
    """Say what a draft leaves open or guesses wrong. After that it is to be checked anew."""
    old = await opened(ctx, params["id"], OPEN)
    sent = {name: field for name, field in SENT.items() if field.sent(body)}
    row = old | await ops.clean(ctx, Import, sent, old, body)
    form = any(row[name] != old[name] for name in FORM)
    row = await completed(ctx, row, body, new=form)
    if row != old:
        old = await ops.write(ctx, Import, old, row | {"status": "draft"})
    return await show(ctx, Import, old, params)


async def completed(ctx, row: dict, said: dict, new: bool) -> dict:
    """What the file tells, if it is to be read, and what its columns mean."""
    if new:
        row = row | await drafts.look(ctx, row, said)
    if said.get("currency") and row["currency"] != (ours := (await Names.of(ctx)).currency):
        reason = f"Opportunities are in {ours}, the currency of the organization."
        raise Invalid(fields={"currency": reason})
    if said.get("mapping") is None:
        return row
    try:
        return row | {
            "mapping": drafts.mapped(row["columns"], await Known.of(ctx), said["mapping"])
        }
    except ValueError as error:
        raise Invalid(fields={"mapping": str(error)}) from None


async def opened(ctx, id: str, statuses: tuple[str, ...]) -> ops.Row:
    row = await ops.get(ctx, Import, id)
    if row["status"] not in statuses:
        raise ApiError(f"This import is {row['status']}: it must be {' or '.join(statuses)}.")
    return row


@operation("import.delete", "DELETE", "/import/{id}/", of=Import)
async def delete(ctx, params, body):
    """Drafts only: what was run is history, and can be undone."""
    row = await opened(ctx, params["id"], OPEN)
    for table in (key, problem):
        await writing.forget(ctx, row["id"], table)
    await ops.delete(ctx, Import, row["id"])
    return {}


@operation("import.run", "POST", "/import/{id}/run/", of=Import, takes={"dry_run": Bool()})
async def run(ctx, params, body):
    """Begin, in the background. A dry run only tells what would become of the rows."""
    row = await opened(ctx, params["id"], OPEN)
    dry = Bool().clean(body.get("dry_run"))
    await drafts.check(ctx, row)
    return (await running.begin(ctx, row["id"], dry)).json


@operation("import.cancel", "POST", "/import/{id}/cancel/", of=Import, takes={})
async def cancel(ctx, params, body):
    """No more rows are used. What was done stays, and can be undone."""
    row = await opened(ctx, params["id"], running.RUNNING)
    status = "canceled" if row["status"] == "running" else "draft"
    return (await ops.write(ctx, Import, row, row | {"status": status})).json


@operation("import.undo", "POST", "/import/{id}/undo/", of=Import, takes={})
async def undo(ctx, params, body):
    """Delete what the import made, and restore what it changed, in the background."""
    row = await opened(ctx, params["id"], OVER)
    return (await running.undo(ctx, row["id"])).json


PAGED = ("_limit", "_skip")


@operation("import.problem.list", "GET", "/import/{id}/problem/", parameters=PAGED)
async def problems(ctx, params, body):
    """The rows that could not be used: their numbers, what is wrong in which column, and what
    they say."""
    return await page(ctx, params, problem, ("row", "problems", "cells"))


@operation("import.conflict.list", "GET", "/import/{id}/conflict/", parameters=PAGED)
async def conflicts(ctx, params, body):
    """What an undoing left as it is, because somebody has changed it since."""
    return await page(ctx, params, change, ("object_id", "object_type", "conflict"))


async def page(ctx, params: dict, table: sa.Table, columns: tuple[str, ...]) -> dict:
    await render.one(ctx, Import, params["id"], "id")
    rows, has_more = await reports.page(ctx, table, columns, params)
    return {"data": rows, "has_more": has_more}
