"""Uploaded files: what is known of them. Their bytes are in `ajar.providers.store`, and come
and go by `ajar.files`."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar import signing
from ajar.errors import Invalid, NotFound
from ajar.kernel import (
    CreatedAt,
    CreatedBy,
    DateTime,
    Int,
    List,
    Resource,
    Text,
    operation,
    ops,
    query,
)
from ajar.kernel.registry import resources
from ajar.kernel.resource import alongside
from ajar.kernel.sql import TEXTS, TIME, parameter
from ajar.providers import store
from ajar.providers.store import path_of

PATH = "/go/file/"
TO_UPLOAD = timedelta(seconds=60)
TO_USE = timedelta(hours=24)
ID = "file_[0-9A-Za-z]{22}"
TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*", re.ASCII)
NO_LEADS = sa.literal_column("'[]'::jsonb", JSONB)
ELSEWHERE = ""  # a template, for one: not on a lead
HOLD_FILES = ("attachments", "body", "body_html", "note_html", "user_note_html")


class FileName(Text):
    """Always required, and part of an address."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if "/" in value or "\\" in value or not value.isprintable() or value in (".", ".."):
            raise ValueError("The name of a file is a text in one line, without slashes.")
        return value


class ContentType(Text):
    """Always required, as an address to upload to is good for one type only."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if not TYPE.fullmatch(value := value.lower()):
            raise ValueError("A content type is a text such as image/png.")
        return value


def of_leads_that_are_seen(row):
    """One's own files, those of leads that the caller may see, and those of no lead."""
    lead_id = func.jsonb_array_elements_text(row.lead_ids).column_valued("lead_id")
    seen = sa.exists().select_from(lead_id.scalar_alias).where(query.may_see(lead_id))
    own = row.created_by == parameter("user_id")
    return query.sees_everything() | own | row.lead_ids.has_key(ELSEWHERE) | seen


class File(
    Resource,
    path="file",
    prefix="file",
    verbs=(),
    logged=False,
    indexes=("used_at,date_created",),
    seen_if=of_leads_that_are_seen,
):
    """A file that was announced, then uploaded, then used; one that is not used is forgotten."""

    filename = FileName(required=True, most=255)
    content_type = ContentType(required=True, most=255)
    size = Int(readonly=True)
    date_created = CreatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    uploaded_at = DateTime(readonly=True)
    used_at = DateTime(readonly=True)
    lead_ids = List(readonly=True, hidden=True)  # where it is used; "" for elsewhere
    content_encoding = Text(readonly=True)
    owner_id = Text(readonly=True)  # who alone may open it without a signed address; or anybody


@operation(
    "file.upload",
    "POST",
    "/files/upload/",
    takes={name: File.about.stored[name] for name in ("filename", "content_type")},
)
async def upload(ctx, params, body):
    """Where to send the file within a minute, and what to call it afterwards."""
    file = await ops.create(ctx, File, body)
    what = {"key": file["id"], "Content-Type": file["content_type"]}
    until = ctx.now + TO_UPLOAD
    signed = await signing.permit(ctx.db, ctx.organization_id, until, "upload", *what.values())
    return {
        "upload": {
            "url": ctx.origin + PATH,
            "fields": what | signed | {"success_action_status": "201"},
        },
        "download": {"url": f"{ctx.origin}{PATH}{file['id']}/{quote(file['filename'], safe='')}"},
    }


def usable(ids):
    """SQL of a JSON object: of these files, what is known of those that the caller may use."""
    rows = query.rows(File)
    known = func.json_build_object("content_type", rows.c.content_type, "size", rows.c.size)
    in_time = rows.c.date_created > parameter("now", TIME) - TO_USE
    found = query.owned(File, rows, func.json_object_agg(rows.c.id, known)).where(
        rows.c.id == sa.any_(ids),
        rows.c.uploaded_at.is_not(None),
        rows.c.used_at.is_not(None) | in_time,
    )
    return found.scalar_subquery()


def files_used(row, action):
    """Files that rows show are kept from now on, and seen by who sees their leads: part of the
    statement that writes the rows."""
    file = resources["file"].about.table
    lead_id = row.c.lead_id if "lead_id" in row.c else sa.literal(ELSEWHERE)
    texts = [sa.cast(column, sa.Text) for column in row.c if column.name in HOLD_FILES]
    shown = func.concat_ws(" ", *texts)
    found = func.regexp_matches(shown, f"{PATH}({ID})", "g", type_=TEXTS)
    lead_ids = func.jsonb_agg(func.coalesce(lead_id, ELSEWHERE).distinct())
    used = sa.select(found[1].label("id"), lead_ids.label("lead_ids")).select_from(row)
    used = used.where(func.strpos(shown, PATH) > 0).group_by(found[1]).subquery("used")
    one = func.jsonb_array_elements_text(used.c.lead_ids).column_valued("one")
    new = sa.select(func.coalesce(func.jsonb_agg(one), NO_LEADS)).correlate(file, used)
    new = new.where(~file.c.lead_ids.bool_op("?")(one)).scalar_subquery()
    return (
        sa.update(file)
        .values(
            used_at=func.coalesce(file.c.used_at, parameter("now", TIME)),
            lead_ids=file.c.lead_ids.op("||")(new),
        )
        .where(
            file.c.organization_id == parameter("organization_id"),
            file.c.id == used.c.id,
            file.c.used_at.is_(None) | ~file.c.lead_ids.contains(used.c.lead_ids),
        )
    )


def names_files(row: dict) -> bool:
    return any(PATH in str(row.get(name) or "") for name in HOLD_FILES)


uses_files = alongside("created", "updated", when=names_files)(files_used)


async def kept(ctx, said, content, filename: str | None) -> ops.Row:
    """An uploaded file, by its id or address, or one that is made of `content`: for good."""
    if not isinstance(said or "", str) or not isinstance(content or "", str):
        raise Invalid(fields={"file": "Value must be of str type."})
    if bool(said) == bool(content):
        raise Invalid(fields={"file": "Send either a file or its content."})
    if said:
        return await uploaded(ctx, said)
    data = content.encode()
    if len(data) > ctx.settings.max_file_bytes:
        raise Invalid(fields={"content": "The file is too large."})
    times = {"uploaded_at": ctx.now, "used_at": ctx.now}
    about = {"filename": filename or "content.csv", "content_type": "text/csv", "size": len(data)}
    file = await ops.write(ctx, File, {}, ops.fresh(ctx, File) | about | times)
    await store.opened(ctx.settings).write(path_of(ctx.organization_id, file["id"]), once(data))
    return file


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def uploaded(ctx, said: str) -> ops.Row:
    found = re.search(f"(?:^|{PATH})({ID})(?:/|$)", said)
    try:
        file = await ops.get(ctx, File, found[1] if found else said)
    except NotFound:
        raise Invalid(fields={"file": "Object does not exist."}) from None
    if not file["uploaded_at"] or not file["size"]:
        raise Invalid(fields={"file": "The file is empty, or was not uploaded yet."})
    return await ops.write(ctx, File, file, file | {"used_at": ctx.now})
