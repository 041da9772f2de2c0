"""What Ajar says while it runs: lines for a person at a console, or JSON for a machine.

Neither ever holds a key, a password, a body or a query string: nothing that is sent to Ajar is
logged. A traceback has no local variables for the same reason.
"""

import logging
import sys
from typing import Any

import structlog

from ajar.config import Settings

# They speak of what is no news to whoever runs Ajar, or repeat what Ajar says; authlib even tells
# the tokens that it issues.
QUIET = (
    "authlib",
    "mcp",
    "uvicorn",
    "procrastinate",
    "psycopg",
    "asyncio",
    "alembic",
    "httpx2",
    "httpcore2",
)


def configure(settings: Settings) -> None:
    """Ours and everybody else's lines, in one form, to standard error."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *rendering(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering(settings)]
    foreign = [*shared, structlog.stdlib.PositionalArgumentsFormatter()]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=foreign)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # It tells with a traceback that it tries again, which we say in a line.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
    # It tells the arguments of each job; that a job failed is told by the worker.
    logging.getLogger("procrastinate.worker").addFilter(lambda record: False)


def rendering(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    colors = sys.stderr.isatty()
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
