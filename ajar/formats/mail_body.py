"""The body of a mail: HTML of any program made safe to show, its plain text, what it quotes."""

import re

import nh3
import quotequail

from ajar.formats import rich_text

PREVIEW = 200
TAGS = nh3.ALLOWED_TAGS | {"address", "big", "font", "tfoot"}
EVERYWHERE = {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"}
ATTRIBUTES = {
    "*": EVERYWHERE,
    "a": {"href", "name"},
    "blockquote": {"cite", "type"},
    "font": {"color", "face", "size"},
    "img": {"src", "alt", "border"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
}
# Nothing that could cover what is around the mail, or that reaches out.
PROPERTIES = re.compile(
    r"(background|border|font|list-style|margin|padding|text|word)(-[a-z-]+)?"
    r"|(max-|min-)?(width|height)|color|direction|display|letter-spacing|line-height"
    r"|overflow-wrap|table-layout|vertical-align|white-space"
)
VALUE = re.compile(r"([^\\()<>{}@]|\b(rgb|hsl)a?\([\d.,% /]*\))*", re.IGNORECASE)
QUOTED = ("http://", "https://", "mid:")  # where a quotation may be from
SCHEMES = {"http", "https", "mailto", "tel", "cid"}


def clean(html: str) -> str:
    """Without what could harm a reader; or ValueError."""
    if html.count("<") - html.count("</") - html.count("<br") > rich_text.MAX_ELEMENTS:
        raise ValueError(f"A mail must not have more than {rich_text.MAX_ELEMENTS} elements.")
    return _cleaner.clean(html)


def to_text(html: str) -> str:
    """The plain text of cleaned HTML."""
    return rich_text.to_text(html.replace("<br>", "<br />"))


def from_text(text: str) -> str:
    """Plain text as HTML that shows the same."""
    return rich_text.from_text(text).removeprefix("<body><p>").removesuffix("</p></body>")


def preview(text: str | None) -> str | None:
    return text[:PREVIEW] if text else None


def text_parts(text: str | None) -> list[dict] | None:
    """What is new and what is quoted, if anything is."""
    parts = quotequail.quote(text) if text else []
    return [{"expand": new, "text": part} for new, part in parts] if len(parts) > 1 else None


def html_parts(html: str | None) -> list[dict] | None:
    parts = quotequail.quote_html(html) if html else []
    if len(parts) < 2:
        return None
    return [{"expand": new, "html": _cleaner.clean(part)} for new, part in parts]


def _keep(tag: str, name: str, value: str) -> str | None:
    if name == "cite":  # the library looks at the addresses of links and pictures only
        return value if value.lower().startswith(QUOTED) else None
    return _keep_style(value) if name == "style" else value


def _keep_style(style: str) -> str | None:
    pairs = [part.partition(":") for part in style.split(";")]
    named = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    kept = [f"{n}: {v}" for n, v in named if PROPERTIES.fullmatch(n) and VALUE.fullmatch(v)]
    return "; ".join(kept) or None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "title", "noscript", "template", "iframe", "object"},
    attributes=ATTRIBUTES,
    attribute_filter=_keep,
    url_schemes=SCHEMES,
    link_rel=None,
)
