"""Addresses to which a browser may be sent back with an answer of ours: the registered ones."""

import re
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # what cannot end a header, an attribute or a policy
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
NEVER = ("", "about", "blob", "data", "file", "filesystem", "ftp", "javascript", "vbscript")
MOST = 2000


def checked(address: object) -> str:
    """https; http on this machine; or a scheme of an app's own, as programs on phones have."""
    if not isinstance(address, str) or not PLAIN.fullmatch(address) or len(address) > MOST:
        raise ValueError("Each must be an address such as https://app.example/callback.")
    try:
        parts = urlsplit(address)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("Each must be an address such as https://app.example/callback.") from None
    if "#" in address or parts.username or parts.password or not port_is_one:
        raise ValueError("A redirect address has no fragment, no user and no password.")
    if parts.scheme == "https" and parts.hostname:
        return address
    if parts.scheme == "http":
        if parts.hostname in LOOPBACK:
            return address
        raise ValueError("A redirect address begins with https://, unless it is on localhost.")
    if parts.scheme in NEVER or parts.scheme == "https" or not SCHEME.fullmatch(parts.scheme):
        raise ValueError("Browsers are not sent to addresses of this kind.")
    return address


def matches(registered: str, asked: str) -> bool:
    """Letter by letter. Only the port of a program on the user's own machine is free."""
    if registered == asked:
        return True
    try:
        checked(asked)
    except ValueError:
        return False
    ours, theirs = urlsplit(registered), urlsplit(asked)
    if ours.scheme != "http" or ours.hostname not in LOOPBACK:
        return False
    same_host = ours.hostname == theirs.hostname
    return same_host and ours._replace(netloc="") == theirs._replace(netloc="")


def origin(address: str) -> str:
    """As a content security policy names it."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
