"""The PostgreSQL that comes with Ajar: found, started, kept running and stopped."""

from ajar.postgres.errors import AlreadyRunning, ServerError
from ajar.postgres.server import Server

__all__ = ["AlreadyRunning", "Server", "ServerError"]
