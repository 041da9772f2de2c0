"""From a tree to SQL. A condition that is not known to be met, for want of a value, is not met;
and negated it is met: so where a NOT stands, NULL counts as false below it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.kernel import query
from ajar.kernel.registry import resources
from ajar.kernel.sql import parameter
from ajar.search import added, catalogue, compare, tree, words
from ajar.search.catalogue import Type

INDEXED_PARTS = {"email", "phone"}


@dataclass(frozen=True)
class At:
    """Where a condition stands: a type, and the row of it that is looked at."""

    type: Type
    rows: Any
    few: bool = False  # only the first that are found are wanted


def condition(node: tree.Node, at: At) -> Any:
    found = WRITERS[type(node)](node, at)
    return negated(found) if node.negate else found


def negated(found: Any) -> Any:
    if isinstance(found, sa.Exists):  # which is never NULL, and which PostgreSQL can join
        return ~found
    return found.is_not(sa.literal_column("true"))


def everything(node: tree.Everything, at: At) -> Any:
    return sa.literal_column("true", sa.Boolean)


def nothing(node: tree.Nothing, at: At) -> Any:
    return sa.literal_column("false", sa.Boolean)


def every(node: tree.Every, at: At) -> Any:
    parts = [condition(one, at) for one in node.queries]
    if len(parts) == 1:
        return parts[0]
    return sa.and_(*parts) if parts else everything(tree.Everything(), at)


def some(node: tree.Some, at: At) -> Any:
    parts = [condition(one, at) for one in node.queries]
    if len(parts) == 1:
        return parts[0]
    return sa.or_(*parts) if parts else everything(tree.Everything(), at)


def by_id(node: tree.Id, at: At) -> Any:
    if at.type.part:
        return nothing(tree.Nothing(), at)
    return at.rows.c.id == parameter(node.value)


def related(node: tree.Related, at: At) -> Any:
    steps = catalogue.path(at.type, catalogue.types()[node.type])
    assert steps
    return reached(node, at, steps)


def reached(node: tree.Related, at: At, steps: list) -> Any:
    """There is a row at the end of these steps that meets the condition."""
    if not steps:
        return condition(node.query, at)
    (kind, join), *rest = steps
    if kind.part:
        return part_of(node, at, kind)
    rows = query.rows(kind.resource)
    found = query.related(kind.resource, rows, sa.literal_column("1"))
    found = found.where(join(at.rows, rows), *kind.meant(rows))
    return found.where(reached(node, replace(at, type=kind, rows=rows), rest)).exists()


def part_of(node: tree.Related, at: At, kind: Type) -> Any:
    """An item of a list that is kept in the row. What an index knows of the list comes first."""
    items = at.rows.c[kind.part]
    item = func.jsonb_array_elements(items, type_=JSONB).column_valued("item")
    inner = sa.select(sa.literal_column("1")).select_from(item.scalar_alias).correlate(at.rows)
    found = inner.where(condition(node.query, replace(at, type=kind, rows=item))).exists()
    hints = [holds(items, *exact) for exact in certain(node.query)]
    return sa.and_(*hints, found) if hints else found


def certain(node: tree.Node) -> list[tuple[str, str]]:
    """Whole values that an item must have for the condition to be met."""
    if node.negate:
        return []
    if isinstance(node, tree.Every):
        return [one for part in node.queries for one in certain(part)]
    if not isinstance(node, tree.Condition) or not isinstance(node.field, tree.Regular):
        return []
    exact = isinstance(node.test, tree.Like) and node.test.mode == "exact_value"
    known = node.field.name in INDEXED_PARTS
    return [(node.field.name, node.test.value)] if known and exact else []


def narrow(node: tree.Node) -> bool:
    """Only who has an address or a number is asked for: they are few, whatever its value is."""
    if node.negate:
        return False
    if isinstance(node, tree.Every):
        asked = [one for one in node.queries if one != tree.Everything()]
        return bool(asked) and all(map(narrow, asked))
    if not isinstance(node, tree.Related):
        return False
    part = catalogue.types()[node.type].part
    return bool(certain(node.query)) if part else narrow(node.query)


def holds(items: Any, name: str, value: str) -> Any:
    wanted = func.jsonb_build_array(func.lower(parameter(value)), type_=JSONB)
    return words.each(items, name).contains(wanted)


def text(node: tree.Text, at: At) -> Any:
    """In the object itself; of a lead, or in one of its contacts. Each word may be elsewhere."""
    if not node.values:
        return nothing(tree.Nothing(), at)
    if at.type.part:
        texts = [one.value(at.rows) for one in at.type.fields.values() if one.kind == "text"]
        return sa.and_(
            *(sa.or_(*(compare.like(t, node.mode, v) for t in texts)) for v in node.values)
        )
    if at.type.name != "lead":
        return sa.and_(*(said_in(at.type.resource, at.rows, v, node.mode) for v in node.values))
    if node.rare is None:
        each = (anywhere(value, node.mode) for value in node.values)
        return sa.and_(*(at.rows.c.id.in_(ids) for ids in each))
    if node.rare == 0 and at.few:
        return sa.and_(*(somewhere(value, node.mode, at.rows) for value in node.values))
    return at.rows.c.id.in_(sa.union_all(*leads(node)))


def leads(node: tree.Text) -> Iterator[sa.Select]:
    """The ids of leads where all of this is said, in the lead or in its contacts: where the lead
    says all; where a contact says the first, and the rest is said somewhere; where the lead says
    the first, and a contact another. So an index finds as few as it can. Where few contacts say
    anything of it, these lead to the rest. (It takes PostgreSQL's statistics to plan this: without
    them, and so in small tables, each word is found by itself.)"""
    mode, (first, *others) = node.mode, node.values
    yield in_leads(node.values, mode)
    if not others:
        yield in_contacts([first], mode)
        return
    few = node.rare == len(node.values)
    lead = resources["lead"]
    rows = query.rows(lead)
    found = query.related(lead, rows, rows.c.id)
    if node.few_contacts:
        told = (somewhere(value, mode, rows) for value in node.values)
        yield found.where(rows.c.id.in_(gathered([first, *others], mode)), *told)
        return
    found = found.where(rows.c.id.in_(gathered([first], mode)))
    yield found.where(*rest(node, others, rows))
    rows = query.rows(lead)
    found = query.related(lead, rows, rows.c.id).where(said_in(lead, rows, first, mode))
    if few:
        found = found.where(rows.c.id.in_(gathered(others, mode)))
    yield found if few and len(others) == 1 else found.where(*rest(node, others, rows))


def rest(node: tree.Text, values: list[str], rows: Any) -> Iterator[Any]:
    """That a lead, or one of its contacts, says each of these: as the index knows it, where all
    of them are rare."""
    for value in values:
        if node.rare == len(node.values):
            yield rows.c.id.in_(anywhere(value, node.mode))
        else:
            yield somewhere(value, node.mode, rows)


def anywhere(value: str, mode: str) -> Any:
    return sa.union_all(in_leads((value,), mode), in_contacts([value], mode))


def in_leads(values: tuple[str, ...], mode: str) -> sa.Select:
    lead = resources["lead"]
    rows = query.rows(lead)
    said = [said_in(lead, rows, value, mode) for value in values]
    return query.related(lead, rows, rows.c.id).where(*said)


def in_contacts(values: list[str], mode: str) -> sa.Select:
    """The leads of contacts that say one of these."""
    contact = resources["contact"]
    rows = query.rows(contact)
    found = query.related(contact, rows, rows.c.lead_id)
    return found.where(sa.or_(*(said_in(contact, rows, value, mode) for value in values)))


def gathered(values: list[str], mode: str) -> sa.Select:
    """OFFSET makes PostgreSQL ask the index for all of them: it thinks too little of what it costs
    to take the words of contact after contact apart."""
    return in_contacts(values, mode).offset(sa.literal_column("0"))


def somewhere(value: str, mode: str, lead: Any) -> Any:
    """In this lead, or in one of its contacts. (EXISTS and IN would read all contacts.)"""
    contact = resources["contact"]
    rows = query.rows(contact)
    found = query.related(contact, rows, sa.literal_column("true", sa.Boolean))
    found = found.where(rows.c.lead_id == lead.c.id, said_in(contact, rows, value, mode)).limit(1)
    there = func.coalesce(found.scalar_subquery(), sa.false())
    return said_in(resources["lead"], lead, value, mode) | there


def said_in(resource: Any, rows: Any, value: str, mode: str) -> Any:
    """The words are in the object; a phrase, or a whole value, must be in one of its texts."""
    if not words.has_words(resource):
        return sa.literal_column("false", sa.Boolean)
    asked = words.asked(parameter(value), "phrase" if mode == "exact_value" else mode)
    found = words.whole(resource, rows).bool_op("@@")(asked)
    if mode not in ("phrase", "exact_value"):
        return found
    one = [in_piece(column, path, mode, value) for column, path in words.pieces(resource, rows)]
    return found & sa.or_(*one)


def in_piece(column: Any, path: str | None, mode: str, value: str) -> Any:
    if path is None:
        return compare.like(column, mode, value)
    found = func.jsonb_path_query(column, sa.literal_column(f"'{path}'"), type_=JSONB)
    one = found.column_valued("one")
    written = one.op("#>>", return_type=sa.Text)(sa.literal_column("'{}'"))
    inner = sa.select(sa.literal_column("1")).select_from(one.scalar_alias).correlate(column.table)
    return inner.where(compare.like(written, mode, value)).exists()


def of_field(node: tree.Condition, at: At) -> Any:
    if isinstance(node.field, tree.Added):
        return added.condition(node.field, node.test, at)
    known = at.type.fields[node.field.name]
    return compare.TESTS[type(node.test)](node.test, known, known.value(at.rows), at)


WRITERS: dict[type, Callable[[Any, At], Any]] = {
    tree.Everything: everything,
    tree.Nothing: nothing,
    tree.Every: every,
    tree.Some: some,
    tree.Id: by_id,
    tree.Text: text,
    tree.Related: related,
    tree.Condition: of_field,
}
