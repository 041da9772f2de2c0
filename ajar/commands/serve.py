"""`ajar serve`: everything that Ajar is, for as long as it runs."""

import asyncio
import errno
import os
import signal
import socket
import tempfile
from contextlib import nullcontext
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from ajar import __version__, bootstrap, database, limits, logs, migrating, resources, sealing
from ajar.commands import Data, Trouble, settings
from ajar.commands.database import owned
from ajar.config import Settings
from ajar.family import Child
from ajar.kernel.operations import all_operations
from ajar.limits import shared

PATIENCE = 25  # seconds for requests to finish
# Longer than a proxy in front keeps an idle connection, or it would send into closed ones.
IDLE = 75


def serve(
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on [AJAR_HOST].")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port; 0 takes any [AJAR_PORT].")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that answer requests [AJAR_WORKERS].")
    ] = None,
    worker: Annotated[bool, typer.Option(help="Whether to run jobs, too.")] = True,
) -> None:
    """Start the server, with a database of its own unless DATABASE_URL names one.

    On an empty database it makes an organization, a user and an API key, and shows them once."""
    asked = {"AJAR_HOST": host, "AJAR_PORT": port, "AJAR_WORKERS": workers}
    here = settings(AJAR_DATA=data, **asked)
    check(here)
    logs.configure(here)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with owned(here) as url, listening(here) as sock:
        migrating.upgrade(url)
        sealing.seal(url, here)
        if not here.database_url:
            forget_workers(url)
        here = settings(DATABASE_URL=url, AJAR_PORT=sock.getsockname()[1])
        introduce(here, url)
        with numbers(here), Child("worker", "--until-eof") if worker else nullcontext():
            print(f"Ajar {__version__} is at {here.address} (Ctrl-C ends it)", flush=True)
            answer(here, sock)


def check(here: Settings) -> None:
    """What only shows once it is known what there is."""
    if here.rate_limits:
        resources.load()
        if wrong := limits.misspelt(here.rate_limits, all_operations().values()):
            raise Trouble(f"AJAR_RATE_LIMITS: {wrong}")


def stop(*_: Any) -> None:
    """The first signal ends us in good order, and the next ones do not disturb that."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


def listening(here: Settings) -> socket.socket:
    """From now on clients may come; they wait until they are answered."""
    family = socket.AF_INET6 if ":" in here.host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((here.host, here.port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "is in use by another program" if taken else f"cannot be used: {error.strerror}"
        raise Trouble(f"port {here.port} of {here.host} {reason}") from None
    return sock


def forget_workers(url: str) -> None:
    """Whoever worked on a database of our own went with it: what they had begun is taken up at
    once, and not when they have been silent for long enough."""
    database.asked(url, "delete from procrastinate_workers")


def introduce(here: Settings, url: str) -> None:
    """On an empty database: found an organization, and show once what nobody can look up."""
    made = asyncio.run(bootstrap.first(url, here))
    if not made:
        return
    wanted, result = made
    told = {
        "address": here.address,
        "e-mail": wanted.email,
        "password": result.password or "as in AJAR_BOOTSTRAP_PASSWORD",
        "API key": result.key or "as in AJAR_BOOTSTRAP_API_KEY",
    }
    print(f"{wanted.organization} is founded. This is shown only now:\n")
    print("".join(f"    {name + ':':10} {value}\n" for name, value in told.items()), flush=True)


def numbers(here: Settings) -> tempfile.TemporaryDirectory:
    """Where the processes put their numbers, see `ajar.metrics`; and their limits, if they share
    any."""
    directory = tempfile.TemporaryDirectory(prefix="ajar-numbers-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory.name
    if here.workers > 1:
        shared.make(directory.name)
    return directory


def answer(here: Settings, sock: socket.socket) -> None:
    config = uvicorn.Config(
        "ajar.app:create",
        factory=True,
        workers=here.workers,
        loop="uvloop",
        http="ajar.http.protocol:Protocol",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=PATIENCE,
    )
    if here.workers > 1:
        Multiprocess(config, sockets=[sock]).run()
    else:
        uvicorn.Server(config).run(sockets=[sock])
