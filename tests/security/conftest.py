"""What attackers send."""

import json
from pathlib import Path

import pytest

from tests.files.conftest import announce, download, send, uploaded  # noqa: F401
from tests.signing_in.conftest import person  # noqa: F401

FILE = Path(__file__).parent / "xss.txt"
CORPUS = [json.loads(line) for line in FILE.read_text().splitlines()]


@pytest.fixture(autouse=True)
def nobody_failed_before(world):
    world.sql("delete from sign_in_attempt")
