"""A file before it is imported: what it has, what its columns probably mean, how its dates and
numbers are to be read, and whether that is enough."""

import re
from typing import Any

from ajar.errors import ApiError, Invalid
from ajar.formats import cells as written
from ajar.importing import reading
from ajar.importing.matching import LISTS
from ajar.importing.running import nonempty
from ajar.importing.targets import Known
from ajar.kernel.fields import List
from ajar.providers import store
from ajar.providers.store import path_of

SAMPLES = 3  # of a column
SHOWN = 10  # rows
LOOKED_AT = 200
MOST_COLUMNS = 1000
NEEDED = {"lead_name": "lead.name", "contact_email": "contact.email"}  # by the rule that compares
NEEDED |= {"contact_phone": "contact.phone"}
COLUMN = {  # as the API describes what is found of one
    "type": "object",
    "properties": {"name": {"type": "string"}, "samples": List.json},
    "required": ["name", "samples"],
}


async def look(ctx, row: dict, said: dict) -> dict[str, Any]:
    """All that the file itself tells, and guesses for what nobody has `said`."""
    kept = store.opened(ctx.settings)
    path = path_of(ctx.organization_id, row["file_id"])
    form = await reading.form_of(kept, path, said.get("encoding"), said.get("delimiter"))
    file = reading.File(kept, path, form)
    first, place, rows, number = [], form.start, [], 0
    async for cells, end in nonempty(file, form.start):
        if not first:
            first = cells
            if row["has_header"]:
                place = end
                continue
        number += 1
        if len(rows) < LOOKED_AT:
            rows.append(cells)
    if not first:
        raise Invalid(fields={"file": "The file is empty."})
    if len(first) > MOST_COLUMNS:
        raise ApiError(f"The file has more than {MOST_COLUMNS} columns.")
    names = headings(first) if row["has_header"] else [f"Column {n + 1}" for n in range(len(first))]
    found = {
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "first_row": place,
        "place": place,
        "n_rows": number,
        "rows": rows[:SHOWN],
        "columns": [
            {"name": name, "samples": samples(rows, index)} for index, name in enumerate(names)
        ],
    }
    return found | await guesses(ctx, names, rows, said)


async def guesses(ctx, names: list[str], rows: list[list[str]], said: dict) -> dict[str, Any]:
    texts = [written.plain(cell).strip() for row in rows for cell in row]
    return {
        "mapping": (await Known.of(ctx)).guess(names),
        "date_order": said.get("date_order") or written.order_of(texts),
        "decimal": said.get("decimal") or written.decimal_of(texts),
    }


def headings(cells: list[str]) -> list[str]:
    """What the columns are called, each by a name of its own."""
    names: list[str] = []
    for index, cell in enumerate(cells):
        name = written.plain(cell).strip() or f"Column {index + 1}"
        number = 2
        while name in names:
            name, number = f"{name.removesuffix(f' ({number - 1})')} ({number})", number + 1
        names.append(name)
    return names


def samples(rows: list[list[str]], index: int) -> list[str]:
    found = dict.fromkeys(row[index] for row in rows if index < len(row) and row[index].strip())
    return list(found)[:SAMPLES]


def mapped(columns: list[dict], known: Known, said: Any) -> list[str | None]:
    """For each column the field that it fills in: said as a list, or by names of columns."""
    names = [column["name"] for column in columns]
    if isinstance(said, dict):
        if unknown := [name for name in said if name not in names]:
            raise ValueError(f'There is no column "{unknown[0]}".')
        said = [said.get(name) for name in names]
    if not isinstance(said, list) or len(said) != len(names):
        raise ValueError("Must name a field, or null, for each column.")
    if not all(text is None or isinstance(text, str) for text in said):
        raise ValueError("Must name a field, or null, for each column.")
    found = [known.written(text) if text else None for text in said]
    several = ("contact.email", "contact.phone", "contact.url")
    for text in found:
        if text and found.count(text) > 1 and not text.startswith(several):
            raise ValueError(f'"{text}" is filled in by more than one column.')
    return found


async def check(ctx, row: dict) -> None:
    """Whether the columns have what the rule compares."""
    mapping = [text for text in row["mapping"] if text]
    if not mapping:
        raise Invalid(fields={"mapping": "No column has a field yet."})
    by, reason = row["match_by"], "No column has what is compared."
    wanted = NEEDED.get(by, "")
    if by in (*LISTS, "lead_name") and not any(text.startswith(wanted) for text in mapping):
        raise Invalid(fields={"match_by": reason})
    if by == "id" and not {"lead.id", "contact.id"} & set(mapping):
        raise Invalid(fields={"match_by": reason})
    if by != "custom_field":
        return
    try:
        found = (await Known.of(ctx)).written(row["match_field"] or "")
    except ValueError as error:
        raise Invalid(fields={"match_field": str(error)}) from None
    if not re.match(r"(lead|contact)\.custom\.", found) or found not in mapping:
        raise Invalid(fields={"match_field": reason})
