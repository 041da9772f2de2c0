"""Links as they may be kept: whoever opens one later must not run what somebody wrote into it."""

import re

# Browsers pass over these before a scheme, and within one.
PASSED_OVER = re.compile(r"^[\x00-\x20]+|[\t\r\n]")
NEVER = ("javascript:", "data:", "vbscript:")


def checked(text: str) -> str:
    """The link as it is, or ValueError if opening it would run it."""
    if PASSED_OVER.sub("", text).lower().startswith(NEVER):
        raise ValueError("A link must not begin with javascript:, data: or vbscript:.")
    return text


def with_scheme(text: str, scheme: str = "http") -> str:
    """People leave out what every address begins with."""
    return text if "://" in checked(text) else f"{scheme}://{text}"
