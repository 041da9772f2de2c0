"""From JSON to a tree. Everything that is wrong is told at once, each by the path to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ajar.errors import Invalid
from ajar.search import catalogue, common, conditions, tree
from ajar.search.catalogue import Type
from ajar.search.known import Known
from ajar.search.words import BLANKS, MODES

DEEPEST = 30
MOST_NODES = 1000
MOST_WORDS = 20
LONGEST = 1000


@dataclass
class Query:
    """A tree that fits a type of objects, and the values of its parameters."""

    type: Type
    tree: tree.Node
    values: dict[str, Any]
    user_dependent: bool


@dataclass
class Reader:
    """Reads one query; remembers the values it meets, and what is wrong."""

    ctx: Any
    now: datetime
    known: Known
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    user_dependent: bool = False
    nodes: int = 0
    within: tuple[str, ...] = ()  # the views that are being read

    def keep(self, value: Any) -> str:
        """A parameter with this value."""
        name = f"q{len(self.values)}"
        self.values[name] = value
        return name

    def wrong(self, where: str, reason: str) -> None:
        self.errors.setdefault(where, reason)

    def node(self, said: Any, of: Type, where: str, depth: int = 0) -> tree.Node:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            return self.refuse(where, "This query is too large.")
        if not isinstance(said, dict):
            return self.refuse(where, "Value must be of dict type.")
        kind = said.get("type")
        read = NODES.get(kind) if isinstance(kind, str) else None
        if not read:
            return self.refuse(f"{where}.type", f"Must be one of {', '.join(NODES)}.")
        negate = said.get("negate") or False
        if not isinstance(negate, bool):
            return self.refuse(f"{where}.negate", "Value must be of bool type.")
        return read(self, said, negate, of, where, depth)

    def refuse(self, where: str, reason: str) -> tree.Node:
        self.wrong(where, reason)
        return tree.Nothing()


def query(reader: Reader, said: Any, where: str) -> Query:
    """The query, for the type of objects that it says itself."""
    of = type_of(said, reader.known)
    if of is None:
        reader.wrong(where, "Say what to look for: an object_type clause is missing or unknown.")
    elif of.part:
        reader.wrong(where, f"A {of.name} is part of other objects: use has_related.")
    else:
        found = reader.node(said, of, where)
        return Query(of, found, reader.values, reader.user_dependent)
    raise Invalid(fields=dict(reader.errors))


def type_of(said: Any, known: Known) -> Type | None:
    """What all that is found must be: where nobody says so, what a condition is about."""
    words = list(clauses(said, known, 0))
    chosen = sorted(words, key=lambda pair: not pair[0])
    return next((catalogue.find(word) for _, word in chosen), None)


def clauses(said: Any, known: Known, depth: int) -> Iterator[tuple[bool, Any]]:
    """The types that are named where every condition must be met; whether that is all that the
    clause says."""
    if not isinstance(said, dict) or said.get("negate") or depth > DEEPEST:
        return
    kind = said.get("type")
    if kind == "object_type":
        yield True, said.get("object_type")
    elif kind == "and" and isinstance(said.get("queries"), list):
        for one in said["queries"]:
            yield from clauses(one, known, depth + 1)
    elif kind == "saved_search":
        view = known.views.get(str(said.get("saved_search_id"))) or {}
        yield from clauses((view.get("s_query") or {}).get("query"), known, depth + 1)
    elif kind == "has_related":
        yield False, said.get("this_object_type")
    elif isinstance(said.get("field"), dict) and "object_type" in said["field"]:
        yield False, said["field"]["object_type"]


def several(reader, said, negate, of, where, depth) -> tree.Node:
    parts = said.get("queries")
    if not isinstance(parts, list):
        return reader.refuse(f"{where}.queries", "Value must be of list type.")
    read = tuple(
        reader.node(part, of, f"{where}.queries.{index}", depth + 1)
        for index, part in enumerate(parts)
    )
    kind = tree.Every if said["type"] == "and" else tree.Some
    return kind(negate, read)


def everything(reader, said, negate, of, where, depth) -> tree.Node:
    return tree.Everything(negate)


def object_type(reader, said, negate, of, where, depth) -> tree.Node:
    meant = catalogue.find(said.get("object_type"))
    if not meant:
        words = ", ".join(catalogue.types())
        return reader.refuse(f"{where}.object_type", f"Must be one of {words}.")
    return (tree.Everything if meant == of else tree.Nothing)(negate)


def by_id(reader, said, negate, of, where, depth) -> tree.Node:
    id = said.get("value")
    if not isinstance(id, str) or not id:
        return reader.refuse(f"{where}.value", "Must be an id.")
    return tree.Id(negate, reader.keep(id))


def text(reader, said, negate, of, where, depth) -> tree.Node:
    value, mode = said.get("value"), said.get("mode", "beginning_of_words")
    if mode not in MODES:
        return reader.refuse(f"{where}.mode", f"Must be one of {', '.join(MODES)}.")
    if not isinstance(value, str) or len(value) > LONGEST:
        return reader.refuse(f"{where}.value", f"Must be a text of at most {LONGEST} letters.")
    whole = mode in ("phrase", "exact_value")
    words = [value] if whole else list(dict.fromkeys(value.translate(BLANKS).split()))
    if len(words) > MOST_WORDS:
        return reader.refuse(f"{where}.value", f"Must be at most {MOST_WORDS} words.")

    known, begun = reader.known.words, mode == "beginning_of_words"

    def rows(word: str) -> float:
        return sum(common.rows(known, table, word, begun) for table in ("lead", "contact"))

    words.sort(key=rows)
    rare = sum(rows(word) <= common.MANY for word in words) if "lead" in known else None
    # Words that begin with the same letters may be many, though none of them is common.
    noted = (common.rows(known, "contact", word, begun) for word in words)
    few = "contact" in known and not begun and not any(noted)
    return tree.Text(negate, mode, tuple(reader.keep(word) for word in words), rare, few)


def field_condition(reader, said, negate, of, where, depth) -> tree.Node:
    found = conditions.field(reader, said.get("field"), of, f"{where}.field")
    if not found:
        return tree.Nothing()
    key, known = found
    test = conditions.test(reader, said.get("condition"), known, f"{where}.condition")
    return tree.Condition(negate, key, test) if test else tree.Nothing()


def has_related(reader, said, negate, of, where, depth) -> tree.Node:
    this, other = said.get("this_object_type"), catalogue.find(said.get("related_object_type"))
    if this is not None and catalogue.find(this) != of:
        return reader.refuse(f"{where}.this_object_type", f"These are conditions of {of.name}.")
    if not other or not catalogue.path(of, other):
        words = ", ".join(catalogue.related_types(of))
        return reader.refuse(f"{where}.related_object_type", f"Must be one of {words}.")
    inner = said.get("related_query") or {"type": "match_all"}
    found = reader.node(inner, other, f"{where}.related_query", depth + 1)
    return tree.Related(negate, other.name, found)


def saved_search(reader, said, negate, of, where, depth) -> tree.Node:
    """What a smart view finds, whatever limit it has."""
    id = said.get("saved_search_id")
    view = reader.known.views.get(id) if isinstance(id, str) else None
    if not view or not view.get("s_query"):
        return reader.refuse(f"{where}.saved_search_id", "Object does not exist.")
    if id in reader.within:
        return reader.refuse(f"{where}.saved_search_id", "This Smart View is part of itself.")
    before = reader.within
    reader.within = (*before, id)
    inner = view["s_query"].get("query")
    found = reader.node(inner, of, f"{where}.saved_search_id({id})", depth + 1)
    reader.within = before
    return tree.Every(negate, (found,))


NODES = {
    "and": several,
    "or": several,
    "match_all": everything,
    "object_type": object_type,
    "id": by_id,
    "text": text,
    "field_condition": field_condition,
    "has_related": has_related,
    "saved_search": saved_search,
}
