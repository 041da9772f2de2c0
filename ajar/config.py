"""Every setting of Ajar: what it is for, and the environment variable that says it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Self

from platformdirs import user_data_dir

from ajar.variables import (
    database,
    file_store,
    long_text,
    mail_server,
    mailbox,
    moment,
    number,
    one_of,
    own_address,
    parsed,
    path,
    rates,
    setting,
    valkey,
    web_address,
    yes_or_no,
)


def _data_directory() -> Path:
    return Path(user_data_dir("ajar"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the person who runs Ajar decides. A variable that is empty counts as not set."""

    database_url: str | None = setting(
        "DATABASE_URL",
        None,
        "The PostgreSQL server (15 or later) to use instead of the one that comes with Ajar.",
        parse=database,
        secret=True,
    )
    data: Path = setting(
        "AJAR_DATA",
        _data_directory,
        "The directory for the database that comes with Ajar, for files and for logs.",
        parse=path,
        shown="`ajar` where the system keeps a user's data",
    )
    host: str = setting("AJAR_HOST", "127.0.0.1", "The address to listen on.")
    port: int = setting(
        "AJAR_PORT", 8080, "The port to listen on; 0 takes any free one.", parse=number(0, 65535)
    )
    workers: int = setting(
        "AJAR_WORKERS", 1, "How many processes answer requests.", parse=number(1)
    )
    pool_size: int | None = setting(
        "AJAR_POOL_SIZE",
        None,
        "How many database connections each process that answers requests may open.",
        parse=number(1),
        shown="twice the processors and one, divided by the processes; at least 4",
    )
    public_url: str | None = setting(
        "AJAR_PUBLIC_URL",
        None,
        "The address at which users reach Ajar; links in answers begin with it.",
        parse=own_address,
        shown="`http://` with the host and port",
    )
    bootstrap_api_key: str | None = setting(
        "AJAR_BOOTSTRAP_API_KEY",
        None,
        "The API key of the first user, made when the database has no user yet.",
        secret=True,
    )
    bootstrap_email: str | None = setting(
        "AJAR_BOOTSTRAP_EMAIL", None, "The e-mail address of the first user."
    )
    bootstrap_password: str | None = setting(
        "AJAR_BOOTSTRAP_PASSWORD", None, "The password of the first user.", secret=True
    )
    bootstrap_organization: str | None = setting(
        "AJAR_BOOTSTRAP_ORGANIZATION", None, "The name of the first organization."
    )
    bootstrap_name: str | None = setting("AJAR_BOOTSTRAP_NAME", None, "The name of the first user.")
    secret_key: str | None = setting(
        "AJAR_SECRET_KEY",
        None,
        "What secrets in the database are encrypted with; the same for every process.",
        parse=long_text(32),
        shown="made once and kept in `AJAR_DATA` as `secret.key`",
        secret=True,
    )
    session_days: int = setting(
        "AJAR_SESSION_DAYS", 14, "How many days somebody stays signed in.", parse=number(1)
    )
    oauth_access_seconds: int = setting(
        "AJAR_OAUTH_ACCESS_SECONDS", 3600, "How long an access token works.", parse=number(1)
    )
    oauth_refresh_days: int = setting(
        "AJAR_OAUTH_REFRESH_DAYS",
        90,
        "How many days a refresh token works; each use gives a new one.",
        parse=number(1),
    )
    oauth_grace_seconds: int = setting(
        "AJAR_OAUTH_GRACE_SECONDS",
        30,
        "How long a refresh token that was replaced still works,"
        " for programs that refresh twice at once.",
        parse=number(0),
    )
    oauth_registration: bool = setting(
        "AJAR_OAUTH_REGISTRATION",
        True,
        "Whether OAuth applications, such as MCP clients, may register themselves.",
        parse=yes_or_no,
    )
    oidc_issuer: str | None = setting(
        "AJAR_OIDC_ISSUER",
        None,
        "The OpenID Connect provider at which people may sign in.",
        parse=web_address,
    )
    oidc_client_id: str | None = setting(
        "AJAR_OIDC_CLIENT_ID", None, "What the provider knows Ajar as."
    )
    oidc_client_secret: str | None = setting(
        "AJAR_OIDC_CLIENT_SECRET", None, "What Ajar proves that with.", secret=True
    )
    oidc_name: str = setting(
        "AJAR_OIDC_NAME", "your identity provider", "What the sign-in page calls the provider."
    )
    smtp_url: str | None = setting(
        "AJAR_SMTP_URL",
        None,
        "The mail server that sends what Ajar has to tell its users.",
        parse=mail_server,
        shown="none, and then no mail is sent",
        secret=True,
    )
    mail_from: str | None = setting(
        "AJAR_MAIL_FROM",
        None,
        "Whom that mail is from; to be set with `AJAR_SMTP_URL`.",
        parse=mailbox,
    )
    rate_limit: int = setting(
        "AJAR_RATE_LIMIT",
        100,
        "Requests a second that one API key may send to one group of endpoints; 0 sets no limit.",
        parse=number(0),
    )
    rate_limits: dict[str, int] | None = setting(
        "AJAR_RATE_LIMITS",
        None,
        "Other limits for some groups, such as `data=10, POST:lead=20`.",
        parse=rates,
    )
    organization_rate: int = setting(
        "AJAR_ORGANIZATION_RATE",
        3,
        "How many times as much the keys of an organization may send together.",
        parse=number(1),
    )
    limits_url: str | None = setting(
        "AJAR_LIMITS_URL",
        None,
        "The Valkey or Redis server in which several machines count requests together.",
        parse=valkey,
        secret=True,
    )
    form_rate_limit: int = setting(
        "AJAR_FORM_RATE_LIMIT",
        10,
        "Forms a minute that one address may send, without signing in; 0 sets no limit.",
        parse=number(0),
    )
    event_retention_days: int = setting(
        "AJAR_EVENT_RETENTION_DAYS", 30, "How many days events are kept.", parse=number(1)
    )
    event_consolidation_seconds: int = setting(
        "AJAR_EVENT_CONSOLIDATION_SECONDS",
        5,
        "Changes of one object by one user within so many seconds become one event.",
        parse=number(0),
    )
    webhook_log_days: int = setting(
        "AJAR_WEBHOOK_LOG_DAYS",
        7,
        "How many days it is kept what was sent to webhooks, and what came back.",
        parse=number(1),
    )
    max_body_bytes: int = setting(
        "AJAR_MAX_BODY_BYTES",
        10 * 1024 * 1024,
        "The largest request body that is accepted.",
        parse=number(1),
    )
    files: str | None = setting(
        "AJAR_FILES",
        None,
        "The S3-compatible store of uploaded files: `s3://bucket/prefix`; how to reach it is in the"
        " usual variables, such as `AWS_ENDPOINT_URL` and `AWS_ACCESS_KEY_ID`.",
        parse=file_store,
        shown="`files` in the data directory",
    )
    max_file_bytes: int = setting(
        "AJAR_MAX_FILE_BYTES",
        25 * 1024 * 1024,
        "The largest file that may be uploaded.",
        parse=number(1),
    )
    statement_seconds: int = setting(
        "AJAR_STATEMENT_SECONDS",
        30,
        "How many seconds one statement of a request may take in the database.",
        parse=number(1),
    )
    job_statement_seconds: int = setting(
        "AJAR_JOB_STATEMENT_SECONDS",
        300,
        "How many seconds one statement of a job may take in the database.",
        parse=number(1),
    )
    metrics_token: str | None = setting(
        "AJAR_METRICS_TOKEN",
        None,
        "What `/metrics` is read with, as a bearer token; without it, only from this machine.",
        parse=long_text(16),
        secret=True,
    )
    allow_private_addresses: bool = setting(
        "AJAR_ALLOW_PRIVATE_ADDRESSES",
        False,
        "Whether webhooks and other outgoing requests may go to private addresses.",
        parse=yes_or_no,
    )
    enrichment_url: str | None = setting(
        "AJAR_ENRICHMENT_URL",
        None,
        "The address of a service that knows the values of custom fields.",
        parse=web_address,
    )
    enrichment_key: str | None = setting(
        "AJAR_ENRICHMENT_KEY",
        None,
        "What Ajar says to that service to be let in, as a bearer token.",
        secret=True,
    )
    log_format: str = setting(
        "AJAR_LOG_FORMAT",
        "console",
        "How logs are written: `console` or `json`.",
        parse=one_of("console", "json"),
    )
    log_level: str = setting(
        "AJAR_LOG_LEVEL",
        "info",
        "What is logged: `debug`, `info`, `warning` or `error`, and what is worse.",
        parse=one_of("debug", "info", "warning", "error"),
    )
    postgres_bin: Path | None = setting(
        "AJAR_POSTGRES_BIN",
        None,
        "The directory of the PostgreSQL programs to use instead of those that come with Ajar.",
        parse=path,
    )
    time: datetime | None = setting(
        "AJAR_TIME", None, "The time at which the clock stands still, for tests.", parse=moment
    )

    def __post_init__(self) -> None:
        if self.smtp_url and not self.mail_from:
            raise ValueError("AJAR_MAIL_FROM must be set, as AJAR_SMTP_URL is")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read each variable; the first that is wrong is a ValueError that names it."""
        said = ((each, environ.get(each.metadata["variable"])) for each in fields(cls))
        return cls(**{each.name: parsed(each, value) for each, value in said if value})

    @property
    def connections(self) -> int:
        """More at work than there are processors for only wait for each other: 10 on 2 processors
        answered no more than 5, and one in a hundred requests took more than twice as long."""
        return self.pool_size or max(4, 2 * (os.cpu_count() or 1) // self.workers + 1)

    @property
    def address(self) -> str:
        """What links begin with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"
