"""Mail as its headers have it: addresses, subjects, the envelope."""

import re
from email.utils import format_datetime, getaddresses
from typing import Any

ADDRESS = re.compile(r'("[^"]+"|[^\s@<>",;:()]+)@[^\s@<>",;:()]+')
CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # a line break would begin another header
# What mail programs put before a subject, in the languages that they speak.
ANSWERED = "re|aw|sv|vs|antw|antwort|odp|ynt|res|回复|答复"
FORWARDED = "fwd?|wg|tr|rv|enc|doorst|ilt|vl|pd|转发"
PREFIXES = re.compile(
    rf"(?:\s*(?:{ANSWERED}|{FORWARDED})(?:[\[(]\d+[\])])?\s?[:\uff1a])+", re.IGNORECASE
)


def parsed(text: str) -> dict[str, str]:
    """One address as a header has it, with or without a name; otherwise ValueError."""
    found = [] if CONTROL.search(text) else getaddresses([text])
    if len(found) != 1 or not ADDRESS.fullmatch(found[0][1]):
        raise ValueError("Invalid email address.")
    return {"name": found[0][0], "email": found[0][1]}


def normalized(subject: str | None) -> str | None:
    """A subject without what answering and forwarding put before it: the same for all mails
    of a conversation."""
    rest = subject or ""
    if found := PREFIXES.match(rest):
        rest = rest[found.end() :]
    return " ".join(rest.split()) or None


def envelope(mail: dict[str, Any]) -> dict[str, Any]:
    """The headers of a mail. What only the one who received it can know is kept."""
    known = mail["envelope"] or {}
    sender = [parsed(mail["sender"])] if mail["sender"] else []
    return {
        "from": sender,
        "sender": sender,
        **{name: [parsed(one) for one in mail[name]] for name in ("to", "cc", "bcc")},
        "reply_to": known.get("reply_to", []),
        "date": format_datetime(mail["date_sent"]) if mail["date_sent"] else None,
        "message_id": next(iter(mail["message_ids"]), None),
        "in_reply_to": next(reversed(mail["references"]), None),
        "subject": mail["subject"],
        "is_autoreply": known.get("is_autoreply", False),
    }


def participants(envelopes: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Everybody who writes or is written to, each once; a name is better than none."""
    found: dict[str, dict[str, str]] = {}
    for one in envelopes:
        for person in (*one["from"], *one["to"], *one["cc"], *one["bcc"]):
            known = found.setdefault(person["email"].lower(), person)
            if not known["name"]:
                found[person["email"].lower()] = person
    return list(found.values())
