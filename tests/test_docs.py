"""What the documentation says is so: its examples run, and its links lead somewhere."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.schema import CreateTable
from starlette.testclient import TestClient

from ajar.app import App
from ajar.config import Settings
from ajar.kernel import operations
from ajar.kernel.registry import resources
from ajar.kernel.sql import DIALECT, metadata

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("**/*.md")])
PYTHON = re.compile(r"```python\n# (\S+)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\[[^]]*\]\(([^)#]*)(?:#([^)]*))?\)")
NAMED = re.compile(r"`((?:ajar|docs|tests|scripts)/[\w/.-]*\w)/?`")


def test_the_example_of_a_resource_is_all_that_it_takes(grown, example):
    made = grown.make("competitor", threat="high", price=900)
    path = f"/competitor/{made['id']}/"

    assert grown.ok("get", path) == made
    assert made["lead_name"] == grown.ok("get", f"/lead/{made['lead_id']}/")["display_name"]
    assert grown.ok("get", "/competitor/", params={"price__gt": 899})["data"] == [made]
    assert grown.ok("get", "/competitor/", params={"threat": "low"})["data"] == []
    assert grown.ok("post", f"{path}leave/")["threat"] == "low"
    assert grown.ok("delete", path) == {}
    assert grown.get(path).status_code == 404
    actions = [action for type_, action in grown.events() if type_ == "competitor"]
    assert actions == ["created", "updated", "deleted"]


def test_the_example_of_a_test_passes(grown, example):
    example["test_an_alarm_needs_a_price"](grown)


def test_the_example_of_a_resource_has_the_operations_of_the_page(grown):
    page = (DOCS / "adding-a-resource.md").read_text()
    listed = dict(re.findall(r"^\| `(competitor\.\w+)` \| `(.*?)`", page, re.MULTILINE))

    known = operations.all_operations()
    found = {name: f"{op.method} {op.path}" for name, op in known.items() if "competitor" in name}
    assert found == listed | {"competitor.leave": "POST /competitor/{id}/leave/"}


def test_the_example_of_a_resource_describes_itself(grown):
    document = grown.ok("get", "/openapi.json")

    assert document["paths"]["/competitor/"].keys() == {"get", "post"}
    assert document["paths"]["/competitor/{id}/"].keys() == {"get", "put", "delete"}
    fields = document["components"]["schemas"]["Competitor"]["properties"]
    assert fields["threat"]["enum"] == ["low", "high", None]
    assert fields["lead_name"]["readOnly"] is True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(page.read_text()):
        if "://" in target:
            continue
        there = (page.parent / target) if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page):
    names = set(NAMED.findall(page.read_text())) - {path for path, _ in examples()}

    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_every_page_is_on_the_map():
    listed = {target for target, _ in LINK.findall((DOCS / "README.md").read_text())}

    assert listed >= {page.relative_to(DOCS).as_posix() for page in DOCS.glob("**/*.md")} - {
        "README.md"
    }


def anchors(page: Path) -> set[str]:
    """Of the headings, as they are made where pages are shown."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def examples() -> list[tuple[str, str]]:
    """(file, code) of each block that says where it belongs."""
    return PYTHON.findall((DOCS / "adding-a-resource.md").read_text())


@pytest.fixture
def example():
    """What the blocks of the page define."""
    names = {"__name__": "ajar.resources.competitor"}
    for path, code in examples():
        exec(compile(code, path, "exec"), names)
    yield names
    del resources["competitor"], operations.written["competitor.leave"]
    metadata.remove(metadata.tables["competitor"])


@pytest.fixture
def grown(example, api, postgres, tmp_path):
    """The client, of an application that has the resource of the page."""

    async def execute(text):
        db = await asyncpg.connect(postgres)
        await db.execute(text)
        await db.close()

    table = resources["competitor"].about.table
    asyncio.run(execute(str(CreateTable(table).compile(dialect=DIALECT))))
    app = App(Settings(database_url=postgres, data=tmp_path, rate_limit=0), postgres)
    with TestClient(app, raise_server_exceptions=False) as api.client:
        yield api
    asyncio.run(execute("drop table competitor"))
