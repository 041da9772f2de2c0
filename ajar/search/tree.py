"""What a query says, as small values. Nothing here is what somebody looks for: that is kept beside
the tree, under the names of parameters, so that a tree is the shape of a statement."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """A condition that an object meets or not."""

    negate: bool = False


@dataclass(frozen=True)
class Everything(Node):
    """No condition."""


@dataclass(frozen=True)
class Nothing(Node):
    """What no object meets."""


@dataclass(frozen=True)
class Every(Node):
    """All of several conditions."""

    queries: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Some(Node):
    """At least one of several conditions; where there are none, no condition."""

    queries: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Id(Node):
    """One object."""

    value: str = ""


@dataclass(frozen=True)
class Text(Node):
    """Words anywhere in an object. Each value is a parameter: where words may stand in any place,
    one for each of them, the rarest first. `rare`: how many of them are not in very many; None
    if nothing is known of that. `few_contacts`: not many say any of them."""

    mode: str = ""
    values: tuple[str, ...] = ()
    rare: int | None = None
    few_contacts: bool = False


@dataclass(frozen=True)
class Related(Node):
    """At least one related object that meets a condition."""

    type: str = ""
    query: Node = Node()


@dataclass(frozen=True)
class Regular:
    """A field that is declared."""

    name: str


@dataclass(frozen=True)
class Added:
    """A custom field; `key` is a parameter, so that the shape is the same for all of a kind."""

    key: str
    kind: str
    several: bool
    converting: bool  # some values are as they were before its definition changed

    @property
    def in_lists(self) -> bool:
        """Whether there may be lists of values."""
        return self.several or self.converting


@dataclass(frozen=True)
class Condition(Node):
    """What the value of a field must be like."""

    field: Any = None  # Regular or Added
    test: Any = None


@dataclass(frozen=True)
class Exists:
    """There is a value."""


@dataclass(frozen=True)
class Truth:
    """It is true, or false."""

    value: bool


@dataclass(frozen=True)
class Like:
    """A text, by its words or as a whole. `indexed`: it has words that an index knows; `common`:
    they are in very many rows."""

    mode: str
    value: str
    indexed: bool
    common: bool


@dataclass(frozen=True)
class OneOf:
    """One of several values; with `groups`, members of groups as well. `single`: it is this one,
    and what an index has for that comes in the order of the index."""

    values: str
    groups: bool = False
    single: bool = False


@dataclass(frozen=True)
class Range:
    """Between bounds: each a comparison and its parameter, or two where a value has two forms."""

    bounds: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Clock:
    """It is now between two times of day, in the time zone that the value names."""

    since: str | None
    until: str | None
    over_midnight: bool
