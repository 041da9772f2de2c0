"""How the text of an environment variable becomes the value of a setting, or is refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import Field, field, fields
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


def text(value: str) -> str:
    return value


def number(least: int, most: int | None = None) -> Callable[[str], int]:
    def parse(value: str) -> int:
        wanted = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
        if not value.isascii() or not value.isdigit():
            raise ValueError(f"must be {wanted}")
        if int(value) < least or (most is not None and int(value) > most):
            raise ValueError(f"must be {wanted}")
        return int(value)

    return parse


def long_text(least: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) < least:
            raise ValueError(f"must have at least {least} characters")
        return value

    return parse


def yes_or_no(value: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if value.lower() not in words:
        raise ValueError("must be true or false")
    return words[value.lower()]


def one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value.lower()

    return parse


def path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an address like https://crm.example.com")
    return value.rstrip("/")


def own_address(value: str) -> str:
    """As browsers write it: it is compared with what they send."""
    parts = urlsplit(web_address(value))
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def database(value: str) -> str:
    # The value is not repeated: it may hold a password.
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be an address like postgresql://user:password@host/database")
    return value


def file_store(value: str) -> str:
    if not value.startswith("s3://") or not value.removeprefix("s3://").strip("/"):
        raise ValueError("must be an address like s3://bucket/prefix")
    return value.rstrip("/")


def valkey(value: str) -> str:
    # The value is not repeated: it may hold a password.
    if not value.startswith(("valkey://", "valkeys://", "redis://", "rediss://")):
        raise ValueError("must be an address like valkey://:password@host:6379")
    return value


def mail_server(value: str) -> str:
    # Neither the value is repeated, nor what is wrong with it: it may hold a password.
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    else:
        good = good and parts.path in ("", "/") and parts.query in ("", "tls=no")
    if not good or not value.isprintable() or "#" in value:
        raise ValueError("must be an address like smtp://user:password@host:587")
    return value


def mailbox(value: str) -> str:
    address = parseaddr(value)[1]
    if not value.isprintable() or not re.fullmatch(r"[^\s@<>\",;:()]+@[\w.-]+", address):
        raise ValueError("must be an address like crm@example.com or Ajar <crm@example.com>")
    return value


def rates(value: str) -> dict[str, int]:
    """`data=10, POST:lead=20`: by the first part of a path, and maybe the method."""
    pairs = [pair.strip().partition("=") for pair in value.split(",")]
    if not all(re.fullmatch(r"([A-Z]+:)?[a-z_]+", n) and r.isdecimal() for n, _, r in pairs):
        raise ValueError("must be groups with their limits, like data=10, POST:lead=20")
    return {name: int(rate) for name, _, rate in pairs}


def moment(value: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a time like 2026-11-21T07:32:00Z") from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def setting(
    variable: str,
    default: Any,
    about: str,
    *,
    parse: Callable[[str], Any] = text,
    shown: str | None = None,
    secret: bool = False,
) -> Any:
    """A field of Settings. `shown` is the default in words; a secret stays out of logs."""
    says = {"variable": variable, "about": about, "parse": parse, "shown": shown}
    if callable(default):
        return field(default_factory=default, metadata=says, repr=not secret)
    return field(default=default, metadata=says, repr=not secret)


def parsed(each: Field[Any], value: str) -> Any:
    try:
        return each.metadata["parse"](value)
    except ValueError as error:
        raise ValueError(f"{each.metadata['variable']} {error}") from None


class Documented(NamedTuple):
    """A setting as a reader of the documentation sees it."""

    variable: str
    default: str
    about: str


def documented(settings: Any) -> Iterator[Documented]:
    for each in fields(settings):
        variable, about, shown = (each.metadata[key] for key in ("variable", "about", "shown"))
        yield Documented(variable, shown or in_words(each.default), about)


def in_words(default: object) -> str:
    if default is None:
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
