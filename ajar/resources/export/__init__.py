"""Exports: files with all that a search finds. `ajar.exporting` writes them."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar import acting, letters, paging, signing
from ajar.errors import Invalid
from ajar.kernel import (
    IN,
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    Field,
    Int,
    List,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    computed,
    events,
    operation,
    ops,
    query,
    render,
)
from ajar.kernel.operations import show
from ajar.kernel.sql import concat, parameter
from ajar.resources.bulk_action import Sorting
from ajar.resources.connected_account import Object
from ajar.resources.export import columns
from ajar.resources.file import ID, PATH
from ajar.resources.webhook import mine_or_managed

STATUSES = ("created", "started", "in_progress", "done", "error")
KEPT = timedelta(days=7)  # a file
OPENED = timedelta(hours=1)  # after an answer that has the address of a file
OPPORTUNITIES = "opps"  # the type of an export that has the filters of a list


class Kept(Field):
    """What the server needs until the file is written."""

    column_type = JSONB


class Kind(Choice):
    """What a line of the file is about. Nobody asks for opportunities alone by this name: they have
    an operation of their own."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value == OPPORTUNITIES:
            raise ValueError("Not a valid choice.")
        return value


class Export(
    Resource,
    path="export",
    prefix="expo",
    verbs=("list", "get"),
    order="-date_created",
    indexes=("date_created",),
    object_type=lambda export: f"export.{about(export)}",
    seen_if=mine_or_managed,
):
    """A file that is written in the background. Its address is in each answer, and good for an
    hour; the file itself is kept for a week."""

    format = Choice("csv", "json", required=True)
    type = Kind("leads", "contacts", "lead_opps", OPPORTUNITIES, required=True, filter=IN)
    query = Text()
    s_query = Object()
    results_limit = Int(least=0, most=10**12)
    sort = Sorting()
    params = Object()
    fields = List()
    date_format = Choice("original", "iso8601", "excel", default="original")
    include_activities = Bool()
    include_addresses = Bool()
    include_custom_objects = Bool()
    include_smart_fields = Bool()
    send_done_email = Bool(default=True)
    status = Choice(*STATUSES, readonly=True)
    n_docs = Int(readonly=True)
    n_docs_processed = Int(readonly=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True)
    file_id = Text(readonly=True, hidden=True)
    object_type = Text(readonly=True, hidden=True)  # that the search finds
    rights = Object(readonly=True, hidden=True)  # of who asked
    columns = Kept(readonly=True, hidden=True)
    parts = Int(readonly=True, hidden=True)  # of the file that are written
    checksum = Int(readonly=True, hidden=True)
    size = Int(readonly=True, hidden=True)  # before it is compressed

    @computed(json={"type": ["string", "null"]})
    def download_url(export):
        """Nobody but who asked for it can open this address as it stands."""
        name = concat(export.type, "-", func.substr(export.id, 6, 8), ".", export.format)
        url = concat(parameter("origin"), PATH, export.file_id, "/", name)
        return sa.case((export.file_id.is_not(None), url))

    @classmethod
    async def changed(cls, ctx, old, new):
        if not old:
            await ctx.defer("export.run", id=new["id"])
        elif new["status"] == "done" != old["status"]:
            await events.log(ctx, cls, new, "completed")
        if old and new["status"] in ("done", "error") and new["status"] != old["status"]:
            await tell(ctx, new)


async def tell(ctx, export: dict) -> None:
    """Whoever asked for it. The address of the file is good for who signs in."""
    if not (export["send_done_email"] and export["created_by"]):
        return
    member, letter = (ctx.organization_id, export["created_by"]), f"export_{export['status']}"
    said = {"id": export["id"], "count": export["n_docs"] or 0, "days": KEPT.days}
    if export["file_id"]:
        said["name"] = name = f"{export['type']}-{export['id'][5:13]}.{export['format']}"
        said["link"] = f"{ctx.origin}{PATH}{export['file_id']}/{name}"
    await letters.later(ctx.db, *member, letter, **said)


def about(export: dict) -> str:
    return "opportunity" if export["type"] == OPPORTUNITIES else "lead"


async def begin(ctx, new: dict, errors: dict[str, str], params: dict[str, str]) -> str:
    """Queue an export of which everything is known, unless something is wrong with it."""
    errors |= columns.mistakes(new)
    if errors:
        raise Invalid(fields=errors)
    known: dict[str, Any] = {"status": "created", "n_docs_processed": 0, "parts": 0}
    known |= {"checksum": 0, "size": 0, "rights": acting.kept(ctx)}
    return await show(ctx, Export, await ops.write(ctx, Export, {}, new | known), params)


async def checked(ctx, body: dict, takes: dict[str, Field], **more: Any) -> dict:
    data = {name: body[name] for name in takes if name in body}
    return await ops.check(ctx, Export, data | more)


def takes(*left_out: str) -> dict[str, Field]:
    every = Export.about.stored.items()
    return {n: f for n, f in every if not f.readonly and n not in left_out}


async def one(ctx, params: dict) -> dict:
    text = await render.one(ctx, Export, params["id"], params.get("_fields"))
    (export,) = await with_links(ctx, [msgspec.json.decode(text)])
    return export


async def several(ctx, params: dict) -> dict:
    page = msgspec.json.decode(await query.page(ctx, Export, params))
    return page | {"data": await with_links(ctx, page["data"])}


async def with_links(ctx, exports: list[dict]) -> list[dict]:
    """With addresses that take no credential, for whoever may see the export."""
    ready = [one for one in exports if one.get("download_url")]
    wanted = [("download", re.findall(ID, one["download_url"])[0]) for one in ready]
    if not wanted:
        return exports
    until = ctx.now + OPENED
    permits = await signing.permits(ctx.db, ctx.organization_id, until, wanted)
    for export, permit in zip(ready, permits, strict=True):
        export["download_url"] += f"?{urlencode(permit)}"
    return exports


@operation("export.list", "GET", "/export/", of=Export, parameters=paging.PARAMETERS)
async def list_(ctx, params, body):
    """One's own; who manages the organization sees all."""
    return await several(ctx, params)


@operation("export.get", "GET", "/export/{id}/", of=Export, parameters=("_fields",))
async def get(ctx, params, body):
    """How far it is, and where the file is once that is written."""
    return await one(ctx, params)
