"""Filters of events, as subscriptions have them: a tree of JSON objects, each with a `type`.

`problems` says what is wrong with a tree, and where in it; `parse` makes a good one a function
of an event. A key that is missing is null, and values are compared as JSON: true is not 1.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

Test = Callable[[Any], bool]

DEEPEST = 20
MOST = 500  # nodes
NEEDS: dict[str, tuple[str, ...]] = {
    "equals": ("value",),
    "not_equals": ("value",),
    "is_null": (),
    "non_null": (),
    "contains": ("value",),
    "and": ("filters",),
    "or": ("filters",),
    "not": ("filter",),
    "field_accessor": ("field", "filter"),
    "any_array_value": ("filter",),
}


def problems(filter: Any, path: str = "", deep: int = 0) -> Iterator[str]:
    """Everything that is wrong, each with the path to it: `filters.1.value: ...`."""
    at = f"{path}: " if path else ""
    if not isinstance(filter, dict):
        yield f"{at}Value must be of dict type."
        return
    kind = filter.get("type")
    if not isinstance(kind, str) or kind not in NEEDS:
        yield f"{dotted(path, 'type')}: Must be one of {', '.join(NEEDS)}."
        return
    if deep > DEEPEST:
        yield f"{at}A filter must be no deeper than {DEEPEST} levels."
        return
    for name in NEEDS[kind]:
        if name not in filter:
            yield f"{dotted(path, name)}: This field is required."
        else:
            yield from of_part(name, filter[name], dotted(path, name), deep + 1)


def of_part(name: str, value: Any, path: str, deep: int) -> Iterator[str]:
    if name == "field" and not (isinstance(value, str) and value):
        yield f"{path}: Must be the name of a field."
    if name == "filter":
        yield from problems(value, path, deep)
    if name == "filters" and not (isinstance(value, list) and value):
        yield f"{path}: Must be a list of filters, and not empty."
    elif name == "filters":
        for index, one in enumerate(value):
            yield from problems(one, dotted(path, str(index)), deep)


def dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def nodes(filter: dict) -> int:
    """How many there are in a tree without problems."""
    parts = [*filter.get("filters", ()), filter.get("filter")]
    return 1 + sum(nodes(part) for part in parts if isinstance(part, dict))


def parse(filter: dict) -> Test:
    """What tells whether an event, or a value in one, matches."""
    kind, value = filter["type"], filter.get("value")
    if kind in ("and", "or"):
        tests = [parse(one) for one in filter["filters"]]
        return partial(every if kind == "and" else some, tests)
    if kind == "not":
        return partial(fails, parse(filter["filter"]))
    if kind == "field_accessor":
        return partial(of_field, filter["field"], parse(filter["filter"]))
    if kind == "any_array_value":
        return partial(of_some, parse(filter["filter"]))
    return partial(PLAIN[kind], value)


def every(tests: list[Test], value: Any) -> bool:
    return all(test(value) for test in tests)


def some(tests: list[Test], value: Any) -> bool:
    return any(test(value) for test in tests)


def fails(test: Test, value: Any) -> bool:
    return not test(value)


def of_field(name: str, test: Test, value: Any) -> bool:
    """Dots are part of a name: `custom.cf_x` is one key."""
    return test(value.get(name) if isinstance(value, dict) else None)


def of_some(test: Test, value: Any) -> bool:
    return isinstance(value, list) and any(test(item) for item in value)


def same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(same, wanted, value))
    if isinstance(wanted, dict) and isinstance(value, dict):
        return wanted.keys() == value.keys() and all(same(wanted[k], value[k]) for k in wanted)
    return wanted == value


def contains(wanted: Any, value: Any) -> bool:
    """An element of a list, or a part of a text."""
    if isinstance(value, list):
        return any(same(wanted, item) for item in value)
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "equals": same,
    "not_equals": lambda wanted, value: not same(wanted, value),
    "is_null": lambda _, value: value is None,
    "non_null": lambda _, value: value is not None,
    "contains": contains,
}
