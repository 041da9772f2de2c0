"""What an import tells of itself: how it stands, and the rows that it could not use, as a CSV to
correct and import again."""

import csv
import io
from collections.abc import AsyncIterator

import sqlalchemy as sa

from ajar import letters, paging
from ajar.formats.cells import neutral, plain
from ajar.importing.tables import problem
from ajar.kernel import ops
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.providers import store
from ajar.providers.store import path_of

PAGE = 1000
FILENAME = "problems.csv"
FIRST = "Problems"  # what the first column of the file is called


async def problems_file(ctx, row: dict) -> str:
    """Write the file; its id."""
    file = ops.fresh(ctx, resources["file"])
    size = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal size
        async for text in written(ctx, row):
            data = text.encode("utf-8")
            size += len(data)
            yield data

    await store.opened(ctx.settings).write(path_of(ctx.organization_id, file["id"]), pieces())
    about = {"filename": FILENAME, "content_type": "text/csv; charset=utf-8", "size": size}
    times = {"uploaded_at": ctx.now, "used_at": ctx.now}
    await ops.write(ctx, resources["file"], {}, file | about | times)
    return file["id"]


async def written(ctx, row: dict) -> AsyncIterator[str]:
    """The CSV in pieces; with a byte order mark, by which spreadsheets know what it is in. What
    was wrong the last time is not told again."""
    columns = [column["name"] for column in row["columns"]]
    start = 1 if columns[0] == FIRST else 0
    text, last = "\ufeff" + line([FIRST, *columns[start:]]), 0
    while text:
        yield text
        rows = await ctx.rows(await some(), import_id=row["id"], after=last, limit=PAGE)
        text = "".join(line([told(one["problems"]), *one["cells"][start:]]) for one in rows)
        last = rows[-1]["row"] if rows else last


def told(problems: list[dict]) -> str:
    return " ".join(f"{one['column']}: {one['reason']}".removeprefix(": ") for one in problems)


def line(cells: list[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([neutral(plain(cell)) for cell in cells])
    return buffer.getvalue()


@shapes(1)
def some() -> Statement:
    found = sa.select(problem.c.row, problem.c.problems, problem.c.cells).where(
        problem.c.organization_id == parameter("organization_id"),
        problem.c.import_id == parameter("import_id"),
        problem.c.row > parameter("after", sa.BigInteger),
    )
    return Statement(found.order_by(problem.c.row).limit(parameter("limit", sa.BigInteger)))


async def page(ctx, table: sa.Table, columns: tuple, params: dict) -> tuple[list[dict], bool]:
    """Some of what is kept beside an import, and whether more follows."""
    limits = paging.window(params)
    given = limits | {"limit": limits["limit"] + 1}
    rows = await ctx.rows(await paged(table, columns), import_id=params["id"], **given)
    shown = [dict(row) for row in rows[: limits["limit"]]]
    return shown, len(rows) > len(shown)


@shapes(2)
def paged(table: sa.Table, columns: tuple) -> Statement:
    """By the last part of the key; what is not told has null in the last column."""
    found = sa.select(*(table.c[name] for name in columns)).where(
        table.c.organization_id == parameter("organization_id"),
        table.c.import_id == parameter("import_id"),
        table.c[columns[-1]].is_not(None),
    )
    limit, skip = (parameter(name, sa.BigInteger) for name in ("limit", "skip"))
    return Statement(found.order_by(table.c[columns[0]]).limit(limit).offset(skip))


async def tell(ctx, row: dict) -> None:
    """Whoever had it run, or undone."""
    said = {name: row[name] for name in ("id", "filename", "error")}
    said |= {"count": row["n_rows"], "failed": row["n_rows_failed"]}
    letter, conflicts = f"import_{row['status']}", row["n_conflicts"]
    await letters.later(
        ctx.db, ctx.organization_id, ctx.user_id, letter, **said, conflicts=conflicts
    )
