"""Rich text: the small XHTML of notes, comments and summaries, and the plain text it goes with."""

import re
from html import escape
from html.parser import HTMLParser

import nh3

from ajar.errors import Invalid

Attributes = list[tuple[str, str | None]]

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {"p", "ul", "ol", "li", "hr", "br"}
INLINE = {"b", "strong", "i", "em", "u", "s", "code", "a", "img", "span"}
EMPTY = {"br", "hr", "img"}
# Not part of rich text, but what they hold stood on a line of its own and has to stay there.
LINES = {"div", "section", "article", "blockquote", "pre", "td", "th", "dt", "dd"}

IMAGE_URLS = ("http://", "https://")
LINK_URLS = (*IMAGE_URLS, "mailto:", "tel:")
FILE_PATH = "/go/file/"
STYLES = {"color", "background-color", "font-style", "font-weight", "text-decoration"}
# Reading nested HTML takes time by the square of its depth; this is a fraction of a second.
MAX_ELEMENTS = 10_000

_SPACE = re.compile(r"\s+")
_STYLE_VALUE = re.compile(r"[\w#%., -]+|rgba?\([\d., %]+\)", re.ASCII)
_MENTIONED = re.compile(r"(user|group)_\w+", re.ASCII)
# XML has no place for these, not even escaped.
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def clean(html: str) -> str:
    """Reduce HTML from anywhere to rich text in one `<body>`: safe to show, and well-formed XML."""
    text = _reduce(html)
    # Dropping an element can leave a tree that reads differently once written (a <p> in a <p>),
    # so what was written is read again until it stays the same.
    for _ in range(8):
        again = _reduce(text)
        if again == text:
            return text
        text = again
    raise ValueError("This HTML is too tangled to be read.")


def to_text(html: str) -> str:
    """The plain text of rich text: a blank line between paragraphs, numbered and dashed lists."""
    writer = _PlainText()
    writer.feed(_parse(html))
    writer.close()
    return writer.finish()


def from_text(text: str) -> str:
    """Plain text as rich text that shows the same."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"<body><p>{'<br />'.join(map(_escape, lines))}</p></body>"


def mentions(html: str) -> list[str]:
    """Ids of the users and groups mentioned, each once, in the order of the text."""
    if "data-id" not in html.lower():
        return []  # as in nearly every text, and reading one takes a while
    reader = _Mentions()
    reader.feed(_parse(html))
    reader.close()
    return list(dict.fromkeys(reader.ids))


def _reduce(html: str) -> str:
    writer = _Xhtml()
    writer.feed(_parse(html))
    writer.close()
    return f"<body>{''.join(writer.parts)}</body>"


def _parse(html: str) -> str:
    """HTML in which every element is allowed (or one of LINES) and closed."""
    # Breaks nest nothing, and a long plain text has many.
    if html.count("<") - html.count("</") - html.count("<br />") > MAX_ELEMENTS:
        raise ValueError(f"Rich text must not have more than {MAX_ELEMENTS} elements.")
    return _cleaner.clean(html)


def _escape(text: str, quote: bool = False) -> str:
    return escape(text.translate(_CONTROLS), quote)


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """The attribute's value as it may stay, or None to drop it."""
    match name:
        case "href" | "src":
            return _keep_url(value, LINK_URLS if name == "href" else IMAGE_URLS)
        case "style":
            return _keep_style(value)
        case "class":
            return "mention" if "mention" in value.split() else None
        case "data-type":
            return value if value == "mention" else None
        case "data-id":
            return value if _MENTIONED.fullmatch(value) else None
    return value


def _keep_url(url: str, starts: tuple[str, ...]) -> str | None:
    url = url.strip()
    is_file = url.startswith(FILE_PATH) and ".." not in url
    return url if is_file or url.lower().startswith(starts) else None


def _keep_style(style: str) -> str | None:
    pairs = [part.partition(":") for part in style.split(";")]
    named = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    kept = [f"{n}: {v}" for n, v in named if n in STYLES and _STYLE_VALUE.fullmatch(v)]
    return "; ".join(kept) or None


_cleaner = nh3.Cleaner(
    tags=BLOCKS | INLINE | LINES,
    clean_content_tags={"script", "style", "title", "noscript", "template", "iframe", "object"},
    attributes={
        "a": {"href"},
        "img": {"src", "alt"},
        "span": {"style", "class", "data-type", "data-id", "data-label"},
    },
    attribute_filter=_keep_attribute,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)


class _Xhtml(HTMLParser):
    """Writes cleaned HTML as XHTML; an element of LINES becomes line breaks around its content."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.line_begun = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in LINES:
            return self._end_line()
        written = "".join(f' {name}="{_escape(value or "", quote=True)}"' for name, value in attrs)
        self.parts.append(f"<{tag}{written}{' /' if tag in EMPTY else ''}>")
        self.line_begun = tag == "img" or (self.line_begun and tag not in BLOCKS)

    def handle_endtag(self, tag: str) -> None:
        if tag in LINES:
            return self._end_line()
        self.parts.append(f"</{tag}>")
        self.line_begun = self.line_begun and tag not in BLOCKS

    def handle_data(self, data: str) -> None:
        self.parts.append(_escape(data))
        self.line_begun = self.line_begun or not data.isspace()

    def _end_line(self) -> None:
        if self.line_begun:
            self.parts.append("<br />")
        self.line_begun = False


class _PlainText(HTMLParser):
    """Writes cleaned HTML as plain text.

    `gap` is how many line ends the next text must be apart from what is written, `newlines` how
    many the written text ends with. Both are about what a reader sees, so they never add up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.gap = 0
        self.newlines = 2
        self.counters: list[int | None] = []
        self.after_marker = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        match tag:
            case "br":
                self._break_line()
            case "hr":
                self._write_rule()
            case "img":
                self.handle_data(dict(attrs).get("alt") or "")
            case "ul" | "ol":
                self._part(2)
                self.counters.append(0 if tag == "ol" else None)
            case "li":
                self._write_marker()
            case _:
                self._part(_distance(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag == "li":
            self.after_marker = False
        if tag in {"ul", "ol"} and self.counters:
            self.counters.pop()
        self._part(_distance(tag))

    def handle_data(self, data: str) -> None:
        text = _SPACE.sub(" ", data)
        if self.gap or not self.parts or self.parts[-1][-1] in " \n":
            text = text.lstrip()
        if text:
            self._write(text)

    def finish(self) -> str:
        lines = "".join(self.parts).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    def _write(self, text: str) -> None:
        self.parts.append("\n" * (self.gap - self.newlines) + text)
        self.gap = self.newlines = 0
        self.after_marker = False

    def _part(self, distance: int) -> None:
        if self.after_marker:  # a paragraph that opens a list item stays on the line of its marker
            return
        self.gap = max(self.gap, min(distance, 1) if self.counters else distance)

    def _break_line(self) -> None:
        ends = max(self.gap, self.newlines) + 1
        self.parts.append("\n" * (ends - self.newlines))
        self.gap, self.newlines, self.after_marker = 0, ends, False

    def _write_rule(self) -> None:
        self._part(2)
        self._write("---")
        self._part(2)

    def _write_marker(self) -> None:
        self.after_marker = False
        self._part(1)
        counter = self.counters[-1] if self.counters else None
        if counter is not None:
            self.counters[-1] = counter = counter + 1
        indent = "   " * (len(self.counters) - 1)
        self._write(f"{indent} - " if counter is None else f"{indent} {counter}. ")
        self.after_marker = True


def _distance(tag: str) -> int:
    """How many line ends stand between an element and its neighbours."""
    if tag in {"li", *LINES}:
        return 1
    return 2 if tag in HEADINGS | {"p", "ul", "ol"} else 0


class _Mentions(HTMLParser):
    """Collects the ids of mentions."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        named = dict(attrs)
        if named.get("data-type") == "mention" and (id := named.get("data-id")):
            self.ids.append(id)


def pair(old: dict, new: dict, name: str) -> None:
    """Keep a plain text and its rich twin `name`_html in step, in a row about to be written:
    the one that changed makes the other; if both did, the rich one."""
    html = f"{name}_html"
    if new[html] != old.get(html):
        try:
            new[html] = clean(new[html]) if new[html] else None
        except ValueError as error:
            raise Invalid(fields={html: str(error)}) from None
        new[name] = to_text(new[html]) if new[html] else None
    elif new[name] != old.get(name):
        new[html] = from_text(new[name]) if new[name] else None
