"""The API on a page, for people: drawn from the OpenAPI document, complete in one file."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d8dde3, #3a424c);
  --soft: light-dark(#f4f6f8, #20262d); --link: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #15191e);
  color: light-dark(#1b1f24, #e6e9ed); display: grid; grid-template-columns: 17rem 1fr; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem;
  border-right: 1px solid var(--line); }
nav ul { list-style: none; padding: 0; }
main { padding: 1rem 2rem 4rem; max-width: 62rem; min-width: 0; }
a { color: var(--link); }
input { width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line);
  border-radius: .4rem; background: inherit; color: inherit; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: 0 1rem; }
summary { padding: .5rem 0; cursor: pointer; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; background: var(--soft); padding: .1em .3em; }
summary b { display: inline-block; min-width: 4.5rem; font: bold .85em ui-monospace, monospace; }
@media (max-width: 45rem) { body { display: block; }
  nav { position: static; height: auto; max-height: 40vh; border: 0; } main { padding: 1rem; } }
"""

SCRIPT = """
const search = document.getElementById("search");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(" ").filter(Boolean);
  for (const one of document.querySelectorAll("main details"))
    one.hidden = !words.every((word) => one.dataset.words.includes(word));
  for (const section of document.querySelectorAll("main section"))
    section.hidden = words.length > 0 && !section.querySelector("details:not([hidden])");
});
const open = () => {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (one && one.tagName === "DETAILS") one.open = true;
};
addEventListener("hashchange", open);
open();
"""


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# Nothing but these two runs here, and nothing is fetched.
POLICY = (
    f"default-src 'none'; style-src {digest(STYLE)}; script-src {digest(SCRIPT)};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(document: dict[str, Any]) -> str:
    info, schemas = document["info"], document["components"]["schemas"]
    operations = sorted(each(document), key=lambda one: one[2]["tags"][0])
    groups = [(tag, list(some)) for tag, some in groupby(operations, lambda one: one[2]["tags"][0])]
    links = "".join(f"<li>{link(tag, tag)}</li>" for tag, _ in groups)
    about = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    sections = "".join(section(tag, about[tag], some) for tag, some in groups)
    objects = "".join(drawn(name, schema) for name, schema in schemas.items())
    title = f"{escape(info['title'])} API {escape(info['version'])}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>
<nav aria-label="Contents"><label for="search">Search</label>
<input id="search" type="search" autocomplete="off">
<ul>{links}<li>{link("objects", "Objects")}</li></ul></nav>
<main><h1>{title}</h1>{paragraphs(info["description"])}
<p>For machines: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
{sections}<section><h2 id="objects">Objects</h2>{objects}</section></main>
<script>{SCRIPT}</script></body></html>
"""


def each(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def link(to: str, text: str) -> str:
    return f'<a href="#{escape(to)}">{escape(text)}</a>'


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part)


def section(tag: str, about: str, operations: list[tuple[str, str, dict]]) -> str:
    body = "".join(explained(*one) for one in operations)
    return f'<section><h2 id="{escape(tag)}">{escape(tag)}</h2>{paragraphs(about)}{body}</section>'


def folded(name: str, head: str, words: str, body: str) -> str:
    found = escape(f"{name} {words}".lower())
    return (
        f'<details id="{escape(name)}" data-words="{found}">'
        f"<summary>{head}</summary>{body}</details>"
    )


def explained(method: str, path: str, operation: dict[str, Any]) -> str:
    name, summary = operation["operationId"], operation["summary"]
    head = f"<b>{method}</b> <code>{escape(path)}</code> {escape(summary)}"
    body = f"<p>Operation <code>{escape(name)}</code></p>"
    body += paragraphs(operation.get("description", ""))
    given = [parameter(one) for one in operation["parameters"] if "name" in one]
    body += table("Parameters", given)
    if "requestBody" in operation:
        body += table("Body", fields(schema_of(operation["requestBody"])))
    good, answer = next(iter(operation["responses"].items()))
    kind = shown(schema_of(answer)) if "content" in answer else "no body"
    body += f"<p>Answers <code>{good}</code>: {kind}</p>"
    return folded(name, head, f"{method} {path} {summary}", body)


def schema_of(content: dict[str, Any]) -> dict[str, Any]:
    return content["content"]["application/json"]["schema"]


def drawn(name: str, schema: dict[str, Any]) -> str:
    body = paragraphs(schema.get("description", "")) + table(
        "Fields", fields(schema | {"required": ()})
    )
    return folded(name, f"<code>{escape(name)}</code>", "", body)


def table(title: str, rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    lines = (f"<tr><td><code>{a}</code></td><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows)
    heads = "".join(f'<th scope="col">{head}</th>' for head in (title, "Type", "Notes"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def parameter(one: dict[str, Any]) -> tuple[str, str, str]:
    said = [one.get("description", ""), f"In the {one['in']}." if one["in"] != "query" else ""]
    return escape(one["name"]), shown(one["schema"]), notes(one["schema"], *said)


def fields(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    must = schema.get("required", ())
    rows = [
        (escape(name), shown(one), notes(one, "Required." if name in must else ""))
        for name, one in schema.get("properties", {}).items()
    ]
    dotted = ("custom.ID", "any", "The value of a custom field.")
    return [*rows, dotted] if "patternProperties" in schema else rows


def shown(schema: dict[str, Any]) -> str:
    """The type of a value in words."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return link(name, name)
    if schema.get("type") == "array":
        return f"list of {shown(schema.get('items', {}))}"
    if data := schema.get("properties", {}).get("data"):
        return f"a page: {shown(data)}"
    kinds = schema.get("type", "any")
    text = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return escape(f"{text} ({schema['format']})" if "format" in schema else text)


def notes(schema: dict[str, Any], *said: str) -> str:
    parts = [*said, schema.get("description", ""), "Read only." if "readOnly" in schema else ""]
    if "enum" in schema:
        parts.append("One of " + ", ".join(str(one) for one in schema["enum"] if one) + ".")
    if "default" in schema:
        parts.append(f"Usually {schema['default']}.")
    if "maxLength" in schema:
        parts.append(f"At most {schema['maxLength']} characters.")
    return escape(" ".join(part for part in parts if part))
