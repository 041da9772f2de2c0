"""The marks that WhatsApp has for text, as rich text: *bold*, _italic_, ~struck~, `code`, lists.

A mark means something only around words: `2*3*4` is just that. What means nothing stays as it is,
so that no message can be wrong.
"""

import re
from collections.abc import Iterator
from html import escape

from ajar.formats import rich_text

TAGS = {"*": "b", "_": "i", "~": "s"}
FENCE = "```"
TOKEN = re.compile(r"```.+?```|`[^`\n]+`|[^*_~`\n]+|.", re.DOTALL)
ITEM = re.compile(r"(?:[*-]|(?P<number>\d{1,4})\.) +(?P<text>.+)")


def to_html(markdown: str) -> str:
    """A message as rich text. ValueError if it has more marks than anyone could read."""
    lines = "".join(marked(TOKEN.findall(markdown.replace("\r\n", "\n")))).split("\n")
    return rich_text.clean("".join(blocks(lines)))


def marked(tokens: list[str]) -> list[str]:
    """The tokens as HTML. A mark is opened and closed on one line; what was opened inside of it
    and not closed is no mark."""
    written: list[str] = []
    opened: dict[str, int] = {}
    for before, token, after in zip(["\n", *tokens], tokens, [*tokens[1:], "\n"], strict=False):
        if token == "\n":
            opened = {}
        start = opened.get(token, len(written))
        if token in TAGS and start < len(written) - 1 and ends(before, after):
            written[start] = f"<{TAGS[token]}>"
            opened = {mark: place for mark, place in opened.items() if place < start}
            written.append(f"</{TAGS[token]}>")
            continue
        if token in TAGS and token not in opened and begins(before, after):
            opened[token] = len(written)
        written.append(as_html(token))
    return written


def begins(before: str, after: str) -> bool:
    """Whether a mark between these stands before a word, and not in one."""
    return not before[-1].isalnum() and not after[0].isspace()


def ends(before: str, after: str) -> bool:
    return not before[-1].isspace() and not after[0].isalnum()


def as_html(token: str) -> str:
    if token.startswith(FENCE) and len(token) > 2 * len(FENCE):
        return code(token[len(FENCE) : -len(FENCE)].strip("\n"))
    if token.startswith("`") and len(token) > 2:
        return code(token[1:-1])
    return escape(token, quote=False)


def code(text: str) -> str:
    lines = escape(text, quote=False).split("\n")
    return f"<code>{'<br />'.join(lines)}</code>"


def blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs, which a blank line ends, and lists."""
    kind, parts = "p", []
    for line in lines:
        item = ITEM.fullmatch(line)
        next_kind, text = kind_of(item, kind, len(parts)), item["text"] if item else line
        if parts and (next_kind != kind or not line.strip()):
            yield block(kind, parts)
            parts = []
        kind = next_kind
        if line.strip():
            parts.append(text if kind != "p" else line)
    if parts:
        yield block(kind, parts)


def kind_of(item: re.Match | None, kind: str, count: int) -> str:
    """Numbers make a list only if they count from one."""
    if not item:
        return "p"
    if not item["number"]:
        return "ul"
    return "ol" if int(item["number"]) == (count + 1 if kind == "ol" else 1) else "p"


def block(kind: str, parts: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br />'.join(parts)}</p>"
    return f"<{kind}>{''.join(f'<li>{part}</li>' for part in parts)}</{kind}>"
