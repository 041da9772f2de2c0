"""Settings: read from the environment, refused in words, and documented."""

import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ajar.config import Settings
from ajar.variables import documented

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_default():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)

    assert rows == [tuple(setting) for setting in documented(Settings)]


def test_without_variables_every_setting_has_its_default():
    settings = Settings.from_environment({})

    assert settings == Settings()
    assert settings.database_url is None
    assert settings.data.name == "ajar"
    assert settings.address == "http://127.0.0.1:8080"


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environment({"AJAR_PORT": "", "DATABASE_URL": ""}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "name", "meaning"),
    [
        ("DATABASE_URL", "postgresql://a:b@c/d", "database_url", "postgresql://a:b@c/d"),
        ("AJAR_DATA", "/srv/ajar", "data", Path("/srv/ajar")),
        ("AJAR_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("AJAR_PORT", "0", "port", 0),
        ("AJAR_WORKERS", "4", "workers", 4),
        ("AJAR_PUBLIC_URL", "https://crm.example/", "public_url", "https://crm.example"),
        ("AJAR_RATE_LIMIT", "0", "rate_limit", 0),
        ("AJAR_ALLOW_PRIVATE_ADDRESSES", "Yes", "allow_private_addresses", True),
        ("AJAR_ALLOW_PRIVATE_ADDRESSES", "0", "allow_private_addresses", False),
        ("AJAR_MAIL_FROM", "Ajar <crm@b.example>", "mail_from", "Ajar <crm@b.example>"),
        ("AJAR_LOG_FORMAT", "JSON", "log_format", "json"),
        ("AJAR_POSTGRES_BIN", "/opt/pg/bin", "postgres_bin", Path("/opt/pg/bin")),
        ("AJAR_TIME", "2026-11-21T08:00:00+01:00", "time", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("AJAR_TIME", "2026-11-21T07:00:00", "time", datetime(2026, 11, 21, 7, tzinfo=UTC)),
    ],
)
def test_a_variable_becomes_a_value(variable, value, name, meaning):
    assert getattr(Settings.from_environment({variable: value}), name) == meaning


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://a:secret@c/d"),
        ("AJAR_PORT", "http"),
        ("AJAR_PORT", "65536"),
        ("AJAR_PORT", "-1"),
        ("AJAR_WORKERS", "0"),
        ("AJAR_WORKERS", "²"),
        ("AJAR_PUBLIC_URL", "crm.example"),
        ("AJAR_SMTP_URL", "http://a:secret@b"),
        ("AJAR_SMTP_URL", "smtp://a:secret/x@b"),
        ("AJAR_SMTP_URL", "smtp://a:secret@b:99999"),
        ("AJAR_SMTP_URL", "smtp://a:secret@b/?tls=maybe"),
        ("AJAR_SMTP_URL", "smtp://"),
        ("AJAR_MAIL_FROM", "nobody"),
        ("AJAR_MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
        ("AJAR_ALLOW_PRIVATE_ADDRESSES", "maybe"),
        ("AJAR_LOG_FORMAT", "xml"),
        ("AJAR_LOG_LEVEL", "loud"),
        ("AJAR_TIME", "yesterday"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(variable, value):
    with pytest.raises(ValueError, match=f"^{variable} must be ") as refusal:
        Settings.from_environment({variable: value})

    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "variable",
    ["DATABASE_URL", "AJAR_BOOTSTRAP_API_KEY", "AJAR_BOOTSTRAP_PASSWORD", "AJAR_ENRICHMENT_KEY"],
)
def test_a_secret_is_not_shown(variable):
    settings = Settings.from_environment({variable: "postgresql://ann:hush@db/crm"})

    assert "hush" not in repr(settings)


def test_the_page_says_of_every_secret_that_no_log_has_it():
    sentence = r"^(`[^.]*) are never written\s+to a log\.$"
    (said,) = re.findall(sentence, PAGE.read_text(), re.MULTILINE)
    secrets = [one.metadata["variable"] for one in fields(Settings) if not one.repr]

    assert sorted(re.findall(r"`(\w+)`", said)) == sorted(secrets)


def test_links_begin_with_the_public_address():
    settings = Settings.from_environment({"AJAR_PUBLIC_URL": "https://crm.example"})

    assert settings.address == "https://crm.example"


def test_the_public_address_is_as_browsers_write_it():
    settings = Settings.from_environment({"AJAR_PUBLIC_URL": "HTTPS://CRM.Example.com/At/"})

    assert settings.address == "https://crm.example.com/At"


def test_an_ipv6_host_makes_an_address_with_brackets():
    assert Settings(host="::1", port=80).address == "http://[::1]:80"
