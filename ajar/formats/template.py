"""The language of templates: `{{ contact.first_name }}`, a few filters, and `{% if %}`.

What a template can do is listed, not what it cannot: no loops, no calls, no arithmetic. So one
ends soon, and reaches nothing but the values it is given.
"""

import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, TemplateError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
MARK = re.compile("\ue000([0-9]+)\ue001")  # what stands for a tag: letters that nobody uses
ELEMENT = re.compile("<[^<>]*>")
HTML = re.compile(r"<[a-zA-Z/!?]")
ODD = re.compile(r"\.\[(?=\s*[\"'])")  # `custom.["Field"]`: the way the API writes it
LINK = re.compile(r"\{\{\s*(\w+(-\w+)+)\s*\}\}")  # not a subtraction, but the tag of a link
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
)
LINKS = "scheduling_links"
MOST_TAGS = 500
DEEPEST = 20
LONGEST_TAG = 1000


class Sandbox(ImmutableSandboxedEnvironment):
    """Names reach into plain values, never into objects of Python."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        return self.undefined(obj=obj, name=str(argument))

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)


def shown(value: Any) -> Any:
    """A value as people read it: nothing for what is missing."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None or isinstance(value, dict) else value


def otherwise(value: Any, other: Any = "") -> Any:
    """Filter: what to say when there is nothing."""
    return other if isinstance(value, Undefined) or value in (None, "") else value


def changed(how: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: how(str(shown(value)))


FILTERS: dict[str, Callable] = {
    "capitalize": changed(str.capitalize),
    "default": otherwise,
    "lower": changed(str.lower),
    "title": changed(str.title),
    "trim": changed(str.strip),
    "upper": changed(str.upper),
}


def sandbox(escaped: bool) -> Sandbox:
    made = Sandbox(
        autoescape=escaped,
        undefined=ChainableUndefined,
        finalize=shown,
        keep_trailing_newline=True,
        # No comments: "{#" is something that HTML has in styles and links.
        comment_start_string="\0#",
        comment_end_string="#\0",
    )
    made.filters = dict(FILTERS)
    made.globals.clear()
    return made


PLAIN, RICH = sandbox(escaped=False), sandbox(escaped=True)


def render(text: str, values: dict[str, Any], *, rich: bool = False) -> str:
    """The text with its tags filled in; in `rich` text, which is HTML, values are escaped."""
    return compiled(text, rich).render((values.get(LINKS) or {}) | values)


def check(text: str | None) -> None:
    """Refuse, with a ValueError, what cannot be rendered."""
    if text:
        compiled(text, False)


@lru_cache(200)
def compiled(text: str, rich: bool) -> Any:
    return (RICH if rich else PLAIN).from_string(parsed(text))


def around(text: str, change: Callable[[str], str]) -> str:
    """HTML changed, but for the tags in it; or ValueError if one would not stay in place, or would
    itself be read as HTML."""
    plain = MARK.sub("", text)
    tags = TAG.findall(plain)
    marked = iter(range(len(tags)))
    changed = change(TAG.sub(lambda _: f"\ue000{next(marked)}\ue001", plain))
    if [int(found) for found in MARK.findall(changed)] != [*range(len(tags))]:
        raise ValueError("A tag must stand in a text, or in the value of an attribute.")
    within = {int(found) for element in ELEMENT.findall(changed) for found in MARK.findall(element)}
    if any(HTML.search(tag) for tag in tags) or any('"' in tags[number] for number in within):
        raise ValueError("A tag must hold no HTML, and in an attribute no double quotes.")
    result = MARK.sub(lambda found: tags[int(found[1])], changed)
    check(result)
    return result


def parts(text: str) -> list[str | list[str]]:
    """A text that has only tags of the simplest kind: literal texts, and paths like
    `["lead", "display_name"]`."""
    return [part for node in parsed(text).body for part in pieces(node)]


def pieces(node: nodes.Node) -> Iterator[str | list[str]]:
    for one in node.nodes if isinstance(node, nodes.Output) else [node]:
        yield one.data if isinstance(one, nodes.TemplateData) else path(one)


def path(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        return [*path(node.node), node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return [*path(node.node), str(node.arg.value)]
    raise ValueError("Only plain tags such as {{ lead.name }} can be used here.")


def parsed(text: str) -> nodes.Template:
    tags = TAG.findall(text)
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise ValueError(f"There are more than {MOST_TAGS} tags, or one is too long.")
    try:
        tree = PLAIN.parse(TAG.sub(readable, text))
    except (TemplateError, RecursionError) as error:
        raise ValueError(f"The template cannot be read: {error}") from None
    inspect(tree, 0)
    return tree


def readable(tag: re.Match) -> str:
    """Editors of HTML write quotes as entities. Words with dashes are the tag of a link."""
    text = ODD.sub("[", html.unescape(tag[0]).replace("\xa0", " "))
    return LINK.sub(rf'{{{{ {LINKS}["\1"] }}}}', text)


def inspect(node: nodes.Node, depth: int) -> None:
    if not isinstance(node, ALLOWED) or not harmless(node):
        raise ValueError("The template does more than a template may.")
    if depth > DEEPEST:
        raise ValueError("The template is nested too deeply.")
    for child in node.iter_child_nodes():
        inspect(child, depth + 1)


def harmless(node: nodes.Node) -> bool:
    match node:
        case nodes.Filter():
            more = node.kwargs or node.dyn_args or node.dyn_kwargs
            return node.name in FILTERS and len(node.args) <= (node.name == "default") and not more
        case nodes.Operand():
            return node.op in ("eq", "ne")
        case nodes.Name():
            return node.name != "self"
        case nodes.Const(value=str()):
            return not SURROGATE.search(node.value)
    return True
