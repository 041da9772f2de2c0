"""From what a letter says to a message that can be sent: the same lines as text and as HTML."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ajar.config import Settings
from ajar.formats.mail import parsed
from ajar.letters.wording import WORDING

LONGEST = 300  # letters of a value
NAMES, SHORT = ("organization", "inviter"), 80  # nobody writes a letter of their own by a name
CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
OPTIONS: dict[str, Any] = {
    "loader": FileSystemLoader(Path(__file__).parent),
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
TEXT, HTML = Environment(**OPTIONS), Environment(**OPTIONS, autoescape=True)


def written(
    settings: Settings, now: datetime, to: str, letter: str, id: str, about: dict[str, Any]
) -> EmailMessage:
    """ValueError if nothing can be sent to this address. A letter that is sent twice has one id."""
    values = {name: plain(name, value) for name, value in about.items()}
    values |= {"link": about.get("link"), "email": to, "address": settings.address}
    name, sender = parseaddr(settings.mail_from or "")
    receiver = parsed(to)["email"]
    message = EmailMessage(policy=SMTP if (receiver + sender).isascii() else SMTPUTF8)
    message["Subject"] = subject = filled(TEXT, WORDING[letter].subject, values)
    message["From"] = addressed(sender, name)
    message["To"] = addressed(receiver)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    values["subject"] = subject
    message.set_content(body(TEXT, "letter.txt", letter, values))
    message.add_alternative(body(HTML, "letter.html", letter, values), subtype="html")
    return message


def addressed(email: str, name: str = "") -> Address:
    user, _, domain = email.rpartition("@")
    return Address(name, user, domain)


def plain(name: str, value: Any) -> Any:
    """A text in one line, and not a long one: values are what somebody has written."""
    most = SHORT if name in NAMES else LONGEST
    return CONTROL.sub(" ", value).strip()[:most] if isinstance(value, str) else value


def body(environment: Environment, template: str, letter: str, values: dict[str, Any]) -> str:
    """Lines that were filled are not escaped once more: they are Markup where it matters."""
    said = WORDING[letter]
    lines = [line for one in said.lines if (line := filled(environment, one, values))]
    parts = {"lines": lines, "action": filled(environment, said.action, values)}
    return environment.get_template(template).render(values | parts)


def filled(environment: Environment, text: str, values: dict[str, Any]) -> str:
    made = environment.from_string(text).render(values)
    return Markup(made) if environment is HTML else made
