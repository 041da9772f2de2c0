"""The few pages that the server writes itself: plain forms that work without scripts."""

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh;
  place-items: center; background: light-dark(#f4f6f8, #15191e); }
main { width: min(26rem, 92vw); padding: 2rem; border-radius: .8rem; box-sizing: border-box;
  background: light-dark(#fff, #20262d); border: 1px solid light-dark(#d8dde3, #3a424c); }
h1 { font-size: 1.3rem; margin-top: 0; } label { display: block; margin: .8rem 0; }
input:not([type=radio]) { display: block; width: 100%; box-sizing: border-box; padding: .5rem;
  font: inherit; margin-top: .2rem; }
button { font: inherit; padding: .5rem 1.2rem; margin: .6rem .6rem 0 0; cursor: pointer; }
.problem { color: light-dark(#b3261e, #f2b8b5); }
small { overflow-wrap: anywhere; }
"""
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def page(title: str, body: str, status: int = 200, goes_to: str = "") -> HTMLResponse:
    """`goes_to` is where a form of the page may lead in the end, beside this server."""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )
    response = HTMLResponse(text, status)
    response.headers["content-security-policy"] = (
        f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none';"
        f" form-action 'self'{' ' if goes_to else ''}{goes_to}; frame-ancestors 'none'"
    )
    response.headers["x-frame-options"] = "DENY"
    return response


def form(action: str, csrf: str, *parts: str) -> str:
    inside = "".join(parts)
    return (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">{inside}</form>'
    )


def field(label: str, name: str, kind: str = "text", value: str = "", more: str = "") -> str:
    return (
        f'<label>{escape(label)}<input type="{kind}" name="{name}" value="{escape(value)}"'
        f" {more}></label>"
    )


def button(label: str, name: str = "", value: str = "") -> str:
    said = f' name="{name}" value="{escape(value)}"' if name else ""
    return f"<button{said}>{escape(label)}</button>"


def paragraph(text: str, kind: str = "") -> str:
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>" if text else ""
