"""Whoever has written something finds it at once, however many write meanwhile."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.commands.conftest import start  # noqa: F401
from tests.search.conftest import every, kind, where

CLIENTS = 8
PAIRS = int(os.environ.get("AJAR_TEST_PAIRS", "160"))  # `AJAR_TEST_PAIRS=10000` for long


@pytest.fixture
def server(start):  # noqa: F811
    return start().ready()


def test_what_was_just_written_is_found(server):
    def write_and_look(number):
        name = f"Lead{number}"
        lead = server.post("/lead/", server.key, {"name": name}).json()
        named = where("lead", "name", type="text", mode="full_words", value=name)
        body = {"query": every(kind("lead"), named)}
        found = server.post("/data/search/", server.key, body).json()
        return [row["id"] for row in found["data"]] == [lead["id"]]

    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(write_and_look, range(PAIRS)))

    assert found == [True] * PAIRS
