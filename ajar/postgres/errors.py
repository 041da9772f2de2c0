"""Why PostgreSQL cannot be run, in one line for the person who started Ajar."""


class ServerError(Exception):
    """PostgreSQL cannot be found, made, started or stopped."""


class AlreadyRunning(ServerError):
    """Another process runs PostgreSQL on the same directory."""
