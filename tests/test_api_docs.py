"""The tables of docs/api/ are what the declarations say."""

import importlib.util
from pathlib import Path

import pytest

from ajar import resources

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("api_docs", ROOT / "scripts" / "api_docs.py")
api_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(api_docs)
resources.load()
TABLES = api_docs.tables()


@pytest.mark.parametrize("page", TABLES)
def test_a_page_is_as_declared(page):
    text = (api_docs.PAGES / f"{page}.md").read_text()

    assert text == api_docs.written(text, TABLES[page]), "make docs writes it anew"


def test_every_page_is_written_by_hand_around_its_tables():
    pages = {file.stem for file in api_docs.PAGES.glob("*.md")} - {"README"}

    assert pages == TABLES.keys()
    assert all(api_docs.BLOCK.search((api_docs.PAGES / f"{p}.md").read_text()) for p in pages)
