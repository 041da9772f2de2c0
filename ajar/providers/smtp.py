"""The mail server: one message over one connection. It is who runs Ajar that names the server, so
that its address may be a private one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

STEP, WHOLE = 15.0, 60.0  # seconds for an answer, and for all of it
GOODBYE = 2.0


class Failed(Exception):
    """It was not sent; another try may go better."""


class Refused(Failed):
    """The server will not have this message, now or later."""


async def send(url: str, message: EmailMessage, here: str) -> None:
    """`here` is the address of the website that sends it: its host is who we say we are."""
    async with connected(url, here) as server:
        await server.send_message(message)


async def reach(url: str, here: str) -> None:
    """See whether the server is there and lets us in."""
    async with connected(url, here):
        pass


@asynccontextmanager
async def connected(url: str, here: str) -> AsyncIterator[aiosmtplib.SMTP]:
    # No cause is kept: what a server says may repeat what it was sent, the password included.
    server = client(url, here)
    try:
        async with asyncio.timeout(WHOLE):
            await server.connect()
            yield server
        with suppress(aiosmtplib.SMTPException, OSError):  # what was sent is sent
            await server.quit(timeout=GOODBYE)
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Failed(f"The mail server does not let us in ({error.code}).") from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise refusal(error.recipients[0]) from None
    except aiosmtplib.SMTPDataError as error:
        raise refusal(error) from None
    except aiosmtplib.SMTPResponseException as error:
        # Also that it refuses the sender: a setting, which may be right at the next try.
        raise Failed(f"The mail server answers {error.code}: {error.message}") from None
    except aiosmtplib.SMTPNotSupported as error:  # an address that is not ASCII
        raise Refused(str(error)) from None
    except TimeoutError:
        raise Failed("The mail server does not answer.") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Failed(str(error)) from None
    finally:
        server.close()


def client(url: str, here: str) -> aiosmtplib.SMTP:
    """With TLS that is checked: from the start, or where the server offers it. A password is sent
    over nothing else, unless the URL ends with `?tls=no`."""
    parts = urlsplit(url)
    user, password = (part and unquote(part) for part in (parts.username, parts.password))
    secure = parts.scheme == "smtps"
    start_tls = False if secure or parts.query else True if user else None
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if secure else 587 if user else 25),
        username=user,
        password=password,
        local_hostname=name_of(here),
        timeout=STEP,
        use_tls=secure,
        start_tls=start_tls,
    )


def name_of(address: str) -> str:
    host = urlsplit(address).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host


def refusal(error: aiosmtplib.SMTPResponseException) -> Failed:
    """For good if the code says so."""
    kind = Refused if error.code >= 500 else Failed
    return kind(f"The mail server answers {error.code}: {error.message}")
