"""Exports, written by a worker, and read as a client reads them."""

import csv
import io
import json
from urllib.parse import urlsplit

import pytest


@pytest.fixture(autouse=True)
def nothing_left(world):
    """Of what other tests have deferred."""
    world.sql("delete from procrastinate_jobs")


class Export:
    """One that is done, and its file."""

    def __init__(self, api, shown):
        self.api, self.shown = api, shown

    @property
    def answer(self):
        """The file, asked for without a credential."""
        url = urlsplit(self.shown["download_url"])
        return self.api.client.get(f"{url.path}?{url.query}")

    @property
    def objects(self):
        return json.loads(self.answer.text)

    @property
    def lines(self):
        return list(csv.DictReader(io.StringIO(self.answer.text, newline="")))


@pytest.fixture
def export(world, api):
    def made(kind="lead", /, by=None, **body):
        by = by or api
        defaults = {"type": "leads"} if kind == "lead" else {}
        body = {"format": "json", **defaults, **body}
        started = by.ok("post", f"/export/{kind}/", json=body)
        world.work()
        return Export(by, by.ok("get", f"/export/{started['id']}/"))

    return made
