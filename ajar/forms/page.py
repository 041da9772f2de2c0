"""A form as a page of its own: plain HTML, without scripts, for any browser."""

import base64
import hashlib
from html import escape
from typing import Any

HONEYPOT = "contact_me_by_fax"
STYLE = """
:root { color-scheme: light dark; }
body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
label, legend { display: block; margin-top: 1rem; }
input, select, textarea { width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; }
input[type=checkbox] { width: auto; }
button { margin-top: 1.5rem; padding: .6rem 1.2rem; font: inherit; }
.error { color: light-dark(#b3261e, #f2b8b5); }
.more { position: absolute; left: -100rem; }
"""
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# It may stand in a frame of any website: nobody is signed in here.
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none'; form-action 'self'"
INPUTS = {"email": "email", "phone": "tel", "url": "text", "number": "text", "date": "date"}
LENGTHS = {"textarea": 10_000}


def message(form: dict) -> str:
    return form["success_message"] or "Thank you. We have received your answers."


def thanks(form: dict) -> str:
    return whole(form, f"<p>{escape(message(form))}</p>")


def form(form: dict, data: dict | None = None, errors: dict | None = None) -> str:
    """To be filled in; or once more, with what was filled in and what is wrong with it."""
    data, errors = data or {}, errors or {}
    known = {field["id"] for field in form["fields"]}
    others = "".join(error(text) for name, text in errors.items() if name not in known)
    fields = "".join(
        drawn(field, data.get(field["id"], ""), errors.get(field["id"])) for field in form["fields"]
    )
    trap = (
        f'<p class="more" aria-hidden="true"><label for="{HONEYPOT}">Leave this empty</label>'
        f'<input id="{HONEYPOT}" name="{HONEYPOT}" tabindex="-1" autocomplete="off"></p>'
    )
    button = '<button type="submit">Send</button>'
    return whole(form, f'<form method="post">{others}{fields}{trap}{button}</form>')


def drawn(field: dict, value: str, wrong: Any = None) -> str:
    id, name = escape(field["id"]), escape(field["name"])
    must = " required" if field["required"] else ""
    said = f' aria-invalid="true" aria-describedby="{id}.error"' if wrong else ""
    shared = f'id="{id}" name="{id}"{must}{said}'
    more = error(wrong, f"{id}.error") if wrong else ""
    if field["type"] == "checkbox":
        checked = " checked" if value else ""
        box = f'<input type="checkbox" {shared}{checked}>'
        return f'<label for="{id}">{box} {name}</label>{more}'
    star = " *" if field["required"] else ""
    return f'<label for="{id}">{name}{star}</label>{entry(field, value, shared)}{more}'


def entry(field: dict, value: str, shared: str) -> str:
    longest = f'maxlength="{LENGTHS.get(field["type"], 1000)}"'
    if field["type"] == "textarea":
        return f'<textarea rows="5" {longest} {shared}>\n{escape(value)}</textarea>'
    if field["type"] == "choices":
        options = "".join(
            f"<option{' selected' if one == value else ''}>{escape(one)}</option>"
            for one in field["choices"]
        )
        return f'<select {shared}><option value=""></option>{options}</select>'
    kind = INPUTS.get(field["type"], "text")
    return f'<input type="{kind}" {longest} value="{escape(value)}" {shared}>'


def error(text: Any, id: str = "") -> str:
    named = f' id="{id}"' if id else ""
    return f'<p class="error" role="alert"{named}>{escape(str(text))}</p>'


def whole(form: dict, body: str) -> str:
    title = escape(form["name"])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
