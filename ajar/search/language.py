"""The older language of queries, a line of text, as the tree that the JSON form has."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import lark

from ajar.errors import ApiError
from ajar.search import keywords

GRAMMAR = Path(__file__).with_name("language.lark")
LONGEST = 10_000
DEEPEST = 20  # parentheses


@dataclass
class Said:
    """A query as JSON, and what else a line of text asks for."""

    query: dict
    sort: list = field(default_factory=list)
    slice: tuple[int, int] | None = None


@cache
def parser() -> lark.Lark:
    return lark.Lark(GRAMMAR.read_text(), parser="lalr", propagate_positions=True)


def read(text: str, of: str, names: dict[str, dict]) -> Said:
    """What a line says about objects of a type. `names` are custom fields, by their ids
    and by their names in small letters."""
    if len(text) > LONGEST or text.count("(") > DEEPEST:
        raise ApiError("query: This query is too large.")
    try:
        found = parser().parse(text)
    except lark.UnexpectedInput as error:
        ended = getattr(getattr(error, "token", None), "type", "") == "$END"
        place = len(text) if ended or not error.pos_in_stream else error.pos_in_stream
        raise wrong(text, place) from None
    said = Said({})
    inner = Reader(text, names, said).of(found, of)
    kind = {"type": "object_type", "object_type": of}
    said.query = {"type": "and", "queries": [kind, inner]}
    return said


def wrong(text: str, place: int, reason: str = "This cannot be read") -> ApiError:
    """Names the word that is meant, and where it stands."""
    word = text[place:].split(maxsplit=1)[:1]
    what = f'"{word[0][:50]}"' if word else "the end"
    return ApiError(f"query: {reason}: {what} at letter {place + 1}.")


@dataclass
class Reader:
    """Turns what was read into conditions, for one type after the other."""

    text: str
    names: dict[str, dict]
    said: Said

    def of(self, node: Any, type_: str) -> dict:
        return getattr(self, node.data)(node, type_)

    def any_of(self, node: Any, type_: str) -> dict:
        return {"type": "or", "queries": [self.of(part, type_) for part in node.children]}

    def all_of(self, node: Any, type_: str) -> dict:
        return {"type": "and", "queries": [self.of(part, type_) for part in node.children]}

    def none_of(self, node: Any, type_: str) -> dict:
        return {"type": "and", "queries": [self.of(node.children[0], type_)], "negate": True}

    def nothing(self, node: Any, type_: str) -> dict:
        return {"type": "match_all"}

    everything = nothing

    def words(self, node: Any, type_: str) -> dict:
        text = plain(node.children[0])
        quoted = node.children[0].type == "QUOTED"
        return keywords.words(type_, text, "phrase" if quoted else "beginning_of_words")

    def compared(self, node: Any, type_: str) -> dict:
        name, sign, value = node.children
        key = plain(name).lower()
        if sign.value in (":", "=") and key == "sort":
            self.said.sort += keywords.sort(type_, plain(value))
            return {"type": "match_all"}
        if sign.value in (":", "=") and key == "slice":
            return self.sliced(value)
        exact = value.type == "QUOTED"
        given = None if value.type == "STAR" else plain(value)
        return self.meant(name, type_, lambda: self.one(type_, key, sign.value, given, exact))

    def one(self, type_: str, key: str, sign: str, value: str | None, exact: bool) -> dict:
        return keywords.condition(type_, key, sign, value, self.names, exact)

    def sliced(self, value: Any) -> dict:
        part, _, parts = plain(value).partition("/")
        if not (part.isdigit() and parts.isdigit() and len(parts) < 7 and int(parts) > 0):
            raise wrong(self.text, value.start_pos, "A slice is like 0/4")
        self.said.slice = int(part) % int(parts), int(parts)
        return {"type": "match_all"}

    def listed(self, node: Any, type_: str) -> dict:
        name, *values = node.children
        key = plain(name).lower()

        def every() -> dict:
            texts = [text for value in values for text in every_of(value)]
            found = [self.one(type_, key, ":", text, True) for text in texts]
            return {"type": "or", "queries": found}

        return self.meant(name, type_, every)

    def nested(self, node: Any, type_: str) -> dict:
        name, inner = node.children
        other = keywords.OBJECTS.get(name.value.rstrip("(").lower())

        def related() -> dict:
            if other is None:
                raise ValueError("There are no such objects")
            found = {"type": "has_related", "this_object_type": type_}
            return found | {"related_object_type": other, "related_query": self.of(inner, other)}

        return self.meant(name, type_, related)

    def meant(self, name: Any, type_: str, write: Any) -> dict:
        try:
            return write()
        except ValueError as error:
            raise wrong(self.text, name.start_pos, str(error)) from None


def every_of(token: Any) -> list[str]:
    """Of words that only commas part, each."""
    return [plain(token)] if token.type == "QUOTED" else [t for t in plain(token).split(",") if t]


def plain(token: Any) -> str:
    text = str(token)
    return text[1:-1].replace('\\"', '"') if text.startswith('"') else text
