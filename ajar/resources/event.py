"""The event log, as clients read it."""

import base64
import binascii

import msgspec
import sqlalchemy as sa
from sqlalchemy import func

from ajar import paging, private, undoing
from ajar.errors import ApiError, NotFound
from ajar.kernel import operation, query
from ajar.kernel.fields import RANGE
from ajar.kernel.sql import TIME, Statement, parameter, shapes
from ajar.kernel.tables import event
from ajar.kernel.times import SHORT, DateTime

EXACT = ("object_type", "object_id", "action", "lead_id", "user_id", "request_id")
DATES = tuple(f"date_updated__{suffix}" for suffix in sorted(RANGE))
MOST = 50
WITHHELD = ("data", "previous_data")  # from all but admins, after an hour
HIDDEN = ("position", "steps")
EVERY = tuple(column.name for column in event.c if column.name not in HIDDEN)
UPDATED = DateTime(filter=RANGE)
UPDATED.name = "date_updated"


@operation(
    "event.list",
    "GET",
    "/event/",
    parameters=(*EXACT, *DATES, "organization_id", "_limit", "_skip", "_cursor", "_fields"),
)
async def list_(ctx, params, body):
    """The newest changes first. `_cursor` goes on where an answer ended, or before it began."""
    if "date_updated" in params:
        raise ApiError("date_updated can only be used with __lt, __lte, __gt or __gte.")
    if paging.integer(params, "_skip", 0):
        raise ApiError("Events are paged with _cursor, not with _skip.")
    given, comparisons = filters(ctx, params)
    limit = paging.window(params, MOST, MOST)["limit"]
    cursor = decoded(params.get("_cursor"))
    after = cursor["back"] if cursor else False
    if cursor:
        given |= {"cursor_date": UPDATED.parse(ctx, cursor["date"]), "cursor_id": cursor["id"]}
    statement = await listed(tuple(given), comparisons, after, wanted(params))
    rows = await ctx.rows(statement, **given, limit=limit + 1, **withheld(ctx))
    return page(rows, limit, cursor)


def filters(ctx, params: dict[str, str]) -> tuple[dict, tuple]:
    given = {f"{query.BY}{name}": params[name] for name in EXACT if params.get(name)}
    if params.get("organization_id", ctx.organization_id) != ctx.organization_id:
        raise ApiError("organization_id: Object does not exist.")
    comparisons = []
    for name in DATES:
        if params.get(name):
            try:
                _, given[name] = UPDATED.read(ctx, name.partition("__")[2], params[name])
            except ValueError as error:
                raise ApiError(f"{name}: {error}") from None
            comparisons.append(name)
    return given, tuple(comparisons)


def withheld(ctx) -> dict:
    return {"is_admin": "manage_organization" in ctx.caller.permissions}


def page(rows: list, limit: int, cursor: dict | None) -> dict:
    """The cursors: to what is older, null at the end; to what is newer, null if there is none."""
    back, more = bool(cursor and cursor["back"]), len(rows) > limit
    rows = rows[:limit]
    if back:
        rows.reverse()
    older = more if not back else bool(cursor)
    newer = bool(cursor) if not back else more
    return {
        "data": [msgspec.Raw(row["json"].encode()) for row in rows],
        "cursor_next": encoded(rows[-1], False) if rows and older else None,
        "cursor_previous": encoded(rows[0], True) if rows and newer else None,
    }


def encoded(row, back: bool) -> str:
    at = {"date": row["date"], "id": row["id"], "back": back}
    return base64.urlsafe_b64encode(msgspec.json.encode(at)).decode().rstrip("=")


def decoded(text: str | None) -> dict | None:
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(raw, type=Cursor)
        UPDATED.clean(cursor.date)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise ApiError("Invalid cursor.") from None
    return msgspec.structs.asdict(cursor)


class Cursor(msgspec.Struct):
    """Where a page ended."""

    date: str
    id: str
    back: bool


@shapes(200)
def listed(names: tuple, comparisons: tuple, back: bool, fields: tuple) -> Statement:
    exact = [name for name in EXACT if query.BY + name in names]
    found = visible(fields).where(*(event.c[n] == parameter(query.BY + n) for n in exact))
    for name in comparisons:
        suffix = name.partition("__")[2]
        found = found.where(UPDATED.compare(event.c.date_updated, suffix, name))
    place = sa.tuple_(event.c.date_updated, event.c.id)
    if "cursor_id" in names:
        at = sa.tuple_(parameter("cursor_date", TIME), parameter("cursor_id"))
        found = found.where(place > at if back else place < at)
    columns = (event.c.date_updated, event.c.id)
    order = columns if back else tuple(column.desc() for column in columns)
    return Statement(found.order_by(*order).limit(parameter("limit", sa.BigInteger)))


@operation("event.get", "GET", "/event/{id}/", parameters=("_fields",))
async def get(ctx, params, body):
    """One change."""
    text = await ctx.value(await by_id(wanted(params)), id=params["id"], **withheld(ctx))
    if text is None:
        raise NotFound("Empty query: Event matching query does not exist.")
    return text


@operation(
    "event.undo", "POST", "/event/{id}/undo/", parameters=tuple(undoing.HOW), takes=undoing.HOW
)
async def undo(ctx, params, body):
    """Take back what an event tells of. `dry_run` only tells what that would change."""
    how = undoing.said(ctx, params, body)
    if changes := await undoing.log.of_event(ctx, params["id"]):
        return await undoing.undo(ctx, params["id"], changes, **how)
    await get(ctx, {"id": params["id"]}, {})  # if there is none
    raise ApiError("This event tells of no change of an object: undo its request.")


def wanted(params: dict[str, str]) -> tuple[str, ...]:
    """The names in `_fields` that are known; all of them if it is not there."""
    asked = params.get("_fields") or ",".join(EVERY)
    return tuple(name for name in EVERY if name in asked.split(","))


@shapes(50)
def by_id(fields: tuple) -> Statement:
    return Statement(visible(fields).where(event.c.id == parameter("id")))


def visible(fields: tuple) -> sa.Select:
    """Events of the organization as JSON; of those about a lead, only such that the caller may
    see; of what is private, only to whom it is. Old ones tell those who are not admins only that
    something changed."""
    hour = event.c.date_created > parameter("now", TIME) - sa.text("interval '1 hour'")
    told = sa.or_(parameter("is_admin", sa.Boolean), hour) & private.told()
    every = [event.c[name] for name in fields]
    short = [column for column in every if column.name not in WITHHELD]
    json = sa.case((told, written(every)), else_=written(short))
    place = shown(event.c.date_updated).label("date"), event.c.id
    found = sa.select(sa.cast(json, sa.Text).label("json"), *place)
    found = found.where(event.c.organization_id == parameter("organization_id"))
    return found.where(query.may_see(event.c.lead_id), private.readable())


def written(columns: list):
    if not columns:
        return sa.literal_column("'{}'::json")
    one = sa.select(*(shown(column).label(column.name) for column in columns))
    return (
        sa.select(func.row_to_json(one.correlate(event).subquery().table_valued()))
        .correlate(event)
        .scalar_subquery()
    )


def shown(column: sa.Column):
    if isinstance(column.type, sa.DateTime):
        return func.to_char(func.timezone("UTC", column), SHORT)
    return column
